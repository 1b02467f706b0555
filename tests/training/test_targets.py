import numpy as np
import pytest

from inkten.detection.heatmap import CHANNELS, HEAT, decode_heatmap
from inkten.detection.pyramid import PADDING
from inkten.synthesis.page import Page
from inkten.training.crops import NO_DIGIT, LabelledTiles, cut_page
from inkten.training.data import PageBatches, TileBatches
from inkten.training.targets import MIDDLE, VALUE, detector_loss, encode


@pytest.fixture
def page(few):
    boxes = np.array([[20, 30, 18, 26], [60, 31, 6, 25], [100, 90, 20, 40]])
    blank = np.full((148, 148), 200, np.uint8)
    none = np.zeros((0, 4), np.float32)
    values, in_range = np.array([3, 1, 8]), np.ones(3, bool)
    return Page(blank, boxes.astype(np.float32), values, in_range, none, none)


def perfect(page):
    """The cells of a network that knows the page."""
    target = encode(page)
    cells = np.zeros((*target.shape[:2], CHANNELS), np.float32)
    cells[..., HEAT] = np.where(target[..., MIDDLE] > 0, 12, -12)
    cells[..., 1:5] = target[..., 2:6]
    for row, column in np.argwhere(target[..., MIDDLE] > 0):
        cells[row, column, 5 + int(target[row, column, VALUE])] = 12
    return cells


def test_a_perfect_network_gives_back_the_page(page):
    finds, _ = decode_heatmap(perfect(page)[None], 0.3)
    order = finds.boxes[:, 0].argsort()
    on_the_page = finds.boxes[order] - (PADDING, PADDING, 0, 0)
    assert np.allclose(on_the_page, page.boxes, atol=1e-3)
    assert finds.digits[order].argmax(axis=1).tolist() == [3, 1, 8]


def test_knowing_the_page_costs_least(page):
    target, cells = encode(page)[None], perfect(page)[None]
    blind = np.zeros_like(cells)
    misplaced = cells.copy()
    misplaced[..., 1] += 0.5
    losses = [
        float(detector_loss(target, each)[0]) for each in (cells, misplaced, blind)
    ]
    assert losses == sorted(losses)
    assert losses[0] < 0.01 < losses[1]


def test_lessons_are_the_same_each_time_and_new_each_epoch(few):
    lessons = PageBatches(few.fit_part, seed=3, steps=2, batch_size=2)
    pages, targets = lessons[1]
    assert pages.shape == (2, 160, 160, 1)
    assert targets.shape == (2, 40, 40, 7)
    assert (lessons[1][0] == pages).all()
    lessons.on_epoch_end()
    assert (lessons[1][0] != pages).any()


class FindsALetter:
    """Detections something where no digit is."""

    def __call__(self, gray, *, single=False, max_side=960, least=None):
        from inkten.detection import Detections

        box = np.array([[130, 10, 20, 30]], np.float32)
        return Detections(
            box, np.ones(1, np.float32), np.full((1, 10), 0.1, np.float32)
        )


def test_cuttings_know_digits_from_others(page):
    tiles = cut_page(np.random.default_rng(0), page, FindsALetter())
    assert tiles.tiles.shape[1:] == (28, 28)
    assert set(tiles.labels.tolist()) == {1, 3, 8, NO_DIGIT}


def test_half_of_the_tiles_are_mnist_and_half_are_cuttings(few):
    blank = LabelledTiles(np.zeros((3, 28, 28), np.uint8), np.full(3, NO_DIGIT))
    lessons = TileBatches(few.fit_part, blank, seed=1, steps=1, batch_size=8)
    tiles, labels = lessons[0]
    assert tiles.shape == (8, 28, 28)
    assert 0 <= tiles.min() <= tiles.max() <= 1
    assert (labels == NO_DIGIT).sum() == 4
    assert (tiles.any(axis=(1, 2)) == (labels != NO_DIGIT)).all()
