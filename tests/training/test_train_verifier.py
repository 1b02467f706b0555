from types import SimpleNamespace

import numpy as np
import pytest

from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.detection import Detector
from inkten.evaluation.detection import validation_pages
from inkten.log_odds import probability_of
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Features
from inkten.training.line_observations import truth_of
from inkten.training.train_verifier import figures_of
from inkten.training.verifier_observations import Observer, spelling
from inkten.training.verifier_training import Labelled, fit

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


def shown_by(page, boxes, has_box):
    """Whether the truth of places is clear, and the digits that they show."""
    boxes = np.array(boxes, np.float32)
    places = SimpleNamespace(boxes=boxes, has_box=np.array(has_box))
    clear, truth = truth_of(places, page)
    return clear.tolist(), truth.tolist()


@pytest.fixture
def seventy():
    boxes = np.array([[10, 10, 20, 40], [40, 10, 20, 40]], np.float32)
    ignored = np.array([[80, 10, 20, 40]], np.float32)
    return SimpleNamespace(boxes=boxes, values=np.array([7, 0]), ignore=ignored)


def test_a_box_on_a_digit_shows_it_and_other_places_show_none(seventy):
    boxes = [*seventy.boxes, [10, 60, 20, 40], [82, 12, 20, 40]]
    clear, truth = shown_by(seventy, boxes, [True] * 4)
    assert truth == [7, 0, NO_DIGIT, NO_DIGIT]
    assert clear == [True, True, True, False]  # the last may or may not be one


def test_a_place_without_a_box_shows_a_digit_that_has_none(seventy):
    _, truth = shown_by(seventy, [seventy.boxes[0], [42, 14, 12, 30]], [True, False])
    assert truth == [7, 0]
    _, truth = shown_by(seventy, [seventy.boxes[1], [42, 14, 12, 30]], [True, False])
    assert truth == [0, NO_DIGIT]


def test_a_box_around_two_digits_shows_none_and_its_parts_show_them(seventy):
    boxes = [[10, 10, 20, 40], [10, 10, 50, 40], [40, 10, 20, 40]]
    clear, truth = shown_by(seventy, boxes, [False, True, False])
    assert truth == [7, NO_DIGIT, 0]
    assert all(clear)


def test_all_that_is_read_on_a_line_of_text_is_false(write, observer):
    text = SimpleNamespace(gray=write("4071").gray, text="so it is")
    number = SimpleNamespace(gray=write("4071").gray, text="4071")
    train, validation = observer.text(packs_of(lines=[text, number]))
    assert train.truth.tolist() == validation.truth.tolist() == [False] * 4


def test_the_text_of_a_number_says_which_places_show_digits(write, observer):
    numbers = Numbers([write("4071").gray], ["4071"])
    (observed,) = observer.numbers(packs_of(numbers=numbers))
    assert observed.truth.sum() == 4


def test_numbers_with_signs_are_left_out(write, observer):
    numbers = Numbers([write("4071").gray], ["40.71"])
    assert list(observer.numbers(packs_of(numbers=numbers))) == []


def named(text, probability=0.9):
    """Places that most likely show the digits of ``text``, all as sure."""
    return probability * np.eye(10, dtype=np.float32)[[int(digit) for digit in text]]


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("4071", [True, True, True, True]),
        ("4871", [True, True, True, True]),  # misread, yet a digit
        ("471", [True, False, True, True]),
        ("40971", [True, True, True, True]),  # the 9 was missed
        ("", [False, False, False, False]),
    ],
)
def test_places_show_a_text_in_the_likeliest_way(text, shows):
    assert spelling(named("4071"), text).tolist() == shows


def test_of_two_places_for_one_digit_of_a_text_the_likelier_one_shows_it():
    fused = np.concatenate([named("4"), named("4", 0.4), named("7")])
    assert spelling(fused, "47").tolist() == [True, False, True]


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
