"""Training curves and confusion matrices as PNG, drawn with matplotlib."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkten.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRAY, BLUE, ORANGE = "#1f2430", "#8a8f9c", "#3b6fd4", "#d66a00"
VALIDATION = "val_"  # what Keras puts before a metric on the validation part
DPI = 160


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
    """
    figure = _figure(5.4, 5.2)
    axes = figure.add_subplot()
    mistakes = confusion - np.diag(np.diag(confusion))
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1.0, 1.6 * mistakes.max()))
    for row, column in np.ndindex(*confusion.shape):
        number = int(confusion[row, column])
        if number:
            axes.text(
                column,
                row,
                str(number),
                ha="center",
                va="center",
                fontsize=8,
                color=BLUE if row == column else INK,
                fontweight="bold" if row == column else "normal",
            )
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.set_xlabel("read as", color=GRAY)
    axes.set_ylabel("written", color=GRAY)
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    _declutter(axes, spines=())
    return _png(figure)


def _figure(width: float, height: float) -> "Figure":
    """Make a figure without pyplot, which keeps global state."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise MissingExtra("Drawing curves and confusion matrices", "train") from error
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
