"""Training curves, drawn with matplotlib, and confusion matrices as PNG."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inkten.drawing import encode_png
from inkten.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRAY, BLUE, ORANGE = "#1f2430", "#8a8f9c", "#3b6fd4", "#d66a00"
VALIDATION = "val_"  # what Keras puts before a metric on the validation part
DPI = 160
CELL, MARGIN, LETTER = 80, 110, 28  # px of a confusion matrix


def curves_png(history: Sequence[Mapping[str, float]]) -> bytes:
    """Draw each metric of a training run over the epochs, one panel per metric.

    Args:
        history: a row per epoch, such as ``{"loss": 0.3, "val_loss": 0.4}``. A name
            that starts with ``val_`` is the same metric on the validation part; it is
            drawn beside it.
    """
    names = [name for name in history[-1] if not name.startswith(VALIDATION)]
    figure = _figure(4.2 * len(names), 3.0)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(1, len(names), place)
        _plot_curve(axes, history, name, BLUE, "training")
        if VALIDATION + name in history[-1]:
            _plot_curve(axes, history, VALIDATION + name, ORANGE, "validation")
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
        axes.set_title(name.replace("_", " "), loc="left", fontsize=11, color=INK)
        axes.set_xlabel("epoch", color=GRAY)
        axes.locator_params(axis="x", integer=True, min_n_ticks=1)
        axes.grid(axis="y", color="#e4e6eb", linewidth=0.8)
        axes.margins(x=0.06, y=0.14)
        _declutter(axes)
    return _png(figure)


def _plot_curve(
    axes: "Axes",
    history: Sequence[Mapping[str, float]],
    name: str,
    colour: str,
    label: str,
) -> None:
    """A line with a mark for each epoch, and the last value in figures."""
    epochs = [number for number, row in enumerate(history, 1) if name in row]
    values = [history[epoch - 1][name] for epoch in epochs]
    label = f"{label}, {values[-1]:.4f} at last"
    axes.plot(epochs, values, color=colour, marker="o", markersize=4, label=label)


def confusion_png(confusion: NDArray[np.int64]) -> bytes:
    """Draw a (10, 10) confusion matrix: row = true digit, column = answer.

    Only mistakes are coloured; next to the correct answers they would all look pale.
    Drawn with Pillow, so that a report needs no matplotlib.
    """
    count = len(confusion)
    side = MARGIN + count * CELL + CELL // 4
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    mistakes = confusion - np.diag(np.diag(confusion))
    darkest = max(1.0, 1.6 * mistakes.max())

    def write(place: tuple[float, float], text: str, colour: str, size: int) -> None:
        font = ImageFont.load_default(size)
        draw.text(place, text, fill=colour, font=font, anchor="mm")

    for row, column in np.ndindex(*confusion.shape):
        left, top = MARGIN + column * CELL, MARGIN + row * CELL
        shade = _orange(mistakes[row, column] / darkest)
        draw.rectangle((left, top, left + CELL - 1, top + CELL - 1), fill=shade)
        if number := str(confusion[row, column] or ""):
            colour = BLUE if row == column else INK
            size = min(LETTER, 2 * CELL // (1 + len(number)))
            write((left + CELL / 2, top + CELL / 2), number, colour, size)
    middle = MARGIN + count * CELL / 2
    for digit in range(count):
        along = MARGIN + (digit + 0.5) * CELL
        write((along, 0.75 * MARGIN), str(digit), GRAY, LETTER)
        write((0.75 * MARGIN, along), str(digit), GRAY, LETTER)
    write((middle, 0.3 * MARGIN), "read as", GRAY, LETTER)
    written = Image.new("RGB", (count * CELL, MARGIN // 2), "white")
    place = count * CELL / 2, MARGIN // 4
    ImageDraw.Draw(written).text(
        place, "written", GRAY, ImageFont.load_default(LETTER), anchor="mm"
    )
    picture.paste(written.rotate(90, expand=True), (round(0.05 * MARGIN), MARGIN))
    return encode_png(np.asarray(picture))


def _orange(share: float) -> tuple[int, int, int]:
    """White at 0, orange at 1."""
    white, orange = np.array([255, 255, 255]), np.array([214, 106, 0])
    red, green, blue = np.round(white + min(share, 1.0) * (orange - white)).astype(int)
    return int(red), int(green), int(blue)


def _figure(width: float, height: float) -> "Figure":
    """Make a figure without pyplot, which keeps global state."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise MissingExtra("Drawing curves", "train") from error
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _declutter(axes: "Axes", spines: Sequence[str] = ("bottom",)) -> None:
    """Hide the lines that carry no information."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in spines)
        spine.set_color(GRAY)
    axes.tick_params(colors=GRAY, labelsize=9, length=0)


def _png(figure: "Figure") -> bytes:
    picture = io.BytesIO()
    # No Software entry: the same data give the same bytes with any version.
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
