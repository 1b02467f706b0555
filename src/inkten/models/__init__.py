"""ONNX model files: the shipped ones, their checksums and cards, and how they run."""
