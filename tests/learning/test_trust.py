"""How far a taught classifier decides alone, by the digits held back."""

import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.errors import ModelError
from inkten.fusion import weights_for
from inkten.learning.trust import TRUSTS, choose_trust
from inkten.models.card import Card

LABELS = np.arange(50) % 10
UNDECIDED = np.full((50, 10), 0.1, np.float32)


def saying(digits, sure):
    """Probabilities (50, 10) of someone who names these digits."""
    rows = np.full((50, 10), (1 - sure) / 9, np.float32)
    rows[np.arange(50), digits] = sure
    return rows


def trust(read, after, labels=LABELS):
    return choose_trust(read, UNDECIDED, after, labels, rejects=True)


def test_where_the_taught_classifier_is_right_and_the_reading_was_not_it_decides():
    assert trust(saying(LABELS - 1, 0.9), saying(LABELS, 0.9)) == TRUSTS[-1]


def test_where_only_the_reading_was_right_the_detector_keeps_its_say():
    assert trust(saying(LABELS, 0.9), saying(LABELS - 1, 0.9)) == 0


def test_digits_that_say_nothing_leave_the_detector_its_say():
    assert trust(UNDECIDED, UNDECIDED) == 0
    nothing = np.zeros((0, 10), np.float32)
    none = np.zeros(0, np.int64)
    assert choose_trust(nothing, nothing, nothing, none, rejects=True) == 0


def test_a_few_wrong_labels_change_little():
    read, after = saying(LABELS, 0.6), saying(LABELS, 0.99)
    wrong = LABELS.copy()
    wrong[:3] += 1
    assert trust(read, after) - trust(read, after, wrong) <= 0.125


@pytest.mark.parametrize("rejects", [False, True])
@pytest.mark.parametrize("before", [0.0, 0.5])
def test_what_the_detector_said_is_found_again_whatever_the_trust_was(rejects, before):
    rng = np.random.default_rng(0)
    detector, classifier = rng.dirichlet(np.ones(10), (2, 50)).astype(np.float32)
    after = saying(LABELS, 0.5)

    def read_with(trust):
        weights = weights_for(rejects=rejects, single=True, trust=trust)
        scores = detector**weights.detector_digit
        scores = scores * classifier**weights.classifier_digit
        return scores / scores.sum(axis=1, keepdims=True)

    def chosen(trust):
        return choose_trust(
            read_with(trust), classifier, after, LABELS, rejects=rejects, trust=trust
        )

    assert chosen(before) == chosen(0.25)


def test_a_taught_model_is_trusted_as_its_card_says(learned):
    assert learned.card.trust in TRUSTS
    taught = Classifier.from_bytes(learned.content, "mine")
    assert taught.trust == learned.card.trust
    metadata = learned.card.to_metadata() | {"inkten.trust": "2"}
    with pytest.raises(ModelError, match="a trust of 2"):
        Card.from_metadata(metadata)


def test_with_full_trust_the_detector_has_no_say_in_which_digit_it_is():
    weights = weights_for(rejects=True, single=True, trust=1)
    assert (weights.detector_digit, weights.classifier_digit) == (0, 1)
    assert weights.detector == weights_for(rejects=True, single=True).detector
