import numpy as np
import pytest

from inkten.layout.lines import find_lines
from inkten.recognition.decoding import CLASSES
from inkten.recognition.places import Places
from inkten.recognition.strips import cut_strip
from inkten.recognition.verifier import Features, Verifier, features_of, other_ink


def line_of(page, places):
    (line,) = find_lines(page.boxes[places])
    return cut_strip(page.gray, line), page.boxes[places]


def test_digits_that_are_all_of_a_line_have_no_other_ink_beside_them(write):
    share, length = other_ink(*line_of(write("4071"), slice(None)))
    assert share == pytest.approx(0, abs=0.02)
    assert length == pytest.approx(0, abs=0.1)


def test_what_no_digit_covers_is_a_share_of_the_ink_and_a_length(write):
    share, length = other_ink(*line_of(write("4444"), slice(1, 3)))
    assert share == pytest.approx(0.5, abs=0.1)
    assert 0.8 < length < 2


def test_the_ink_beside_digits_of_any_size_is_the_same(write):
    shares = [
        other_ink(*line_of(write("4071", height=height), slice(0, 2)))[0]
        for height in (24, 100)
    ]
    assert shares[0] == pytest.approx(shares[1], abs=0.08)


def places_of(page, digits, probabilities):
    """The places of a line at some of its digits, each box this likely a 4."""
    strip, boxes = line_of(page, digits)
    own = np.zeros((len(boxes), 10), np.float32)
    own[:, 4] = probabilities
    return Places(
        strip,
        np.zeros((0, CLASSES), np.float32),
        np.arange(len(boxes)),
        np.ones(len(boxes), np.bool_),
        boxes,
        own,
        own,
    )


def test_the_other_digits_are_all_likely_ones_but_the_digit_itself(write):
    places = places_of(write("4071"), slice(None), [0.9, 0.8, 0.7, 0.1])
    features = Features(*features_of([places]).T)
    first, second, third, _ = fused = features.fused
    assert (np.diff(fused) < 0).all()
    means = [(second + third) / 2, (first + third) / 2, (first + second) / 2]
    assert features.others[:3] == pytest.approx(means, abs=1e-5)
    assert features.others[3] == pytest.approx((first + second + third) / 3, abs=1e-5)
    assert features.digits == pytest.approx([np.log(3)] * 4)


def test_what_only_an_unlikely_digit_covers_is_uncovered(write):
    page = write("4444")
    likely = Features(*features_of([places_of(page, slice(None), 0.9)]).T)
    unlikely = Features(*features_of([places_of(page, slice(None), [0.9] * 3 + [0])]).T)
    assert likely.uncovered.max() < 0.05
    assert unlikely.uncovered.tolist() == pytest.approx([0.25] * 4, abs=0.1)


def test_a_digit_alone_on_its_line_has_no_others(write):
    features = Features(*features_of([places_of(write("4071"), slice(1), 0.8)]).T)
    assert features.others.tolist() == [0]
    assert features.digits.tolist() == [0]


def given(count, **changed):
    """Features of ``count`` likely digits, each with three sure ones beside it."""
    usual = {
        "fused": 2.5,
        "uncovered": 0,
        "length": 0,
        "others": 4,
        "digits": np.log(4),
    }
    columns = [np.broadcast_to(value, count) for value in (usual | changed).values()]
    return np.stack(columns, axis=1).astype(np.float32)


def test_a_digit_is_less_likely_the_more_other_ink_is_on_its_line():
    share = np.array([0, 0.3, 0.6, 0.9], np.float32)
    verified = Verifier(threads=1)(given(4, uncovered=share, length=12 * share))
    assert (np.diff(verified) < 0).all()
    assert verified[0] > 0.9


def test_among_other_ink_a_digit_is_likelier_the_surer_the_others_are():
    others = np.array([0, 2, 4, 6], np.float32)
    verified = Verifier(threads=1)(given(4, uncovered=0.5, length=6, others=others))
    assert (np.diff(verified) > 0).all()


def test_no_digits_are_no_probabilities():
    assert Verifier(threads=1)(given(0)).shape == (0,)
