import json
import pickle

import numpy as np
import pytest
from PIL import Image

from inkten.digits import Box, Digit, Number
from inkten.errors import InktenError, MissingExtra, PictureError
from inkten.reading import Reading

TILE = np.zeros((28, 28), np.float32)


def digit(value, confidence=0.9, box=None, min_confidence=0.0):
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[value] = confidence
    return Digit.of(probabilities, box or Box(0, 0, 10, 20), TILE, min_confidence)


def reading(*lines, gray=None, scale=1.0):
    """A reading of lines such as "12 7", each digit ten pixels right of the last."""
    numbered = tuple(
        tuple(
            Number(
                tuple(
                    digit(int(value), box=Box(10 * i, 30 * row, 10, 20))
                    for i, value in enumerate(number)
                )
            )
            for number in line.split()
        )
        for row, line in enumerate(lines)
    )
    gray = np.full((60, 90), 255, np.uint8) if gray is None else gray
    return Reading(numbered, gray, scale)


def test_text_separates_numbers_and_lines():
    answer = reading("12 7", "305")
    assert answer.text == "12 7\n305"
    assert [number.value for number in answer.numbers] == [12, 7, 305]
    assert [each.value for each in answer.digits] == [1, 2, 7, 3, 0, 5]


def test_only_a_single_number_is_the_value():
    assert reading("0123").value == 123
    assert reading("12 7").value is None
    assert reading("1", "2").value is None


def test_no_digit_is_an_empty_reading():
    empty = reading()
    assert (empty.text, empty.value, empty.confidence) == ("", None, 0.0)
    assert empty.numbers == empty.digits == ()
    assert empty.picture().shape[2] == 3


def test_confidence_is_that_of_all_digits_being_right():
    answer = reading("12 7")
    assert answer.numbers[0].confidence == pytest.approx(0.9**2)
    assert answer.confidence == pytest.approx(0.9**3)


def test_an_unsure_digit_is_a_question_mark_and_keeps_its_guess():
    unsure = digit(4, confidence=0.6, min_confidence=0.7)
    assert (unsure.value, unsure.guess, unsure.text) == (None, 4, "?")
    number = Number((digit(1), unsure))
    assert (number.text, number.value) == ("1?", None)
    assert digit(4, confidence=0.7, min_confidence=0.5).value == 4


def test_the_best_guesses_come_likeliest_first():
    probabilities = np.array([0, 0.1, 0.5, 0, 0, 0.3, 0, 0, 0, 0], np.float32)
    best = Digit.of(probabilities, Box(0, 0, 1, 1), TILE, 0).best(3)
    assert [value for value, _ in best] == [2, 5, 1]


def test_the_remaining_probability_is_that_of_no_digit():
    probabilities = np.array([0, 0, 0, 0, 0, 0, 0, 0.6, 0, 0.1], np.float32)
    doubtful = Digit.of(probabilities, Box(0, 0, 1, 1), TILE, 0)
    assert doubtful.no_digit == doubtful.to_dict()["no_digit"] == 0.3
    assert digit(7).no_digit == 0


def test_a_number_has_the_box_of_its_digits():
    number = Number((digit(1, box=Box(5, 5, 10, 20)), digit(2, box=Box(20, 2, 9, 9))))
    assert number.box == Box(5, 2, 24, 23)


def test_to_dict_is_plain_data_of_schema_1():
    answer = reading("12 7", "3", scale=4.0).to_dict()
    assert json.loads(json.dumps(answer)) == answer
    assert list(answer) == [
        *("schema", "page", "text", "value", "confidence", "width", "height"),
        *("rotation", "has_signs", "best_guess", "lines"),
    ]
    assert (answer["schema"], answer["page"]) == (1, 1)
    assert (answer["width"], answer["height"]) == (360, 240)
    number = answer["lines"][0][0]
    assert list(number) == [
        *("text", "value", "decimal", "decimal_mark", "confidence", "completeness"),
        *("box", "digits", "signs"),
    ]
    assert number["box"] == {"x": 0, "y": 0, "width": 20, "height": 20}
    first = number["digits"][0]
    assert list(first) == [
        *("value", "guess", "confidence", "probabilities", "no_digit", "box")
    ]
    assert len(first["probabilities"]) == 10
    assert type(first["confidence"]) is float


