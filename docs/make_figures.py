"""Draw each stage of a reading with the code that does the reading.

    python docs/make_figures.py

Reads examples/phone_number.jpg and writes a picture of every stage into docs/images:
stage_gray, stage_level, stage_heat, stage_boxes, stage_tiles, stage_probabilities; and
terminal, which shows `inkten read` in a terminal. Of examples/table.jpg, it draws
table_cells, the cells of its table. With the same models and library
versions, the pictures come out the same each time. Pictures of the page are cropped to
the rows around its digits.
"""

import io
import re
from contextlib import chdir
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

import inkten
from inkten.cli.main import app
from inkten.detection import heatmap, pyramid
from inkten.detection.detector import MIN_SCORE, network_input
from inkten.drawing import Mark, draw_marks, encode_png
from inkten.image.decode import decode
from inkten.models.onnx import open_session
from inkten.models.registry import DETECTOR, read_model

mpl.use("agg")
from matplotlib import pyplot as plt

HERE = Path(__file__).parent
ROOT = HERE.parent
PICTURE = ROOT / "examples" / "phone_number.jpg"
TERMINAL_COLUMNS = 80
WIDTH = 900  # px, of each picture of the page
MAX_CONTRAST = 3.0  # normalized contrast drawn as white; its negative is black
HEAT_COLOUR = np.array([255, 96, 0], np.float32)  # RGB
RING_RADIUS = 16  # px
GREEN = (0, 140, 70)  # RGB
TILE_ZOOM = 4
BAR_COLOURS = ("#9aa5b1", "#00804a")  # other digits, the likeliest one
Rgb = NDArray[np.uint8]


def main() -> None:
    """Write every picture."""
    gray = decode(PICTURE).pixels  # (H, W)
    reading = inkten.read(PICTURE)
    level = best_level(reading, gray)  # (h, w)
    contrast = pyramid.normalize_local_contrast(pyramid.pad(level))  # around 0
    cells = run_network(level)  # (h/4, w/4, 15)
    for name, page in {
        "stage_gray.jpg": resize_to_width(gray),
        "stage_level.jpg": resize_to_width(contrast_to_gray(contrast)),
        "stage_heat.jpg": draw_heatmap(contrast_to_gray(contrast), cells),
        "stage_boxes.jpg": resize_to_width(reading.picture()),
    }.items():
        save_jpeg(name, crop_to_digits(page, reading))
    save("stage_tiles.png", encode_png(tile_row(reading)))
    draw_probabilities(reading, HERE / "images" / "stage_probabilities.png")
    save_jpeg("table_cells.jpg", draw_cells(ROOT / "examples" / "table.jpg"))
    name = str(PICTURE.relative_to(ROOT))
    draw_terminal([("read", name), ("read", name, "--details")])


