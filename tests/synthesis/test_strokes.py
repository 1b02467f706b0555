import cv2
import numpy as np
import pytest

from inkten.datasets import mnist
from inkten.synthesis.fonts import DIGIT_FONTS, printed
from inkten.synthesis.glyphs import digit_shape
from inkten.synthesis.shapes import DIGIT_SHAPES
from inkten.synthesis.skeleton import thin
from inkten.synthesis.strokes import Pen, Pose, body, centre_line, ink, line

IMAGES = mnist.load().fit_part.images[:40]


def test_thinning_keeps_every_stroke_connected() -> None:
    for picture in IMAGES:
        mask = (picture > 105).astype(np.uint8)
        parts_before, _ = cv2.connectedComponents(mask)
        parts_after, _ = cv2.connectedComponents(thin(mask))
        assert parts_after == parts_before


@pytest.mark.parametrize("height", [14, 30, 46])
def test_ink_comes_out_at_the_height_asked_for(height: int) -> None:
    rng = np.random.default_rng(0)
    for picture in IMAGES[:10]:
        for trace in (body(picture), line(centre_line(picture, enlarge=2))):
            _, _, wide, high = ink(rng, trace, Pose(height), Pen(0.05)).box
            assert 0.8 * height <= max(high, 0.5 * wide) <= 1.15 * height + 1


def test_a_wider_pen_leaves_more_ink() -> None:
    rng = np.random.default_rng(0)
    trace = line(centre_line(IMAGES[0], enlarge=2))
    thin_ink, thick_ink = (
        ink(rng, trace, Pose(40), Pen(width)).alpha.sum() for width in (0.04, 0.15)
    )
    assert thick_ink > 2.5 * thin_ink


def test_an_aliased_pen_knows_no_gray() -> None:
    pen = Pen(0.05, aliased=True)
    alpha = ink(np.random.default_rng(0), body(IMAGES[0]), Pose(24), pen).alpha
    assert set(np.unique(alpha)) == {0.0, 1.0}


def test_every_font_draws_ten_different_digits() -> None:
    for font in DIGIT_FONTS:
        drawn = {printed(str(value), font).field.tobytes() for value in range(10)}
        assert len(drawn) == 10, font


def test_every_drawn_shape_leaves_ink() -> None:
    rng = np.random.default_rng(0)
    for value in DIGIT_SHAPES:
        for _ in range(5):
            trace = digit_shape(rng, value)
            assert ink(rng, trace, Pose(30), Pen(0.08)).box[3] >= 24
