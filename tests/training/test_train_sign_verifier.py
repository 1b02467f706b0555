from types import SimpleNamespace

import numpy as np
import pytest

from inkten.classification.classes import SIGNS
from inkten.classification.classifier import Classifier
from inkten.detection import Detector
from inkten.evaluation.signs import written_pages
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Verifier
from inkten.signs.verifier import FEATURES
from inkten.training.sign_observations import SignObserver
from inkten.training.train_sign_verifier import SEED, before, figures_of
from inkten.training.verifier_observations import Observer
from inkten.training.verifier_training import Labelled, learned_and_measured

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def observer():
    networks = Detector(threads=1), Classifier(threads=1), LineReader(threads=1)
    return SignObserver(Observer(*networks), Verifier(threads=1))


def test_places_on_pages_are_signs_or_bare(few, observer):
    pages = written_pages(few.validation_part, 30, seed=SEED)
    seen = Labelled.merge(list(observer.pages(pages)))
    assert seen.features.shape == (len(seen.truth), len(FEATURES))
    assert 0.05 < (seen.truth > 0).mean() < 0.8
    assert len(np.unique(seen.truth)) > 4


def test_signs_are_likelier_at_their_places_than_where_there_are_none(few, observer):
    pages = written_pages(few.validation_part, 30, seed=SEED)
    seen = Labelled.merge(list(observer.pages(pages)))
    any_sign = seen.features[:, FEATURES.index("any sign")]
    is_sign = seen.truth > 0
    assert any_sign[is_sign].mean() > any_sign[~is_sign].mean() + 2


def test_the_line_reader_has_read_most_pages(few, observer):
    pages = written_pages(few.validation_part, 20, seed=SEED)
    seen = Labelled.merge(list(observer.pages(pages)))
    line_probabilities = seen.features[:, FEATURES.index("on a strip")]
    assert set(line_probabilities.tolist()) == {0, 1}
    assert line_probabilities.mean() > 0.6


def test_all_places_of_a_line_of_text_and_of_bare_digits_are_bare(write, observer):
    text = SimpleNamespace(gray=write("4071").gray, text="so it is")
    number = write("905").gray
    pack = SimpleNamespace(numbers=lambda _: [number], lines=lambda _: [text])
    seen = Labelled.merge(list(observer.no_signs([pack])))
    assert len(seen.truth) >= 8  # the gaps of three pictures
    assert not seen.truth.any()


def test_every_fifth_picture_measures_and_the_others_are_learned_from():
    def picture(value):
        return Labelled(np.full((1, 2), value, np.float32), np.array([True]))

    often = [picture(value) for value in range(10)]
    once = [picture(value) for value in range(10, 15)]
    learned, measured = learned_and_measured([(2, often), (1, once)])
    assert measured.features[:, 0].tolist() == [0, 5, 10]
    assert len(learned.truth) == 2 * 8 + 4


def test_figures_say_how_many_signs_and_how_many_others_are_kept():
    accept = np.array([0.9, 0.2, 0.8, 0.1], np.float32)
    truth = np.array([True, True, False, False])
    figures = figures_of(accept, truth)
    assert (figures["signs_kept"], figures["others_kept"]) == (0.5, 0.5)


def test_a_sign_of_another_name_is_not_kept():
    chances = np.array([[0.1, 0.8], [0.7, 0.2], [0.1, 0.1]], np.float32)
    figures = figures_of(chances, np.array([2, 2, 0]))
    assert (figures["signs_kept"], figures["others_kept"]) == (0.5, 0)
    assert figures["log_loss"] == pytest.approx(
        -np.log([0.8, 0.2, 0.8]).mean(), abs=1e-3
    )


def test_before_the_classifier_alone_names_the_signs():
    features = np.full((1, len(FEATURES)), -9.0, np.float32)
    features[0, FEATURES.index("/")] = np.log(0.5)
    chances = before(features)
    assert chances.shape == (1, len(SIGNS))
    assert chances[0, SIGNS.index("/")] == pytest.approx(0.5)
