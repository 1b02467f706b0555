"""The search for digits: every level through the network, one find per digit."""

import os

import numpy as np
from numpy.typing import NDArray

from inkten.errors import ModelError
from inkten.finder.merge import one_per_digit
from inkten.finder.peaks import CELL, CHANNELS, Finds, find_peaks
from inkten.finder.pyramid import (
    LARGEST_LEVEL,
    SURROUND,
    flatten,
    level,
    surrounded,
    zooms,
)
from inkten.models.runtime import onnxruntime
from inkten.models.session import FINDER, form_of, open_session

STRIDE = 8  # px: the network halves a level three times
LEAST_SCORE = 0.3  # taken by hand: above it, the joined belief decides
LEAST_SINGLE_SCORE = 0.02  # a digit is known to be there: a faint one will do
SMALL = 18.0  # px on the finest level: smaller digits are found better on a finer one
CLOSER_LEVEL = 4096  # px, the long side: 12 px digits on a sheet of 12 megapixels


class Finder:
    """Finds the digits of a picture.

    >>> finds = Finder()(gray)  # doctest: +SKIP
    >>> finds.boxes.shape  # doctest: +SKIP
    (8, 4)
    """

    def __init__(
        self, model: str | os.PathLike[str] = FINDER, *, threads: int | None = None
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
        closer: bool = False,
        least: float | None = None,
    ) -> Finds:
        """Find the digits, surest first.

        Args:
            gray: (H, W) uint8, ink darker or lighter than the paper.
            single: the picture is known to hold one digit; at most one comes back.
            closer: look at large pictures in full, for digits that are small on them.
            least: the faintest score to take; what was fixed for reading if None.
        """
        if least is None:
            least = LEAST_SINGLE_SCORE if single else LEAST_SCORE
        largest = CLOSER_LEVEL if closer else LARGEST_LEVEL
        sizes = zooms(max(gray.shape), largest)
        finds = one_per_digit(
            Finds.joined([self._on_level(gray, zoom, least) for zoom in sizes])
        )
        return finds.take(np.arange(min(1, len(finds)))) if single else finds

    def _on_level(self, gray: NDArray[np.uint8], zoom: float, least: float) -> Finds:
        pixels = flatten(surrounded(level(gray, zoom)))
        height, width = pixels.shape
        padded = np.pad(pixels, ((0, -height % STRIDE), (0, -width % STRIDE)))
        (cells,) = self._session.run(None, {self._input: padded[None, :, :, None]})
        found = find_peaks(cells[0], least)
        corners, sizes = found.boxes[:, :2] - SURROUND, found.boxes[:, 2:]
        boxes = np.concatenate([corners, sizes], axis=1).astype(np.float32)
        boxes /= np.float32(zoom)
        middles = boxes[:, :2] + boxes[:, 2:] / 2
        outside = ((middles < 0) | (middles > gray.shape[::-1])).any(axis=1)
        return Finds(boxes, found.scores, found.digits).take(np.flatnonzero(~outside))


def wants_closer_look(finds: Finds, gray: NDArray[np.uint8], scale: float) -> bool:
    """Whether digits may have been too small on the finest level looked at.

    Args:
        finds: what was found, in pixels of ``gray``.
        gray: (H, W) uint8, the picture that was searched.
        scale: pixels of the original per pixel of ``gray``.
    """
    finest = zooms(max(gray.shape))[0]
    if finest >= scale:  # it was looked at in full
        return False
    heights = finds.boxes[:, 3] * finest
    return not len(finds) or float(np.median(heights)) < SMALL


def _check_form(session: onnxruntime.InferenceSession, name: str) -> str:
    """Return the input's name once the network is known to be of the right form."""
    takes, gives = session.get_inputs(), session.get_outputs()
    right = (
        len(takes) == len(gives) == 1
        and len(takes[0].shape) == 4
        and takes[0].shape[3] == 1
        and gives[0].shape[3:] == [CHANNELS]
    )
    if not right:
        raise ModelError(
            f"{name} takes {form_of(takes)} and gives {form_of(gives)}; a finder takes "
            f"(N, H, W, 1) and gives (N, H/{CELL}, W/{CELL}, {CHANNELS}). Train one "
            "with 'inkten train finder'."
        )
    return str(takes[0].name)
