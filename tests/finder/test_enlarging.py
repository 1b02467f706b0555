import numpy as np
import pytest

from inkten.finder import want_enlarging


def found_on(size, boxes, confidence=0.9, inked=None):
    """What is asked of a picture with ink in the boxes that were found, or others."""
    gray = np.full(size, 255, np.uint8)
    for x, y, width, height in boxes if inked is None else inked:
        gray[y : y + height, x : x + width] = 0
    digits = np.array(boxes, np.float32).reshape(-1, 4)
    confidences = np.full(len(boxes), confidence, np.float32)
    return bool(want_enlarging([digits], [confidences], [gray]))


DIGIT = (9, 4, 12, 20)  # x, y, width, height in 28x28
BESIDE_IT = (3, 6, 3, 15)


def test_a_small_picture_whose_ink_is_one_sure_digit_is_not_enlarged():
    assert not found_on((28, 28), [DIGIT])


def test_a_small_picture_in_doubt_is_enlarged():
    assert found_on((28, 28), [])
    assert found_on((28, 28), [DIGIT], confidence=0.5)
    assert found_on((28, 28), [DIGIT, BESIDE_IT])
    assert found_on((28, 28), [DIGIT], inked=[DIGIT, BESIDE_IT])


@pytest.mark.parametrize(("size", "enlarged"), [((8, 8), True), ((28, 200), False)])
def test_the_size_alone_may_decide(size, enlarged):
    assert found_on(size, []) == enlarged
    assert found_on(size, [(1, 1, 6, 6)]) == enlarged
