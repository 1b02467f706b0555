import numpy as np
import pytest

from inkten.options import ReadOptions
from inkten.orientation import is_doubtful, is_much_surer


def sure(count, confidence=0.95):
    return np.full(count, confidence, np.float32)


def test_a_picture_is_turned_first_only_where_that_is_asked_for():
    assert [ReadOptions(rotate=rotate).first_turn for rotate in ("auto", 0, 90)] == [
        0,
        0,
        90,
    ]


@pytest.mark.parametrize(
    ("confidences", "uncovered", "doubtful"),
    [
        (sure(4), 0, False),
        (sure(4, 0.6), 0, True),
        (sure(4), 3, True),
        (sure(0), 0, True),
        (sure(1, 0.6), 1, True),
        (sure(1, 0.6), 0, False),  # one digit does not show which way is up
    ],
)
def test_unsure_digits_and_ink_that_is_not_read_raise_doubt(
    confidences, uncovered, doubtful
):
    assert is_doubtful(confidences, uncovered) == doubtful


def test_a_turn_is_kept_only_where_it_is_much_surer():
    assert is_much_surer(sure(4), sure(3, 0.6))
    assert not is_much_surer(sure(4), sure(4, 0.85))


def test_a_single_digit_stays_as_it_lies():
    """A 6 on its head is a 9, and neither says which way is up."""
    assert not is_much_surer(sure(1, 1.0), sure(3, 0.1))
