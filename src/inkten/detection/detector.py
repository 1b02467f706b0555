"""The detector: runs the network on every level, keeps one detection per digit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centred_within
from inkten.detection.heatmap import (
    CELL,
    CHANNELS,
    HEAT,
    Detections,
    decode_heatmap,
)
from inkten.detection.nms import non_max_suppression
from inkten.detection.pyramid import (
    MAX_SIDE,
    PADDING,
    normalize_local_contrast,
    pad,
    pyramid,
    zooms,
)
from inkten.log_odds import probability_of
from inkten.models.model import OnnxModel
from inkten.models.onnx import Session, Shape
from inkten.models.registry import DETECTOR

STRIDE = 8  # px: the network halves a level three times
MIN_SCORE = 0.3  # set by hand: above it, the fused probability decides
MIN_SINGLE_SCORE = 0.02  # a digit is known to be there: a faint one will do
MAX_SINGLE = 5  # detections that may be the one digit known to be there
BAND = 1024  # px: a tall level goes through the network in bands, to bound memory
BAND_PIXELS = 2_000_000  # ... lower ones where it is wide: a MP takes about 50 MB
CONTEXT = 144  # px above and below a band: more than any cell of the network depends on
MAX_LENGTH = 16  # times a picture's short side: a longer detection is not a digit


class Detector(OnnxModel):
    """Detects the digits of a picture.

    >>> detections = Detector()(image)  # doctest: +SKIP
    >>> detections.boxes.shape  # doctest: +SKIP
    (8, 4)
    """

    FIX = "Train one with 'inkten train detector'."
    SHIPPED = DETECTOR

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        return ("N", "H", "W", 1), ("N", f"H/{CELL}", f"W/{CELL}", CHANNELS)

    def __call__(
        self,
        image: NDArray[np.uint8],
        *,
        single: bool = False,
        max_side: int = MAX_SIDE,
        min_score: float | None = None,
    ) -> Detections:
        """Detect the digits of one picture, highest score first.

        Args:
            image: (H, W) uint8, ink darker or lighter than the paper.
            single: the picture is known to hold one digit; the few highest-scoring
                detections are returned.
            max_side: px, the long side of the finest level to search.
            min_score: fainter detections are left out; the value used in reading if
                None.
        """
        (detections,) = self.detect_batch(
            [image], single=single, max_side=max_side, min_score=min_score
        )
        return detections

    def detect_batch(
        self,
        images: Sequence[NDArray[np.uint8]],
        *,
        single: bool = False,
        max_side: int = MAX_SIDE,
        min_score: float | None = None,
    ) -> list[Detections]:
        """Detect the digits of several pictures of one size at once.

        Small pictures are searched several times faster that way.

        Args:
            images: at least one and at most 128 (OpenCV's channels), (H, W) uint8 each.
            single: every picture is known to hold one digit.
            max_side: px, the long side of the finest level to search.
            min_score: fainter detections are left out.
        """
        if min_score is None:
            min_score = MIN_SINGLE_SCORE if single else MIN_SCORE
        shape = images[0].shape
        steps = zooms(max(shape), max_side)
        layers = zip(*[pyramid(image, steps) for image in images], strict=True)
        levels = [
            self._on_level(np.stack(layer, axis=-1), shape, zoom, min_score)
            for layer, zoom in zip(layers, steps, strict=True)
        ]
        found = Detections.merge([detections for detections, _ in levels])
        pictures = np.concatenate([pictures for _, pictures in levels])
        best = [non_max_suppression(own) for own in found.split(pictures, len(images))]
        return [own.take(slice(MAX_SINGLE)) for own in best] if single else best

    def heat_map(self, level: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely the centre of a digit is in each cell of one level, 0..1.

        Args:
            level: (h, w) uint8, a picture at one size.

        Returns:
            One cell for each 4x4 pixels of the level and ``PADDING`` around it.
        """
        return probability_of(self._cells(network_input(level))[0, ..., HEAT])

    def _on_level(
        self,
        layers: NDArray[np.uint8],
        shape: tuple[int, ...],
        zoom: float,
        min_score: float,
    ) -> tuple[Detections, NDArray[np.intp]]:
        """Detect on one level, (H, W, P), of P pictures of one shape.

        Returns:
            N detections, in pixels of the pictures, and (N,) the picture of each.
        """
        cells = self._cells(network_input(layers))
        found, pictures = decode_heatmap(cells, min_score)
        boxes = found.boxes.copy()
        boxes[:, :2] -= PADDING
        boxes /= np.float32(zoom)
        fits = boxes[:, 2:].max(axis=1) <= MAX_LENGTH * min(shape)
        kept = centred_within(boxes, shape) & fits
        found = Detections(boxes, found.scores, found.digits)
        return found.take(kept), pictures[kept]

    def _cells(self, levels: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output for (P, h, w, 1): (P, h/4, w/4, 15)."""
        count, height, width, _ = levels.shape
        rows = max(min(BAND, BAND_PIXELS // width // STRIDE * STRIDE), STRIDE)
        if height <= rows:
            return self._run(levels)
        size = count, height // CELL, width // CELL, CHANNELS
        cells = np.empty(size, np.float32)
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            first, last = max(top - CONTEXT, 0), min(bottom + CONTEXT, height)
            band = self._run(levels[:, first:last])
            cells[:, top // CELL : bottom // CELL] = band[
                :, (top - first) // CELL : (bottom - first) // CELL
            ]
        return cells


def network_input(layers: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Prepare a level for the network: pad, normalize, round sides up to strides.

    Args:
        layers: (H, W) uint8 of one picture, or (H, W, P) of several.

    Returns:
        (P, h, w, 1), h and w multiples of ``STRIDE``.
    """
    level = np.atleast_3d(normalize_local_contrast(pad(layers)))  # (H, W, P)
    height, width, count = level.shape
    fed = np.zeros(
        (count, height + -height % STRIDE, width + -width % STRIDE, 1), np.float32
    )
    fed[:, :height, :width, 0] = np.moveaxis(level, -1, 0)
    return fed
