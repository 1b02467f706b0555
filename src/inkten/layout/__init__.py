"""Boxes -> lines, numbers and their reading order."""
