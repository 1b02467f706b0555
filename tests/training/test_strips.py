from dataclasses import replace

import numpy as np
import pytest

from inkten.classification.classes import OTHER, class_of
from inkten.datasets.packs import load_pack
from inkten.detection import Detector
from inkten.layout.line import ENDS, Line
from inkten.layout.lines import find_lines
from inkten.synthesis.page import Page as SyntheticPage
from inkten.synthesis.page import make_page
from inkten.training import strips as module
from inkten.training.strips import (
    LINE_SCENES,
    PACK_LINE_SCENES,
    LabelledStrips,
    cut_line_pages,
    cut_lines,
    cut_numbers,
    fits,
)

TOML = """
name = "mine"
licence = "CC0-1.0"
credit = "A. Writer"
origin = "https://example.org"
parts = ["train"]
"""


def synthetic(page, text, distractors=(), labels=None):
    """A page of the tests as a synthetic page."""
    if labels is None:
        labels = [OTHER] * len(distractors)
    return SyntheticPage(
        gray=page.gray,
        boxes=page.boxes,
        values=np.array([int(digit) for digit in text]),
        in_range=np.ones(len(text), np.bool_),
        ignore=np.zeros((0, 4), np.float32),
        distractor_boxes=np.array(distractors, np.float32).reshape(-1, 4),
        distractor_labels=np.array(labels, np.int64),
    )


def with_signs(page, signs, *, before):
    """A page on which the digits ``before`` are signs."""
    boxes = page.boxes[before]
    rest = replace(page, boxes=np.delete(page.boxes, before, axis=0))
    return rest, boxes, [class_of(sign) for sign in signs]


def texts_of(page, count=60):
    return {
        text
        for seed in range(count)
        for text in cut_lines(np.random.default_rng(seed), page).texts
    }


def test_a_strip_is_labelled_with_all_its_digits_detected_or_not(write):
    texts = texts_of(synthetic(write("407"), "407"))
    assert "407" in texts
    assert texts <= {"407", ""}  # "": a strip of nothing, somewhere else


def test_lines_are_labelled_apart_and_numbers_of_a_line_together(write):
    texts = texts_of(synthetic(write("407 5\n1283"), "40751283"))
    assert {"4075", "1283"} <= texts
    assert not any(set(text) > set("4075") for text in texts)


def test_signs_beside_digits_are_part_of_the_text(write):
    page = write("4071")
    digits, signs, labels = with_signs(page, "/", before=[2])
    assert texts_of(synthetic(digits, "401", signs, labels)) >= {"40/1"}
    letter = synthetic(digits, "401", signs, [OTHER])
    assert texts_of(letter) >= {"401"}


def test_a_sign_far_from_all_digits_is_left_out(write):
    page = write("4      71")
    digits, signs, labels = with_signs(page, "/-", before=[1, 2])
    line = find_lines(page.boxes)[0]
    assert module._text_on(line, synthetic(digits, "4", signs, labels)) == "4"


def test_a_strip_that_cuts_a_sign_in_half_is_left_out(write):
    page = write("4071")
    digits, signs, labels = with_signs(page, "/", before=[2])
    shown = synthetic(digits, "401", signs, labels)
    (line,) = find_lines(page.boxes)
    assert module._text_on(line, shown) == "40/1"
    x, _, width, _ = page.boxes[2].tolist()
    cut = replace(line, length=x + width / 2 - line.x - ENDS * line.height)
    assert module._text_on(cut, shown) is None


def test_letters_that_pass_for_digits_give_strips_without_text(write):
    page = write("88888")  # their boxes are now those of letters
    letters = SyntheticPage(
        page.gray,
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.int64),
        np.zeros(0, np.bool_),
        np.zeros((0, 4), np.float32),
        page.boxes,
    )
    assert texts_of(letters) == {""}


def test_a_strip_that_cuts_a_digit_in_half_is_left_out(write):
    page = synthetic(write("4071"), "4071")
    x, y, width, height = page.boxes[1].tolist()
    line = Line(((0,),), 0.0, x, y + height, width, height)
    assert module._text_on(line, page) == "0"
    half = Line(((0,),), 0.0, x, y + 0.45 * height, width, height)
    assert module._text_on(half, page) is None


@pytest.mark.parametrize("shares", [LINE_SCENES, PACK_LINE_SCENES])
def test_the_shares_of_the_scenes_sum_to_one(shares):
    assert sum(shares.values()) == pytest.approx(1)


def test_the_same_seed_gives_the_same_strips(few):
    one, again = (cut_line_pages(few.fit_part, 8, seed=3) for _ in range(2))
    assert one.texts == again.texts
    assert all(map(np.array_equal, one.strips, again.strips))
    assert any(one.texts)
    assert "" in one.texts


def test_joined_digits_keep_their_labels(few):
    page = make_page(
        np.random.default_rng(5),
        few.train_images,
        few.train_labels,
        scene=module.joined_numbers,
    )
    assert len(page.boxes) == len(page.values) > 1


def test_a_text_needs_a_step_for_each_digit_and_between_equal_ones():
    assert fits("123", 12)
    assert not fits("122", 12)
    assert fits("", 8)
    assert not fits("1", 4_000)  # wider than any batch


@pytest.fixture
def pack(write, tmp_path):
    """A pack of two pictures of numbers: the digits of the first have boxes."""
    pages = [write("4071"), write("56")]
    (tmp_path / "pack.toml").write_text(TOML)
    np.savez(
        tmp_path / "numbers.npz",
        pixels=np.concatenate([page.gray.ravel() for page in pages]),
        shapes=np.array([page.gray.shape for page in pages]),
        texts=np.array(["4071", "56"]),
        writers=np.array(["ann", "bob"]),
        parts=np.array(["train", "train"]),
        boxed=np.array([True, False]),
        boxes=pages[0].boxes,
    )
    return load_pack(tmp_path)


def test_pictures_of_numbers_need_no_boxes(pack):
    cut = cut_numbers([pack], "train", Detector(threads=1), seed=0, copies=2)
    assert cut.texts == ["4071", "4071", "56", "56"]
    assert not np.array_equal(cut.strips[0], cut.strips[1])
    assert len(cut_numbers([pack], "validation", Detector(threads=1), seed=0)) == 0


def test_strips_without_any_digit_are_merged_too():
    nothing = LabelledStrips([], [])
    assert len(LabelledStrips.merge([nothing, nothing])) == 0
