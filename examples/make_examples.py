"""Make the example pictures: MNIST test digits written on paper and photographed.

    python examples/make_examples.py

Writes digit.jpg (one digit), phone_number.jpg (on ruled paper), table.jpg (a tilted
mark sheet) and bill.jpg (amounts with points) beside itself, and the README's picture
of the second one with its digits boxed. The pictures come out the same each time. The
phone number is from the range reserved for fiction.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import inkten
from inkten.datasets import mnist

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs" / "images"
WIDTH, HEIGHT = 1600, 1200
INK = np.array([92, 42, 28], np.float32)  # BGR: blue-black
RULE = np.array([190, 160, 130], np.float32)
Colours = NDArray[np.float32]
TILT = 4.0  # degrees
HEADINGS = ("Name", "Maths", "Physics", "Art", "Sum")
MARKS = (  # a name, and the numbers beside it
    ("Ada", "27", "30", "8", "65"),
    ("Ben", "19", "", "10", "29"),
    ("Eve", "30", "28", "9", "67"),
    ("Tom", "24", "25", "", "49"),
    ("Zoe", "8", "17", "6", "31"),
)
AMOUNTS = ("12.50", "7.80", "20.30")
COLUMN, ROW = 250, 130  # px: the size of a cell


def main() -> None:
    """Write all pictures."""
    rng = np.random.default_rng(3)
    digits = mnist.load()
    page = paper(rng)
    write_digit(page, digits, rng, "7", centre=(820, 600), height=300)
    save(photograph(page, rng), "digit.jpg")

    page = paper(rng)
    draw_rules(page, spacing=130)
    x = 190
    for character in "555 0134":
        if character != " ":
            y = 615 + int(rng.integers(-6, 7))
            height = int(rng.integers(96, 112))
            write_digit(page, digits, rng, character, centre=(x, y), height=height)
        x += 150 if character != " " else 90
    save(photograph(page, rng), "phone_number.jpg")
    show_reading("phone_number.jpg")

    rng = np.random.default_rng(5)
    page = paper(rng)
    write_table(page, digits, rng)
    save(photograph(tilted(page, TILT), rng), "table.jpg")

    rng = np.random.default_rng(6)
    page = paper(rng)
    for row, amount in enumerate(AMOUNTS):
        write_amount(page, digits, rng, amount, right=1040, foot=380 + 210 * row)
    save(photograph(page, rng), "bill.jpg")


def paper(rng: np.random.Generator) -> Colours:
    """A sheet with grain, (H, W, 3) float32, 0..255 BGR."""
    grain = rng.normal(0, 5, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
    grain = cv2.GaussianBlur(cv2.resize(grain, (WIDTH, HEIGHT)), (0, 0), 1.5)
    return np.array([214, 226, 232], np.float32) + grain[..., None]


def draw_rules(page: Colours, spacing: int) -> None:
    """Print ruled lines across the sheet."""
    for y in range(spacing, HEIGHT, spacing):
        page[y - 1 : y + 2] = 0.45 * page[y - 1 : y + 2] + 0.55 * RULE


def write_table(page: Colours, digits: mnist.Mnist, rng: np.random.Generator) -> None:
    """Print a table with headings and names, and write the marks into it."""
    left, top = 170, 190
    right, bottom = left + COLUMN * len(HEADINGS), top + ROW * (len(MARKS) + 1)
    for x in range(left, right + 1, COLUMN):
        page[top:bottom, x - 2 : x + 2] = RULE
    for y in range(top, bottom + 1, ROW):
        page[y - 2 : y + 2, left:right] = RULE
    printed = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row, cells in enumerate((HEADINGS, *MARKS)):
        for column, text in enumerate(cells):
            x, y = left + COLUMN * column, top + ROW * row + ROW // 2
            if not text.isdecimal():
                font, start = cv2.FONT_HERSHEY_DUPLEX, (x + 24, y + 20)
                cv2.putText(printed, text, start, font, 1.7, 255, 4, cv2.LINE_AA)
                continue
            for place, character in enumerate(text):
                centre = x + 95 + 62 * place, y + int(rng.integers(-5, 6))
                height = int(rng.integers(66, 74))
                write_digit(page, digits, rng, character, centre=centre, height=height)
    share = printed[..., None].astype(np.float32) / 255
    page[:] = page * (1 - share) + RULE * share


def tilted(page: Colours, degrees: float) -> Colours:
    """The sheet turned clockwise on a sheet of the same paper."""
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -degrees, 0.9)
    turned = cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned, np.float32)


def write_digit(
    page: Colours,
    digits: mnist.Mnist,
    rng: np.random.Generator,
    character: str,
    centre: tuple[int, int],
    height: int,
) -> None:
    """Write one of MNIST's test digits on the page, with smooth strokes."""
    image = typical_digit(digits, rng, int(character))
    top, bottom = np.flatnonzero(image.any(axis=1))[[0, -1]]
    side = round(28 * height / (bottom - top + 1))
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large.astype(np.float32), (0, 0), side / 60)
    stroke = np.clip((soft - 135) / 60 + 0.5, 0, 1)  # a pen's edge is sharper
    pressure = cv2.resize(rng.uniform(0.75, 1, (6, 6)).astype(np.float32), (side, side))
    opacity = (0.92 * stroke * pressure)[..., None]
    left, upper = centre[0] - side // 2, centre[1] - side // 2
    area = page[upper : upper + side, left : left + side]
    area[:] = area * (1 - opacity) + INK * opacity


