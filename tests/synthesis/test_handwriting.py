import shutil
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import pytest

from inkten.datasets import mnist
from inkten.datasets.packs import load_pack
from inkten.synthesis import cuttings, letters, wear
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import (
    JOB_SCENES,
    TEXT_SCENES,
    make_page,
    numbered_pages,
    training_page,
)
from inkten.synthesis.script import Spacing, put_sign, write
from inkten.synthesis.writer import Writer

EXAMPLES = mnist.load().fit_part
TOML = """
name = "mine"
licence = "CC0-1.0"
credit = "A. Writer"
origin = "https://example.org"
parts = ["train"]
ambiguous = ["o"]
"""


def _write(path: Path, pictures: list, texts: list, **extra: np.ndarray) -> None:
    np.savez(
        path,
        pixels=np.concatenate([picture.ravel() for picture in pictures]),
        shapes=np.array([picture.shape for picture in pictures]),
        texts=np.array(texts),
        writers=np.array(["ann"] * len(texts)),
        parts=np.array(["train"] * len(texts)),
        **extra,
    )


@pytest.fixture(scope="module")
def handwriting(tmp_path_factory: pytest.TempPathFactory) -> Handwriting:
    """A small pack of everything: one writer, one font, a number, a page."""
    folder = tmp_path_factory.mktemp("pack")
    (folder / "pack.toml").write_text(TOML)
    firsts = [np.flatnonzero(EXAMPLES.labels == value)[0] for value in range(10)]
    digits = [255 - EXAMPLES.images[first] for first in firsts]
    cross = np.full((30, 30), 255, np.uint8)
    cv2.line(cross, (4, 4), (25, 25), 0, 3)
    cv2.line(cross, (25, 4), (4, 25), 0, 3)
    pictures = [*digits, cross, cross, cross]
    _write(folder / "glyphs.npz", pictures, [*map(str, range(10)), "x", "o", ""])
    number = np.hstack([digits[4], digits[2]])
    boxes = np.array([[4, 4, 20, 20], [32, 4, 20, 20]], np.float32)
    boxed = np.array([True])
    _write(folder / "numbers.npz", [number], ["42"], boxes=boxes, boxed=boxed)
    (folder / "fonts").mkdir()
    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    shutil.copy(font, folder / "fonts")
    row = "file,family,weight,part\nDejaVuSans.ttf,DejaVu,1,train\n"
    (folder / "fonts.csv").write_text(row)
    (folder / "pages").mkdir()
    page = np.full((100, 500), 220, np.uint8)
    cv2.putText(page, "hello my dear", (10, 60), cv2.FONT_ITALIC, 1.5, 40, 3)
    cv2.imwrite(str(folder / "pages" / "a.png"), page)
    outline = [[5, 15], [440, 15], [440, 85], [5, 85]]
    line = f'{{"text": "hello my dear", "outline": {outline}}}'
    dated = f'{{"text": "May 1916", "outline": {outline}}}'
    listed = f'{{"a.png": {{"part": "train", "lines": [{line}, {dated}]}}}}'
    (folder / "pages.json").write_text(listed)
    return Handwriting.of([load_pack(folder)])


def white() -> Canvas:
    return Canvas(np.full((160, 160), 255, np.float32))


def writer_of(rng: np.random.Generator, handwriting: Handwriting) -> Writer:
    writer = Writer.random(rng, EXAMPLES, paper=255.0).of_height(24)
    return writer.with_packs(rng, handwriting)


def test_handwriting_sorts_what_packs_offer(handwriting: Handwriting) -> None:
    assert len(handwriting.writers) == 1
    assert sorted(handwriting.writers.items[0].glyphs) == list(range(10))
    assert [font.family for font in handwriting.fonts.items] == ["DejaVu"]
    assert len(handwriting.characters) == 1
    assert set(handwriting.signs) == {"x", "o"}
    assert (len(handwriting.drawings), len(handwriting.numbers)) == (1, 1)
    assert handwriting.words == ("dear", "hello", "my")


def test_a_line_with_a_digit_is_no_line_without(handwriting: Handwriting) -> None:
    assert [line.text for line in handwriting.lines] == ["hello my dear"]


