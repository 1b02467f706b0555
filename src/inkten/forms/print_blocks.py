"""Blocks of print: is what is printed on a form where it should be on a photo?

Handwriting adds ink and takes no print away. So a block is found where it is dark under
the print and not so dark right beside it, whatever else is written there.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.forms.colours import paper_of

Floats = NDArray[np.float64]
Gray = NDArray[np.uint8]

BLOCK = 40  # px: a block holds some letters, or the corner of a cell
STEP = 28  # px: blocks overlap
FAINTEST = 0.06  # share of the light: less is the grain of the paper
DARK = 0.4  # of the usual darkness of print: darker is print
RING = 2, 5  # px from the print: where "right beside it" begins and ends
MIN_PRINT = 40  # pixels of a block
MIN_ALONG = (
    0.15  # of its print, across each direction: an edge alone slides along itself
)
FULL = 0.7  # of the usual darkness: darker ink does not count more
FOUND = 0.4  # of what print alone would score, from which a block is found


class Sighting(NamedTuple):
    """What was found of a form.

    Attributes:
        middles: (M, 2) the middles of the blocks that were found, px.
        offsets: (M, 2) how far each is from where it should be, px.
        agreement: the share of blocks that were found, of those inside the photo.
        inside: the share of blocks that are inside the photo.
    """

    middles: Floats
    offsets: Floats
    agreement: float
    inside: float


@dataclass(frozen=True, eq=False)
class PrintBlocks:
    """The blocks of print on a reference picture.

    Attributes:
        is_print: (H, W) uint8, 1 where there is print.
        kernels: the place of each block, and its (BLOCK, BLOCK) float32 kernel: the
            mean under the print less the mean right beside it.
    """

    is_print: NDArray[np.uint8]
    kernels: tuple[tuple[int, int, NDArray[np.float32]], ...]

    @classmethod
    def of(cls, gray: Gray) -> "PrintBlocks":
        """The blocks of (H, W) gray."""
        darkness = _darkness(gray)
        ink = darkness[darkness > FAINTEST]
        usual = float(np.percentile(ink, 90)) if ink.size else 1.0
        is_print = (darkness > max(DARK * usual, FAINTEST)).astype(np.uint8)
        near, far = (_grown(is_print, reach) for reach in RING)
        ring = far - near
        height, width = gray.shape
        kernels = []
        for y in range(0, height - BLOCK + 1, STEP):
            for x in range(0, width - BLOCK + 1, STEP):
                block = slice(y, y + BLOCK), slice(x, x + BLOCK)
                if _has_corner(is_print[block]) and ring[block].any():
                    under = is_print[block] / is_print[block].sum()
                    beside = ring[block] / ring[block].sum()
                    kernels.append((x, y, (under - beside).astype(np.float32)))
        return cls(is_print, tuple(kernels))

    def sight(self, flat: Gray, inside: NDArray[np.bool_], reach: int) -> Sighting:
        """Look for each block near its place.

        Args:
            flat: (H, W) the photo, warped to the reference picture.
            inside: (H, W) where the photo is.
            reach: px, how far to look.
        """
        darkness = _darkness(flat)
        usual = self._usual_darkness(darkness)
        dark = np.minimum(darkness / np.float32(FULL * usual), 1)
        height, width = dark.shape
        middles, offsets, seen = [], [], 0
        for x, y, kernel in self.kernels:
            if not inside[y : y + BLOCK, x : x + BLOCK].all():
                continue
            seen += 1
            left, top = max(x - reach, 0), max(y - reach, 0)
            right, bottom = (
                min(x + BLOCK + reach, width),
                min(y + BLOCK + reach, height),
            )
            window = dark[top:bottom, left:right]
            scores = cv2.matchTemplate(window, kernel, cv2.TM_CCORR)
            _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
            if best >= FOUND:
                peak_x, peak_y = _peak(np.asarray(scores, np.float32), at_x, at_y)
                middles.append((x + BLOCK / 2, y + BLOCK / 2))
                offsets.append((left + peak_x - x, top + peak_y - y))
        return Sighting(
            np.array(middles, np.float64).reshape(-1, 2),
            np.array(offsets, np.float64).reshape(-1, 2),
            len(middles) / max(seen, 1),
            seen / max(len(self.kernels), 1),
        )

    def _usual_darkness(self, darkness: NDArray[np.float32]) -> float:
        """How dark print is on a photo whose print may be a little off."""
        nearby = cv2.dilate(darkness, np.ones((5, 5), np.uint8))
        under = nearby[self.is_print > 0]
        return max(float(np.median(under)) if under.size else 1.0, FAINTEST)


def _darkness(gray: Gray) -> NDArray[np.float32]:
    """The share of light that ink absorbs, 0..1."""
    return np.clip(1 - gray / paper_of(gray), 0, 1).astype(np.float32)


def _grown(mask: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    side = 2 * reach + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask, shape), np.uint8)


def _has_corner(block: NDArray[np.uint8]) -> bool:
    """Whether a block shows its place both across and down: not just a straight edge.

    The edges of print are counted in both directions.
    """
    if block.sum() < MIN_PRINT:
        return False
    across = int((block[:, 1:] != block[:, :-1]).sum())
    down = int((block[1:] != block[:-1]).sum())
    return min(across, down) >= MIN_ALONG * (across + down)


def _peak(scores: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """The place of a maximum to a fraction of a pixel: the top of a parabola."""
    return (
        x + _top(scores[y, max(x - 1, 0) : x + 2].tolist()),
        y + _top(scores[max(y - 1, 0) : y + 2, x].tolist()),
    )


def _top(three: list[float]) -> float:
    if len(three) < 3:  # at the border
        return 0.0
    before, middle, after = three
    bend = before - 2 * middle + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0
