"""The finder: gray -> where the digits are."""

import numpy as np
from numpy.typing import NDArray

from inkten.finder.merge import one_per_digit
from inkten.finder.peaks import CELL, Finds, find_peaks
from inkten.finder.pyramid import flatten, level, zooms

STRIDE = 8  # px: the network halves a level three times
LEAST_SCORE = 0.3


def find(network, gray, *, single=False, least=LEAST_SCORE) -> Finds:
    finds = [
        _on_level(network, level(gray, zoom), zoom, 0.05 if single else least)
        for zoom in zooms(max(gray.shape))
    ]
    merged = one_per_digit(Finds.joined(finds))
    return merged.take(slice(0, 1)) if single else merged


def _on_level(network, pixels, zoom, least):
    height, width = pixels.shape
    padded = np.pad(flatten(pixels), ((0, -height % STRIDE), (0, -width % STRIDE)))
    cells = network(padded)
    found = find_peaks(cells[: -(-height // CELL), : -(-width // CELL)], least)
    return Finds(found.boxes / np.float32(zoom), found.scores, found.digits)
