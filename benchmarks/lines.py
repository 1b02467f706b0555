"""Whether the order of lines holds when a page is tilted, sheared or bent.

    python benchmarks/lines.py
    python benchmarks/lines.py --n 100 --labels my-pictures

Each page is written twice with the same digits: upright, and as a careless photo shows
it. Counted are the pages of which every digit is right upright; of these, the share
whose text (spaces and line ends included) is the same on the other picture. With
labels, the photos of a single line are tilted, too.
"""

import argparse
import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from numpy.typing import NDArray
from sheets import INK, NOISE, PAPER, written_digit

from inkten import Reader
from inkten.image.decode import decode

SEED = 20_261_128
SIZE = 800, 600  # of a page, pixels
EXAMPLE = Path(__file__).parent.parent / "examples" / "phone_number.jpg"
TILTS = range(-20, 21)  # degrees, clockwise
CLIMB = 5.0  # degrees: the steepest that a line climbs or falls by itself
SHEAR = 0.25  # of the height: how far the top is shifted against the foot
PERSPECTIVE = 0.08  # of the side: how far a corner is moved


class Written(NamedTuple):
    """A digit on a page."""

    value: int
    x: float  # the middle of the digit, pixels
    y: float
    height: float


Page = list[list[Written]]  # lines of digits
Points = NDArray[np.float64]


def make_page(rng: np.random.Generator) -> Page:
    """Lines of numbers, a right-aligned column, or a table of numbers."""
    kind = rng.choice(["lines", "column", "table"], p=[0.6, 0.2, 0.2])
    height = rng.uniform(24, 44)
    step = height * rng.uniform(0.72, 0.95)
    pitch = height * rng.uniform(1.5, 2.2)
    rows = int(rng.integers(1 if kind == "lines" else 2, 5))
    columns = int(rng.integers(2, 4)) if kind == "table" else 1
    page: Page = []
    for row in range(rows):
        line: list[Written] = []
        y = 300 + (row - (rows - 1) / 2) * pitch
        if kind == "lines":
            x = 140.0
            for _ in range(int(rng.integers(1, 3))):
                for _ in range(int(rng.integers(2, 5))):
                    line.append(_digit(rng, x, y, height))
                    x += step
                x += 1.4 * height
        else:
            for column in range(columns):
                right = 240 + 5.5 * height * column
                digits = int(rng.integers(1, 5 if columns == 1 else 4))
                line += [
                    _digit(rng, right - place * step, y, height)
                    for place in range(digits)
                ]
        page.append([digit for digit in line if digit.x < SIZE[0] - 120])
    return page


def _digit(rng: np.random.Generator, x: float, y: float, height: float) -> Written:
    stray = rng.normal(0, 0.04, 2) * height
    own = height * math.exp(rng.normal(0, 0.06))
    return Written(int(rng.integers(10)), x + stray[0], y + stray[1], own)


def climbing(rng: np.random.Generator, page: Page) -> Page:
    """The page with lines that climb or fall, each a little otherwise."""
    climb = rng.uniform(-CLIMB, CLIMB)
    climbed: Page = []
    for line in page:
        slope = math.tan(math.radians(climb + rng.normal(0, 0.7)))
        climbed.append([d._replace(y=d.y + slope * (d.x - SIZE[0] / 2)) for d in line])
    return climbed


def draw(rng: np.random.Generator, page: Page) -> NDArray[np.uint8]:
    """Write the page in dark ink: (H, W) uint8."""
    width, height = SIZE
    ink = np.zeros((height, width), np.float32)
    for digit in (digit for line in page for digit in line):
        shape = written_digit(rng, digit.value, round(digit.height))
        high, wide = shape.shape
        x, y = round(digit.x - wide / 2), round(digit.y - high / 2)
        under = ink[y : y + high, x : x + wide]
        np.maximum(under, shape[: under.shape[0], : under.shape[1]], out=under)
    gray = PAPER * (1 - ink) + INK * ink
    gray += rng.standard_normal(ink.shape, np.float32) * NOISE
    return np.clip(np.round(gray), 0, 255).astype(np.uint8)


