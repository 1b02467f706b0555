"""Boxes -> 28x28 tiles -> digit probabilities."""
