import time
from dataclasses import replace

import numpy as np
import pytest

from inkten.classification.classes import CLASSES, DIGITS, SIGNS, class_of
from inkten.layout.lines import find_lines
from inkten.reader import Reader
from inkten.signs.find import find_signs, places_of_lines, see_places
from inkten.signs.places import places_of_line_reader
from inkten.signs.sign_strip import BASE, DIGIT, ENDS
from inkten.signs.verifier import FAR, FEATURES, SignVerifier, features_of

POINT = class_of(".")


def chances_of(*signs):
    """The probabilities of the classes, given that of a point at each place."""
    probabilities = np.zeros((len(signs), len(CLASSES)), np.float32)
    probabilities[:, POINT] = signs
    probabilities[:, DIGITS] = 1 - probabilities[:, POINT]
    return probabilities


@pytest.fixture
def line(write):
    """A line of four digits, with the places between them."""
    page = write("4071")
    (line,) = places_of_lines(page.gray, page.boxes, find_lines(page.boxes))
    return line


def seen(line, boxes, probabilities, close_up=None):
    """The features by name, each of all places."""
    line_probabilities = np.full((len(boxes), 1 + len(SIGNS)), np.nan, np.float32)
    close_up = probabilities if close_up is None else close_up
    features = features_of(
        line.strip, boxes, line.spans, probabilities, close_up, line_probabilities
    )
    return dict(zip(FEATURES, features.T, strict=True))


def between(line, left, right, width=0.2):
    """A place of that width in the middle between two digits, and its box."""
    middle = (line.spans[left, 1] + line.spans[right, 0]) / 2
    start = (middle - width / 2 + ENDS) * DIGIT
    return [start, BASE - 0.2 * DIGIT, width * DIGIT, 0.2 * DIGIT]


def test_a_place_is_measured_in_digit_heights(line):
    boxes = np.array([between(line, 1, 2)], np.float32)
    features = seen(line, boxes, chances_of(0.5))
    gap = line.spans[2, 0] - line.spans[1, 1]
    assert features["width"] == pytest.approx([0.2], abs=0.01)
    assert features["top"] == pytest.approx([0.2], abs=0.01)
    assert features["bottom"] == pytest.approx([0], abs=0.01)
    assert features["gap before"] == pytest.approx([(gap - 0.2) / 2], abs=0.01)
    assert features["gap after"] == pytest.approx([(gap - 0.2) / 2], abs=0.01)
    assert features["any sign"] == pytest.approx([0], abs=1e-5)


def test_before_the_first_digit_there_is_none(line):
    boxes = np.array([[1.5 * DIGIT, BASE - 10, 8, 6]], np.float32)
    features = seen(line, boxes, chances_of(0.9))
    assert features["gap before"] == [FAR]
    assert (features["run before"], features["run after"]) == ([0], [4])


def test_a_likely_sign_ends_a_run_of_digits(line):
    boxes = np.array([between(line, 0, 1), between(line, 2, 3)], np.float32)
    unlikely = seen(line, boxes, chances_of(0.2, 0.2))
    assert unlikely["run before"].tolist() == [1, 3]
    assert unlikely["run after"].tolist() == [3, 1]
    likely = seen(line, boxes, chances_of(0.9, 0.9))
    assert likely["run before"].tolist() == [1, 2]
    assert likely["run after"].tolist() == [2, 1]


def test_a_gap_between_numbers_ends_a_run_of_digits(write):
    page = write("40  71")
    (line,) = places_of_lines(page.gray, page.boxes, find_lines(page.boxes))
    assert len(line.strip.line.numbers) == 2
    boxes = np.array([between(line, 0, 1), between(line, 2, 3)], np.float32)
    features = seen(line, boxes, chances_of(0.2, 0.2))
    assert features["run before"].tolist() == [1, 1]
    assert features["run after"].tolist() == [1, 1]
    closer = between(line, 1, 2)
    closer[0] += 0.3 * DIGIT  # a minus belongs to the number that it is closer to
    features = seen(line, np.array([closer], np.float32), chances_of(0.9))
    assert (features["run before"], features["run after"]) == ([0], [2])


def test_contrast_is_that_of_the_digits(line):
    left, top = (line.spans[0, 0] + ENDS) * DIGIT, BASE - DIGIT
    on_digit = [left, top, 0.5 * DIGIT, DIGIT]
    on_paper = [DIGIT, top, 8, 8]
    features = seen(line, np.array([on_digit, on_paper]), chances_of(0.5, 0.5))
    assert features["contrast"][0] == pytest.approx(1, abs=0.2)
    assert features["contrast"][1] < 0.2


