from decimal import Decimal

import cv2
import numpy as np
import pytest

from inkten.classification.classes import CLASSES
from inkten.classification.classifier import Classifier
from inkten.errors import ModelError
from inkten.reader import Reader
from inkten.reading import Reading


@pytest.mark.parametrize(
    ("digits", "sign", "place", "text", "decimal", "value"),
    [
        pytest.param(
            *("1250", ".", 2, "12.50", Decimal("12.50"), None),
            marks=pytest.mark.xfail(
                strict=True, reason="the box of the 5 reaches over most of the point"
            ),
        ),
        ("34", "-", 0, "-34", Decimal(-34), -34),
        ("34", "-", 1, "3-4", None, None),
        ("1024", "/", 2, "10/24", None, None),
    ],
)
def test_a_number_is_read_as_it_is_written(
    reader, with_sign, digits, sign, place, text, decimal, value
):
    gray, (x, y, width, height) = with_sign(digits, sign, place)
    reading = reader.read(gray, signs=True)
    assert (reading.text, reading.decimal, reading.value) == (text, decimal, value)
    (number,) = reading.numbers
    (found,) = number.signs
    assert (found.value, found.digits_before) == (sign, place)
    assert found.confidence == pytest.approx(0.95)
    assert abs(found.box.x + found.box.width / 2 - x - width / 2) < 4
    assert abs(found.box.y + found.box.height / 2 - y - height / 2) < 4
    assert number.confidence <= found.confidence


@pytest.mark.parametrize(("sign", "place"), [(".", 2), ("-", 1), ("/", 2)])
def test_without_signs_a_sign_parts_numbers(reader, with_sign, sign, place):
    reading = reader.read(with_sign("1250", sign, place)[0])
    assert reading.text == f"{'1250'[:place]} {'1250'[place:]}"
    assert reading.has_signs
    assert all(number.signs == () for number in reading.numbers)


def test_a_page_of_digits_alone_reads_the_same_with_signs(write):
    digits = Classifier("cnn")

    def no_signs(tiles):
        chances = np.zeros((len(tiles), len(CLASSES)), np.float32)
        chances[:, :10] = digits(tiles[..., 0])
        return chances

    no_signs.names_signs = True
    reader, gray = Reader(no_signs), write("305 17\n28").gray
    plain, signs = reader.read(gray), reader.read(gray, signs=True)
    assert plain.text == signs.text == "305 17\n28"
    assert not signs.has_signs
    assert signs.numbers[0].decimal == 305


@pytest.mark.parametrize("zoom", [0.7, 3])
def test_signs_are_found_at_any_size_and_either_way_up(reader, with_sign, zoom):
    gray, _ = with_sign("1250", ".", 2)
    size = [round(side * zoom) for side in gray.shape[::-1]]
    zoomed = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    assert reader.read(255 - zoomed, signs=True).text == "12.50"
    turned = reader.read(np.rot90(zoomed), signs=True)
    assert (turned.text, turned.rotation) == ("12.50", 90)


def test_signs_of_a_tilted_line_stand_where_they_were_drawn(reader, with_sign):
    gray, (x, y, width, height) = with_sign("12503", "-", 2)
    gray = np.pad(gray, 60, constant_values=225)
    turn = cv2.getRotationMatrix2D((0, 0), -8, 1)
    turn[0, 2] += 60
    tilted = cv2.warpAffine(gray, turn, (600, 330), borderValue=225)
    middle = turn @ (x + 60 + width / 2, y + 60 + height / 2, 1)
    reading = reader.read(tilted, signs=True)
    assert reading.text == "12-503"
    box = reading.numbers[0].signs[0].box
    assert np.hypot(*(middle - (box.x + box.width / 2, box.y + box.height / 2))) < 5


def test_a_reading_with_signs_survives_as_plain_data(reader, with_sign):
    reading = reader.read(with_sign("1250", ".", 2)[0], signs=True)
    data = reading.to_dict()
    number = data["lines"][0][0]
    assert (number["decimal"], number["decimal_mark"]) == ("12.50", ".")
    again = Reading.from_dict(data)
    assert (again.text, again.decimal) == ("12.50", Decimal("12.50"))
    (sign,) = again.numbers[0].signs
    assert (sign.value, sign.digits_before) == (".", 2)
    assert sign.box.x == pytest.approx(reading.numbers[0].signs[0].box.x, abs=0.01)


def test_the_picture_shows_signs_too(reader, with_sign):
    gray, (x, y, _, _) = with_sign("1250", ".", 2)
    plain, signs = (reader.read(gray, signs=each).picture() for each in (False, True))
    changed = np.argwhere((plain != signs).any(axis=2))
    assert np.hypot(*(changed - (y, x)).T).min() < 5


def test_own_digits_are_read_with_the_signs_of_another_classifier(by_shape, with_sign):
    def always_a_one(tiles):
        assert tiles.shape[1:] == (28, 28)
        return np.eye(10, dtype=np.float32)[np.ones(len(tiles), int)]

    reader = Reader(always_a_one)
    reader.sign_classifier = Reader(by_shape).classifier
    reader.sign_verifier = None  # it knows the signs of the classifier that ships
    assert reader.read(with_sign("1250", ".", 2)[0], signs=True).text == "12.50"


def test_signs_need_a_classifier_that_names_them(write):
    reader = Reader("mlp")
    reader.sign_classifier = None
    with pytest.raises(ModelError, match="knows only digits") as caught:
        reader.read(write("12").gray, signs=True)
    assert caught.value.parameter == "signs"
    assert reader.read(write("12").gray).text == "12"


def test_an_unknown_decimal_mark_is_refused(reader, write):
    with pytest.raises(ValueError, match="expected 'auto'"):
        reader.read(write("12").gray, decimal_mark=";")
