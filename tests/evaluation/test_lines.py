import numpy as np
import pytest

from inkten.evaluation.lines import measure_lines


def saying(*texts):
    """A line reader that reads these texts, one digit every second step."""

    def read(strips):
        answers = []
        for text in texts:
            table = np.zeros((2 * len(text) + 1, 11), np.float32)
            table[:, 10] = 1
            for place, digit in enumerate(text):
                table[2 * place + 1] = np.eye(11)[int(digit)]
            answers.append(table)
        return answers

    return read


def test_lines_are_scored_by_text_and_empty_ones_apart():
    strips = [np.zeros((32, 60), np.uint8)] * 4
    scores = measure_lines(saying("123", "46", "", "7"), strips, ["123", "456", "", ""])
    assert scores.exact == 0.5
    assert scores.character_error_rate == pytest.approx(1 / 6)
    assert scores.clean == 0.5
