from decimal import Decimal

import pytest

from inkten import Box
from inkten.forms.checks import has_check_digit, problems_of
from inkten.forms.fields import CheckDigit, Checks, Field, Kind

BOX = Box(0, 0, 100, 30)


def problems(
    text, kind=Kind.NUMBER, length=None, others=None, sign=False, decimals=0, **checks
):
    field = Field(
        "total", kind, BOX, length, sign, checks=Checks(**checks), decimals=decimals
    )
    parts = {name: Field(name, kind, BOX, decimals=decimals) for name in others or ()}
    fields = {"total": field, **parts}
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
    assert problems("-3", sign=True, range=(0, None)) == ["-3 is below 0"]
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
        "the sum cannot be checked: a is no number"
    ]


def test_an_empty_field_fails_only_if_it_is_required():
    assert problems("", range=(1, 2)) == []
    assert problems("", required=True) == ["empty; it must be filled in"]


def test_an_unsure_digit_never_holds():
    assert problems("1?") == ["a digit is unsure"]


def test_unsure_parts_of_a_sum_are_named():
    assert problems("9", others={"a": "3?", "b": "?"}, sum_of=("a", "b")) == [
        "the sum cannot be checked: a, b are no numbers"
    ]


@pytest.mark.parametrize(
    ("text", "sign"), [("12.5", "."), ("12,5", ","), ("3/4", "/"), ("-7", "-")]
)
def test_a_sign_that_the_field_does_not_allow_never_holds(text, sign):
    assert problems(text, range=(0, 100))[0] == (
        f"{text} has a sign that this field does not allow: {sign!r}"
    )


def test_decimals_are_compared_as_they_are_written():
    limits = Decimal("0.1"), Decimal("12.5")
    for text in ("0.1", "0,10", "12.50", "7"):
        assert problems(text, decimals=2, range=limits) == []
    assert problems("12,51", decimals=2, range=limits) == ["12.51 is above 12.5"]
    assert problems("-2.50", decimals=2, sign=True, range=limits) == [
        "-2.50 is below 0.1"
    ]
    parts = {"a": "0.10", "b": "0,2"}
    assert problems("0.3", decimals=2, others=parts, sum_of=("a", "b")) == []
    assert problems("0.31", decimals=2, others=parts, sum_of=("a", "b")) == [
        "0.31 is not the sum 0.10 + 0.2 = 0.30"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1.250", "1.250 has 3 digits after the decimal mark; at most 2 may be there"),
        (".50", ".50 has no digit before its decimal mark"),
        ("5.", "5. has no digit after its decimal mark"),
        ("1,250.00", "1,250.00 has a sign that this field does not allow: '.'"),
        ("1/2-", "1/2- has signs that this field does not allow: '/', '-'"),
    ],
)
def test_a_text_that_is_no_such_decimal_says_why(text, problem):
    assert problems(text, decimals=2) == [problem]
