from types import SimpleNamespace

import numpy as np
import pytest

from inkten import Reader
from inkten.classification.classifier import Classifier
from inkten.detection import Detections, Detector
from inkten.detection.boxes import intersection_over_union
from inkten.line_reading import is_one_sure_digit
from inkten.recognition.decoding import BLANK, CLASSES


class Oracle:
    """A line reader that says given digits at given boxes, and counts its calls."""

    def __init__(self, boxes, text, probability=0.98):
        self.boxes, self.text, self.probability = boxes, text, probability
        self.calls = 0

    def __call__(self, strips):
        self.calls += 1
        return [self.answers(strip) for strip in strips]

    def answers(self, strip):
        steps = -(-strip.pixels.shape[1] // 4)
        table = np.zeros((steps, CLASSES), np.float32)
        table[:, BLANK] = 1
        along, above = strip.line.places(self.boxes)
        places = np.rint(strip.step_of(along)).astype(int)
        here = np.abs(above / strip.line.height - 0.5) < 0.5
        here &= (places >= 0) & (places < steps)
        for place, digit, shown in zip(places, self.text, here, strict=True):
            if digit != "-" and shown:
                table[place] = 0
                table[place, int(digit)] = self.probability
                table[place, BLANK] = 1 - self.probability
        return table


def missing(*lost):
    """A detector that finds all digits but those that lie on ``lost`` boxes."""
    detector = Detector(threads=1)

    def detect(image, *, single=False, max_side=None):
        found = detector(image, single=single, max_side=max_side)
        boxes = np.array(lost, np.float32).reshape(-1, 4)
        overlap = intersection_over_union(found.boxes, boxes)
        return found.take(overlap.max(axis=1, initial=0) < 0.2)

    return detect


@pytest.fixture(scope="module")
def page(write):
    return write("4071")


def read(page, line_reader, detector=None):
    reader = Reader(detector=detector, line_reader=line_reader, threads=1)
    return reader.read(page.gray, rotate=0, min_confidence=0)


@pytest.mark.parametrize("missed", [0, 1, 3])
def test_a_missed_digit_is_found_with_box_tile_and_probabilities(page, missed):
    detector = missing(page.boxes[missed])
    without = read(page, False, detector)
    assert without.text.replace(" ", "") == "4071".replace("4071"[missed], "")
    found = read(page, Oracle(page.boxes, "4071"), detector)
    assert found.text.replace(" ", "") == "4071"
    digit = found.digits[missed]
    box = np.array([[digit.box.x, digit.box.y, digit.box.width, digit.box.height]])
    assert intersection_over_union(box, page.boxes)[0, missed] > 0.5
    assert digit.tile.shape == (28, 28)
    assert digit.tile.max() == pytest.approx(1, abs=0.05)
    assert digit.confidence == max(digit.probabilities)
    assert 0.5 < sum(digit.probabilities) <= 1 + 1e-5


def believed(monkeypatch, probability):
    """Missed ink is a digit with this probability, whatever is seen of it."""

    def fused(own, line):
        return np.full(len(own), probability, np.float32)

    monkeypatch.setattr("inkten.missed_digits.fuse_missed", fused)


def test_missed_ink_that_is_likelier_a_digit_than_not_is_read(page, monkeypatch):
    believed(monkeypatch, 0.6)
    reading = read(page, Oracle(page.boxes, "4-71"), missing(page.boxes[1]))
    (number,) = reading.numbers
    assert number.text == "4071"
    assert sum(number.digits[1].probabilities) == pytest.approx(0.6)
    box = number.digits[1].box
    found = np.array([[box.x, box.y, box.width, box.height]])
    assert intersection_over_union(found, page.boxes)[0, 1] > 0.5


def test_missed_ink_that_is_less_likely_a_digit_only_raises_doubt(page, monkeypatch):
    believed(monkeypatch, 0.4)
    reading = read(page, Oracle(page.boxes, "4-71"), missing(page.boxes[1]))
    assert "0" not in reading.text
    assert min(number.completeness for number in reading.numbers) < 0.7


def test_without_a_line_reader_missed_ink_only_raises_doubt(page, monkeypatch):
    monkeypatch.setattr(
        "inkten.missed_digits.missed_beside", lambda _, ink, __: np.full(len(ink), 0.9)
    )
    reading = read(page, False, missing(page.boxes[1]))
    assert "0" not in reading.text
    assert min(number.completeness for number in reading.numbers) < 0.5


def test_a_digit_that_the_line_reader_does_not_see_is_less_sure_or_dropped(page):
    agreed = read(page, Oracle(page.boxes, "4071"))
    doubted = read(page, Oracle(page.boxes, "4-71"))
    beliefs = [
        max((d.confidence for d in reading.digits if d.value == 0), default=0.0)
        for reading in (doubted, agreed)
    ]
    assert beliefs[0] < beliefs[1] - 0.05


def test_two_names_are_weighed(page):
    agreed = read(page, Oracle(page.boxes, "4071"))
    other = read(page, Oracle(page.boxes, "4871"))
    digit = other.digits[1]
    assert digit.probabilities[8] > 10 * agreed.digits[1].probabilities[8]
    assert digit.confidence < agreed.digits[1].confidence


def test_the_line_readers_view_of_other_ink_counts_for_completeness(write):
    page = write("4071")
    x, y, width, height = page.boxes[3].astype(int).tolist()
    page.gray[y : y + height, x : x + width] = 225
    page.gray[y + 8 : y + height - 8, x + 4 : x + width - 4] = 40  # a blot
    detector = missing(page.boxes[3])
    blot = read(page, Oracle(page.boxes, "407-"), detector)
    unsure = read(page, Oracle(page.boxes, "4071", probability=0.45), detector)
    assert [reading.text for reading in (blot, unsure)] == ["407", "407"]
    assert blot.numbers[0].completeness > unsure.numbers[0].completeness


def test_a_picture_of_one_sure_digit_is_not_read_as_a_line(write):
    page = write("7")
    oracle = Oracle(page.boxes, "7")
    assert read(page, oracle).text == "7"
    assert oracle.calls == 0


def test_a_digit_known_to_be_alone_is_not_read_as_a_line(page):
    oracle = Oracle(page.boxes, "4071")
    reader = Reader(line_reader=oracle, threads=1)
    reader.read(page.gray, single=True)
    assert oracle.calls == 0


def test_a_lone_detection_is_read_as_a_line_for_digits_beside_it(page):
    oracle = Oracle(page.boxes, "4071")
    reading = read(page, oracle, missing(*page.boxes[1:]))
    assert reading.text.replace(" ", "") == "4071"


def test_pictures_read_together_are_read_as_alone(page):
    reader = Reader(line_reader=Oracle(page.boxes, "4071"), threads=1)
    small = page.gray[::2, ::2].copy()
    (together,) = reader.read_many([small])
    assert together.text == reader.read(small).text


def test_a_line_reader_stays_out_beside_a_model_of_ones_own(monkeypatch):
    monkeypatch.setattr("inkten.loading.shipped_models", lambda: {"line": ""})
    monkeypatch.setattr("inkten.loading.LineReader", lambda name, threads: [name])
    assert Reader(threads=1).line_reader == ["line"]
    assert Reader(Classifier("cnn"), threads=1).line_reader == ["line"]
    assert Reader("mlp", threads=1).line_reader is None
    assert Reader(lambda tiles: tiles[:, 0, :10], threads=1).line_reader is None
    assert Reader(detector=missing(), threads=1).line_reader is None
    assert Reader("mlp", line_reader=True, threads=1).line_reader == ["line"]
    assert Reader(line_reader=False, threads=1).line_reader is None


def test_without_the_file_pictures_are_read_without_a_line_reader(monkeypatch):
    monkeypatch.setattr("inkten.loading.shipped_models", dict)
    assert Reader(threads=1).line_reader is None


def test_all_lines_of_a_picture_are_read_at_once(write):
    page = write("4071\n5628")
    oracle = Oracle(page.boxes, "40715628")
    assert read(page, oracle, missing(page.boxes[1], page.boxes[6])).text == (
        "4071\n5628"
    )
    assert oracle.calls == 1


def test_a_number_whose_detections_were_all_rejected_is_read_a_lone_digit_is_not(page):
    def faint(image, *, single=False, max_side=None):
        count = len(page.boxes)
        return Detections(
            page.boxes,
            np.full(count, 0.3, np.float32),
            np.full((count, 10), 0.1, np.float32),
        )

    def unsure(tiles):
        return np.full((len(tiles), 10), 0.03, np.float32)

    unsure.rejects = True

    def read_with(line_reader):
        reader = Reader(unsure, faint, line_reader=line_reader, threads=1)
        return reader.read(page.gray, rotate=0, min_confidence=0)

    without = read_with(False)
    assert without.text == ""
    number = read_with(Oracle(page.boxes, "4071", probability=1))
    assert number.text.replace(" ", "") == "4071"
    alone = read_with(Oracle(page.boxes, "4---", probability=1))
    assert alone.text == ""
    assert alone.best_guess.confidence == without.best_guess.confidence


def test_a_digit_that_is_a_small_part_of_the_writing_on_its_line_is_not_read(write):
    line = write("30864571")
    found_alone = missing(*np.delete(line.boxes, 4, axis=0))  # only the 4
    reading = read(line, Oracle(line.boxes, "--------"), found_alone)
    assert reading.text == ""
    only = write("4")
    assert read(only, Oracle(only.boxes, "4")).text == "4"


def test_a_box_around_two_digits_is_split_where_the_line_reader_sees_two(write):
    page = write("4071")
    middle = page.boxes[1:3]
    left, top = middle[:, :2].min(axis=0)
    right, bottom = (middle[:, :2] + middle[:, 2:]).max(axis=0)
    around = np.array([[left, top, right - left, bottom - top]], np.float32)

    def joined(image, *, single=False, max_side=None):
        boxes = np.concatenate([page.boxes[[0]], around, page.boxes[[3]]])
        digits = np.full((3, 10), 0.1, np.float32)
        return Detections(boxes, np.full(3, 0.95, np.float32), digits)

    def sees_digits(tiles):
        return np.full((len(tiles), 10), 0.098, np.float32)

    sees_digits.rejects = True
    oracle = Oracle(page.boxes, "4071")
    without, found = (
        Reader(sees_digits, joined, line_reader=line_reader, threads=1).read(
            page.gray, rotate=0, min_confidence=0
        )
        for line_reader in (False, oracle)
    )
    assert len(without.digits) == 3
    assert found.text.replace(" ", "") == "4071"
    assert max(digit.box.width for digit in found.digits) < 0.7 * around[0, 2]


@pytest.mark.parametrize(
    ("width", "height", "confidence", "is_sure"),
    [
        (20, 50, 0.8, True),
        (20, 50, 0.5, False),
        (40, 50, 0.95, True),
        (40, 50, 0.8, False),  # two digits that touch may pass for one
        (16, 20, 0.8, True),  # too small for a second opinion
    ],
)
def test_one_sure_digit_is_narrow_or_very_sure(width, height, confidence, is_sure):
    candidates = SimpleNamespace(
        chosen=[0],
        unread=0,
        confidences=np.array([confidence]),
        detections=SimpleNamespace(boxes=np.array([[5, 5, width, height]])),
    )
    assert is_one_sure_digit(candidates) == is_sure
