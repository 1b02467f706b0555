import numpy as np

from inkten.classification.classifier import NO_DIGIT
from inkten.detection import Detections
from inkten.synthesis.page import Page
from inkten.training.crops import cut_page


def detect_a_letter(gray, *, min_score):
    """Stand in for a detector: one detection, where the page has no digit."""
    box = np.array([[130, 10, 20, 30]], np.float32)
    return Detections(box, np.ones(1, np.float32), np.full((1, 10), 0.1, np.float32))


def test_tiles_of_a_page_are_labelled_with_their_digit_or_no_digit():
    boxes = np.array([[20, 30, 18, 26], [60, 31, 6, 25], [100, 90, 20, 40]], np.float32)
    gray = np.full((148, 148), 200, np.uint8)
    no_boxes = np.zeros((0, 4), np.float32)
    page = Page(gray, boxes, np.array([3, 1, 8]), np.ones(3, bool), no_boxes, no_boxes)
    tiles = cut_page(np.random.default_rng(0), page, detect_a_letter)
    assert tiles.tiles.shape[1:] == (28, 28)
    assert set(tiles.labels.tolist()) == {1, 3, 8, NO_DIGIT}