def typical_digit(
    digits: mnist.Mnist, rng: np.random.Generator, value: int
) -> NDArray[np.uint8]:
    """One of the hundred test digits nearest to the mean of their class, (28, 28)."""
    images = digits.test_images[digits.test_labels == value]
    distances = ((images - images.mean(axis=0)) ** 2).sum(axis=(1, 2))
    return images[int(rng.choice(distances.argsort()[:100]))]


def write_amount(
    page: Colours,
    digits: mnist.Mnist,
    rng: np.random.Generator,
    amount: str,
    right: int,
    foot: int,
) -> None:
    """Write an amount that ends at ``right``; its point stands on the line ``foot``."""
    x = right
    for character in reversed(amount):
        if character == ".":
            point = x + 38, foot - 4
            cv2.circle(page, point, 9, INK.tolist(), -1, cv2.LINE_AA)
            x -= 40
            continue
        height = int(rng.integers(104, 116))
        centre = (x, foot - height // 2)
        write_digit(page, digits, rng, character, centre=centre, height=height)
        x -= 104


def photograph(page: Colours, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Add light from one side, a hand's shadow, a slight tilt, blur and noise."""
    across, down = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    light = 1.0 - 0.28 * across - 0.15 * down
    shadow = 1 / (1 + np.exp(-(across + 0.7 * down - 1.25) * 14))
    lit = page * (light * (1 - 0.25 * shadow))[..., None].astype(np.float32)
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    moved = corners + rng.uniform(-40, 40, (4, 2)).astype(np.float32)
    view = cv2.getPerspectiveTransform(corners, moved)
    photo = cv2.warpPerspective(
        lit, view, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT
    )
    noisy = cv2.GaussianBlur(photo, (0, 0), 1.2) + rng.normal(0, 3.5, photo.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def save(photo: NDArray[np.uint8], name: str) -> None:
    """Write a photo as JPEG at 1200x900."""
    small = cv2.resize(photo, (1200, 900), interpolation=cv2.INTER_AREA)
    content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
    (HERE / name).write_bytes(content)


def show_reading(name: str) -> None:
    """Write the rows of a photo around its digits, boxed and labelled, for the docs."""
    reading = inkten.read(HERE / name)
    box = inkten.Box.around(digit.box for digit in reading.digits)
    top, bottom = int(box.y - box.height), int(box.bottom + box.height)
    rows = cv2.cvtColor(reading.picture()[top:bottom], cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", rows, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
    (DOCS / name).write_bytes(content)


if __name__ == "__main__":
    main()
