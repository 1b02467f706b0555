import copy
import io
import pickle
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image

from inkten import (
    Limits,
    ModelError,
    PictureError,
    PictureTooLarge,
    Reader,
    ReadOptions,
)
from inkten.batching import BATCH, SMALL
from inkten.detection import Detections
from inkten.detection.coarse import coarse_side, finer_side
from inkten.detection.pyramid import MAX_SIDE


class PlainDetector:
    """Finds what stands out, connected: enough for the pages written here."""

    def __init__(self):
        self.calls = []

    def __call__(self, gray, *, single=False, max_side=None):
        self.calls.append({"shape": gray.shape, "single": single, "max_side": max_side})
        away = cv2.absdiff(gray, np.full_like(gray, np.median(gray)))
        ink = (away > 60).astype(np.uint8)
        stats = cv2.connectedComponentsWithStats(ink)[2][1:]
        boxes = stats[stats[:, 4] > 12, :4].astype(np.float32)
        boxes = boxes[np.argsort(-boxes[:, 3])][: 1 if single else None]
        scores = np.full(len(boxes), 0.9, np.float32)
        digits = np.full((len(boxes), 10), 0.1, np.float32)  # it cannot tell which
        return Detections(boxes, scores, digits)


@pytest.fixture
def detector():
    return PlainDetector()


@pytest.fixture
def reader(detector):
    return Reader(detector=detector, threads=1)


def jpeg(gray, orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "JPEG", quality=95, exif=exif.tobytes())
    return file.getvalue()


def stands(reading, boxes, tolerance=3.0):
    """Whether the digits stand where they were written."""
    found = [(d.box.x, d.box.y, d.box.width, d.box.height) for d in reading.digits]
    assert len(found) == len(boxes)
    return np.abs(np.array(found) - boxes).max() <= tolerance


def sure_of(value, confidence=1.0):
    """A classifier that takes every tile for the same digit."""

    def classify(tiles):
        probabilities = np.zeros((len(tiles), 10), np.float32)
        probabilities[:, value] = confidence
        return probabilities

    classify.rejects = confidence < 1
    return classify


def test_digits_are_read_in_order_and_split_into_numbers(reader, write):
    page = write("305 17\n28 4 69")
    reading = reader.read(page.gray)
    assert reading.text == "305 17\n28 4 69"
    assert [number.value for number in reading.numbers] == [305, 17, 28, 4, 69]
    assert stands(reading, page.boxes)
    assert 0 < reading.confidence <= 1
    assert reading.page == 1


@pytest.mark.parametrize(("paper", "ink"), [(20, 240), (200, 120), (60, 160)])
def test_any_ink_on_any_paper_reads_the_same(reader, write, paper, ink):
    # White on black, and faint either way.
    assert reader.read(write("0123456789", paper=paper, ink=ink).gray).text == (
        "0123456789"
    )


def test_tiles_are_what_the_classifier_saw(detector, write):
    seen = []

    def classify(tiles):
        seen.append(tiles)
        return sure_of(4)(tiles)

    reading = Reader(classify, detector).read(write("123").gray)
    assert reading.text == "444"
    assert np.array_equal(seen[0], [digit.tile for digit in reading.digits])


def test_a_digit_below_min_confidence_is_a_question_mark(detector, write):
    def hesitate(tiles):
        return sure_of(7, 0.55)(tiles) + sure_of(1, 0.45)(tiles)

    gray = write("71").gray
    reading = Reader(hesitate, detector, min_confidence=0.9).read(gray)
    assert (reading.text, reading.value) == ("??", None)
    assert [digit.guess for digit in reading.digits] == [7, 7]
    assert Reader(hesitate, detector, min_confidence=0.3).read(gray).value == 77


def test_what_the_classifier_rejects_is_left_out(detector, write):
    no_digit = Reader(sure_of(7, 0.0), detector)
    assert no_digit.read(write("71").gray).digits == ()


def test_a_single_digit_is_read_however_unsure(detector, write):
    reader, gray = Reader(sure_of(7, 1e-6), detector), write("71").gray
    reading = reader.read(gray, single=True)
    assert (reading.text, reading.digits[0].guess) == ("?", 7)
    assert detector.calls[-1]["single"]
    assert reader.read(gray).text == ""


def test_a_page_without_digits_reads_as_nothing(reader):
    reading = reader.read(np.full((90, 70), 200, np.uint8))
    assert (reading.text, reading.value, reading.confidence) == ("", None, 0)


