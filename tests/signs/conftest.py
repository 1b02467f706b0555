import cv2
import numpy as np
import pytest

from inkten.classification.classes import CLASSES, NOTHING, class_of
from inkten.classification.classifier import Classifier
from inkten.reader import Reader

DARK = 40


def shape_of(tile, context):
    """A sign by the shape of the largest piece of ink and its place, or None."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((tile > 0.5).astype(np.uint8))
    if len(stats) == 1:
        return None
    _, _, width, height, area = max(stats[1:].tolist(), key=lambda piece: piece[4])
    middle = context[:, 13:15].max(axis=1)  # of the rows; edges of digits are beside it
    if area > 0.7 * width * height and height <= 6:
        if width >= 2 * height and middle[12:16].max() > 0.3:
            return "-"
        if width < 2 * height and min(width, height) >= 2 and middle[16:20].max() > 0.3:
            return "."
    is_thin = height >= 2 * width and area < 0.36 * width * height
    return "/" if is_thin and middle[12:16].max() > 0.3 else None


@pytest.fixture(scope="session")
def by_shape():
    """A stand-in for a classifier that names signs: it knows three by their shape."""
    digits = Classifier("cnn")

    def classify(tiles):
        assert tiles.shape[1:] == (28, 28, 2)
        chances = np.zeros((len(tiles), len(CLASSES)), np.float32)
        chances[:, :10] = digits(tiles[..., 0])
        for row, tile in zip(chances, tiles, strict=True):
            if name := shape_of(tile[..., 0], tile[..., 1]):
                row[:] = 0
                row[class_of(name)] = 0.8 if name == "/" else 0.9
        chances[:, NOTHING] = 1 - chances.sum(axis=1)
        return np.clip(chances, 0, 1)

    classify.names_signs = True
    return classify


@pytest.fixture(scope="session")
def reader(by_shape):
    return Reader(by_shape)


@pytest.fixture(scope="session")
def with_sign(write):
    """A function that writes digits and draws one sign; returns picture and its box."""

    def with_sign(text, sign, place):
        page = write(text)
        gray, height = page.gray.copy(), 56
        if place:
            x, _, width, _ = page.boxes[place - 1]
            start = int(x + width)
        else:
            start = int(page.boxes[0][0]) - 26
        base = int(page.boxes[0][1]) + height
        if sign == ".":
            box = start + 5, base - 9, 9, 9
        elif sign == "-":
            box = start + 1, base - height // 2 - 3, 15, 6
        else:
            box = start + 1, base - height, 15, height
            ends = (box[0] + 14, box[1]), (box[0], box[1] + height)
            cv2.line(gray, *ends, DARK, 3, cv2.LINE_AA)
        if sign != "/":
            x, y, width, high = box
            gray[y : y + high, x : x + width] = DARK
        return gray, box

    return with_sign
