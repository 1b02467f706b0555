import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="synthetic pages use its fonts")

from inkten.detection import Detections
from inkten.evaluation.detection import DetectionScores, measure_detector
from inkten.synthesis.page import Page

SIDE = 160


def page(*digits):
    """A page whose digits are given as (x, y, value), 20x20 pixels each."""
    boxes = [(x, y, 20, 20) for x, y, _ in digits]
    return Page(
        gray=np.full((SIDE, SIDE), len(digits), np.uint8),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        values=np.array([value for *_, value in digits], np.int64),
        in_range=np.ones(len(digits), np.bool_),
        ignore=np.zeros((0, 4), np.float32),
        distractor_boxes=np.zeros((0, 4), np.float32),
    )


def detections(*digits):
    boxes = [(x, y, 20, 20) for x, y, _ in digits]
    values = [value for *_, value in digits]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.ones(len(digits), np.float32),
        np.eye(10, dtype=np.float32)[values],
    )


def scores(*pages_and_detections):
    """The scores of a detector that answers page by page."""
    pages, answers = zip(*pages_and_detections, strict=True)
    answer = iter(answers)
    return measure_detector(lambda _: next(answer), pages)


def test_detections_that_match_every_digit_score_one():
    digits = (10, 10, 3), (60, 60, 7)
    perfect = DetectionScores(recall=1, precision=1, named=1, clean=1)
    assert (
        scores((page(*digits), detections(*digits)), (page(), detections())) == perfect
    )


def test_a_missed_digit_lowers_recall_alone():
    digits = (10, 10, 3), (60, 60, 7)
    found = scores((page(*digits), detections(digits[0])), (page(), detections()))
    assert found == DetectionScores(recall=0.5, precision=1, named=1, clean=1)


def test_a_detection_beside_every_digit_lowers_precision_alone():
    digit, elsewhere = (10, 10, 3), (100, 100, 3)
    found = scores((page(digit), detections(digit, elsewhere)), (page(), detections()))
    assert found == DetectionScores(recall=1, precision=0.5, named=1, clean=1)


def test_a_wrong_value_lowers_the_share_of_named_digits_alone():
    digits = (10, 10, 3), (60, 60, 7)
    renamed = (10, 10, 3), (60, 60, 1)
    found = scores((page(*digits), detections(*renamed)), (page(), detections()))
    assert found == DetectionScores(recall=1, precision=1, named=0.5, clean=1)


@pytest.mark.parametrize(("shift", "hits"), [(6, 1), (7, 0)])
def test_a_hit_overlaps_the_digit_by_half_of_their_union(shift, hits):
    # 20x20 shifted by s overlaps by (20 - s) / (20 + s): 0.54 at 6, 0.48 at 7.
    found = scores((page((10, 10, 3)), detections((10 + shift, 10, 3))))
    assert (found.recall, found.precision) == (hits, hits)


def test_a_detection_on_a_page_without_digits_is_false_and_the_page_not_clean():
    digit = (10, 10, 3)
    found = scores(
        (page(digit), detections(digit)),
        (page(), detections(digit)),
        (page(), detections()),
    )
    assert found == DetectionScores(recall=1, precision=0.5, named=1, clean=0.5)


def test_a_detector_that_never_detects_scores_zero_and_keeps_pages_clean():
    found = scores((page((10, 10, 3)), detections()), (page(), detections()))
    assert found == DetectionScores(recall=0, precision=0, named=0, clean=1)
