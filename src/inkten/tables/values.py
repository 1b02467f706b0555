"""The text of a cell -> the number that it stands for, if it is one beyond doubt."""

import re

# Neither leading zeros nor a lone sign: 007 is a code, and - a dash.
PLAIN = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d+)?")
COMMA = re.compile(r"[-+]?(0|[1-9]\d*),(\d{1,2}|\d{4,})")  # not 1,250: a thousand?
GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}((,\d{3})+\.\d+|(,\d{3}){2,}(\.\d+)?)")
MOST_DIGITS = 15  # a spreadsheet keeps no more of a number (IEEE 754 doubles)


def value_of(text: str) -> int | float | None:
    """The number that a text stands for; None if there is any doubt.

    >>> value_of("12.50"), value_of("-3"), value_of("12,5"), value_of("1,250.00")
    (12.5, -3, 12.5, 1250.0)
    >>> value_of("007"), value_of("1,250"), value_of("12?"), value_of("3/4")
    (None, None, None, None)
    """
    if PLAIN.fullmatch(text):
        plain = text
    elif COMMA.fullmatch(text):
        plain = text.replace(",", ".")
    elif GROUPS.fullmatch(text):
        plain = text.replace(",", "")
    else:
        return None
    if sum(map(str.isdigit, plain)) > MOST_DIGITS:
        return None
    return float(plain) if "." in plain else int(plain)
