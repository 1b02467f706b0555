"""The search for digits: every level through the network, one find per digit."""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.detection.heatmap import CELL, CHANNELS, Detections, decode_heatmap
from inkten.detection.nms import non_max_suppression
from inkten.detection.pyramid import (
    MAX_SIDE,
    PADDING,
    normalize_local_contrast,
    pad,
    pyramid,
    zooms,
)
from inkten.errors import ModelError
from inkten.models.onnx import DETECTOR, form_of, open_session
from inkten.models.runtime import onnxruntime

STRIDE = 8  # px: the network halves a level three times
LEAST_SCORE = 0.3  # taken by hand: above it, the joined belief decides
LEAST_SINGLE_SCORE = 0.02  # a digit is known to be there: a faint one will do
FEW = 5  # finds that may be the one digit known to be there
SMALL = 18.0  # px on the finest level: smaller digits are found better on a finer one
LONGEST = 16  # times a picture's short side: a find that is longer is no digit
FINEST_LEVEL = 4 * MAX_SIDE  # px, the long side: 12 px on a 12 MP sheet are found


class Detector:
    """Detections the digits of a picture.

    >>> finds = Detector()(gray)  # doctest: +SKIP
    >>> finds.boxes.shape  # doctest: +SKIP
    (8, 4)
    """

    def __init__(
        self, model: str | os.PathLike[str] = DETECTOR, *, threads: int | None = None
    ) -> None:
        """Load the shipped network, or an ONNX file of the same form.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of another form.
        """
        name = os.fspath(model)
        self._session = open_session(name, threads)
        self._input = _check_form(self._session, name)

    def __call__(
        self,
        gray: NDArray[np.uint8],
        *,
        single: bool = False,
        largest: int = MAX_SIDE,
        least: float | None = None,
    ) -> Detections:
        """Find the digits, surest first.

        Args:
            gray: (H, W) uint8, ink darker or lighter than the paper.
            single: the picture is known to hold one digit; the surest few that may be
                it come back.
            largest: px, the long side of the finest level to look at.
            least: the faintest score to take; what was fixed for reading if None.
        """
        (finds,) = self.each([gray], single=single, largest=largest, least=least)
        return finds

    def each(
        self,
        grays: Sequence[NDArray[np.uint8]],
        *,
        single: bool = False,
        largest: int = MAX_SIDE,
        least: float | None = None,
    ) -> list[Detections]:
        """Find the digits of several pictures of one size, all in one go.

        Small pictures are searched several times faster so.

        Args:
            grays: at least one and at most 128 (OpenCV's channels), (H, W) uint8 each.
            single: as for one picture, as are the others.
            largest: px, the long side of the finest level to look at.
            least: the faintest score to take.
        """
        if least is None:
            least = LEAST_SINGLE_SCORE if single else LEAST_SCORE
        shape = grays[0].shape
        steps = zooms(max(shape), largest)
        layers = zip(*[pyramid(gray, steps) for gray in grays], strict=True)
        levels = [
            self._on_level(np.stack(layer, axis=-1), shape, zoom, least)
            for layer, zoom in zip(layers, steps, strict=True)
        ]
        found = Detections.joined([finds for finds, _ in levels])
        pictures = np.concatenate([pictures for _, pictures in levels])
        finds = [
            non_max_suppression(its) for its in found.of_each(pictures, len(grays))
        ]
        return [its.take(slice(FEW)) for its in finds] if single else finds

    def _on_level(
        self,
        layers: NDArray[np.uint8],
        shape: tuple[int, ...],
        zoom: float,
        least: float,
    ) -> tuple[Detections, NDArray[np.intp]]:
        """What one level, (H, W, P), shows of P pictures of a shape.

        Returns:
            N finds, in pixels of the pictures, and (N,) the picture of each.
        """
        (cells,) = self._session.run(None, {self._input: network_input(layers)})
        found, pictures = decode_heatmap(cells, least)
        boxes = found.boxes.copy()
        boxes[:, :2] -= PADDING
        boxes /= np.float32(zoom)
        middles = boxes[:, :2] + boxes[:, 2:] / 2
        right_below = np.array(shape[::-1])
        inside = np.all((middles >= 0) & (middles <= right_below), axis=1)
        kept = inside & (boxes[:, 2:].max(axis=1) <= LONGEST * min(shape))
        found = Detections(boxes, found.scores, found.digits)
        return found.take(kept), pictures[kept]


def network_input(layers: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A level as the network takes it: padded, normalized, its sides filled up.

    Args:
        layers: (H, W) uint8 of one picture, or (H, W, P) of several.

    Returns:
        (P, h, w, 1), h and w multiples of ``STRIDE``.
    """
    flat = np.atleast_3d(normalize_local_contrast(pad(layers)))  # (H, W, P)
    height, width, count = flat.shape
    fed = np.zeros(
        (count, height + -height % STRIDE, width + -width % STRIDE, 1), np.float32
    )
    fed[:, :height, :width, 0] = np.moveaxis(flat, -1, 0)
    return fed


def needs_finer_pass(
    digits: NDArray[np.float32],
    gray: NDArray[np.uint8],
    scale: float,
    largest: int = MAX_SIDE,
) -> bool:
    """Whether digits may have been too small on the finest level looked at.

    Args:
        digits: (N, 4) boxes of the digits that were found, in pixels of ``gray``.
        gray: (H, W) uint8, the picture that was searched.
        scale: pixels of the original per pixel of ``gray``.
        largest: px, the long side of the finest level.
    """
    finest = zooms(max(gray.shape), largest)[0]
    if finest >= scale or largest >= FINEST_LEVEL:
        return False
    return not len(digits) or float(np.median(digits[:, 3])) * finest < SMALL


def _check_form(session: onnxruntime.InferenceSession, name: str) -> str:
    """Return the input's name once the network is known to be of the right form."""
    takes, gives = session.get_inputs(), session.get_outputs()
    right = (
        len(takes) == len(gives) == 1
        and takes[0].type == gives[0].type == "tensor(float)"
        and len(takes[0].shape) == 4
        and takes[0].shape[3] == 1
        and not any(isinstance(side, int) for side in takes[0].shape[:3])
        and gives[0].shape[3:] == [CHANNELS]
    )
    if not right:
        raise ModelError(
            f"{name} takes {form_of(takes)} and gives {form_of(gives)}; a detector "
            f"takes (N, H, W, 1) float and gives (N, H/{CELL}, W/{CELL}, {CHANNELS}) float. "
            "Train one with 'inkten train detector'."
        )
    return str(takes[0].name)
