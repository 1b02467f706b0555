"""Where on a line a digit may stand: at its boxes, and at the line reader's peaks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import intersection_over_smaller
from inkten.fusion import ACCEPT_FROM
from inkten.log_odds import log_odds_of
from inkten.recognition.fusion import FLOOR, WITH_BOX, WITHOUT_BOX, fuse_line
from inkten.recognition.strips import Strip

NEW = -1  # instead of the index of a detection: the line reader alone sees this digit
MOSTLY = 0.7  # of the smaller box: from here on, two boxes show one digit

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Places:
    """The N places of a line where a digit may stand, from left to right.

    Attributes:
        strip: the line.
        answers: what the line reader says at its steps, (T, 11) or (T, 24).
        detections: (N,) the index of the detection that is there, or ``NEW``.
        has_peak: (N,) whether the line reader reads a digit there.
        boxes: (N, 4) in pixels of the picture.
        own: (N, 10) the box's probabilities: of detection and classification together,
            or of classification alone where no detection is.
        line: (N, 10) the line reader's.
    """

    strip: Strip
    answers: Floats
    detections: NDArray[np.intp]
    has_peak: Flags
    boxes: Floats
    own: Floats
    line: Floats

    def __len__(self) -> int:
        """The number of places."""
        return len(self.detections)

    @property
    def has_box(self) -> Flags:
        """At which places a detection is, (N,)."""
        return np.asarray(self.detections != NEW)

    @cached_property
    def fused(self) -> Floats:
        """Both opinions fused, (N, 10); a row's sum is the probability of any digit."""
        boxed = self.has_box
        fused = np.empty_like(self.own)
        for some, weights in ((boxed, WITH_BOX), (~boxed, WITHOUT_BOX)):
            fused[some] = fuse_line(self.own[some], self.line[some], weights)
        return fused

    def chosen(self, verified: Floats) -> list[int]:
        """The places to read, given the (N,) probabilities that each shows a digit.

        Of places that show the same ink, the likelier ones: several peaks are several
        digits, and together outweigh the box around them.
        """
        likely = np.flatnonzero(verified >= ACCEPT_FROM)
        boxes, peaks = self.boxes[likely], self.has_peak[likely]
        odds = log_odds_of(verified[likely], FLOOR)
        is_rival = intersection_over_smaller(boxes, boxes) >= MOSTLY
        is_rival &= ~(peaks[:, None] & peaks)
        of_peaks = (is_rival * np.where(peaks, odds, 0)).sum(axis=1)
        free = peaks | (odds >= of_peaks)
        for place in np.argsort(-odds, kind="stable").tolist():
            if free[place]:
                free &= ~is_rival[place]
                free[place] = True
        chosen: list[int] = likely[free].tolist()
        return chosen
