"""Forms that are made, filled in and photographed askew; what was written is known.

form = make_form(rng)                      # a blank form and its fields
page, answers = fill(rng, form, examples)  # handwriting in it
photo = photograph(rng, page)              # on a table, tilted, bent, badly lit
"""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inkten.datasets.mnist import Part
from inkten.digits import Box
from inkten.forms.colours import Dropout
from inkten.forms.fields import CheckDigit, Checks, Field, Kind
from inkten.forms.template import Template
from inkten.synthesis.light import light
from inkten.synthesis.noise import hills
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.strokes import Pen
from inkten.synthesis.writer import Writer

SIZE = 1240, 1754  # px: A4 at 150 dots per inch
MARGIN = 90
PHOTO = 1500, 2000  # px: 3 megapixels
SYLLABLES = (
    *("ka", "ro", "mi", "ten", "lu", "sa", "ver", "ni", "do", "pal", "gre", "sto"),
    *("fi", "an", "el", "bur", "che", "to", "wi", "ma"),
)
PRINTS = {  # colour of the print: share
    (20, 20, 20): 0.45,
    (110, 110, 110): 0.15,
    (205, 60, 50): 0.2,
    (50, 140, 70): 0.1,
    (70, 110, 200): 0.1,
}
DROPOUTS = {
    (205, 60, 50): Dropout.RED,
    (50, 140, 70): Dropout.GREEN,
    (70, 110, 200): Dropout.BLUE,
}
PENS = {(25, 25, 30): 0.4, (30, 45, 130): 0.45, (90, 90, 95): 0.15}  # the last: pencil
BLACK_PENS = {(25, 25, 30): 0.75, (90, 90, 95): 0.25}  # for forms whose blue is dropped
Colour = tuple[int, int, int]
RGB = NDArray[np.uint8]


class MadeForm(NamedTuple):
    """A blank form: its picture, what it is made of, and its template."""

    picture: RGB
    template: Template
    print_colour: Colour


def make_form(rng: np.random.Generator) -> MadeForm:
    """A form of random words and fields, in black, gray or a colour."""
    page = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(page)
    colour = pick(rng, tuple(PRINTS), tuple(PRINTS.values()))
    text = colour if happens(rng, 0.5) else (20, 20, 20)
    draw.text((MARGIN, 70), _words(rng, 2).title(), text, _font(46))
    for line in range(int(rng.integers(1, 4))):
        draw.text((MARGIN, 140 + 26 * line), _words(rng, 10), text, _font(19))
    fields: list[Field] = []
    y, row = 260.0, 0
    pitch = rng.uniform(72, 100)
    while y < SIZE[1] - 2 * MARGIN and row < 16:
        draw.text((MARGIN, y + 8), _words(rng, 2).capitalize(), text, _font(22))
        fields.append(_field(rng, draw, f"field_{row}", y, colour, 420))
        if happens(rng, 0.6):
            draw.text((960, y + 8), _words(rng, 1), text, _font(20))
            box = Box(1090, y + 6, 30, 30)
            _rectangle(draw, box, colour)
            fields.append(Field(f"tick_{row}", Kind.TICK, box))
        y, row = y + pitch, row + 1
    draw.text((MARGIN, SIZE[1] - 90), _words(rng, 8), text, _font(18))
    marks: tuple[Box, ...] = ()
    if happens(rng, 0.3):
        marks = _corner_marks(draw)
    picture = np.asarray(page)
    template = Template(_as_png(picture), tuple(fields), DROPOUTS.get(colour), marks)
    return MadeForm(picture, template, colour)


def _as_png(picture: RGB) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", bgr)[1].tobytes()


