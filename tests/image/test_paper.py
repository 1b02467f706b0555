"""Bare paper is recognized at a glance."""

import numpy as np
import pytest

from inkten.image.paper import only_paper_beside

BOX = np.array([20, 20, 10, 20], np.float32)


@pytest.fixture
def sheet() -> np.ndarray:
    """A dark digit on even, light paper."""
    sheet = np.full((60, 80), 240, np.uint8)
    sheet[20:40, 20:30] = 30
    return sheet


def test_even_paper_holds_nothing_else(sheet: np.ndarray) -> None:
    sheet[:, ::2] -= 8  # a pale texture

    assert only_paper_beside(sheet, BOX)
    assert only_paper_beside(255 - sheet, BOX)


def test_a_single_dark_pixel_is_ink(sheet: np.ndarray) -> None:
    sheet[35, 50] = 200

    assert not only_paper_beside(sheet, BOX)


def test_a_shadow_is_not_even_paper(sheet: np.ndarray) -> None:
    sheet[50:] = 180

    assert not only_paper_beside(sheet, BOX)


def test_gradual_shade_and_fine_noise_are_paper(sheet: np.ndarray) -> None:
    shade = np.linspace(0, 60, sheet.shape[1]) + np.linspace(0, 30, len(sheet))[:, None]
    noise = np.random.default_rng(0).normal(0, 3, sheet.shape)
    shaded = np.clip(sheet - shade + noise, 0, 255).astype(np.uint8)

    assert only_paper_beside(shaded, BOX)
    assert only_paper_beside(np.kron(shaded, np.ones((9, 9), np.uint8)), 9 * BOX)


def test_faint_writing_beside_a_large_digit_is_ink(sheet: np.ndarray) -> None:
    large = np.kron(sheet, np.ones((9, 9), np.uint8))
    large[200:380, 500:510] -= 50

    assert not only_paper_beside(large, 9 * BOX)


def test_a_digit_that_fills_its_picture_is_all_of_it() -> None:
    assert only_paper_beside(
        np.full((20, 10), 30, np.uint8), np.array([0, 0, 10, 20], np.float32)
    )


def test_a_box_beside_the_picture_says_no(sheet: np.ndarray) -> None:
    assert not only_paper_beside(sheet, np.array([220, 20, 10, 20], np.float32))
