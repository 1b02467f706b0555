"""Gray pictures -> detections: where the digits are, how likely, and which."""

from inkten.detection.detector import Detector
from inkten.detection.heatmap import Detections

__all__ = ["Detections", "Detector"]
