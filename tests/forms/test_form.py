import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from time import monotonic

import cv2
import numpy as np
import pytest

from inkten import Box, Form, PictureError, ReadOptions
from inkten.datasets import mnist
from inkten.forms.fields import Field, Kind
from inkten.forms.template import data_url, parse

ROOT = Path(__file__).parents[2]
FILLED = ROOT / "examples" / "form" / "filled.jpg"


@pytest.fixture(scope="module")
def reading(form):
    return form.read(FILLED)


def test_a_photo_of_the_form_is_read_field_by_field(reading, form_answers):
    assert reading.values == form_answers
    assert reading.holds
    assert reading.confidence > 0.5


def test_each_field_says_where_it_is_on_the_photo(reading):
    box = reading["part_a"].box
    assert reading["candidate"].box.bottom < box.bottom < reading["part_b"].box.bottom
    for digit in reading["part_a"].digits:
        assert box.x - 5 < digit.box.x < digit.box.right < box.right + 5


def test_the_result_is_plain_data_and_text(reading):
    data = json.loads(json.dumps(reading.to_dict()))
    assert data["fields"][1]["text"] == "21"
    assert str(reading).splitlines()[4] == "total: 82"
    with pytest.raises(KeyError):
        _ = reading["nothing"]


def test_a_form_that_lies_on_its_side_is_read_the_same(form, sheet):
    page = sheet(part_a="21", total="21", second_marker="x")
    for turns in (1, 2):
        turned = np.ascontiguousarray(np.rot90(page, turns))
        values = form.read(turned).values
        assert (values["part_a"], values["total"]) == (21, 21)
        assert (values["candidate"], values["second_marker"]) == (None, True)


def test_what_cannot_be_true_fails_with_the_reason(form, sheet):
    reading = form.read(sheet(candidate="3141592", part_a="31", total="48"))
    assert reading["candidate"].problems == ("the check digit (luhn) is wrong",)
    assert reading["part_a"].problems == ("31 is above 25",)
    assert reading["total"].problems == ("48 is not the sum 31 + 0 + 0 = 31",)
    assert not reading.holds
    assert reading["second_marker"].value is False


def test_an_empty_cell_between_others_is_said(form, sheet):
    page = sheet(total="482")
    page[600:656, 570:614] = 255  # the second cell
    reading = form.read(page)
    assert reading["total"].text == "42"
    assert "cell 2 is empty" in reading["total"].problems


@pytest.mark.parametrize("wrong", ["other", "similar", "photo", "blank"])
def test_what_is_another_form_is_refused_with_the_reason(form, made, wrong):
    rng = np.random.default_rng(11)
    example = made["example_form"]()
    pictures = {
        "other": lambda: made["make_form"](rng).picture,
        "similar": lambda: made["similar_form"](rng, example).picture,
        "photo": lambda: ROOT / "examples" / "phone_number.jpg",
        "blank": lambda: np.full((900, 1240), 255, np.uint8),
    }
    with pytest.raises(
        PictureError, match=r"form was not found|another form|is on this"
    ):
        form.read(pictures[wrong]())


def test_half_a_form_is_refused(form, sheet):
    with pytest.raises(PictureError, match="of the form is on this picture"):
        form.read(sheet(total="12")[:400, :700])


def test_a_minus_is_read_where_a_sign_is_allowed(form, sheet):
    data = form.template.to_dict()
    data["fields"][4] |= {"sign": True, "checks": {}}
    signed = Form(parse(data, ROOT))
    page = sheet(total="882")
    page[600 + 3 : 600 + 53, 523:565] = 255
    page[625:630, 532:556] = (30, 45, 130)
    assert signed.read(page)["total"].value == -82


def test_digits_have_no_sign_where_one_is_allowed(form, sheet):
    data = form.template.to_dict()
    for field in data["fields"][:5]:
        field |= {"sign": True, "checks": {}}
    reading = Form(parse(data, ROOT)).read(sheet(total="882", part_a="17"))
    assert reading["total"].value == 882
    assert reading["part_a"].value == 17


@pytest.fixture
def marked():
    """A form with hardly any print, and a photo of it.

    It has a dark square in each corner and one line of cells.
    """
    blank = np.full((900, 1240), 255, np.uint8)
    for x, y in ((40, 40), (1160, 40), (1160, 820), (40, 820)):
        blank[y : y + 40, x : x + 40] = 20
    for cell in range(4):
        cv2.rectangle(blank, (500 + 60 * cell, 400), (560 + 60 * cell, 470), 20, 2)
    field = {"name": "code", "kind": "cells", "box": [500, 400, 240, 70], "length": 4}
    png = cv2.imencode(".png", blank)[1].tobytes()
    marks = [[x, y, 40, 40] for x, y in ((40, 40), (1160, 40), (1160, 820), (40, 820))]
    data = {"inkten_form": 1, "reference": data_url(png), "fields": [field]}
    form = Form(parse(data | {"marks": marks}, ROOT))
    turn = cv2.getRotationMatrix2D((620, 450), 7, 0.8)
    return form, cv2.warpAffine(blank, turn, (1240, 900), borderValue=255)


