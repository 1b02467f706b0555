import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkten.classification.tiles import cut_tiles
from inkten.datasets import mnist

# An MNIST digit, cut from its own picture, keeps its ink to this mean difference (of
# 1). A quarter of it stems from digits that fill less than 20x20 and are enlarged.
NEARLY = 0.02


@pytest.fixture(scope="module")
def digits():
    """MNIST test digits (100, 28, 28) uint8, and the box of the ink of each."""
    images = mnist.load().test_images[:100]
    boxes = [cv2.boundingRect(image) for image in images]
    return images, np.array(boxes, np.float32)


def cut(gray, *boxes):
    tiles = cut_tiles(gray, np.array(boxes, np.float32).reshape(-1, 4))
    assert tiles.shape == (len(boxes), 28, 28)
    assert tiles.dtype == np.float32
    assert tiles.min(initial=0) >= 0
    assert tiles.max(initial=0) <= 1
    return tiles


def on_paper(digit, zoom=4, paper=220.0, ink=40.0):
    """One MNIST digit as a larger picture, (28 * zoom, 28 * zoom) float."""
    large = cv2.resize(digit, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    return paper + (ink - paper) * (large / 255.0)


def as_gray(picture):
    return np.clip(picture, 0, 255).round().astype(np.uint8)


def test_an_mnist_digit_stays_nearly_itself(digits):
    differences = [
        np.abs(cut(image, box)[0] - image / 255).mean()
        for image, box in zip(*digits, strict=True)
    ]
    assert np.mean(differences) < NEARLY


def test_either_polarity_gives_the_same_tile(digits):
    for image, box in zip(*digits, strict=True):
        assert np.abs(cut(image, box) - cut(255 - image, box)).max() < 0.01


def test_any_contrast_and_size_give_nearly_the_same_tile(digits):
    for image, box in zip(digits[0][:20], digits[1][:20], strict=True):
        plain = cut(as_gray(on_paper(image)), 4 * box)
        pale = cut(as_gray(on_paper(image, paper=200, ink=140)), 4 * box)
        large = cut(as_gray(on_paper(image, zoom=11)), 11 * box)
        assert np.abs(plain - pale).mean() < 0.01
        assert np.abs(plain - large).mean() < 0.02


def test_a_shade_across_the_digit_leaves_the_paper_at_zero(digits):
    shade = np.linspace(0, 60, 28 * 4)
    differences = []
    for image, box in zip(digits[0][:20], digits[1][:20], strict=True):
        plain = cut(as_gray(on_paper(image)), 4 * box)[0]
        for across in (shade, shade[:, None]):
            shaded = cut(as_gray(on_paper(image) - across), 4 * box)[0]
            differences.append(np.abs(shaded - plain).mean())
            assert shaded[plain == 0].mean() < 0.01
    assert np.mean(differences) < 0.02


def test_noise_of_the_paper_is_not_ink():
    noisy = np.random.default_rng(7).normal(200, 6, (80, 80))
    noisy[20:60, 38:43] = 40
    tile = cut(as_gray(noisy), (38, 20, 5, 40))[0]
    assert (tile[:, :9] == 0).all()
    assert tile[14, 13:15].min() > 0.8


def test_neighbours_outside_the_box_vanish(digits):
    image, box = digits[0][0], digits[1][0] * 4
    alone = as_gray(on_paper(image))
    crowded = alone.copy()
    left, right = int(box[0]) - 12, int(box[0] + box[2]) + 12
    crowded[20:100, left - 6 : left] = crowded[20:100, right : right + 6] = 40
    assert np.abs(cut(crowded, box) - cut(alone, box)).mean() < 0.02


def test_the_centre_of_mass_is_in_the_middle(digits):
    steps = np.arange(28)
    for image, box in zip(*digits, strict=True):
        (tile,) = cut(image, box)
        mass = tile.sum()
        assert abs((tile.sum(0) * steps).sum() / mass - 14) <= 0.6
        assert abs((tile.sum(1) * steps).sum() / mass - 14) <= 0.6


def test_a_digit_is_twenty_of_twenty_eight_high():
    bar = np.full((200, 200), 230, np.uint8)
    bar[50:150, 90:110] = 20
    inked = np.flatnonzero(cut(bar, (90, 50, 20, 100))[0].max(1) > 0.5)
    assert len(inked) == pytest.approx(20, abs=1)


def test_a_digit_that_fills_its_picture_is_cut_as_one_inside(digits):
    differences = []
    for image, box in zip(digits[0][:20], digits[1][:20], strict=True):
        x, y, width, height = (4 * box).astype(int)
        inside = as_gray(on_paper(image))
        filled = inside[y : y + height, x : x + width]
        pair = cut(inside, 4 * box), cut(filled, (0, 0, width, height))
        differences.append(np.abs(pair[0] - pair[1]).mean())
    assert np.mean(differences) < 0.01


@pytest.mark.parametrize(
    "box",
    [
        (5, 5, 1, 1),
        (5, 5, 0.2, 0.2),
        (5, 5, 0, 0),
        (5, 5, 30, 0),
        (-50, -50, 60, 60),
        (-99, -99, 10, 10),
        (500, 500, 10, 10),
        (-4, -4, 300, 200),
    ],
)
@pytest.mark.parametrize("gray", [0, 128, 255])
def test_an_odd_box_of_blank_paper_is_blank(box, gray):
    assert cut(np.full((40, 60), gray, np.uint8), box).max() < 0.01


def test_no_boxes_give_no_tiles():
    assert cut(np.zeros((28, 28), np.uint8)).shape == (0, 28, 28)


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)),
    st.lists(
        st.tuples(*[st.floats(-200, 200, width=32)] * 2, *[st.floats(0, 90)] * 2),
        max_size=4,
    ),
)
def test_any_box_of_any_picture_gives_a_tile_of_ink_between_0_and_1(gray, boxes):
    assert np.isfinite(cut(gray, *boxes)).all()


@given(st.integers(0, 2**32), st.integers(-7, 7), st.integers(-7, 7))
def test_a_box_moved_with_its_digit_gives_the_same_tile(seed, right, down):
    chance = np.random.default_rng(seed)
    page = np.full((120, 120), 230, np.uint8)
    page[40:80, 50:70] = chance.integers(0, 255, (40, 20))
    moved = np.roll(page, (down, right), (0, 1))
    there = cut(moved, (50 + right, 40 + down, 20, 40))
    assert np.array_equal(cut(page, (50, 40, 20, 40)), there)
