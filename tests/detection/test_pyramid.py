from itertools import pairwise

import numpy as np
import pytest

from inkten.detection.pyramid import (
    MAX_SIDE,
    normalize_local_contrast,
    pad,
    pyramid,
    zooms,
)


@pytest.mark.parametrize("long_side", [1, 28, 100, 280, 959, 961, 4000, 100_000])
def test_every_picture_has_levels_and_each_halves_the_one_before(long_side):
    steps = zooms(long_side)
    assert steps
    assert all(a == 2 * b for a, b in pairwise(steps))
    assert steps[0] * long_side <= MAX_SIDE or long_side <= 64


def test_levels_have_the_sizes_they_say():
    gray = np.zeros((120, 91), np.uint8)
    shapes = [level.shape for level in pyramid(gray, [2.0, 1.0, 0.5, 0.25])]
    assert shapes == [(240, 182), (120, 91), (60, 46), (30, 23)]
    assert pyramid(gray, [1.0])[0] is gray
    assert pyramid(np.zeros((1, 500), np.uint8), [0.1])[0].shape == (1, 50)


def test_a_level_halved_from_the_last_is_the_picture_reduced(write):
    gray = write("47").gray
    *_, smallest = pyramid(gray, [1.0, 0.5, 0.25])
    np.testing.assert_allclose(smallest, pyramid(gray, [0.25])[0], atol=2)


def test_light_and_contrast_do_not_matter(write):
    gray = write("47").gray
    darker = (gray * 0.5 + 10).astype(np.uint8)
    assert (
        np.abs(normalize_local_contrast(gray) - normalize_local_contrast(darker)).mean()
        < 0.15
    )


def test_a_blank_page_stays_blank():
    blank = np.full((100, 100), 200, np.uint8)
    assert np.abs(normalize_local_contrast(blank)).max() < 0.1


def test_a_batch_is_normalized_as_each_picture_alone(write):
    gray = write("47").gray
    grays = [gray, np.flip(gray), gray // 2]
    together = normalize_local_contrast(pad(np.stack(grays, axis=-1)))
    for index, gray in enumerate(grays):
        np.testing.assert_allclose(
            together[..., index], normalize_local_contrast(pad(gray)), atol=1e-4
        )
