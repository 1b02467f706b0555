from types import SimpleNamespace

import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.detection import Detector
from inkten.evaluation.detection import validation_pages
from inkten.log_odds import probability_of
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Features
from inkten.training.train_verifier import figures_of
from inkten.training.verification import Labelled, fit
from inkten.training.verifier_observations import Observer, truth_by_text

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def observer():
    return Observer(Detector(threads=1), Classifier(threads=1), LineReader(threads=1))


def packs_of(**contents):
    """Packs that answer for their numbers or lines, whatever part is asked for."""
    each = {"numbers": None, "lines": []} | contents
    return [SimpleNamespace(**{name: lambda _, it=it: it for name, it in each.items()})]


class Numbers(list):
    """Pictures of numbers with their texts."""

    def __init__(self, pictures, texts):
        super().__init__(pictures)
        self.texts = np.array(texts)


def test_digits_on_pages_are_true_and_what_is_read_beside_them_is_false(few, observer):
    seen = list(observer.pages(validation_pages(few.validation_part, 20)))
    observed = Labelled.merge(seen)
    assert observed.features.shape == (len(observed.truth), len(Features._fields))
    assert len(observed.truth) > 20
    assert observed.truth.mean() > 0.8


def test_all_that_is_read_on_a_line_of_text_is_false(write, observer):
    text = SimpleNamespace(gray=write("4071").gray, text="so it is")
    number = SimpleNamespace(gray=write("4071").gray, text="4071")
    train, validation = observer.text(packs_of(lines=[text, number]))
    assert train.truth.tolist() == validation.truth.tolist() == [False] * 4


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("4071", [True, True, True, True]),
        ("4871", [True, True, True, True]),  # misread, yet a digit
        ("471", [True, False, True, True]),
    ],
)
def test_the_text_of_a_number_says_which_digits_are_true(write, observer, text, truth):
    numbers = Numbers([write("4071").gray], [text])
    (observed,) = observer.numbers(packs_of(numbers=numbers))
    assert sorted(observed.truth.tolist()) == sorted(truth)


def test_what_cannot_be_aligned_with_the_text_is_left_out():
    probabilities = np.eye(10, dtype=np.float32)[[4, 0, 7]]
    line = SimpleNamespace(digits=(0, 1, 2))
    read = SimpleNamespace(probabilities=probabilities, chosen=[0, 1, 2], lines=[line])
    assert truth_by_text(read, "4667") == {0: True, 2: True}


def test_it_learns_that_unsure_digits_among_other_ink_are_false():
    rng = np.random.default_rng(0)
    columns = [rng.uniform(0, 6, 4000) for _ in Features._fields]
    given = Features(*columns)
    truth = given.fused - given.uncovered + rng.normal(0, 0.2, 4000) > 0
    features = np.stack(columns, axis=1).astype(np.float32)
    network = fit(Labelled(features, truth), units=8, epochs=10, seed=0)
    accept = probability_of(np.asarray(network(features))[:, 0])
    figures = figures_of(accept, truth)
    assert figures["digits_kept"] > 0.95
    assert figures["others_kept"] < 0.1
    assert figures["log_loss"] < 0.3


def test_it_learns_more_classes_than_two():
    rng = np.random.default_rng(0)
    features = rng.uniform(0, 3, (4000, 2)).astype(np.float32)
    truth = features[:, 0].astype(np.int64)
    observed = Labelled(features, truth)
    network = fit(observed, classes=3, units=8, epochs=10, seed=0)
    named = np.asarray(network(features)).argmax(axis=1)
    assert (named == truth).mean() > 0.95
