import cv2
import numpy as np
import pytest

from inkten import Box, Digit, Number, Reading
from inkten.layout.lines import find_lines

DIGIT = 28  # px: the height of a digit
CELL = 110, 60  # px
ORIGIN = 60, 50  # px: the top left corner of the table


class Sheet:
    """A page drawn cell by cell, and the reading that finds every digit on it."""

    def __init__(self, size=(760, 460)):
        self.gray = np.full(size[::-1], 225, np.uint8)
        self.boxes, self.values = [], []

    def write(self, text, x, y):
        """Write digits with the top left corner of the first at x, y."""
        for place, letter in enumerate(text):
            left = round(x + place * 0.8 * DIGIT)
            font, size = cv2.FONT_HERSHEY_SIMPLEX, DIGIT / 22
            cv2.putText(self.gray, letter, (left, y + DIGIT), font, size, 40, 2)
            self.boxes.append((left + 2, y, 0.65 * DIGIT, DIGIT))
            self.values.append(int(letter))

    def letters(self, text, x, y):
        """Write a word that nothing is read of."""
        font, size = cv2.FONT_HERSHEY_SIMPLEX, DIGIT / 22
        cv2.putText(self.gray, text, (x, y + DIGIT), font, size, 40, 2)

    def cells(self, rows, left=ORIGIN[0], top=ORIGIN[1], cell=CELL):
        """Write the texts of a table."""
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.write(text, left + column * cell[0] + 22, top + row * cell[1] + 16)

    def rules(self, rows, columns, left=ORIGIN[0], top=ORIGIN[1], cell=CELL):
        """Draw the rules of a table."""
        right, bottom = left + columns * cell[0], top + rows * cell[1]
        for row in range(rows + 1):
            y = top + row * cell[1]
            cv2.line(self.gray, (left, y), (right, y), 110, 2)
        for column in range(columns + 1):
            x = left + column * cell[0]
            cv2.line(self.gray, (x, top), (x, bottom), 110, 2)

    def turned(self, degrees):
        """The page turned about its middle, clockwise."""
        height, width = self.gray.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
        other = Sheet()
        other.gray = cv2.warpAffine(
            self.gray, turn, (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        for x, y, wide, high in self.boxes:
            middle = turn @ (x + wide / 2, y + high / 2, 1)
            other.boxes.append((*(middle - (wide / 2, high / 2)), wide, high))
        other.values = self.values
        return other

    def reading(self, *, picture=True):
        """What a reader that makes no mistake reads."""
        boxes = np.array(self.boxes, np.float32).reshape(-1, 4)
        lines = tuple(
            tuple(Number(tuple(map(self._digit, number))) for number in line.numbers)
            for line in find_lines(boxes)
        )
        empty = np.zeros((0, 0), np.uint8)
        size = self.gray.shape[::-1]
        return Reading(lines, self.gray if picture else empty, original_size=size)

    def _digit(self, place):
        sure = np.zeros(10, np.float32)
        sure[self.values[place]] = 0.98
        box = Box(*map(float, self.boxes[place]))
        return Digit.of(sure, box, np.zeros((28, 28), np.float32), 0.5)


@pytest.fixture
def sheet():
    return Sheet()