def test_corner_marks_find_a_form_with_hardly_any_print(marked):
    form, photo = marked
    assert form.read(photo)["code"].text == ""


def test_a_photo_of_a_few_pixels_is_refused(marked):
    form, _ = marked
    for side in (1, 2, 10):
        with pytest.raises(PictureError, match="the form was not found"):
            form.read(np.full((side, side), 255, np.uint8))


def test_corner_marks_find_a_form_whose_details_mislead(marked, monkeypatch):
    form, photo = marked
    far = np.array([[1.0, 0, 5000], [0, 1, 0], [0, 0, 1]])  # off the picture
    module = "inkten.forms.registration._by_details"
    monkeypatch.setattr(module, lambda printed, gray: iter([far]))
    assert form.read(photo)["code"].text == ""
    monkeypatch.setattr("inkten.forms.registration._by_marks", lambda *_: iter([]))
    with pytest.raises(PictureError, match="only 0% of the form is on this picture"):
        form.read(photo)


INK = 30, 45, 130
SIGNS = {  # from the middle of the gap at the foot of the digits: strokes, their width
    ".": ((0, -1), (0, -1), 7),
    ",": ((1, -2), (-3, 7), 4),
    "/": ((8, -40), (-8, 5), 3),
    "-": ((-6, -17), (8, -17), 4),
}


@pytest.fixture
def price(made):
    """A function that writes digits and a sign on the mark sheet and reads them."""
    example = made["example_form"]()

    def price(text, kind=Kind.NUMBER, length=None, decimals=0):
        (sign,) = (letter for letter in text if letter in SIGNS)
        place = text.index(sign)
        digits = text.replace(sign, "")
        lefts = [
            790 + 44 * number + 22 * bool(place and number >= place)
            for number in range(len(digits))
        ]
        cells = tuple(
            Field(f"digit_{number}", Kind.CELLS, Box(left, 600, 44, 56), 1)
            for number, left in enumerate(lefts)
        )
        answers = {cell.name: digit for cell, digit in zip(cells, digits, strict=True)}
        blank = example._replace(template=replace(example.template, fields=cells))
        rng = np.random.default_rng(3)
        page = made["fill_with"](rng, blank, mnist.load().test_part, answers)
        *ends, width = SIGNS[sign]
        start, end = ((lefts[place] - 11 + x, 645 + y) for x, y in ends)
        cv2.line(page, start, end, INK, width, cv2.LINE_AA)
        field = Field("price", kind, Box(760, 600, 192, 56), length, decimals=decimals)
        form = Form(replace(example.template, fields=(field,)))
        return form.read(page)["price"]

    return price


@pytest.mark.parametrize("text", ["8.2", "8,2", "3/4", "-34"])
def test_a_sign_that_a_number_may_not_have_is_kept_and_said(price, text):
    reading = price(text)
    assert reading.text == text
    assert "has a sign that this field does not allow" in reading.problems[0]
    assert not reading.holds


def test_a_sign_among_a_fixed_number_of_digits_is_kept_and_said(price):
    reading = price("8,2", Kind.DIGITS, 2)
    assert reading.text == "8,2"
    assert not reading.holds


@pytest.mark.parametrize("text", ["8.2", "8,2"])
def test_a_number_with_decimals_is_read_as_it_is_written(price, text):
    reading = price(text, decimals=2)
    assert (reading.text, reading.problems) == (text, ())
    assert reading.value == Decimal(text.replace(",", "."))
    assert json.loads(json.dumps(reading.to_dict()))["value"] == float(reading.value)


def test_digits_below_the_confidence_asked_for_are_unsure(form):
    reading = form.read(FILLED, ReadOptions(min_confidence=1))
    assert reading["candidate"].text == "???????"
    assert reading["candidate"].value is None
    assert "a digit is unsure" in reading["candidate"].problems


def test_reading_stops_at_its_deadline(form):
    with pytest.raises(TimeoutError):
        form.read(FILLED, deadline=monotonic())


def test_a_stroke_along_the_frame_of_its_cell_is_kept(form, sheet):
    page = sheet(part_a="1")
    page[318:368, 523:565] = 255
    page[322:362, 523:527] = (30, 45, 130)  # a bare 1 that touches the cell's left side
    assert form.read(page)["part_a"].text == "1"


def test_the_page_of_the_docs_shows_what_its_code_prints(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "forms.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(code, "forms.md", "exec"), {})
    (shown,) = re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S)
    assert capsys.readouterr().out == shown
    (printed,) = re.findall(r"^\$ inkten form read .*?\n(.*?)^```$", page, re.M | re.S)
    form = Form.load("examples/form/form.json")
    assert f"{form.read('examples/form/filled.jpg')}\n" == printed