def test_readings_are_frozen_and_compare_by_value():
    assert reading("12") == reading("12")
    assert reading("12") != reading("13")
    with pytest.raises(AttributeError):
        reading("12").page = 2


def test_the_picture_shows_every_box_in_colour():
    blank = np.full((400, 900), 255, np.uint8)
    picture = reading("1", gray=blank).picture()
    assert picture.shape == (400, 900, 3)
    assert picture.dtype == np.uint8
    red, green, blue = picture[10, 0].astype(int)  # on the left edge of the box
    assert green > red + 50
    assert green > blue + 50
    assert (picture[200:, 200:] == 255).all()
    assert (blank == 255).all()


def test_boxes_of_a_reduced_picture_are_drawn_where_they_stand():
    gray = np.full((400, 900), 255, np.uint8)
    box = Box(800, 400, 400, 800)  # of the original; of the gray (200, 100, 100, 200)
    number = Number((digit(1, box=box),))
    picture = Reading(((number,),), gray, scale=4.0).picture()
    coloured = (picture != 255).any(2)
    assert coloured[300, 201:300].all()
    assert coloured[101:300, 300].all()
    assert not coloured[303:].any()


def test_labels_of_a_dense_page_cover_no_other_digit():
    gray = np.full((600, 600), 255, np.uint8)
    boxes = [Box(x, y, 20, 30) for y in range(10, 560, 40) for x in range(10, 570, 30)]
    numbers = tuple(Number((digit(8, box=box),)) for box in boxes)
    picture = Reading((numbers,), gray).picture()
    for box in boxes:  # the label may stand inside its own box, at the upper left
        x, y = int(box.x), int(box.y)
        assert (picture[y + 16 : y + 29, x + 2 : x + 19] == 255).all()


@pytest.mark.parametrize("name", ["read.png", "read.jpg", "read.JPEG"])
def test_a_reading_is_saved_as_a_picture(tmp_path, name):
    reading("12", gray=np.full((60, 40), 255, np.uint8)).save(tmp_path / name)
    with Image.open(tmp_path / name) as saved:
        assert saved.format == ("PNG" if name.endswith("png") else "JPEG")


def test_another_ending_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InktenError, match=r"read\.gif: .*\.png or \.jpg"):
        reading("1").save(tmp_path / "read.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_reading_prints_as_its_text_and_shows_itself_in_one_line():
    assert str(reading("555 0134")) == "555 0134"
    shown = repr(reading("555 0134"))
    assert shown.startswith("<Reading '555 0134' confidence=")
    assert shown.endswith(", 7 digits>")
    assert "1 digit>" in repr(reading("7"))


def test_a_reading_comes_back_from_plain_data():
    first = reading("12 7", "40")
    again = Reading.from_dict(json.loads(json.dumps(first.to_dict())))
    assert again.text == first.text
    assert again.numbers[1].box == first.numbers[1].box
    assert again.confidence == pytest.approx(first.confidence, abs=1e-5)
    assert again.to_dict()["width"] == 90
    with pytest.raises(InktenError, match="no picture"):
        again.picture()


@pytest.mark.parametrize("data", [{}, {"schema": 99}, {"schema": 1, "lines": 3}, []])
def test_other_data_are_not_a_reading(data):
    with pytest.raises(InktenError):
        Reading.from_dict(data)


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (1, 5000), (5000, 1), (9, 3000)])
def test_a_picture_of_any_size_can_be_shown(shape, tmp_path):
    answer = reading("1", gray=np.zeros(shape, np.uint8))
    (tmp_path / "shown.png").write_bytes(answer._repr_png_())
    with Image.open(tmp_path / "shown.png") as shown:
        assert shown.format == "PNG"
        assert max(shown.size) >= 320


def test_a_missing_extra_survives_pickling():
    error = MissingExtra("Reading PDF files", "pdf")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_error_keeps_its_name_reason_and_parameter_across_processes():
    error = PictureError("no such file", name="a.png", parameter="max_bytes")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "a.png: no such file"
    assert (again.reason, again.parameter) == ("no such file", "max_bytes")