def test_boxes_are_in_pixels_of_a_large_original(reader, detector, write):
    page = write("4071", height=700)
    assert max(page.gray.shape) > 2400
    reading = reader.read(jpeg(page.gray))
    assert reading.text == "4071"
    assert reading.scale == pytest.approx(2, abs=0.01)
    assert detector.calls[-1]["shape"] == reading.gray.shape != page.gray.shape
    assert stands(reading, page.boxes, tolerance=25)  # of 700, with soft edges


def test_small_digits_of_a_large_jpeg_are_searched_at_full_size(
    reader, detector, write
):
    page = write("4071", height=30)
    large = np.full((1600, 3000), 225, np.uint8)
    large[: page.gray.shape[0], : page.gray.shape[1]] = page.gray
    reading = reader.read(io.BytesIO(jpeg(large)))
    assert reading.text == "4071"
    assert detector.calls[-1]["max_side"] == finer_side(MAX_SIDE)
    assert detector.calls[-1]["shape"] == large.shape
    assert stands(reading, page.boxes)


def test_with_single_the_likeliest_detection_is_read(write):
    class FindsBoth(PlainDetector):
        def __call__(self, gray, *, single=False, max_side=None):
            return super().__call__(gray, max_side=max_side)

    def doubt_the_wide(tiles):
        narrow = tiles.any(axis=1).sum(axis=1) < 12  # columns with ink: a 1, no dash
        return np.eye(10)[[1] * len(tiles)] * np.where(narrow, 0.9, 0.1)[:, None]

    gray = write("1").gray
    gray[-20:-12, 10:90] = gray.min()
    reading = Reader(doubt_the_wide, FindsBoth()).read(gray, single=True)
    (digit,) = reading.digits
    assert digit.box.height > digit.box.width


def test_rejected_detections_do_not_stop_the_search_on_finer_levels(detector, write):
    blot = np.full((1600, 3000), 225, np.uint8)
    blot[700:900, 1400:1500] = 20
    Reader(detector=detector, model=sure_of(7, 0.0)).read(blot, rotate=0)
    sides = [call["max_side"] for call in detector.calls]
    finer = finer_side(MAX_SIDE)
    assert sides == [coarse_side(3000), MAX_SIDE, finer, finer_side(finer)]


@pytest.mark.parametrize("finds_more", [True, False])
def test_a_finer_level_is_searched_where_most_ink_was_not_read(write, finds_more):
    class MissesMost(PlainDetector):
        def __call__(self, gray, *, single=False, max_side=None):
            found = super().__call__(gray, max_side=max_side)
            is_finer = finds_more and (max_side or 0) > MAX_SIDE
            return found if is_finer else found.take(np.arange(1))

    detector = MissesMost()
    reading = Reader(detector=detector).read(write("40713", height=200).gray, rotate=0)
    sides = [call["max_side"] for call in detector.calls]
    assert sides == [coarse_side(1000), MAX_SIDE, finer_side(MAX_SIDE)]
    assert len(reading.digits) == (5 if finds_more else 1)


@pytest.mark.parametrize(("paper", "expected"), [(4, "3"), (120, "")])
def test_a_digit_that_fills_its_picture_is_searched_like_a_single_one(
    write, paper, expected
):
    class FindsSingle(PlainDetector):
        def __call__(self, gray, *, single=False, max_side=None):
            found = super().__call__(gray, single=single, max_side=max_side)
            return found if single else Detections.empty()

    page = write("3", height=200)
    x, y, width, height = page.boxes[0].astype(int).tolist()
    digit = page.gray[y : y + height, x : x + width]
    gray = np.pad(digit, paper, constant_values=int(np.median(page.gray)))
    assert Reader(detector=FindsSingle()).read(gray).text == expected


def test_a_speck_beside_the_only_digit_is_left_out(reader, write):
    gray = write("8", height=300).gray
    speck = gray.copy()
    speck[100:150, 20:28] = 40
    assert reader.read(speck).text == "8"


def test_a_small_digit_among_larger_ones_is_read(reader, write):
    gray = write("8 3", height=300).gray
    gray[100:150, 20:28] = 40  # a 1
    assert sorted(reader.read(gray).text.replace(" ", "")) == ["1", "3", "8"]


