import numpy as np
import pytest

from inkten.detection.heatmap import CHANNELS, HEAT, decode_heatmap
from inkten.detection.pyramid import PADDING
from inkten.synthesis.page import Page
from inkten.training.targets import CENTRE, VALUE, detector_loss, encode


@pytest.fixture
def page():
    boxes = np.array([[20, 30, 18, 26], [60, 31, 6, 25], [100, 90, 20, 40]])
    gray = np.full((148, 148), 200, np.uint8)
    no_boxes = np.zeros((0, 4), np.float32)
    values, in_range = np.array([3, 1, 8]), np.ones(3, bool)
    return Page(gray, boxes.astype(np.float32), values, in_range, no_boxes, no_boxes)


def perfect_cells(page):
    """The output of a network that knows the page."""
    target = encode(page)
    cells = np.zeros((*target.shape[:2], CHANNELS), np.float32)
    cells[..., HEAT] = np.where(target[..., CENTRE] > 0, 12, -12)
    cells[..., 1:5] = target[..., 2:6]
    for row, column in np.argwhere(target[..., CENTRE] > 0):
        cells[row, column, 5 + int(target[row, column, VALUE])] = 12
    return cells


def test_decoding_a_perfect_output_gives_the_digits_of_the_page(page):
    detections, _ = decode_heatmap(perfect_cells(page)[None], 0.3)
    order = detections.boxes[:, 0].argsort()
    on_the_page = detections.boxes[order] - (PADDING, PADDING, 0, 0)
    assert np.allclose(on_the_page, page.boxes, atol=1e-3)
    assert detections.digits[order].argmax(axis=1).tolist() == [3, 1, 8]


def test_the_perfect_output_has_the_lowest_loss(page):
    target, cells = encode(page)[None], perfect_cells(page)[None]
    uniform = np.zeros_like(cells)
    misplaced = cells.copy()
    misplaced[..., 1] += 0.5
    losses = [
        float(detector_loss(target, each)[0]) for each in (cells, misplaced, uniform)
    ]
    assert losses == sorted(losses)
    assert losses[0] < 0.01 < losses[1]
