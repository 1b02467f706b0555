import cv2
import numpy as np
import pytest

from inkten.errors import PictureError
from inkten.image.pixels import array_to_gray, compose

RAMP = np.linspace(0, 255, 60, dtype=np.uint8).reshape(6, 10)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(RAMP[..., None], id="one channel"),
        pytest.param(RAMP.astype(np.int64), id="int64"),
        pytest.param(RAMP.astype(np.float32), id="floats to 255"),
        pytest.param(RAMP / 255, id="floats to 1"),
        pytest.param(RAMP / 255 * (1 + 1e-6), id="floats a hair past 1"),
        pytest.param((RAMP / 255).astype(np.float16), id="half floats"),
        pytest.param(RAMP.astype(np.uint16) * 257, id="16 bits"),
        pytest.param((RAMP.astype(np.uint16) * 257).astype(">u2"), id="big-endian"),
        pytest.param(RAMP.astype(np.uint16) * 16, id="12 bits in 16"),
        pytest.param(np.dstack([RAMP] * 3), id="gray as RGB"),
        pytest.param(np.dstack([RAMP] * 3 + [np.full_like(RAMP, 255)]), id="RGBA"),
    ],
)
def test_every_kind_of_array_becomes_the_same_gray(array):
    gray = array_to_gray(array)
    assert gray.dtype == np.uint8
    assert gray.shape == RAMP.shape
    assert np.abs(gray.astype(int) - RAMP).max() <= 1


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_floats_beyond_white_are_white(white):
    sharpened = np.array([[0, white / 2, white, 1.1 * white]])
    assert array_to_gray(sharpened).tolist() == [[0, 128, 255, 255]]


@pytest.mark.parametrize("given", [RAMP, RAMP[..., None]])
def test_gray_is_a_copy_of_the_array(given):
    assert not np.shares_memory(array_to_gray(given), given)


def test_true_is_white():
    assert array_to_gray(RAMP > 100).tolist() == np.where(RAMP > 100, 255, 0).tolist()


def test_arrays_are_in_rgb_order():
    red, blue = np.zeros((2, 4, 4, 3), np.uint8)
    red[..., 0] = blue[..., 2] = 255
    assert array_to_gray(red)[0, 0] == 76  # BT.601: 0.299 * 255
    assert array_to_gray(blue)[0, 0] == 29  # 0.114 * 255


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(5), r"shape \(5,\)"),
        (np.zeros((5, 5, 2)), r"shape \(5, 5, 2\)"),
        (np.zeros((1, 28, 28, 1)), "not a picture"),
        (np.zeros((0, 5)), "no pixels"),
        (np.full((5, 5), np.nan), "nan"),
        (np.full((5, 5), np.inf), "inf"),
        (np.full((5, 5), -1), "from -1"),
        (np.full((5, 5), 70_000), "to 70000"),
        (np.zeros((5, 5), complex), "complex128"),
        (np.full((5, 5), "a"), "<U1"),
        (np.full((5, 5), None), "object"),
    ],
)
def test_an_array_that_is_not_a_picture_is_described(array, said):
    with pytest.raises(PictureError, match=said) as raised:
        array_to_gray(array)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("ink", [0, 60, 200, 255])
def test_ink_on_nothing_stays_visible(ink):
    alpha = np.zeros((20, 20), np.uint8)
    alpha[8:12, 5:15] = 255
    gray = np.full((20, 20), ink, np.uint8)  # behind the alpha: the ink's own colour
    shown = compose(gray, alpha)
    assert (shown[alpha == 255] == ink).all()
    assert (shown[alpha == 0] == (255 if ink < 128 else 0)).all()


def test_light_ink_that_is_half_transparent_stays_visible():
    alpha = np.zeros((20, 20), np.uint8)
    alpha[8:12, 5:15] = 120
    shown = compose(np.full((20, 20), 255, np.uint8), alpha)
    assert shown[10, 10] > shown[0, 0] + 100


def test_transparent_corners_take_the_colour_of_the_paper():
    gray = np.full((20, 20), 230, np.uint8)
    gray[8:12, 5:15] = 10
    alpha = np.full((20, 20), 255, np.uint8)
    alpha[:3, :3] = alpha[-3:, -3:] = 0
    gray[alpha == 0] = 0
    shown = compose(gray, alpha)
    assert (shown[alpha == 0] == 230).all()
    assert (shown[8:12, 5:15] == 10).all()


def test_half_transparent_edges_are_mixed():
    gray, alpha = np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8)
    alpha[4, 4], alpha[4, 5] = 255, 128
    assert compose(gray, alpha)[4, 4:7].tolist() == [0, 127, 255]


def test_floats_beyond_black_are_black():
    step = np.kron([[0, 1], [1, 0]], np.ones((8, 8)))
    enlarged = cv2.resize(step, (40, 40), interpolation=cv2.INTER_CUBIC)
    assert enlarged.min() < 0
    gray = array_to_gray(enlarged)
    assert (gray.min(), gray.max()) == (0, 255)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_is_an_array():
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(array_to_gray(np.matrix(gray)), gray)
