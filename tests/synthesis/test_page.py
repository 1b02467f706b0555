import numpy as np
import pytest

from inkten.datasets import mnist
from inkten.synthesis import distractors, scenes
from inkten.synthesis.canvas import MAX_HEIGHT, Canvas
from inkten.synthesis.page import SCENES, Page, contact_sheet, make_page, training_page
from inkten.synthesis.strokes import Ink
from inkten.synthesis.writer import Writer

EXAMPLES = mnist.load().fit_part


def page_of(seed: int, side: int = 160) -> Page:
    rng = np.random.default_rng(seed)
    return make_page(rng, EXAMPLES.images, EXAMPLES.labels, side)


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [page_of(seed) for seed in range(150)]


def white(side: int = 160) -> Canvas:
    return Canvas(np.full((side, side), 255, np.float32))


def hand_of(rng: np.random.Generator, height: float) -> Writer:
    return Writer.random(rng, EXAMPLES, paper=255.0).of_height(height)


def test_a_seed_makes_one_page_and_another_seed_another(pages: list[Page]) -> None:
    again = page_of(3)
    assert np.array_equal(again.gray, pages[3].gray)
    assert np.array_equal(again.boxes, pages[3].boxes)
    assert not np.array_equal(again.gray, pages[4].gray)


def test_a_page_of_signs_holds_no_digit() -> None:
    rng = np.random.default_rng(0)
    page = make_page(rng, EXAMPLES.images, EXAMPLES.labels, scene=scenes.signs)
    assert len(page.distractor_boxes) > 2
    assert not len(page.boxes)


@pytest.mark.parametrize(("of_signs", "has_digits"), [(1.0, False), (0.0, True)])
def test_a_lesson_page_is_of_signs_as_often_as_asked(
    of_signs: float, has_digits: bool
) -> None:
    rng = np.random.default_rng(6)
    lessons = [training_page(rng, EXAMPLES, of_signs=of_signs) for _ in range(12)]
    assert any(len(page.boxes) for page in lessons) == has_digits


def test_a_page_has_the_form_it_promises() -> None:
    page = page_of(1, side=96)
    assert (page.gray.shape, page.gray.dtype) == ((96, 96), np.uint8)
    assert (page.boxes.shape[1], page.boxes.dtype) == (4, np.float32)
    assert (page.values.shape, page.values.dtype) == ((len(page.boxes),), np.int64)


def test_boxes_lie_on_the_page_at_a_height_the_detector_looks_for(
    pages: list[Page],
) -> None:
    every = np.vstack([page.boxes for page in pages])
    assert (every[:, :2] >= 0).all()
    assert (every[:, :2] + every[:, 2:] <= 160).all()
    boxes = np.vstack([page.boxes[page.in_range] for page in pages])
    assert (boxes[:, 3] <= MAX_HEIGHT).all()
    assert (boxes[:, 3] >= 0.8 * 13).all()  # a part may be cut by the border


def test_every_labelled_digit_differs_from_its_paper(pages: list[Page]) -> None:
    contrasts = []
    for page in pages:
        for x, y, wide, high in page.boxes.astype(int):
            ink = page.gray[y : y + high + 1, x : x + wide + 1]
            contrasts.append(int(ink.max()) - int(ink.min()))
    assert np.quantile(contrasts, 0.01) > 20


def test_all_digits_come_about_equally_often(pages: list[Page]) -> None:
    counts = np.bincount(np.concatenate([page.values for page in pages]), minlength=10)
    assert counts.sum() > 300
    assert counts.min() > 0.4 * counts.max()


def test_about_one_page_in_four_has_no_digit(pages: list[Page]) -> None:
    without = np.mean([len(page.values) == 0 for page in pages])
    assert 0.15 < without < 0.4


def test_scene_shares_sum_to_one() -> None:
    assert sum(SCENES.values()) == pytest.approx(1)


def test_huge_digits_are_known_as_another_level_s() -> None:
    rng, canvas = np.random.default_rng(0), white()
    ink, value = hand_of(rng, 100).digit(rng)
    assert canvas.put(ink, 20, 20, 0.0, value=value)
    assert (canvas.values, canvas.in_range) == ([value], [False])


def test_tiny_digits_and_look_alikes_are_unclear() -> None:
    rng, canvas = np.random.default_rng(0), white()
    ink, value = hand_of(rng, 7).digit(rng)
    assert canvas.put(ink, 20, 20, 0.0, value=value)
    assert canvas.put(hand_of(rng, 20).sign(rng, "("), 50, 20, 0.0, ignore=True)
    assert canvas.values == []
    assert len(canvas.ignore) == 2


def test_digits_between_two_levels_are_left_out() -> None:
    rng, canvas = np.random.default_rng(0), white()
    ink, value = hand_of(rng, 52).digit(rng)
    assert canvas.put(ink, 20, 20, 0.0, value=value) is None
    assert canvas.tone.min() == 255


def test_a_digit_cut_in_half_by_the_border_is_left_out() -> None:
    rng, canvas = np.random.default_rng(0), white()
    ink, value = hand_of(rng, 30).digit(rng)
    assert canvas.put(ink, -ink.box[2] / 2, 20, 0.0, value=value) is None
    assert canvas.values == []


def test_boxes_hug_the_ink() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        canvas = white()
        ink, value = hand_of(rng, 30).digit(rng)
        box = canvas.put(ink, 60, 60, 0.0, value=value)
        assert box is not None
        rows, columns = np.nonzero(canvas.tone < 255 - 0.5 * (255 - canvas.tone.min()))
        hugged = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
        assert np.abs(np.subtract(box, hugged)).max() <= 2


def test_empty_scenes_and_clutter_add_no_labels() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        canvas = white()
        writer = hand_of(rng, 30)
        scenes.empty(rng, canvas, writer)
        distractors.clutter(rng, canvas, writer, 4)
        assert canvas.boxes == []


def test_contact_sheet_lays_pages_in_columns(pages: list[Page]) -> None:
    assert contact_sheet(pages[:5], columns=3).shape == (2 * 162, 3 * 162, 3)


def test_ink_of_which_only_the_soft_edge_is_on_the_page_is_not_put():
    ink = Ink(np.full((12, 12), 0.5, np.float32), (2, 2, 8, 8))
    canvas = white()
    assert canvas.put(ink, 20, -8, tone=0) is None
    assert (canvas.tone == 255).all()
    assert canvas.put(ink, 20, -7, tone=0) == (20, 0, 8, 1)
