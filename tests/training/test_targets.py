import numpy as np
import pytest

from inkten.finder.peaks import CHANNELS, HEAT, find_peaks
from inkten.finder.pyramid import SURROUND
from inkten.training.cuttings import NO_DIGIT, Cuttings, cut_page
from inkten.training.lessons import PageLessons, TileLessons
from inkten.training.pages import Page
from inkten.training.targets import MIDDLE, VALUE, encode, finder_loss


@pytest.fixture
def page(few):
    boxes = np.array([[20, 30, 18, 26], [60, 31, 6, 25], [100, 90, 20, 40]])
    blank = np.full((148, 148), 200, np.uint8)
    none = np.zeros((0, 4), np.float32)
    values, near = np.array([3, 1, 8]), np.ones(3, bool)
    return Page(blank, boxes.astype(np.float32), values, near, none, none)


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
    finds, _ = find_peaks(perfect(page)[None], 0.3)
    order = finds.boxes[:, 0].argsort()
    on_the_page = finds.boxes[order] - (SURROUND, SURROUND, 0, 0)
    assert np.allclose(on_the_page, page.boxes, atol=1e-3)
    assert finds.digits[order].argmax(axis=1).tolist() == [3, 1, 8]


def test_knowing_the_page_costs_least(page):
    target, cells = encode(page)[None], perfect(page)[None]
    blind = np.zeros_like(cells)
    misplaced = cells.copy()
    misplaced[..., 1] += 0.5
    losses = [float(finder_loss(target, each)[0]) for each in (cells, misplaced, blind)]
    assert losses == sorted(losses)
    assert losses[0] < 0.01 < losses[1]


def test_lessons_are_the_same_each_time_and_new_each_epoch(few):
    lessons = PageLessons(few.fit_part, seed=3, steps=2, batch_size=2)
    pages, targets = lessons[1]
    assert pages.shape == (2, 160, 160, 1)
    assert targets.shape == (2, 40, 40, 7)
    assert (lessons[1][0] == pages).all()
    lessons.on_epoch_end()
    assert (lessons[1][0] != pages).any()


class FindsALetter:
    """Finds something where no digit is."""

    def __call__(self, gray, *, single=False, largest=960, least=None):
        from inkten.finder import Finds

        box = np.array([[130, 10, 20, 30]], np.float32)
        return Finds(box, np.ones(1, np.float32), np.full((1, 10), 0.1, np.float32))


def test_cuttings_know_digits_from_others(page):
    cuttings = cut_page(np.random.default_rng(0), page, FindsALetter())
    assert cuttings.tiles.shape[1:] == (28, 28)
    assert set(cuttings.labels.tolist()) == {1, 3, 8, NO_DIGIT}


def test_half_of_the_tiles_are_mnist_and_half_are_cuttings(few):
    blank = Cuttings(np.zeros((3, 28, 28), np.uint8), np.full(3, NO_DIGIT))
    lessons = TileLessons(few.fit_part, blank, seed=1, steps=1, batch_size=8)
    tiles, labels = lessons[0]
    assert tiles.shape == (8, 28, 28)
    assert 0 <= tiles.min() <= tiles.max() <= 1
    assert (labels == NO_DIGIT).sum() == 4
    assert (tiles.any(axis=(1, 2)) == (labels != NO_DIGIT)).all()
