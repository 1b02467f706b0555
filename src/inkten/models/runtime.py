"""ONNX Runtime, imported in this one place, and kept from calling home.

Since 1.32 it sends telemetry and leaves a device number in the user's cache folder,
unless it is told not to before it is imported.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

__all__ = ["onnxruntime"]
