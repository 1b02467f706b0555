import numpy as np
import pytest

from inkten.layout.lines import find_lines
from inkten.recognition.strips import cut_strip
from inkten.recognition.writing import MOST, among_writing, weigh


def line_of(page, places):
    (line,) = find_lines(page.boxes[places])
    return cut_strip(page.gray, line), page.boxes[places]


def test_digits_that_are_all_of_a_line_have_no_other_ink_beside_them(write):
    share, length = among_writing(*line_of(write("4071"), slice(None)))
    assert share == pytest.approx(0, abs=0.02)
    assert length == pytest.approx(0, abs=0.1)


def test_what_no_digit_covers_is_a_share_of_the_ink_and_a_length(write):
    share, length = among_writing(*line_of(write("4444"), slice(1, 3)))
    assert share == pytest.approx(0.5, abs=0.1)
    assert 0.8 < length < 2


def test_the_ink_beside_digits_of_any_size_is_the_same(write):
    shares = [
        among_writing(*line_of(write("4071", height=height), slice(0, 2)))[0]
        for height in (24, 100)
    ]
    assert shares[0] == pytest.approx(shares[1], abs=0.08)


def test_a_digit_is_less_likely_the_more_other_ink_is_on_its_line():
    any_digit = np.full(4, 0.8, np.float32)
    share = np.array([0, 0.3, 0.6, 0.9], np.float32)
    weighed = weigh(any_digit, share, share * MOST)
    assert (np.diff(weighed) < 0).all()
    assert weighed[0] > 0.7
    assert weighed[-1] < 0.1
