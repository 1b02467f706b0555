"""Draw each stage of a reading, as the code itself has it.

    python docs/make_figures.py

Reads examples/phone_number.jpg and writes a picture of every stage into docs/images:
stage_gray, stage_level, stage_heat, stage_boxes, stage_tiles, stage_probabilities; and
terminal, which shows `inkten read` at work. The
same pictures each time, with the same models and the same versions of the libraries.
The page is shown from somewhat above its digits to somewhat below.
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
from inkten.detection import peaks, pyramid, search
from inkten.drawing import encode_png
from inkten.image.decode import decode
from inkten.models.onnx import open_session
from inkten.models.registry import DETECTOR

mpl.use("agg")
from matplotlib import pyplot as plt

HERE = Path(__file__).parent
ROOT = HERE.parent
PICTURE = ROOT / "examples" / "phone_number.jpg"
COLUMNS = 80  # of the terminal that is shown
WIDTH = 900  # px, of each picture of the whole page
MOST = 3.0  # of the flattened level: what is drawn white, and its negative black
WARM = np.array([255, 96, 0], np.float32)  # RGB
RING = 16  # px
GREEN = (0, 140, 70)  # RGB
TILE_ZOOM = 4
BAR_COLOURS = ("#9aa5b1", "#00804a")  # the others, the likeliest
Rgb = NDArray[np.uint8]


def main() -> None:
    """Write every picture."""
    gray = decode(PICTURE).pixels  # (H, W)
    reading = inkten.read(PICTURE)
    level = level_of(reading, gray)
    flat = pyramid.normalize_local_contrast(pyramid.pad(level))  # (h, w) around 0
    cells = run_detector(level)  # (h/4, w/4, 15)
    for name, page in {
        "stage_gray.jpg": widened(gray),
        "stage_level.jpg": widened(visible(flat)),
        "stage_heat.jpg": heat_map(visible(flat), cells),
        "stage_boxes.jpg": widened(reading.picture()),
    }.items():
        save_photo(name, around_digits(page, reading))
    save("stage_tiles.png", encode_png(tiles_in_a_row(reading)))
    draw_probabilities(reading, HERE / "images" / "stage_probabilities.png")
    name = str(PICTURE.relative_to(ROOT))
    draw_terminal([("read", name), ("read", name, "--details")])


def level_of(reading: inkten.Reading, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The level on which these digits are nearest to a usual height."""
    heights = [digit.box.height / reading.scale for digit in reading.digits]
    height, usual = float(np.median(heights)), float(peaks.USUAL[1])
    zooms = pyramid.zooms(max(gray.shape))
    levels = zip(zooms, pyramid.pyramid(gray, zooms), strict=True)
    _, nearest = min(levels, key=lambda level: abs(level[0] * height - usual))
    return nearest


def run_detector(level: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the detector's network says of a level, (h, w, 15)."""
    session = open_session(DETECTOR, threads=1)
    takes = session.get_inputs()[0].name
    (cells,) = session.run(None, {takes: search.network_input(level)})
    return np.asarray(cells[0], np.float32)


def visible(flat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A flattened level as gray."""
    shown = 127.5 * (1 + np.clip(flat / MOST, -1, 1))
    return shown.round().astype(np.uint8)


def heat_map(shown: NDArray[np.uint8], cells: NDArray[np.float32]) -> Rgb:
    """The heat laid over its level, a ring around each peak."""
    page = cv2.cvtColor(widened(shown), cv2.COLOR_GRAY2RGB).astype(np.float32)
    heat = 1 / (1 + np.exp(-cells[..., peaks.HEAT]))  # (h/4, w/4) 0..1
    zoom = WIDTH / shown.shape[1]
    size = [round(peaks.CELL * zoom * side) for side in heat.shape[::-1]]
    warmth = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
    warmth = warmth[: page.shape[0], : page.shape[1], None]
    page = (0.35 * page + 0.65 * 255) * (1 - warmth) + WARM * warmth
    canvas = np.ascontiguousarray(page.round().astype(np.uint8))
    finds, _ = peaks.decode_heatmap(cells[None], search.LEAST_SCORE)
    for x, y, width, height in finds.boxes * zoom:
        middle = round(float(x + width / 2)), round(float(y + height / 2))
        cv2.circle(canvas, middle, RING, GREEN, 2, cv2.LINE_AA)
    return canvas


def tiles_in_a_row(reading: inkten.Reading) -> NDArray[np.uint8]:
    """The tiles side by side, as the classifier sees them, enlarged."""
    tiles = [np.pad(digit.tile, 1, constant_values=0.5) for digit in reading.digits]
    row = np.concatenate(tiles, axis=1)
    shown = (255 * row).round().astype(np.uint8)
    return np.asarray(np.kron(shown, np.ones((TILE_ZOOM, TILE_ZOOM), np.uint8)))


def draw_probabilities(reading: inkten.Reading, path: Path) -> None:
    """A bar chart for each digit."""
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
    """A terminal in which these commands of inkten were typed."""
    terminal = Console(record=True, width=COLUMNS, file=io.StringIO())
    environment = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    for words in commands:
        with chdir(ROOT):
            ran = CliRunner().invoke(app, words, env=environment)
        terminal.print(Text(f"$ inkten {' '.join(words)}", style="bold green"))
        terminal.print(Text.from_ansi(ran.output))
    svg = terminal.export_svg(title="", unique_id="terminal")
    # Rich's own font would be loaded from another host.
    save("terminal.svg", re.sub(r"@font-face \{.*?\}", "", svg, flags=re.S).encode())


def around_digits(
    page: NDArray[np.uint8], reading: inkten.Reading
) -> NDArray[np.uint8]:
    """The rows of a page on which the digits stand, and some above and below."""
    box = inkten.Box.around(digit.box for digit in reading.digits)
    rows = page.shape[0] / (reading.scale * reading.gray.shape[0])  # per original px
    above, below = box.y - 1.5 * box.height, box.bottom + 1.5 * box.height
    return page[max(round(rows * above), 0) : round(rows * below)]


def widened(shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture brought to `WIDTH`."""
    zoom = WIDTH / shown.shape[1]
    smooth = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    size = WIDTH, round(shown.shape[0] * zoom)
    return np.asarray(cv2.resize(shown, size, interpolation=smooth), np.uint8)


def save_photo(name: str, shown: NDArray[np.uint8]) -> None:
    """Write gray or RGB as JPEG."""
    bgr = cv2.cvtColor(shown, cv2.COLOR_RGB2BGR) if shown.ndim == 3 else shown
    content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()
    save(name, content)


def save(name: str, content: bytes) -> None:
    """Write one picture into the folder of the pages' pictures."""
    (HERE / "images" / name).write_bytes(content)


if __name__ == "__main__":
    main()