def best_level(reading: inkten.Reading, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pyramid level on which the digits are closest to the usual height."""
    heights = [digit.box.height / reading.scale for digit in reading.digits]
    height, usual = float(np.median(heights)), float(heatmap.USUAL[1])
    zooms = pyramid.zooms(max(gray.shape))
    levels = zip(zooms, pyramid.pyramid(gray, zooms), strict=True)
    _, best = min(levels, key=lambda level: abs(level[0] * height - usual))
    return best


def run_network(level: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The output of the detector's network for one level, (h/4, w/4, 15)."""
    session = open_session(read_model(DETECTOR), DETECTOR, threads=1)
    input_name = session.get_inputs()[0].name
    (cells,) = session.run(None, {input_name: network_input(level)})
    return np.asarray(cells[0], np.float32)


def contrast_to_gray(contrast: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Normalized contrast as a gray picture."""
    gray = 127.5 * (1 + np.clip(contrast / MAX_CONTRAST, -1, 1))
    return gray.round().astype(np.uint8)


def draw_heatmap(level: NDArray[np.uint8], cells: NDArray[np.float32]) -> Rgb:
    """Draw the heat map over its level, with a ring around each peak."""
    page = cv2.cvtColor(resize_to_width(level), cv2.COLOR_GRAY2RGB).astype(np.float32)
    heat = 1 / (1 + np.exp(-cells[..., heatmap.HEAT]))  # (h/4, w/4) 0..1
    zoom = WIDTH / level.shape[1]
    size = [round(heatmap.CELL * zoom * side) for side in heat.shape[::-1]]
    heat = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
    heat = heat[: page.shape[0], : page.shape[1], None]
    page = (0.35 * page + 0.65 * 255) * (1 - heat) + HEAT_COLOUR * heat
    canvas = np.ascontiguousarray(page.round().astype(np.uint8))
    detections, _ = heatmap.decode_heatmap(cells[None], MIN_SCORE)
    for x, y, width, height in detections.boxes * zoom:
        centre = round(float(x + width / 2)), round(float(y + height / 2))
        cv2.circle(canvas, centre, RING_RADIUS, GREEN, 2, cv2.LINE_AA)
    return canvas


def tile_row(reading: inkten.Reading) -> NDArray[np.uint8]:
    """The tiles that the classifier gets, side by side and enlarged."""
    tiles = [np.pad(digit.tile, 1, constant_values=0.5) for digit in reading.digits]
    row = np.concatenate(tiles, axis=1)
    gray = (255 * row).round().astype(np.uint8)
    return np.asarray(np.kron(gray, np.ones((TILE_ZOOM, TILE_ZOOM), np.uint8)))


def draw_cells(picture: Path) -> NDArray[np.uint8]:
    """Draw the cells of a page's table, each with its text."""
    table = inkten.read(picture).table()
    marks = [
        Mark(
            *(side / table.scale for side in (box.x, box.y, box.width, box.height)),
            cell.text,
            sure=cell.is_sure(),
        )
        for cell in table.cells
        if cell.text
        for box in [cell.box]
    ]
    return resize_to_width(draw_marks(table.gray, marks))


def draw_probabilities(reading: inkten.Reading, path: Path) -> None:
    """Draw a bar chart of each digit's probabilities."""
    count = len(reading.digits)
    figure, axes = plt.subplots(
        1, count, figsize=(9, 1.8), sharey=True, layout="constrained"
    )
    for axis, digit in zip(axes, reading.digits, strict=True):
        colours = [BAR_COLOURS[value == digit.guess] for value in range(10)]
        axis.bar(range(10), digit.probabilities, color=colours)
        axis.set_title(f"{digit.text}: {digit.confidence:.3f}", fontsize=9)
        axis.set_xticks(range(10))
        axis.tick_params(labelsize=6)
        axis.set_ylim(0, 1)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def draw_terminal(commands: list[tuple[str, ...]]) -> None:
    """Draw a terminal with these inkten commands and their output."""
    terminal = Console(record=True, width=TERMINAL_COLUMNS, file=io.StringIO())
    environment = {"FORCE_COLOR": "1", "COLUMNS": str(TERMINAL_COLUMNS)}
    for words in commands:
        with chdir(ROOT):
            result = CliRunner().invoke(app, words, env=environment)
        terminal.print(Text(f"$ inkten {' '.join(words)}", style="bold green"))
        terminal.print(Text.from_ansi(result.output))
    svg = terminal.export_svg(title="", unique_id="terminal")
    # Rich's own font would be loaded from another host.
    save("terminal.svg", re.sub(r"@font-face \{.*?\}", "", svg, flags=re.S).encode())


def crop_to_digits(
    page: NDArray[np.uint8], reading: inkten.Reading
) -> NDArray[np.uint8]:
    """The rows of a page with digits on them, and a margin above and below."""
    box = inkten.Box.around(digit.box for digit in reading.digits)
    zoom = page.shape[0] / (reading.scale * reading.gray.shape[0])  # of the original
    top, bottom = box.y - 1.5 * box.height, box.bottom + 1.5 * box.height
    return page[max(round(zoom * top), 0) : round(zoom * bottom)]


def resize_to_width(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture resized to ``WIDTH``."""
    zoom = WIDTH / page.shape[1]
    interpolation = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    size = WIDTH, round(page.shape[0] * zoom)
    return np.asarray(cv2.resize(page, size, interpolation=interpolation), np.uint8)


def save_jpeg(name: str, picture: NDArray[np.uint8]) -> None:
    """Write a gray or RGB picture as JPEG."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()
    save(name, content)


def save(name: str, content: bytes) -> None:
    """Write one picture into ``docs/images``."""
    (HERE / "images" / name).write_bytes(content)


if __name__ == "__main__":
    main()