def tilted(gray: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The picture turned clockwise about its middle; nothing is cut off."""
    angle = math.radians(degrees)
    turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    return _warped(gray, _corners(gray) @ np.array(turn).T)


def sheared(gray: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """The picture with its top moved sideways."""
    return _warped(gray, _corners(gray) @ np.array([[1, 0], [share, 1]]))


def in_perspective(
    rng: np.random.Generator, gray: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The picture with each corner moved a little."""
    corners = _corners(gray)
    moves = rng.uniform(-PERSPECTIVE, PERSPECTIVE, (4, 2)) * gray.shape[::-1]
    return _warped(gray, corners + moves)


def _corners(gray: NDArray[np.uint8]) -> Points:
    height, width = gray.shape
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def _warped(gray: NDArray[np.uint8], corners: Points) -> NDArray[np.uint8]:
    """Move the corners of a picture to these places, on a sheet that holds them."""
    corners = corners - corners.min(axis=0)
    size = tuple(np.ceil(corners.max(axis=0)).astype(int).tolist())
    warp = cv2.getPerspectiveTransform(
        _corners(gray).astype(np.float32), corners.astype(np.float32)
    )
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    turned = cv2.warpPerspective(
        gray, warp, size, flags=cv2.INTER_CUBIC, borderValue=float(np.median(border))
    )
    return np.asarray(turned, np.uint8)


def shares(reader: Reader, count: int) -> dict[str, tuple[int, int]]:
    """Read pages upright and otherwise: how many are the same, of how many."""
    same = {name: [0, 0] for name in ("tilted", "sheared", "perspective", "climbing")}
    for number in range(count):
        rng = np.random.default_rng((SEED, number))
        page = make_page(rng)
        ink = (SEED, number, 1)
        gray = draw(np.random.default_rng(ink), page)
        upright = reader.read(gray)
        truth = "\n".join(
            "".join(str(d.value) for d in sorted(line, key=lambda d: d.x))
            for line in page
        )
        if upright.text.replace(" ", "") != truth:
            continue
        climbed = draw(np.random.default_rng(ink), climbing(rng, page))
        others = {
            "tilted": tilted(gray, rng.uniform(-20, 20)),
            "sheared": sheared(gray, rng.uniform(-SHEAR, SHEAR)),
            "perspective": in_perspective(rng, gray),
            "climbing": climbed,
        }
        for name, other in others.items():
            same[name][0] += reader.read(other).text == upright.text
            same[name][1] += 1
    return {name: (right, of) for name, (right, of) in same.items()}


def example(reader: Reader) -> tuple[int, int]:
    """Read the example number at each tilt."""
    gray = decode(EXAMPLE, full_size=True).pixels
    right = [reader.read(tilted(gray, tilt)).text == "555 0134" for tilt in TILTS]
    return sum(right), len(right)


def single_lines(reader: Reader, labels: Path, tilts: Sequence[int]) -> tuple[int, int]:
    """Tilt the labelled photos of one line that are read right as they are."""
    right = of = 0
    for name, text in _photos_of_one_line(labels):
        gray = decode(labels / name).pixels
        if _is_right(reader, gray, text):
            right += sum(_is_right(reader, tilted(gray, tilt), text) for tilt in tilts)
            of += len(tilts)
    return right, of


def _photos_of_one_line(labels: Path) -> list[tuple[str, str]]:
    with (labels / "labels.csv").open(newline="", encoding="utf-8") as file:
        return [
            (row["file"], row["text"])
            for row in csv.DictReader(file)
            if row.get("kind", "photo") == "photo" and "|" not in row["text"]
        ]


def _is_right(reader: Reader, gray: NDArray[np.uint8], text: str) -> bool:
    return "".join(reader.read(gray).text.split()) == text


def main() -> None:
    """Read and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=500, help="pages (default 500)")
    parser.add_argument("--labels", type=Path, help="a folder with a labels.csv")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    reader = Reader(min_confidence=0)
    figures = shares(reader, arguments.n)
    figures["phone_number.jpg at each degree from -20 to 20"] = example(reader)
    if arguments.labels:
        for tilt in (10, 15):
            name = f"single lines of {arguments.labels.name} at {tilt} degrees"
            figures[name] = single_lines(reader, arguments.labels, (-tilt, tilt))
    where = conditions(n=arguments.n, seed=SEED)
    print_conditions(where)
    print_table(
        ("page", "same text", "of", "share"),
        [
            [name, str(right), str(of), f"{right / max(of, 1):.3f}"]
            for name, (right, of) in figures.items()
        ],
    )
    write_json(arguments.json, where, figures)


if __name__ == "__main__":
    main()
