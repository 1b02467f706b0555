import numpy as np
import pytest

from inkten.classification.classes import SIGNS, class_of
from inkten.detection.boxes import intersection_over_union
from inkten.layout.lines import find_lines
from inkten.recognition.alignment import (
    align,
    answers_at,
    class_probabilities_in,
    implied_box,
    sign_points,
)
from inkten.recognition.decoding import BLANK, CLASSES, WITH_SIGNS, Peak
from inkten.recognition.strips import cut_strip


def peak(digit, step=0.0, probability=0.9):
    probabilities = np.zeros(10, np.float32)
    probabilities[digit] = probability
    return Peak(step, probabilities)


def aligned(boxes, peaks):
    """Align (place, digit) of boxes with those of peaks."""
    return align(
        np.array([place for place, _ in boxes], float),
        [digit for _, digit in boxes],
        [peak(digit) for _, digit in peaks],
        np.array([place for place, _ in peaks], float),
    )


def test_each_box_gets_the_peak_at_its_place():
    boxes = [(0.0, 4), (0.8, 0), (1.6, 7)]
    peaks = [(0.1, 4), (0.7, 0), (1.7, 7)]
    assert aligned(boxes, peaks) == [(0, 0), (1, 1), (2, 2)]


def test_a_box_and_a_peak_that_are_far_apart_are_no_pair():
    assert aligned([(0.0, 4)], [(0.9, 4)]) == []
    assert aligned([], [(0.9, 4)]) == []
    assert aligned([(0.9, 4)], []) == []


def test_a_missed_digit_leaves_its_peak_alone():
    boxes, peaks = [(0.0, 4), (1.6, 7)], [(0.0, 4), (0.8, 0), (1.6, 7)]
    assert aligned(boxes, peaks) == [(0, 0), (1, 2)]


def test_of_two_peaks_as_near_the_one_of_the_same_name_is_taken():
    assert aligned([(0.5, 7)], [(0.3, 1), (0.7, 7)]) == [(0, 1)]


def test_names_may_differ_where_the_places_agree():
    assert aligned([(0.5, 7)], [(0.5, 1)]) == [(0, 0)]


@pytest.mark.parametrize("missed", [0, 2, 3])
def test_a_peak_without_a_box_implies_one_around_its_ink(write, missed):
    page = write("4071")
    found = np.delete(page.boxes, missed, axis=0)
    (line,) = find_lines(found)
    strip = cut_strip(page.gray, line)
    along, _ = strip.line.places(page.boxes)
    peaks = [
        peak(digit, step)
        for digit, step in zip([4, 0, 7, 1], strip.step_of(along), strict=True)
    ]
    box = implied_box(strip, peaks, missed)
    overlap = intersection_over_union(box[None], page.boxes[missed : missed + 1])
    assert overlap[0, 0] > 0.6


def test_without_visible_ink_the_implied_box_is_as_large_as_a_digit(write):
    page = write("4071")
    (line,) = find_lines(page.boxes)
    strip = cut_strip(np.full_like(page.gray, 200), line)
    _, _, width, height = implied_box(strip, [peak(4, 5.0)], 0)
    assert height == pytest.approx(line.height, rel=0.1)
    assert 0.4 < width / height < 0.8


@pytest.fixture
def read(write):
    """A strip of 40 71 and the answers of a line reader that sees a point between."""
    page = write("40 71")
    (line,) = find_lines(page.boxes)
    strip = cut_strip(page.gray, line)
    answers = np.zeros((strip.pixels.shape[1] // 4, WITH_SIGNS), np.float32)
    answers[:, BLANK] = 1
    along, _ = strip.line.places(page.boxes)
    for step, value in zip(strip.step_of(along), (4, 0, 7, 1), strict=True):
        answers[round(step), [value, BLANK]] = 0.9, 0.1
    point = round(strip.step_of(along[1:3]).mean())
    answers[point, [class_of("."), BLANK]] = 0.8, 0.2
    return page, strip, answers


def test_at_each_place_the_likeliest_digit_and_signs_are_heard(read):
    page, strip, answers = read
    x, _ = sign_points([(strip, answers)])[0]
    height = strip.line.height
    gap = [x - 1, strip.line.y - 2, 2, 2]
    boxes = np.array([page.boxes[3], gap, [0, -5 * height, 9, 9]], np.float32)
    digit, between, elsewhere = class_probabilities_in(boxes, [(strip, answers)])
    assert digit == pytest.approx([0.9, *[0] * len(SIGNS)])
    assert between[1 + SIGNS.index(".")] == pytest.approx(0.8)
    assert np.isnan(elsewhere).all()


def test_a_line_reader_that_knows_only_digits_says_nothing_of_signs(read):
    page, strip, answers = read
    alone = [(strip, answers[:, :CLASSES])]
    assert np.isnan(class_probabilities_in(page.boxes, alone)).all()
    assert len(sign_points(alone)) == 0


def test_a_sign_is_seen_at_its_step_on_the_picture(read):
    page, strip, answers = read
    ((x, y),) = sign_points([(strip, answers)])
    assert page.boxes[1, 0] + page.boxes[1, 2] < x < page.boxes[2, 0]
    assert abs(y - (strip.line.y - strip.line.height / 2)) < 2


def test_all_steps_of_a_peak_show_its_digit_and_no_other(read):
    page, strip, answers = read
    along, _ = strip.line.places(page.boxes)
    step = round(strip.step_of(along)[2])
    answers[step + 1] = answers[step]
    shown = [peak(7, step + 0.5)]
    beside = strip.along(step + 1.4)
    assert answers_at(strip, answers, np.array([beside]), shown).max() < 0.1
    answers[step + 1] = 0
    answers[step + 1, [1, BLANK]] = 0.9, 0.1  # another digit
    said = answers_at(strip, answers, np.array([beside]), [peak(7, step)])
    assert said.argmax() == 1
    assert said.max() == pytest.approx(0.9)
