import numpy as np
import pytest

from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.detection import Detector
from inkten.evaluation.detection import validation_pages
from inkten.recognition.fusion import Weights, fuse_line, fuse_missed
from inkten.recognition.verifier import Verifier
from inkten.training.calibrate_line_reader import Observed, fit
from inkten.training.line_observations import observe

pytestmark = pytest.mark.train
EVEN = Weights(bias=0.0, own=1.0, line=1.0, own_digit=1.0, line_digit=1.0)


def opinions(rng, truth, *, sure):
    """Probabilities that are right more often the surer they are."""
    is_digit = truth != NO_DIGIT
    log_odds = np.where(is_digit, sure, -sure) + rng.normal(0, 2, len(truth))
    logits = rng.normal(0, 1, (len(truth), 10))
    logits[is_digit, truth[is_digit]] += sure
    digits = np.exp(logits)
    digits /= digits.sum(axis=1, keepdims=True)
    return (digits / (1 + np.exp(-log_odds))[:, None]).astype(np.float32)


@pytest.fixture(scope="module")
def observed():
    rng = np.random.default_rng(0)
    truth = rng.choice([*range(10), NO_DIGIT], size=2_000)
    return Observed(
        opinions(rng, truth, sure=1.0), opinions(rng, truth, sure=3.0), truth
    )


def test_the_better_opinion_gets_the_greater_weight(observed):
    weights = fit(observed)
    assert weights.line > weights.own > 0
    assert weights.line_digit >= weights.own_digit > 0


def test_fitted_weights_have_a_lower_log_loss_than_either_opinion_alone(observed):
    own = EVEN._replace(line=0, line_digit=0)
    line = EVEN._replace(own=0, own_digit=0)
    least = min(observed.log_loss(own), observed.log_loss(line))
    assert observed.log_loss(fit(observed)) < least


def test_agreement_makes_sure_and_contradiction_doubtful():
    seven = np.zeros((1, 10), np.float32)
    seven[0, 7] = 0.8
    nothing = np.full((1, 10), 0.01, np.float32)
    assert fuse_line(seven, seven, EVEN)[0, 7] > 0.9
    assert fuse_line(seven, nothing, EVEN).sum() < 0.5
    assert fuse_line(nothing, seven, EVEN)[0].argmax() == 7


def test_fused_probabilities_stay_probabilities():
    rng = np.random.default_rng(1)
    one, other = rng.dirichlet(np.ones(11) * 0.2, (2, 50)).astype(np.float32)[..., :10]
    fused = fuse_line(one, other, EVEN)
    assert fused.min() >= 0
    assert fused.sum(axis=1).max() <= 1 + 1e-5
    sure = np.array([0.0, 1.0], np.float32)
    assert np.isfinite(fuse_missed(sure, sure[::-1])).all()


def test_what_is_seen_on_pages_is_compared_with_the_truth(few):
    def blank(strips):
        answers = []
        for strip in strips:
            answers.append(np.zeros((-(-strip.pixels.shape[1] // 4), 11), np.float32))
            answers[-1][:, 10] = 1
        return answers

    pages = validation_pages(few.validation_part, 12)
    observed = observe(
        pages, Detector(threads=1), Classifier(threads=1), blank, Verifier(threads=1)
    )
    assert len(observed.implied.truth) == 0  # it implies no box
    assert (observed.boxed.line == 0).all()
    truth = observed.boxed.truth
    assert len(observed.boxed.own) == len(truth) > 20
    assert (truth != NO_DIGIT).mean() > 0.5
    named = observed.boxed.own.argmax(axis=1) == truth
    assert named[truth != NO_DIGIT].mean() > 0.8