def _field(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    name: str,
    y: float,
    colour: Colour,
    x: float,
) -> Field:
    kind = pick(rng, (Kind.CELLS, Kind.DIGITS, Kind.NUMBER), (0.6, 0.15, 0.25))
    high = rng.uniform(40, 52)
    if kind is Kind.CELLS:
        count = int(rng.integers(1, 11))
        wide = high * rng.uniform(0.75, 1.0)
        box = Box(x, y, wide * count, high)
        style = pick(rng, ("cells", "comb", "gaps"), (0.6, 0.2, 0.2))
        _cells(draw, box, count, colour, style)
        return Field(name, kind, box, length=count)
    length = int(rng.integers(2, 7))
    box = Box(x, y, high * 0.75 * (length + 1.5), high)
    if happens(rng, 0.7):
        _rectangle(draw, box, colour)
    else:  # a line to write on
        foot = box.y + 0.9 * box.height
        draw.line((box.x, foot, box.right, foot), colour, 2)
    return Field(name, kind, box, length=length if kind is Kind.DIGITS else None)


def _cells(
    draw: ImageDraw.ImageDraw, box: Box, count: int, colour: Colour, style: str
) -> None:
    for cell in Field("cells", Kind.CELLS, box, length=count).cells:
        if style == "cells":
            _rectangle(draw, cell, colour)
        elif style == "gaps":
            draw.rectangle(
                (cell.x + 3, cell.y, cell.right - 3, cell.bottom), None, colour, 2
            )
        else:
            draw.line((cell.x, cell.bottom, cell.right, cell.bottom), colour, 2)
            for x in (cell.x, cell.right):
                draw.line(
                    (x, cell.bottom - 0.35 * cell.height, x, cell.bottom), colour, 2
                )


def _rectangle(draw: ImageDraw.ImageDraw, box: Box, colour: Colour) -> None:
    draw.rectangle((box.x, box.y, box.right, box.bottom), None, colour, 2)


def _corner_marks(draw: ImageDraw.ImageDraw) -> tuple[Box, ...]:
    far_x, far_y = SIZE[0] - 70.0, SIZE[1] - 70.0
    marks = [Box(x, y, 32, 32) for x, y in ((38, 38), (far_x, 38), (far_x, far_y))]
    marks.append(Box(38, far_y, 32, 32))
    for mark in marks:
        draw.rectangle((mark.x, mark.y, mark.right, mark.bottom), (20, 20, 20))
    return tuple(marks)


def _words(rng: np.random.Generator, count: int) -> str:
    return " ".join(
        "".join(pick(rng, SYLLABLES) for _ in range(int(rng.integers(2, 4))))
        for _ in range(count)
    )


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def fill(
    rng: np.random.Generator, form: MadeForm, examples: Part
) -> tuple[RGB, dict[str, str]]:
    """Fill in a form by hand; a fifth of the fields stay empty.

    Returns:
        The page, and what was written: digits, ``""`` for nothing, ``"x"`` for a tick.
    """
    page = form.picture.astype(np.float32)
    writer = Writer.random(rng, examples, paper=230.0)
    pens = BLACK_PENS if form.template.dropout is Dropout.BLUE else PENS
    pen = pick(rng, tuple(pens), tuple(pens.values()))
    answers: dict[str, str] = {}
    for field in form.template.fields:
        if happens(rng, 0.2):
            answers[field.name] = ""
        elif field.kind is Kind.TICK:
            _tick(rng, page, field.box, pen)
            answers[field.name] = "x"
        else:
            most = field.box.width / field.box.height
            count = field.length or int(rng.integers(1, most))
            text = "".join(map(str, rng.integers(0, 10, count)))
            _digits(rng, page, field, writer, pen, text)
            answers[field.name] = text
    return page.round().astype(np.uint8), answers


def _digits(
    rng: np.random.Generator,
    page: NDArray[np.float32],
    field: Field,
    writer: Writer,
    pen: Colour,
    text: str,
) -> None:
    height = field.box.height * rng.uniform(0.55, 0.78)
    x = field.box.x + 0.35 * height
    for place, letter in enumerate(text):
        shape, _ = writer.of_height(height).digit(rng, int(letter))
        _, _, wide, high = shape.box
        if field.kind is Kind.CELLS:
            cell = field.cells[place]
            stray = rng.normal(0, 0.05, 2) * field.box.height
            left = cell.x + (cell.width - wide) / 2 + stray[0]
            top = cell.y + (cell.height - high) / 2 + stray[1]
        else:
            left = x
            top = field.box.y + 0.52 * (field.box.height - high)
            top += rng.normal(0, 0.03) * field.box.height
            x += wide + height * rng.uniform(0.12, 0.3)
        _blend(page, shape.alpha, left - shape.box[0], top - shape.box[1], pen)