def test_a_seed_makes_one_page_with_packs_too(handwriting: Handwriting) -> None:
    first, again = (
        numbered_pages(EXAMPLES, 6, seed=4, handwriting=handwriting) for _ in range(2)
    )
    for page, same in zip(first, again, strict=True):
        assert np.array_equal(page.gray, same.gray)
        assert np.array_equal(page.boxes, same.boxes)


def test_scene_shares_with_packs_sum_to_one() -> None:
    assert sum(JOB_SCENES.values()) == pytest.approx(1)
    assert sum(TEXT_SCENES.values()) == pytest.approx(1)


@pytest.mark.parametrize("scene", JOB_SCENES, ids=lambda scene: scene.__name__)
def test_every_scene_keeps_its_boxes_on_the_page(scene, handwriting) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        images, labels = EXAMPLES.images, EXAMPLES.labels
        page = make_page(rng, images, labels, 160, scene, handwriting=handwriting)
        assert page.gray.shape == (160, 160)
        assert (page.boxes[:, :2] >= 0).all()
        assert (page.boxes[:, :2] + page.boxes[:, 2:] <= 160).all()
        assert len(page.boxes) == len(page.values) == len(page.in_range)


def test_pages_of_signs_alone_hold_no_number_but_the_odd_one_in_a_letter(
    handwriting: Handwriting,
) -> None:
    rng = np.random.default_rng(0)
    pages = [
        training_page(rng, EXAMPLES, of_signs=1.0, handwriting=handwriting)
        for _ in range(40)
    ]
    assert np.mean([len(page.boxes) == 0 for page in pages]) > 0.6


def test_written_digits_are_labelled_and_signs_are_distractors(
    handwriting: Handwriting,
) -> None:
    rng, canvas = np.random.default_rng(1), white()
    write(rng, canvas, writer_of(rng, handwriting), "17+2", 8, 80, Spacing())
    assert canvas.values == [1, 7, 2]
    assert len(canvas.distractor_boxes) == 1
    assert canvas.ignore == []


@pytest.mark.parametrize("sign", "/|()[]")
def test_a_sign_beside_digits_is_no_digit_and_not_ignored(sign, handwriting) -> None:
    rng, canvas = np.random.default_rng(2), white()
    put_sign(rng, canvas, writer_of(rng, handwriting), sign, 60, 80)
    assert len(canvas.distractor_boxes) == 1
    assert (canvas.values, canvas.ignore) == ([], [])


def test_a_cut_number_is_put_with_its_boxes(handwriting: Handwriting) -> None:
    rng = np.random.default_rng(3)
    put = 0
    for _ in range(20):
        canvas = white()
        if not cuttings.put_number(rng, canvas, writer_of(rng, handwriting)):
            continue
        put += 1
        assert canvas.values == [4, 2]
        for x, y, wide, high in canvas.boxes:
            ink = canvas.tone[int(y) : int(y + high), int(x) : int(x + wide)]
            assert ink.min() < 250
    assert put > 5


def test_lifted_ink_leaves_its_paper_behind() -> None:
    paper = np.tile(np.linspace(150, 230, 120), (60, 1)).astype(np.uint8)
    written = paper.copy()
    cv2.line(written, (20, 30), (100, 30), 40, 3)
    ink = cuttings.lift(written)
    assert ink[30, 40:80].min() > 180
    assert ink[:15].max() < 60
    assert ink[45:].max() < 60


def test_real_lines_and_other_scripts_add_no_digits(handwriting: Handwriting) -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        canvas = white()
        writer = writer_of(rng, handwriting)
        cuttings.put_lines(rng, canvas, writer, 4)
        cuttings.show_through(rng, canvas, writer)
        letters.one_character(rng, canvas, writer)
        assert canvas.boxes == []
    assert canvas.tone.min() < 250


def test_speckles_and_frost_leave_most_of_a_page(monkeypatch) -> None:
    monkeypatch.setattr(wear, "SPECKLED", 1.0)
    monkeypatch.setattr(wear, "FROSTED", 1.0)
    gray = np.full((160, 160), 128, np.uint8)
    gray[60:100, 60:100] = 20
    rng = np.random.default_rng(0)
    for _ in range(10):
        speckled = wear.speckle(rng, gray)
        assert 0 < np.mean(speckled != gray) < 0.06
        frosted = wear.frost(rng, gray, smallest=20)
        assert np.array_equal(frosted[70:90, 70:90], gray[70:90, 70:90])
