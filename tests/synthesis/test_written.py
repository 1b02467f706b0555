import numpy as np
import pytest

from inkten.classification.classes import CLASSES, OTHER, class_of
from inkten.datasets import mnist
from inkten.datasets.mnist import Part
from inkten.synthesis import distractors, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.numbers import with_signs
from inkten.synthesis.script import Spacing, put_sign, write
from inkten.synthesis.writer import Writer

DATA = mnist.load()
EXAMPLES = Part(DATA.test_images[:300], DATA.test_labels[:300])


def white() -> Canvas:
    return Canvas(np.full((160, 160), 255, np.float32))


def hand_of(rng: np.random.Generator, height: float) -> Writer:
    return Writer.random(rng, EXAMPLES, paper=255.0).of_height(height)


def test_a_text_with_signs_is_kept_as_it_would_be_read() -> None:
    rng, canvas = np.random.default_rng(3), white()
    write(rng, canvas, hand_of(rng, 20), "1'0*4|5", 8, 80, Spacing(0.2))
    (text,) = canvas.written
    assert text.text == "1'0x4/5"
    names = [CLASSES[label] for label in canvas.distractor_labels]
    assert names == [",", "x", "/"]


def test_a_text_that_the_border_cuts_is_not_kept() -> None:
    rng, canvas = np.random.default_rng(4), white()
    write(rng, canvas, hand_of(rng, 30), "12.50", 120, 80, Spacing(0.2))
    assert canvas.written == []


def test_letters_rules_and_signs_of_a_page_are_told_apart() -> None:
    rng, canvas = np.random.default_rng(5), white()
    writer = hand_of(rng, 20)
    distractors.written_word(rng, canvas, writer)
    paper.rule(np.random.default_rng(1), canvas, 40)
    put_sign(rng, canvas, writer, "½", 20, 150)
    assert {*canvas.distractor_labels[:-1]} == {OTHER}
    assert CLASSES[canvas.distractor_labels[-1]] == "½"
    assert canvas.rules.any(axis=0).all()


@pytest.mark.parametrize("seed", range(20))
def test_numbers_with_signs_have_both(seed) -> None:
    text = with_signs(np.random.default_rng(seed))
    assert any(map(str.isdigit, text))
    assert all(class_of(sign) != OTHER for sign in text)
    assert not text.isdigit()
