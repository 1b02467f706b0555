import numpy as np
import pytest

from inkten.layout.line import Line
from inkten.recognition.decoding import CLASSES
from inkten.recognition.places import NEW, Places
from inkten.recognition.strips import Strip

SEVEN = np.eye(10, dtype=np.float32)[7]
NOTHING = np.full(10, 0.001, np.float32)


def places(*each):
    """Places from (x, width, has box, has peak, own, line) each; all are 20 px high."""
    x, width, has_box, has_peak, own, line = map(list, zip(*each, strict=True))
    count = len(x)
    boxes = np.array([(x[n], 10, width[n], 20) for n in range(count)], np.float32)
    return Places(
        Strip(np.zeros((32, 100), np.uint8), Line(((0,),), 0.0, 0.0, 30.0, 100.0, 20)),
        np.zeros((25, CLASSES), np.float32),
        np.where(has_box, np.arange(count), NEW),
        np.array(has_peak),
        boxes,
        np.array(own, np.float32),
        np.array(line, np.float32),
    )


def test_both_opinions_on_a_place_are_fused():
    agreed, doubted, implied, seen_alone = places(
        (0, 12, True, True, 0.9 * SEVEN, 0.9 * SEVEN),
        (20, 12, True, False, 0.9 * SEVEN, NOTHING),
        (40, 12, False, True, NOTHING, 0.9 * SEVEN),
        (60, 12, False, True, 0.9 * SEVEN, 0.9 * SEVEN),
    ).fused
    assert agreed.sum() > 0.8
    assert agreed.argmax() == seen_alone.argmax() == 7
    assert doubted.sum() < agreed.sum()
    assert implied.sum() < seen_alone.sum()


def test_no_places_are_fused_to_no_probabilities():
    one = places((0, 12, True, True, SEVEN, SEVEN))
    nowhere = np.zeros(0, np.intp)
    empty = Places(
        one.strip,
        one.answers,
        one.detections[nowhere],
        one.has_peak[nowhere],
        *(part[nowhere] for part in (one.boxes, one.own, one.line)),
    )
    assert empty.fused.shape == (0, 10)
    assert empty.chosen(np.zeros(0, np.float32)) == []


def test_likely_places_are_read():
    line = places(*[(x, 12, True, True, SEVEN, SEVEN) for x in (0, 20, 40)])
    assert line.chosen(np.array([0.9, 0.4, 0.6], np.float32)) == [0, 2]


@pytest.mark.parametrize(("verified", "chosen"), [([0.9, 0.6], [0]), ([0.6, 0.9], [1])])
def test_of_two_places_that_show_the_same_ink_the_likelier_is_read(verified, chosen):
    line = places(
        (0, 12, True, False, SEVEN, NOTHING), (2, 12, False, True, SEVEN, SEVEN)
    )
    assert line.chosen(np.array(verified, np.float32)) == chosen


def test_two_peaks_are_two_digits_although_one_box_holds_both():
    line = places((0, 10, False, True, SEVEN, SEVEN), (0, 24, True, True, SEVEN, SEVEN))
    assert line.chosen(np.array([0.9, 0.9], np.float32)) == [0, 1]


def test_the_parts_of_a_box_around_two_digits_replace_it_if_together_they_outweigh_it():
    line = places(
        (0, 12, False, True, SEVEN, SEVEN),
        (0, 24, True, False, SEVEN, SEVEN),
        (12, 12, False, True, SEVEN, SEVEN),
    )
    assert line.chosen(np.array([0.8, 0.9, 0.8], np.float32)) == [0, 2]
    assert line.chosen(np.array([0.6, 0.9, 0.6], np.float32)) == [1]