def test_without_an_accepted_digit_there_is_a_best_guess(detector, write):
    reader = Reader(detector=detector, model=sure_of(4, confidence=1e-6))
    reading = reader.read(write("7").gray)
    assert (reading.text, reading.digits) == ("", ())
    assert reading.best_guess is not None
    assert reading.best_guess.guess == 4
    assert Reader(detector=detector).read(write("").gray).best_guess is None


def test_boxes_are_in_pixels_of_the_upright_picture(reader, write):
    page = write("4071")
    stored = np.ascontiguousarray(np.rot90(page.gray))
    reading = reader.read(jpeg(stored, orientation=6))
    assert reading.text == "4071"
    assert stands(reading, page.boxes)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_is_turned_back_clockwise(reader, write, degrees):
    page = write("4071")
    turned = np.rot90(page.gray, degrees // 90)  # anticlockwise
    reading = reader.read(turned, rotate=degrees)
    assert reading.text == "4071"
    assert stands(reading, page.boxes)


@pytest.mark.parametrize("quarters", range(4))
def test_auto_finds_the_turn(reader, detector, write, quarters):
    page = write("34725")
    turned = io.BytesIO(jpeg(np.ascontiguousarray(np.rot90(page.gray, quarters))))
    reading = reader.read(turned, rotate="auto")
    assert reading.text == "34725"
    assert stands(reading, page.boxes)
    assert reading.rotation == 90 * quarters
    if quarters:  # turns are compared on all levels
        assert detector.calls[-1]["max_side"] == MAX_SIDE


def test_a_turn_without_a_digit_does_not_beat_a_doubtful_one(detector, write):
    def find_upright(gray, **asked):
        upright = gray.shape[0] > gray.shape[1]
        return detector(gray if upright else np.full_like(gray, 225), **asked)

    gray = write("1", height=60).gray[:, 10:-10]
    reader = Reader(sure_of(1, 1e-6), find_upright)
    assert find_upright(np.rot90(gray)).boxes.size == 0
    assert reader.read(gray, single=True, rotate="auto").text == "?"


@pytest.mark.parametrize("rotate", [45, -90, 360, "up"])
def test_any_other_rotation_is_refused(reader, rotate):
    with pytest.raises(ValueError, match="expected 0, 90, 180, 270 or 'auto'"):
        reader.read(np.zeros((28, 28), np.uint8), rotate=rotate)


def test_threads_share_a_reader(reader, write):
    grays = [write(text).gray for text in ("12", "345", "6", "7890")] * 3
    with ThreadPoolExecutor(4) as threads:
        texts = [reading.text for reading in threads.map(reader.read, grays)]
    assert texts == ["12", "345", "6", "7890"] * 3


def test_read_many_is_lazy(reader, write):
    asked = []

    def pictures():
        for count in range(100):
            asked.append(count)
            yield write("12").gray

    readings = reader.read_many(pictures())
    assert asked == []
    assert next(readings).text == "12"
    assert len(asked) <= BATCH


@pytest.mark.parametrize(("text", "small"), [("42", True), ("4071", False)])
def test_read_many_follows_the_options_whatever_the_size(reader, write, text, small):
    gray = write(text).gray
    assert (max(gray.shape) <= SMALL) == small
    (one,) = reader.read_many([gray], single=True)
    assert len(one.digits) == 1
    (turned,) = reader.read_many([np.rot90(gray)], rotate=90)
    assert turned.text == text


def test_an_array_may_be_reused_once_it_was_taken(reader, write):
    def frames():
        frame = write("12").gray
        yield frame
        frame[:] = 225
        yield frame

    assert [reading.text for reading in reader.read_many(frames())] == ["12", ""]


@pytest.mark.parametrize("read", ["read_many", "read_batches"])
def test_an_invalid_option_is_refused_before_the_pictures_are_iterated(reader, read):
    with pytest.raises(ValueError, match="45"):
        getattr(reader, read)([], rotate=45)


def test_a_bad_one_among_many_is_raised_in_its_place(reader, write):
    readings = reader.read_many([write("12").gray, b"no picture", write("34").gray])
    assert next(readings).text == "12"
    with pytest.raises(PictureError):
        next(readings)


def test_batches_continue_past_bad_pictures(reader, write):
    known = PictureError("known to be bad")
    good = write("305 17").gray
    for rotate in (0, "auto"):
        answers = reader.read_batches([good, b"no picture", known, good], rotate=rotate)
        first, bad, handed_on, last = (each for batch in answers for each in batch)
        assert first.text == last.text == "305 17"
        assert "not a picture" in str(bad)
        assert handed_on is known


def test_pictures_of_alternating_sizes_are_detected_in_two_groups(monkeypatch):
    reader = Reader(threads=1)
    calls = []
    detect_batch = reader.detector.detect_batch

    def counted(images, **options):
        calls.append(len(images))
        return detect_batch(images, **options)

    monkeypatch.setattr(reader.detector, "detect_batch", counted)
    blank = [np.zeros((28, 28 + 2 * (place % 2)), np.uint8) for place in range(32)]
    readings = list(reader.read_many(blank, rotate=0))
    assert [reading.gray.shape for reading in readings] == [b.shape for b in blank]
    assert calls == [16] * len(calls)
    assert len(calls) <= 4  # two sizes, coarse levels and all levels


def test_a_reader_can_be_pickled_and_copied(write):
    gray = write("305 17").gray
    reader = Reader(threads=1, min_confidence=0.6, limits=Limits(max_pixels=10**6))
    for twin in (pickle.loads(pickle.dumps(reader)), copy.deepcopy(reader)):
        assert twin.read(gray).to_dict() == reader.read(gray).to_dict()
        assert twin.options == reader.options


def test_options_are_the_readers_unless_they_are_given(detector, write):
    gray = write("71").gray

    def hesitate(tiles):
        return sure_of(7, 0.55)(tiles) + sure_of(1, 0.45)(tiles)

    reader = Reader(hesitate, detector, min_confidence=0.99)
    assert reader.read(gray).text == "??"
    assert reader.read(gray, min_confidence=0).text == "77"
    assert reader.read(gray, ReadOptions(min_confidence=0)).text == "77"


def test_limits_are_the_readers_own(detector):
    strict = Reader(detector=detector, limits=Limits(max_pixels=100))
    with pytest.raises(PictureTooLarge):
        strict.read(np.zeros((28, 28), np.uint8))


@pytest.mark.parametrize("least", [-0.1, 2, np.nan])
def test_a_min_confidence_outside_0_to_1_is_refused(detector, least):
    with pytest.raises(ValueError, match="expected 0 to 1"):
        Reader(sure_of(7), detector, min_confidence=least)


@pytest.mark.parametrize("where", ["model", "detector"])
def test_a_missing_model_is_named(where):
    with pytest.raises(ModelError, match=r"missing\.onnx"):
        Reader(**{where: "missing.onnx"})


def test_an_empty_name_is_not_the_shipped_model():
    with pytest.raises(ModelError, match="name of the model is empty"):
        Reader("")
    with pytest.raises(ModelError):
        Reader(detector="")


def test_a_picture_of_too_many_marks_is_refused(detector, write):
    reader = Reader(sure_of(7), detector, limits=Limits(max_digits=2))
    assert reader.read(write("71").gray).text == "77"
    with pytest.raises(PictureTooLarge, match="3 marks look like digits; at most 2"):
        reader.read(write("712").gray)


def test_one_picture_of_too_many_marks_does_not_fail_the_others(detector, write):
    reader = Reader(sure_of(7), detector, limits=Limits(max_digits=2))
    texts = ("71", "712", "7")
    grays = [write(text, height=20).gray for text in texts]
    assert all(max(gray.shape) <= SMALL for gray in grays)
    (answers,) = reader.read_batches(grays)
    assert [type(answer).__name__ for answer in answers] == [
        *("Reading", "PictureTooLarge", "Reading")
    ]


def test_too_many_marks_name_the_picture(detector, write, tmp_path):
    Image.fromarray(write("712").gray).save(tmp_path / "dense.png")
    reader = Reader(sure_of(7), detector, limits=Limits(max_digits=2))
    with pytest.raises(PictureTooLarge, match=r"dense\.png: 3 marks"):
        reader.read(tmp_path / "dense.png")


@pytest.mark.parametrize("limit", ["max_pixels", "max_bytes", "max_digits"])
def test_a_limit_below_one_is_refused(limit):
    with pytest.raises(ValueError, match="a limit of 0; expected 1 or more"):
        Limits(**{limit: 0})


@pytest.mark.parametrize("width", [12_000, 40_000])
def test_a_number_on_a_long_strip_is_read(write, width):
    page = write("4071", height=45)
    strip = np.full((page.gray.shape[0], width), 225, np.uint8)
    strip[:, : page.gray.shape[1]] = page.gray
    assert Reader().read(strip).text == "4071"