def test_many_places_take_time_that_grows_with_their_number(line):
    count = 50_000
    boxes = np.tile(np.array([between(line, 1, 2)], np.float32), (count, 1))
    started = time.perf_counter()
    line_probabilities = np.full((count, 1 + len(SIGNS)), 0.5, np.float32)
    likely = chances_of(*[0.9] * count)
    features_of(line.strip, boxes, line.spans, likely, likely, line_probabilities)
    assert time.perf_counter() - started < 10


def test_what_is_verified_has_the_probability_of_the_verifier(line):
    def classify(tiles):
        return chances_of(*[0.6] * len(tiles))

    def answer(probability):
        probabilities = np.where(np.array(SIGNS) == "-", probability, 0)
        return lambda features: np.tile(probabilities, (len(features), 1))

    (found,) = find_signs([line], classify, answer(0.9))
    assert len(found.signs) == len(line.boxes) > 0
    assert {sign.value for sign in found.signs} == {"-"}
    assert [sign.confidence for sign in found.signs] == pytest.approx(
        [0.9] * len(found.signs)
    )
    (found,) = find_signs([line], classify, answer(0.1))
    assert found.signs == ()


def test_what_the_line_reader_says_is_seen_or_that_it_says_nothing(line):
    boxes = np.array([between(line, 0, 1), between(line, 1, 2)], np.float32)
    line_probabilities = np.full((2, 1 + len(SIGNS)), np.nan, np.float32)
    line_probabilities[0] = 0
    line_probabilities[0, 1 + SIGNS.index("/")] = 0.5
    even = chances_of(0.5, 0.5)
    features = features_of(
        line.strip, boxes, line.spans, even, even, line_probabilities
    )
    known = dict(zip(FEATURES, features.T, strict=True))
    assert known["on a strip"].tolist() == [1, 0]
    assert known["line reader: /"] == pytest.approx(np.log([0.5, 1e-4]))
    assert known["line reader: ."] == pytest.approx(np.log([1e-4, 1e-4]))


def test_what_is_seen_close_up_has_features_of_its_own(line):
    boxes = np.array([between(line, 1, 2)], np.float32)
    features = seen(line, boxes, chances_of(0.5), chances_of(0.9))
    assert features["any sign"] == pytest.approx([0], abs=1e-5)
    assert features["close up: any sign"] == pytest.approx([np.log(9)], abs=1e-4)
    assert features["close up: ."] == pytest.approx([np.log(0.9)], abs=1e-4)


def test_only_small_places_are_seen_close_up(line):
    """A place as high as a digit looks the same at both scales."""
    small, high = between(line, 0, 1), between(line, 1, 2)
    high[1], high[3] = BASE - DIGIT, DIGIT
    boxes = np.array([small, high], np.float32)
    there = line.strip.to_picture(boxes)
    line = replace(line, boxes=boxes, on_picture=there)
    counts = []

    def classify(tiles):
        counts.append(len(tiles))
        return chances_of(0.1, 0.2, 0.9)

    ((at_scale, close_up),) = see_places([line], classify)
    assert counts == [3]
    assert at_scale[:, POINT].tolist() == pytest.approx([0.1, 0.2])
    assert close_up[:, POINT].tolist() == pytest.approx([0.9, 0.2])


def test_where_only_the_line_reader_sees_a_sign_is_a_place(line):
    digits = np.array(
        [[(start + ENDS) * DIGIT, BASE - DIGIT, (end - start) * DIGIT, DIGIT]
         for start, end in line.spans],
    )  # fmt: skip
    x = digits[1:3, 0].mean()
    middle = BASE - DIGIT / 2
    points = np.array([[x, middle], [x, middle + 3 * DIGIT], [x + 9 * DIGIT, middle]])
    nothing = np.zeros((0, 4), np.float32)
    (place,) = places_of_line_reader(points, nothing, digits)
    assert place[0] < x < place[0] + place[2]
    known = np.array([[x - 2, middle, 3, 3]], np.float32)
    assert len(places_of_line_reader(points, known, digits)) == 0


def test_a_line_without_places_has_no_signs(line):
    assert SignVerifier(threads=1)(np.zeros((0, len(FEATURES)), np.float32)).size == 0


def test_only_the_classifier_that_ships_is_verified(by_shape):
    assert Reader(threads=1).sign_verifier is not None
    assert Reader("mlp", threads=1).sign_verifier is not None
    assert Reader(by_shape, threads=1).sign_verifier is None
