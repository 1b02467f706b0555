import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkten.detection.heatmap import (
    CELL,
    CHANNELS,
    HEAT,
    USUAL,
    Detections,
    decode_heatmap,
)


def peaks(cells: np.ndarray, least_score: float) -> Detections:
    """The peaks of one picture's level."""
    detections, _ = decode_heatmap(cells[None], least_score)
    return detections


@pytest.fixture
def cells():
    """A level of 20x30 cells on which nothing is."""
    cold = np.zeros((20, 30, CHANNELS), np.float32)
    cold[..., HEAT] = -8
    return cold


def test_a_cold_heat_map_gives_no_detections(cells):
    assert len(peaks(cells, 0.3)) == 0


def test_a_peak_gives_its_box_score_and_digit(cells):
    cells[5, 7, HEAT] = 3
    cells[5, 7, 1:3] = 0.5  # the middle of the cell
    cells[5, 7, 5 + 4] = 9
    detections = peaks(cells, 0.3)
    middle = np.array([7.5, 5.5]) * CELL
    assert np.allclose(detections.boxes[0, :2] + detections.boxes[0, 2:] / 2, middle)
    assert np.allclose(detections.boxes[0, 2:], USUAL)
    assert detections.scores[0] == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-5)
    assert detections.digits[0].argmax() == 4
    assert detections.digits[0].sum() == pytest.approx(1, abs=1e-5)


def test_a_slope_has_one_peak(cells):
    cells[5, 6:9, HEAT] = (1, 2, 1.5)
    assert len(peaks(cells, 0.3)) == 1


def test_peaks_two_cells_apart_are_two_digits(cells):
    cells[5, (6, 8), HEAT] = (2, 2.5)
    assert len(peaks(cells, 0.3)) == 2


def test_scores_below_the_minimum_are_left_out(cells):
    cells[5, 7, HEAT] = 0  # a score of 0.5
    assert len(peaks(cells, 0.6)) == 0
    assert len(peaks(cells, 0.4)) == 1


def test_an_absurd_size_stays_finite(cells):
    cells[5, 7, HEAT] = 3
    cells[5, 7, 3:5] = 1e9
    assert np.isfinite(peaks(cells, 0.3).boxes).all()


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(CHANNELS)),
        elements=st.floats(-1e6, 1e6, width=32),
    ),
    st.sampled_from([0.02, 0.3, 0.9]),
)
def test_any_cells_give_finite_boxes_and_probabilities(cells, least):
    detections = peaks(cells, least)
    assert np.isfinite(detections.boxes).all()
    assert (detections.boxes[:, 2:] > 0).all()
    assert (detections.scores >= np.float32(least) - 1e-6).all()
    assert (detections.scores <= 1).all()
    assert np.allclose(detections.digits.sum(axis=1), 1, atol=1e-5)


@given(
    arrays.arrays(
        np.float32, (6, 7), elements=st.integers(-40, 40).map(float), unique=True
    )
)
def test_no_two_peaks_are_neighbours_and_the_hottest_cell_is_one(heat):
    cells = np.zeros((6, 7, CHANNELS), np.float32)
    cells[..., HEAT] = heat
    detections = peaks(cells, 0.3)
    at = (
        detections.boxes[:, :2] + detections.boxes[:, 2:] / 2
    )  # the middle of each, in px
    away = np.abs(at[:, None] - at).max(axis=-1)
    np.fill_diagonal(away, np.inf)
    assert (away > CELL).all()
    if heat.max() > 0:
        y, x = np.unravel_index(heat.argmax(), heat.shape)
        assert [x * CELL, y * CELL] in at.round().astype(int).tolist()
