"""How often a digit is read where none is written, at the shipped setting."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="synthetic pages use its fonts")

from inkten import Reader
from inkten.datasets import mnist
from inkten.evaluation.answers import Case
from inkten.evaluation.evaluate import evaluate_reader
from inkten.synthesis import scenes
from inkten.synthesis.page import make_page

PAGES, SEED = 200, 20


@pytest.mark.parametrize(
    ("scene", "most"),
    [
        (scenes.empty, 0.10),  # paper, objects, words, signs, scribbles: 0.070 measured
        (scenes.signs, 0.08),  # letters, symbols and words all over
    ],
)
def test_few_synthetic_pages_without_digits_are_read_as_digits(scene, most):
    part = mnist.load().test_part
    pages = [
        make_page(
            np.random.default_rng((SEED, number)), part.images, part.labels, scene=scene
        )
        for number in range(PAGES)
    ]
    assert not any(len(page.boxes) for page in pages)
    cases = [Case(f"{number}", page.gray, "") for number, page in enumerate(pages)]
    assert evaluate_reader(Reader(), cases).false_digits.value <= most