def _tick(
    rng: np.random.Generator, page: NDArray[np.float32], box: Box, pen: Colour
) -> None:
    """A cross, a check mark, or a filled box."""
    size = round(2 * box.width)
    mask = np.zeros((size, size), np.uint8)
    low, high = 0.3 * size, 0.7 * size
    shapes = {
        "cross": [[(low, low), (high, high)], [(low, high), (high, low)]],
        "check": [[(low, 0.5 * size), (0.45 * size, high), (0.8 * size, 0.2 * size)]],
        "filled": [[(low, y), (high, y + 2)] for y in np.arange(low, high, 3)],
    }
    kind = pick(rng, tuple(shapes), (0.5, 0.35, 0.15))
    paths = [
        np.round((np.array(path) + rng.normal(0, 0.03 * size, (len(path), 2))) * 16)
        for path in shapes[kind]
    ]
    pen_width = int(rng.integers(2, 5))
    cv2.polylines(
        mask, [path.astype(np.int32) for path in paths], False, 255, pen_width,
        cv2.LINE_AA, 4,
    )  # fmt: skip
    alpha = mask.astype(np.float32) / 255
    _blend(page, alpha, box.x - box.width / 2, box.y - box.height / 2, pen)


def _blend(
    page: NDArray[np.float32],
    alpha: NDArray[np.float32],
    x: float,
    y: float,
    pen: Colour,
) -> None:
    """Ink on the page; like real ink it lets what is below shine through as darker."""
    left, top = round(x), round(y)
    cut_x, cut_y = max(-left, 0), max(-top, 0)
    alpha = alpha[cut_y:, cut_x:]
    left, top = left + cut_x, top + cut_y
    under = page[top : top + alpha.shape[0], left : left + alpha.shape[1]]
    alpha = alpha[: under.shape[0], : under.shape[1], None]
    under *= 1 - alpha * (1 - np.array(pen, np.float32) / 255)


def photograph(
    rng: np.random.Generator, page: RGB, *, tilt: float = 15.0, turn: bool = True
) -> RGB:
    """The page on a table: tilted, in perspective, bent, badly lit, as JPEG.

    Args:
        rng: the only source of randomness.
        page: (H, W, 3) uint8 RGB.
        tilt: degrees, the most that it is tilted.
        turn: a tenth of the photos lie on their side or upside down.
    """
    width, height = PHOTO
    high, wide = page.shape[:2]
    zoom = rng.uniform(0.78, 0.98) * min(width / wide, height / high)
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], float)
    corners -= (wide / 2, high / 2)
    angle = np.radians(rng.uniform(-tilt, tilt))
    zoom *= 1 - 0.5 * abs(np.sin(angle))
    rotate = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    moved = corners * zoom @ np.array(rotate) + (width / 2, height / 2)
    moved += rng.uniform(-0.03, 0.03, (4, 2)) * (width, height)
    start = (corners + np.array([wide / 2, high / 2])).astype(np.float32)
    homography = cv2.getPerspectiveTransform(start, moved.astype(np.float32))
    place = cv2.invert(homography)[1]
    x, y = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
    depth = place[2, 0] * x + place[2, 1] * y + place[2, 2]
    on_page_x = (place[0, 0] * x + place[0, 1] * y + place[0, 2]) / depth
    on_page_y = (place[1, 0] * x + place[1, 1] * y + place[1, 2]) / depth
    bend = rng.uniform(0, 7) * hills(rng, max(PHOTO), 4)[:height, :width]
    on_page_y += bend
    table = np.array(pick(rng, ((70, 50, 35), (200, 195, 190), (45, 45, 50))), float)
    warped = cv2.remap(
        page,
        on_page_x.astype(np.float32),
        on_page_y.astype(np.float32),
        cv2.INTER_AREA,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=table.tolist(),
    ).astype(np.float32)
    warmth = np.array([1, rng.uniform(0.93, 1), rng.uniform(0.82, 1)], np.float32)
    warped *= (rng.uniform(0.7, 0.98) * warmth) * _light(rng)[..., None]
    warped = cv2.GaussianBlur(warped, (0, 0), rng.uniform(0.4, 1.3))
    warped += rng.normal(0, rng.uniform(0.5, 5), warped.shape).astype(np.float32)
    photo = np.clip(warped, 0, 255).astype(np.uint8)
    if turn and happens(rng, 0.1):
        photo = np.ascontiguousarray(np.rot90(photo, int(rng.integers(1, 4))))
    quality = int(rng.integers(60, 95))
    stored = cv2.imencode(
        ".jpg",
        cv2.cvtColor(photo, cv2.COLOR_RGB2BGR),
        (cv2.IMWRITE_JPEG_QUALITY, quality),
    )[1]
    decoded = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _light(rng: np.random.Generator) -> NDArray[np.float32]:
    small = light(rng, 400)
    return cv2.resize(small, PHOTO, interpolation=cv2.INTER_LINEAR)


