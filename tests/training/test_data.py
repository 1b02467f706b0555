import numpy as np

from inkten.classification.classifier import NO_DIGIT
from inkten.training.crops import LabelledTiles
from inkten.training.data import PageBatches, TileBatches


def test_a_batch_is_the_same_each_time_and_new_in_the_next_epoch(few):
    batches = PageBatches(few.fit_part, seed=3, steps=2, batch_size=2)
    pages, targets = batches[1]
    assert pages.shape == (2, 160, 160, 1)
    assert targets.shape == (2, 40, 40, 7)
    assert (batches[1][0] == pages).all()
    batches.on_epoch_end()
    assert (batches[1][0] != pages).any()


def test_half_of_the_tiles_are_mnist_and_half_are_cut_from_pages(few):
    cut = LabelledTiles(np.zeros((3, 28, 28), np.uint8), np.full(3, NO_DIGIT))
    batches = TileBatches(few.fit_part, cut, seed=1, steps=1, batch_size=8)
    tiles, labels = batches[0]
    assert tiles.shape == (8, 28, 28)
    assert 0 <= tiles.min() <= tiles.max() <= 1
    assert (labels == NO_DIGIT).sum() == 4
    assert (tiles.any(axis=(1, 2)) == (labels != NO_DIGIT)).all()
