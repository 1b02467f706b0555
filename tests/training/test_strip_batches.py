import numpy as np
import pytest

from inkten.classification.classes import class_of
from inkten.recognition.decoding import BLANK
from inkten.training.strip_batches import StripBatches
from inkten.training.strips import LabelledStrips

SIZES = {"seed": 0, "steps": 8, "batch_size": 4}


def some(widths, text):
    rng = np.random.default_rng(0)
    strips = [rng.integers(0, 256, (32, width), np.uint8) for width in widths]
    return LabelledStrips(strips, [text] * len(widths))


@pytest.fixture(scope="module")
def pages():
    return some([60] * 30 + [90] * 5 + [130] * 5 + [200] * 4, "12")


def test_batch_i_is_the_same_whenever_it_is_made(pages):
    one, other = (StripBatches(pages, some([], ""), **SIZES) for _ in range(2))
    for first, second in zip(one[3], other[3], strict=True):
        assert np.array_equal(first, second)
    assert not np.array_equal(one[3][0], one[0][0][:, :, : one[3][0].shape[2]])


def test_strips_of_one_width_share_a_batch(pages):
    batches = StripBatches(pages, some([], ""), **SIZES)
    inputs = [batches[number][0] for number in range(8)]
    widths = [each.shape[2] for each in inputs]
    assert widths[0] != widths[1]  # Keras learns from these two that widths vary
    assert all(each.shape[:2] == (4, 32) and each.shape[2] % 4 == 0 for each in inputs)
    assert widths.count(min(widths)) > 3  # most strips are short


def test_targets_are_the_characters_then_blanks():
    pages = some([60] * 30, "1/2")
    _, target = StripBatches(pages, some([], ""), **SIZES)[0]
    assert target.shape == (4, 24)
    assert (target[:, :3] == (1, class_of("/"), 2)).all()
    assert (target[:, 3:] == BLANK).all()


def test_a_quarter_of_the_strips_are_pictures_of_numbers(pages):
    batches = StripBatches(pages, some([60] * 7, "7"), **{**SIZES, "batch_size": 100})
    shares = [(batches[number][1][:, 0] == 7).mean() for number in range(40)]
    assert np.mean(shares) == pytest.approx(0.25, abs=0.05)
