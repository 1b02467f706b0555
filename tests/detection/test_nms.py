import numpy as np

from inkten.detection.boxes import intersection_over_smaller, intersection_over_union
from inkten.detection.heatmap import Detections
from inkten.detection.nms import non_max_suppression


def detections(*rows):
    """Detections from rows of x, y, width, height, score."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    digits = np.full((len(table), 10), 0.1, np.float32)
    return Detections(table[:, :4], table[:, 4], digits)


def test_of_two_detections_of_one_digit_the_surer_stays():
    kept = non_max_suppression(detections((10, 10, 20, 30, 0.7), (11, 9, 21, 30, 0.9)))
    assert kept.scores.tolist() == [np.float32(0.9)]


def test_neighbours_that_touch_both_stay():
    assert (
        len(non_max_suppression(detections((0, 0, 20, 30, 0.9), (18, 0, 20, 30, 0.8))))
        == 2
    )


def test_a_whole_digit_suppresses_its_own_loop():
    kept = non_max_suppression(detections((0, 0, 60, 90, 0.8), (10, 45, 40, 40, 0.9)))
    assert kept.boxes[0, 3] == 90
    assert len(kept) == 1


def test_a_faint_frame_does_not_swallow_the_digit_in_it():
    kept = non_max_suppression(
        detections((0, 0, 200, 200, 0.31), (90, 80, 20, 30, 0.95))
    )
    assert kept.boxes.tolist() == [[90, 80, 20, 30]]


def test_no_detections_stay_no_detections():
    assert len(non_max_suppression(detections())) == 0


def test_overlaps_are_shares():
    one = np.array([[0, 0, 10, 10]], np.float32)
    half = np.array([[0, 0, 5, 10], [20, 0, 5, 5]], np.float32)
    assert intersection_over_union(one, half).tolist() == [[0.5, 0]]
    assert intersection_over_smaller(one, half).tolist() == [[1, 0]]


def test_a_box_around_several_digits_is_not_a_digit():
    column = [(10, 10 + 40 * row, 20, 30) for row in range(4)]
    boxes = np.array([(5, 5, 40, 170), *column], np.float32)
    scores = np.array([0.9, 0.8, 0.8, 0.8, 0.8], np.float32)
    kept = non_max_suppression(Detections(boxes, scores, np.full((5, 10), 0.1)))
    assert sorted(kept.boxes.tolist()) == sorted(boxes[1:].tolist())
