import pytest

from inkten import Box
from inkten.forms.checks import has_check_digit, problems_of
from inkten.forms.fields import CheckDigit, Checks, Field, Kind

BOX = Box(0, 0, 100, 30)


def problems(text, kind=Kind.NUMBER, length=None, others=None, **checks):
    field = Field("total", kind, BOX, length, checks=Checks(**checks))
    fields = {"total": field, **{name: Field(name, kind, BOX) for name in others or ()}}
    return list(problems_of(field, {"total": text, **(others or {})}, fields))


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("79927398713", CheckDigit.LUHN),
        ("4006381333931", CheckDigit.GS1),
        ("210000000003139471430009017", CheckDigit.RECURSIVE),
    ],
)
def test_a_published_number_has_its_check_digit_and_no_other(number, rule):
    found = [
        digit for digit in range(10) if has_check_digit(f"{number[:-1]}{digit}", rule)
    ]
    assert found == [int(number[-1])]


def test_a_failed_check_says_what_was_read_and_what_is_expected():
    assert problems("71", range=(0, 60)) == ["71 is above 60"]
    assert problems("-3", range=(0, None)) == ["-3 is below 0"]
    assert problems("7", length=None, kind=Kind.NUMBER, required=True) == []
    assert problems("123", kind=Kind.DIGITS, length=4) == ["3 digits; expected 4"]
    assert problems("78", check_digit=CheckDigit.LUHN) == [
        "the check digit (luhn) is wrong"
    ]


def test_a_sum_is_checked_and_empty_parts_count_as_zero():
    parts = ("a", "b")
    assert problems("12", others={"a": "12", "b": ""}, sum_of=parts) == []
    assert problems("9", others={"a": "3", "b": "4"}, sum_of=parts) == [
        "9 is not the sum 3 + 4 = 7"
    ]
    assert problems("9", others={"a": "3?", "b": "4"}, sum_of=parts) == [
        "the sum cannot be checked: a is unsure"
    ]


def test_an_empty_field_fails_only_if_it_is_required():
    assert problems("", range=(1, 2)) == []
    assert problems("", required=True) == ["empty; it must be filled in"]


def test_an_unsure_digit_never_holds():
    assert problems("1?") == ["a digit is unsure"]
