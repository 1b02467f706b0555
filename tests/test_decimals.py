from decimal import Decimal

import pytest

from inkten.decimals import decimal_mark_of, to_decimal, to_integer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("125", "125"),
        ("12.50", "12.50"),
        ("0,5", "0.5"),
        ("-3", "-3"),
        ("1'000", "1000"),
        ("1'234,5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        ("5½", "5.5"),
        ("12.-", "12"),
    ],
)
def test_a_number_that_shows_its_mark_is_a_decimal(text, value):
    assert to_decimal(text, None) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "12/05/26",
        "10:30",
        "3/4",
        "45÷9",
        "12.05.26",
        "50%",
        "1?.5",
        "1,234",
        "(12)",
        "",
    ],
)
def test_what_is_not_one_number_or_is_left_open_is_none(text):
    assert to_decimal(text, None) is None


def test_the_mark_of_the_page_decides_what_is_left_open():
    assert to_decimal("1,234", ".") == 1234
    assert to_decimal("1,234", ",") == Decimal("1.234")
    assert to_decimal("12.50", ",") is None


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234", "12.50"], "."),
        (["1.234", "0,5"], ","),
        (["1,234"], None),
        (["12.50", "0,5"], None),
        (["125", "3/4", "12.05.26"], None),
    ],
)
def test_the_numbers_of_a_page_show_its_mark(texts, mark):
    assert decimal_mark_of(texts) == mark


@pytest.mark.parametrize(
    ("text", "value"), [("007", 7), ("-3", -3), ("1'000", 1000), ("1,000", None)]
)
def test_an_integer_may_have_a_minus_and_apostrophes(text, value):
    assert to_integer(text) == value
