import time

import numpy as np
import pytest

from inkten.detection.boxes import (
    ALL_PAIRS,
    intersection_over_smaller,
    intersection_over_union,
    overlapping_pairs,
    shared_sides,
)
from inkten.detection.heatmap import Detections
from inkten.detection.nms import non_max_suppression


def random_boxes(seed, count, extent):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-20, extent, (count, 2))
    return np.hstack([corners, rng.uniform(0, 60, (count, 2))]).astype(np.float32)


@pytest.mark.parametrize("extent", [100, 3000])
def test_pairs_found_by_grid_are_those_found_by_comparing_all(extent):
    some, others = random_boxes(1, 400, extent), random_boxes(2, 300, extent)
    some[0] = (0, 0, extent, extent)  # one that lies over everything
    assert len(some) * len(others) > ALL_PAIRS
    overlap = (shared_sides(some[:, None], others) > 0).all(-1)
    expected = np.argwhere(overlap)
    assert np.array_equal(np.transpose(overlapping_pairs(some, others)), expected)


def test_a_box_and_its_half():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 5]], np.float32)
    assert np.allclose(intersection_over_union(boxes, boxes), [[1, 0.5], [0.5, 1]])
    assert np.allclose(intersection_over_smaller(boxes, boxes), 1)


def test_suppression_takes_time_in_proportion_to_the_detections():
    count = 30_000
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 20_000, (count, 2))
    boxes = np.hstack([corners, np.full((count, 2), 20)]).astype(np.float32)
    scores = rng.random(count).astype(np.float32)
    digits = np.full((count, 10), 0.1, np.float32)
    start = time.process_time()
    kept = non_max_suppression(Detections(boxes, scores, digits))
    assert time.process_time() - start < 5  # all pairs would need 7 GB
    assert 0.9 * count < len(kept) <= count


def test_shapes_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match=r"expected \(N, 4\)"):
        Detections(np.zeros((2, 4)), np.zeros(3), np.zeros((2, 10)))


def test_merging_nothing_is_empty_and_splitting_undoes_merging():
    assert len(Detections.merge([])) == 0
    parts = [
        Detections(random_boxes(seed, seed, 50), np.ones(seed), np.ones((seed, 10)))
        for seed in (3, 0, 2)
    ]
    owners = np.repeat(np.arange(3), [3, 0, 2])
    again = Detections.merge(parts).split(owners, 3)
    assert [len(part) for part in again] == [3, 0, 2]
    assert np.array_equal(again[2].boxes, parts[2].boxes)
