import math

import numpy as np
import pytest

from inkten.evaluation.measure import (
    Share,
    calibration_error,
    edit_distance,
    measure,
    measure_texts,
    surest,
)


def certain(*digits):
    return np.eye(10, dtype=np.float32)[list(digits)]


def test_wilsons_interval_has_the_known_values():
    # Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263, 15 of 148,
    # 0 of 20, 1 of 29, without continuity correction.
    known = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (part, total), interval in known.items():
        assert Share(part, total).interval == pytest.approx(interval, abs=5e-5)


def test_the_share_of_an_empty_total_is_unknown():
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_certain_and_correct_answers_have_no_loss():
    scores = measure(certain(3, 1, 4), np.array([3, 1, 4], np.uint8))
    assert scores.accuracy == Share(3, 3)
    assert (scores.log_loss, scores.calibration_error) == (0, 0)
    assert scores.confusion.sum() == np.trace(scores.confusion) == 3


def test_a_certain_mistake_has_a_large_but_finite_loss():
    scores = measure(certain(3, 1), np.array([3, 7]))
    assert scores.log_loss == pytest.approx(-math.log(1e-7) / 2, rel=1e-5)
    assert scores.calibration_error == pytest.approx(0.5)
    assert scores.confusion[7, 1] == 1  # row: the true digit; column: the answer


def test_uniform_probabilities_have_a_loss_of_log_10():
    scores = measure(np.full((4, 10), 0.1, np.float32), np.zeros(4, int))
    assert scores.log_loss == pytest.approx(math.log(10))


def test_the_remaining_probability_of_a_row_counts_as_no_digit():
    scores = measure(np.array([[0.5, 0.1, *[0] * 8]], np.float32), np.array([0]))
    assert scores.log_loss == pytest.approx(math.log(2))
    assert scores.calibration_error == pytest.approx(0.5)


def test_calibration_error_is_the_gap_weighted_by_the_size_of_each_bin():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.3, 0.3], np.float32)
    correct = np.array([True, True, True, False, False, False])
    expected = (4 * (0.9 - 0.75) + 2 * 0.3) / 6
    assert calibration_error(confidence, correct) == pytest.approx(expected)


def test_the_least_sure_answer_in_twenty_is_left_out():
    confidence = np.array([*[0.9] * 18, 0.8, 0.1], np.float32)
    correct = np.array([*[True] * 18, False, False])
    assert surest(confidence, correct) == Share(18, 19)


def test_spaces_and_line_separators_do_not_count_in_texts():
    scores = measure_texts(["12|34", "5", ""], ["1 2\n34", "6", ""])
    assert scores.exact == Share(2, 3)
    assert scores.character_error_rate == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("", "123", 3), ("123", "", 3), ("123", "13", 1), ("123", "321", 2)],
)
def test_edit_distance(one, other, edits):
    assert edit_distance(one, other) == edits


def test_calibrated_answers_have_nearly_no_calibration_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000).astype(np.float32)
    calibrated = rng.random(20_000) < confidence
    assert calibration_error(confidence, calibrated) < 0.01
    overconfident = rng.random(20_000) < confidence - 0.2
    assert calibration_error(confidence, overconfident) == pytest.approx(0.2, abs=0.01)


def test_a_bin_of_the_calibration_error_includes_its_upper_edge():
    edge = np.float32(0.2)  # of the third of 15 bins; answers of 0.21 are in the fourth
    confidence = np.array([edge, 0.15, 0.21], np.float32)
    correct = np.array([True, False, False])
    expected = (abs(0.2 - 1 + 0.15) + 0.21) / 3
    assert calibration_error(confidence, correct) == pytest.approx(expected, abs=1e-6)


def test_over_and_underconfidence_in_one_bin_cancel_out():
    confidence = np.array([0.9, 0.9], np.float32)
    assert calibration_error(confidence, np.array([True, False])) == pytest.approx(0.4)
    assert calibration_error(confidence, np.array([True, True])) == pytest.approx(0.1)
