"""Gray -> where the digits are, and the order they are read in."""

from inkten.detection.coarse import coarse_side, need_full_pass
from inkten.detection.detector import Detector, needs_finer_pass
from inkten.detection.heatmap import Detections
from inkten.detection.pyramid import MAX_SIDE

__all__ = [
    "MAX_SIDE",
    "Detections",
    "Detector",
    "coarse_side",
    "need_full_pass",
    "needs_finer_pass",
]
