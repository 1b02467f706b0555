"""Make the example pictures of the web page, from MNIST's test digits.

    python examples/make_page_examples.py

Writes phone.jpg, table.jpg, boxes.jpg, board.jpg, tiny.png and none.jpg into the
page's folder, and no_digit.jpg beside this file. Digits are written by the synthesis
room's writer, on the paper and with the camera of make_examples.py. The pictures come
out the same each time.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from make_examples import HEIGHT, RULE, WIDTH, Colours, paper, photograph
from numpy.typing import NDArray

from inkten.datasets import mnist
from inkten.server.pages import FOLDER
from inkten.synthesis.strokes import Ink, Pen, Pose
from inkten.synthesis.writer import Writer

HERE = Path(__file__).parent
OUT = FOLDER / "examples"
SIZE = (800, 600)  # of a photo, px: 4 to 3 as the page's sheet
QUALITY = 80  # of the JPEG files: six pictures are to load at once
BLUE = np.array([110, 48, 30], np.float32)  # BGR
BLACK = np.array([46, 40, 38], np.float32)
CHALK = np.array([228, 236, 236], np.float32)
BOARD = np.array([66, 78, 52], np.float32)
ROWS = ("12 340 7", "8 215 43", "25 96 108", "3 470 61")
FIELDS = ("29082026", "4711350")
# Corners of each stroke, px: mountains, a house with its door, the ground.
DRAWING = (
    ((150, 900), (480, 330), (640, 590), (760, 430), (1010, 800)),
    ((385, 500), (470, 560), (530, 470), (575, 500)),
    ((820, 930), (820, 690), (1020, 540), (1220, 690), (1220, 930)),
    ((790, 715), (820, 690), (1220, 690), (1250, 715)),
    ((960, 930), (960, 780), (1070, 780), (1070, 930)),
    ((110, 935), (700, 925), (1500, 940)),
)
# A boat with two sails under birds, on waves.
BOAT = (
    ((330, 760), (480, 900), (1060, 900), (1230, 760), (330, 760)),
    ((760, 760), (760, 240)),
    ((730, 300), (420, 700), (730, 700), (730, 300)),
    ((790, 270), (1120, 700), (790, 700), (790, 270)),
    ((150, 300), (230, 250), (290, 310), (360, 245), (440, 300)),
    ((100, 960), (300, 920), (500, 970), (700, 925), (900, 970), (1100, 920)),
)


def main() -> None:
    """Write all pictures."""
    OUT.mkdir(exist_ok=True)
    data = mnist.load()
    writer = Writer(
        examples=mnist.Part(data.test_images, data.test_labels),
        pen=Pen(0.085),
        pose=Pose(90.0, slant=0.08),
        tone=0.0,
        uneven=0.35,
        drawn=0.0,
        as_line=True,
    )
    phone = cv2.imread(str(HERE / "phone_number.jpg"))
    save(phone.astype(np.uint8), OUT / "phone.jpg")
    save(table(writer, np.random.default_rng(21)), OUT / "table.jpg")
    save(boxes(writer, np.random.default_rng(5)), OUT / "boxes.jpg")
    save(board(writer, np.random.default_rng(8)), OUT / "board.jpg")
    save(drawing(DRAWING, np.random.default_rng(4)), OUT / "none.jpg")
    save(drawing(BOAT, np.random.default_rng(4)), HERE / "no_digit.jpg")
    tiny = data.test_images[np.flatnonzero(data.test_labels == 3)[2]]
    cv2.imwrite(str(OUT / "tiny.png"), tiny)


def table(writer: Writer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A table of four rows and three columns of numbers."""
    page = paper(rng)
    columns, rows = (200, 600, 1000, 1400), range(170, 1071, 225)
    for x in columns:
        page[rows[0] : rows[-1], x - 2 : x + 2] = RULE * 0.6
    for y in rows:
        page[y - 2 : y + 2, columns[0] : columns[-1]] = RULE * 0.6
    for top, line in zip(rows, ROWS, strict=False):
        for left, number in zip(columns, line.split(), strict=False):
            write(page, writer, rng, number, left + 90, top + 158, BLUE)
    return photograph(page, rng)


def boxes(writer: Writer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Two fields of a form with a box for each digit."""
    page, side = paper(rng), 150
    for top, field in zip((330, 690), FIELDS, strict=True):
        for place, digit in enumerate(field):
            left = 180 + place * (side + 8)
            corner = (left + side, top + side + 40)
            cv2.rectangle(page, (left, top), corner, (150, 130, 105), 4)
            write(page, writer, rng, digit, left + 42, top + 142, BLACK)
    return photograph(page, rng)


def board(writer: Writer, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Chalk on a blackboard, with the dust of what was wiped off."""
    page = np.asarray(paper(rng) - np.array([214, 226, 232], np.float32) + BOARD)
    dust = cv2.resize(rng.uniform(0, 26, (5, 7)).astype(np.float32), (WIDTH, HEIGHT))
    page += cv2.GaussianBlur(dust, (0, 0), 60)[..., None]
    chalk = replace(writer, pen=Pen(0.11, grain=0.45)).of_height(170)
    write(page, chalk, rng, "3141", 270, 520, CHALK)
    write(page, chalk, rng, "2718", 330, 890, CHALK)
    return photograph(np.asarray(page, np.float32), rng)


def drawing(
    strokes: Sequence[Sequence[tuple[int, int]]], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A drawing, without any digit, from the corners of its strokes, px."""
    page = paper(rng)
    for corners in strokes:
        path = np.array(corners, np.float32)
        path += rng.normal(0, 5, path.shape).astype(np.float32)
        stroke = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.polylines(stroke, [path.astype(np.int32)], False, 255, 11, cv2.LINE_AA)
        opacity = 0.92 / 255 * stroke[..., None].astype(np.float32)
        page += opacity * (BLUE - page)
    return photograph(page, rng)


def write(
    page: Colours,
    writer: Writer,
    rng: np.random.Generator,
    digits: str,
    x: float,
    base: float,
    colour: NDArray[np.float32],
) -> None:
    """Write digits from x on a base line."""
    for digit in digits:
        shape, _ = writer.digit(rng, int(digit))
        put(page, shape, x, base - shape.box[3] + rng.normal(0, 4), colour)
        x += shape.box[2] + 0.2 * writer.pose.height


def put(
    page: Colours, ink: Ink, x: float, y: float, colour: NDArray[np.float32]
) -> None:
    """Blend ink into the page, the top left of its box at x, y."""
    rows, columns = ink.alpha.shape
    left, top = round(x) - round(ink.box[0]), round(y) - round(ink.box[1])
    opacity = 0.92 * ink.alpha[..., None]
    area = page[top : top + rows, left : left + columns]
    area += opacity * (colour - area)


def save(photo: NDArray[np.uint8], path: Path) -> None:
    """Write a photo as JPEG."""
    small = cv2.resize(photo, SIZE, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