def similar_form(rng: np.random.Generator, form: MadeForm) -> MadeForm:
    """Another form under the same heading."""
    other = make_form(rng)
    picture = other.picture.copy()
    head = 250
    picture[:head] = form.picture[:head]
    return other._replace(picture=picture)


def example_form() -> MadeForm:
    """The mark sheet of docs/forms.md: always the same."""
    page = Image.new("RGB", (1240, 900), "white")
    draw = ImageDraw.Draw(page)
    red, black = (205, 60, 50), (20, 20, 20)
    draw.text((MARGIN, 60), "Mark sheet", black, _font(46))
    draw.text((MARGIN, 130), "One digit per cell, in black or blue.", black, _font(22))
    lines = [
        ("Candidate number", "candidate", 7, Checks(check_digit=CheckDigit.LUHN)),
        ("Part A (0 to 25 points)", "part_a", 2, Checks(range=(0, 25))),
        ("Part B (0 to 25 points)", "part_b", 2, Checks(range=(0, 25))),
        ("Part C (0 to 50 points)", "part_c", 2, Checks(range=(0, 50))),
        ("Total", "total", 3, Checks(sum_of=("part_a", "part_b", "part_c"))),
    ]
    fields = []
    for row, (label, name, count, checks) in enumerate(lines):
        y = 220.0 + 95 * row
        draw.text((MARGIN, y + 14), label, black, _font(26))
        box = Box(520, y, 48.0 * count, 56)
        _cells(draw, box, count, red, "cells")
        fields.append(Field(name, Kind.CELLS, box, count, checks=checks))
    draw.text((MARGIN, 735), "Second marker needed", black, _font(26))
    tick = Box(520, 730, 36, 36)
    _rectangle(draw, tick, red)
    fields.append(Field("second_marker", Kind.TICK, tick))
    draw.text((MARGIN, 830), "Hand in at the office by Friday.", black, _font(20))
    picture = np.asarray(page)
    template = Template(_as_png(picture), tuple(fields), Dropout.RED)
    return MadeForm(picture, template, red)


def fill_with(
    rng: np.random.Generator, form: MadeForm, examples: Part, answers: dict[str, str]
) -> RGB:
    """Fill in a form with these answers, from the first cell on."""
    page = form.picture.astype(np.float32)
    pen = (30, 45, 130)
    writer = Writer.random(rng, examples, paper=230.0)
    writer = replace(writer, drawn=0.0, uneven=0.3, pen=Pen(0.09, 1.0))
    for field in form.template.fields:
        text = answers.get(field.name, "")
        if field.kind is Kind.TICK and text:
            _tick(rng, page, field.box, pen)
        elif text:
            _digits(rng, page, field, writer, pen, text)
    return page.round().astype(np.uint8)
