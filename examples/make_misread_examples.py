"""Draw the pictures of docs/misread.md: for each cause a poor photo and a better one.

    python examples/make_misread_examples.py

Digits are MNIST's test digits, written by the synthesis room's writer on the paper and
with the camera of make_examples.py. The page shows each photo as inkten reads it, every
digit boxed. With the same models, the pictures come out the same each time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from make_examples import HEIGHT, RULE, WIDTH, Colours, paper, photograph
from make_page_examples import BLUE, put
from numpy.typing import NDArray

import inkten
from inkten.datasets import mnist
from inkten.synthesis.strokes import Pen, Pose
from inkten.synthesis.writer import Writer

DOCS = Path(__file__).parents[1] / "docs" / "images"
CLOSE = (800, 320)  # px: a photo of one line, width and height
WHOLE = (960, 720)  # px: a photo of a whole sheet
DIGIT = 150  # px: the usual height on the sheet of 1600x1200
CUT = 190  # px: where the first digit is cut
PRINT = np.array([70, 66, 62], np.float32)  # BGR
HEIGHTS = {"o": 0.65, ".": 0.12}  # of letters and signs, as a share of a digit's
QUALITY = 80  # of the JPEG files
GAP = 0.22  # between digits, as a share of their height
Gray = NDArray[np.uint8]
Draw = Callable[[Colours, Writer, np.random.Generator], None]


class Photo(NamedTuple):
    """A photo (H, W, 3) uint8 BGR, and what is written on it."""

    name: str
    written: str
    pixels: Gray


def main(folder: Path = DOCS) -> None:
    """Write every photo as it is read."""
    reader = inkten.Reader()
    for photo in photos():
        rgb = cv2.cvtColor(photo.pixels, cv2.COLOR_BGR2RGB)
        drawn = reader.read(rgb).picture()
        path = folder / f"misread_{photo.name}.jpg"
        bgr = cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def photos() -> list[Photo]:
    """The poor photo of each cause, and the better one."""
    near = take(number("1750  386"))
    return [
        Photo("far", "1750 386", take(number("1750  386", 15, x=720), size=WHOLE)),
        Photo("far_better", "1750 386", near),
        Photo("blur", "1750 386", shaken(near)),
        Photo("blur_better", "1750 386", near),
        Photo("light", "1750 386", in_flash_light(near)),
        Photo("light_better", "1750 386", near),
        Photo("touching", "6852", take(number("6852", gap=-0.3))),
        Photo("touching_better", "6852", take(number("6852"))),
        Photo("struck", "58", take(struck_out)),
        Photo("struck_better", "58", take(number("58"))),
        Photo("letters", "42", take(sentence("Bob S. 42 l"))),
        Photo("letters_better", "42", take(number("42"))),
        Photo("sign", "5 8", take(sentence("5/8"))),
        Photo("sign_better", "5 8", take(number("5  8"))),
        Photo("rule", "141", take(between_rules)),
        Photo("rule_better", "141", take(number("141"))),
        Photo("gap", "127", take(number("1 2  7", gap=0.5))),
        Photo("gap_better", "127", take(boxed("127"))),
        Photo("cut", "1750", cut_off(take(number("1750")))),
        Photo("cut_better", "1750", take(number("1750"))),
        Photo("turned", "66", np.rot90(take(number("66"), seed=13), 2)),
        Photo("turned_better", "66", take(number("66"), seed=13)),
    ]


def number(
    text: str,
    height: float = DIGIT,
    *,
    x: float = 240,
    base: float = 680,
    gap: float = GAP,
) -> Draw:
    """Digits on a line; a space is 0.6 as wide as a digit is high."""

    def draw(page: Colours, writer: Writer, rng: np.random.Generator) -> None:
        own = writer.of_height(height)
        place = x
        for character in text:
            if character == " ":
                place += 0.6 * height
                continue
            ink, _ = own.digit(rng, int(character))
            put(page, ink, place, base - ink.box[3] + rng.normal(0, 4), BLUE)
            place += ink.box[2] + gap * height

    return draw


def sentence(text: str) -> Draw:
    """Letters, signs and digits on a line."""

    def draw(page: Colours, writer: Writer, rng: np.random.Generator) -> None:
        own, place = writer.of_height(DIGIT), 240.0
        for character in text:
            if character == " ":
                place += 0.5 * DIGIT
                continue
            if character.isdecimal():
                ink, _ = own.digit(rng, int(character))
            else:
                ink = own.sign(rng, character, HEIGHTS.get(character, 1.0))
            put(page, ink, place, 680 - ink.box[3], BLUE)
            place += ink.box[2] + GAP * DIGIT

    return draw


def struck_out(page: Colours, writer: Writer, rng: np.random.Generator) -> None:
    """A number that was crossed out, and the right one beside it."""
    number("53", x=500)(page, writer, rng)
    for low in (560, 620):
        path = np.array([[470, low + 40], [600, low - 30], [760, low], [800, low - 50]])
        cv2.polylines(
            page, [path.astype(np.int32)], False, BLUE.tolist(), 10, cv2.LINE_AA
        )
    number("58", x=860)(page, writer, rng)


def boxed(text: str) -> Draw:
    """One box for each digit."""

    def draw(page: Colours, writer: Writer, rng: np.random.Generator) -> None:
        side = 190
        for place, digit in enumerate(text):
            left = 400 + place * side
            cv2.rectangle(page, (left, 500), (left + side, 730), RULE.tolist(), 4)
            number(digit, x=left + 50, base=690)(page, writer, rng)

    return draw


def between_rules(page: Colours, writer: Writer, rng: np.random.Generator) -> None:
    """Bare strokes for 1 between the rules of narrow cells."""
    for left in range(400, 1001, 120):
        cv2.line(page, (left, 470), (left, 730), PRINT.tolist(), 5, cv2.LINE_AA)
    for top in (470, 730):
        cv2.line(page, (400, top), (1000, top), PRINT.tolist(), 5, cv2.LINE_AA)
    for x in (440, 690):
        cv2.line(page, (x, 510), (x - 4, 690), BLUE.tolist(), 11, cv2.LINE_AA)
    number("4", x=540, base=690)(page, writer, rng)


def take(draw: Draw, size: tuple[int, int] = CLOSE, seed: int = 12) -> Gray:
    """Draw on a sheet and photograph it: all of it, or the rows in its middle."""
    rng = np.random.default_rng(seed)
    page = paper(rng)
    draw(page, writer(), rng)
    photo = photograph(page, rng)
    rows = round(WIDTH * size[1] / size[0])
    top = (HEIGHT - rows) // 2
    part = photo[top : top + rows]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def shaken(photo: Gray) -> Gray:
    """The photo as a moving hand takes it."""
    path = np.zeros((31, 31), np.float32)
    cv2.line(path, (2, 22), (28, 8), 1.0, 3)
    return np.asarray(cv2.filter2D(photo, -1, path / path.sum()), np.uint8)


def in_flash_light(photo: Gray) -> Gray:
    """The photo with the reflection of a lamp on glossy paper."""
    rows, columns = photo.shape[:2]
    across, down = np.meshgrid(np.arange(columns), np.arange(rows))
    distance = np.hypot(across - 0.33 * columns, down - 0.45 * rows)
    glare = 1 / (1 + np.exp((distance - 110) / 22))[..., None]
    return np.asarray(photo + (255 - photo) * glare, np.uint8)


def cut_off(photo: Gray) -> Gray:
    """The photo with the first digit half outside."""
    return photo[:, CUT:]


def writer() -> Writer:
    """The hand of all pictures."""
    data = mnist.load()
    return Writer(
        examples=mnist.Part(data.test_images, data.test_labels),
        pen=Pen(0.085),
        pose=Pose(DIGIT, slant=0.08),
        tone=0.0,
        uneven=0.35,
        drawn=0.0,
        as_line=True,
    )


if __name__ == "__main__":
    main()
