from itertools import pairwise

import numpy as np
import pytest

from inkten.finder.pyramid import flatten, level, surrounded, zooms


@pytest.mark.parametrize("long_side", [1, 28, 100, 280, 959, 961, 4000, 100_000])
def test_every_picture_has_levels_and_each_halves_the_one_before(long_side):
    steps = zooms(long_side)
    assert steps
    assert all(a == 2 * b for a, b in pairwise(steps))
    assert steps[0] * long_side <= 960 or long_side <= 64


def test_a_level_has_the_size_it_says():
    gray = np.zeros((120, 90), np.uint8)
    assert level(gray, 0.5).shape == (60, 45)
    assert level(gray, 1.0) is gray
    assert level(np.zeros((1, 500), np.uint8), 0.1).shape == (1, 50)


def test_light_and_contrast_do_not_matter(write):
    gray = write("47").gray
    darker = (gray * 0.5 + 10).astype(np.uint8)
    assert np.abs(flatten(gray) - flatten(darker)).mean() < 0.15


def test_a_blank_page_stays_blank():
    blank = np.full((100, 100), 200, np.uint8)
    assert np.abs(flatten(blank)).max() < 0.1


def test_pictures_flattened_together_are_flattened_as_each_alone(write):
    gray = write("47").gray
    grays = [gray, np.flip(gray), gray // 2]
    together = flatten(surrounded(np.stack(grays, axis=-1)))
    for index, gray in enumerate(grays):
        np.testing.assert_allclose(
            together[..., index], flatten(surrounded(gray)), atol=1e-4
        )
