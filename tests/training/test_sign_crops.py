import numpy as np
import pytest

from inkten.classification.classes import NOTHING, OTHER, RULE, class_of
from inkten.synthesis.page import Page
from inkten.training import sign_crops
from inkten.training.sign_crops import cut_lines

DIGITS = np.array([[20, 30, 14, 30], [50, 30, 14, 30], [80, 30, 14, 30]], np.float32)


@pytest.fixture(autouse=True)
def _digits_as_found(monkeypatch):
    monkeypatch.setattr(sign_crops, "MISSED", 0.0)
    monkeypatch.setattr(sign_crops, "OFF", 0.0)


def page_of(*marks, labels=(), rule=None):
    """Three bars for digits, and marks: x, y, width, height."""
    gray = np.full((100, 120), 220, np.uint8)
    for x, y, width, height in [*DIGITS.astype(int), *marks]:
        gray[y : y + height, x : x + width] = 30
    rules = np.zeros(gray.shape, bool)
    if rule is not None:
        x, y, width, height = rule
        rules[y : y + height, x : x + width] = True
    return Page(
        gray,
        DIGITS,
        np.array([1, 1, 1]),
        np.ones(3, bool),
        ignore=np.zeros((0, 4), np.float32),
        distractor_boxes=np.array(marks, np.float32).reshape(-1, 4)[: len(labels)],
        distractor_labels=np.array(labels, np.int64),
        rules=rules,
    )


def labels_of(page):
    tiles, labels = cut_lines(np.random.default_rng(0), page)
    assert tiles.shape[1:] == (28, 28, 2)
    return labels.tolist()


def test_bare_gaps_hold_nothing():
    assert labels_of(page_of()) == [NOTHING, NOTHING]


def test_a_point_between_digits_is_labelled():
    point = page_of((40, 55, 5, 5), labels=[class_of(".")])
    assert labels_of(point) == [class_of("."), NOTHING]


def test_a_rule_and_a_letter_are_told_from_signs():
    rule = 41, 0, 2, 60
    assert RULE in labels_of(page_of((41, 20, 2, 45), rule=rule))
    letter = page_of((38, 40, 8, 20), labels=[OTHER])
    assert OTHER in labels_of(letter)


def test_a_digit_that_was_not_found_keeps_its_value(monkeypatch):
    monkeypatch.setattr(sign_crops, "MISSED", 0.5)
    found = [cut_lines(np.random.default_rng(seed), page_of())[1] for seed in range(8)]
    assert 1 in np.concatenate(found)


def test_a_page_without_digits_has_no_lines():
    page = page_of()
    blank = np.zeros((0, 4), np.float32)
    none = np.zeros(0, np.int64)
    empty = Page(page.gray, blank, none, none.astype(bool), blank, blank)
    tiles, labels = cut_lines(np.random.default_rng(0), empty)
    assert tiles.shape == (0, 28, 28, 2)
    assert labels.shape == (0,)
