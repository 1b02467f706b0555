import numpy as np
import pytest

from inkten.classification.classes import class_of
from inkten.recognition.decoding import (
    BLANK,
    CLASSES,
    WITH_SIGNS,
    any_digit,
    peaks,
)


def answers(*steps):
    """Probabilities (T, 11) from a dict of digit to probability for each step."""
    table = np.zeros((len(steps), CLASSES), np.float32)
    for row, step in zip(table, steps, strict=True):
        for digit, probability in step.items():
            row[digit] = probability
        row[BLANK] = 1 - row[:BLANK].sum()
    return table


def greedy(table):
    """The likeliest answer of each step, without repetitions and blanks."""
    best = table.argmax(axis=1)
    changes = np.append(True, best[1:] != best[:-1])
    return "".join(str(digit) for digit in best[changes] if digit != BLANK)


def read(table):
    return "".join(str(peak.probabilities.argmax()) for peak in peaks(table))


def test_repeated_answers_are_one_digit_and_a_blank_between_makes_two():
    assert greedy(answers({5: 0.9}, {5: 0.9}, {}, {5: 0.9}, {3: 0.9})) == "553"
    assert read(answers({5: 0.9}, {5: 0.9}, {}, {5: 0.9}, {3: 0.9})) == "553"


def test_signs_are_blank_where_only_digits_are_read():
    slash = class_of("/")
    table = np.zeros((3, WITH_SIGNS), np.float32)
    table[:, BLANK] = 1
    table[1, [1, BLANK, slash]] = 0.3, 0.1, 0.6
    assert any_digit(table) == pytest.approx([0, 0.3, 0])
    assert read(table) == ""
    table[1, [1, slash]] = 0.8, 0.1
    assert read(table) == "1"


def test_a_strip_without_digits_has_no_peaks():
    assert peaks(answers({}, {}, {7: 0.2})) == []
    assert peaks(np.zeros((0, CLASSES), np.float32)) == []


def test_a_digit_smeared_over_two_steps_is_read_though_each_step_prefers_blank():
    table = answers({}, {7: 0.4}, {7: 0.4}, {})
    assert greedy(table) == ""
    assert read(table) == "7"


def test_one_unclear_digit_is_not_read_as_two():
    table = answers({}, {4: 0.55, 9: 0.4}, {9: 0.5, 4: 0.45}, {})
    assert greedy(table) == "49"
    (peak,) = peaks(table)
    assert peak.probabilities[[4, 9]].min() > 0.3  # both names stay possible


def test_a_peak_lies_where_the_digit_is_clearest():
    first, second = peaks(answers({}, {}, {1: 0.9}, {}, {}, {8: 0.2}, {8: 0.9}, {}))
    assert first.step == 2
    assert 5.5 < second.step <= 6


def test_probabilities_of_a_peak_sum_to_that_of_any_digit():
    (peak,) = peaks(answers({}, {2: 0.6, 3: 0.1}, {}))
    assert peak.probabilities.sum() == pytest.approx(0.7)
