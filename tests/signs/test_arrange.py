import numpy as np
import pytest

from inkten.layout.line import Line
from inkten.signs.arrange import numbers_parted, numbers_with_signs
from inkten.signs.find import FoundSign, LineSigns


def line_of(text):
    """A line of digits 0.6 heights wide and signs 0.3 wide; a space is 0.5 more."""
    x, spans, numbers, signs = 0.0, [], [], []
    for letter in text:
        if letter == " ":
            x += 0.5
            continue
        width = 0.6 if letter.isdigit() else 0.3
        if letter.isdigit():
            near = spans and x - spans[-1][1] <= 0.9
            numbers = numbers or [[]]
            if spans and not near:
                numbers.append([])
            numbers[-1].append(len(spans))
            spans.append((x, x + width))
        else:
            box = (x, 0.0, width, 0.3)
            signs.append(FoundSign(letter, 1.0, box, x, x + width))
        x += width + 0.15
    line = Line(tuple(map(tuple, numbers)), slope=0, x=0, y=1, length=x, height=1)
    return line, LineSigns(tuple(signs), np.array(spans, np.float32))


def read(text, arrange):
    digits = [letter for letter in text if letter.isdigit()]
    return " ".join(
        "".join(digits[p] if isinstance(p, int) else p.value for p in number)
        for number in arrange(*line_of(text))
    )


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("(5+3)x2=", "(5+3)x2="),
        ("4  +  5", "4+5"),  # operators stand further apart
        ("12    -4", "12 -4"),
        ("12    7.5", "12 7.5"),
        ("12     -", "12"),  # far from any digit
    ],
)
def test_signs_join_the_numbers_that_they_stand_beside(written, joined):
    assert read(written, numbers_with_signs) == joined


@pytest.mark.parametrize(
    ("written", "parted"),
    [("12.50", "12 50"), ("-3", "3"), ("1/2/26", "1 2 26"), ("125", "125")],
)
def test_signs_that_are_left_out_part_numbers(written, parted):
    assert read(written, numbers_parted) == parted
