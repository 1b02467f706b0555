"""A page and its answer -> a row: plain data, cheap to send between processes.

Without pyarrow: processes that only read pictures need not load it.
"""

from typing import Any, TypeAlias

from inkten import __version__
from inkten.image.source import Unreadable
from inkten.reading import Digit, Reading

Row: TypeAlias = dict[str, Any]
MOST = 2**63 - 1  # of a column of whole numbers; longer ones are told by their text


def row_of(
    path: str, page: int, answer: Reading | Unreadable, seconds: float, model: str
) -> Row:
    """The row of one page: what was read, or why nothing could be."""
    row: Row = {"path": _text(path), "page": page}
    if isinstance(answer, Reading):
        value = answer.value
        row["text"] = answer.text
        row["value"] = value if value is not None and value <= MOST else None
        row["confidence"] = round(answer.confidence, 6)
        row["digits"] = [_digit(digit) for digit in answer.digits]
    else:
        row["error"] = _text(answer.reason)  # the path has a column of its own
    row["milliseconds"] = round(seconds * 1000, 3)
    row["model"], row["version"] = model, __version__
    return row


def _digit(digit: Digit) -> Row:
    return {
        "value": digit.value,
        "guess": digit.guess,
        "confidence": round(digit.confidence, 6),
        **digit.box.to_dict(),
    }


def _text(text: str) -> str:
    """Text that can be stored: a file's name may hold bytes that are no UTF-8."""
    return text.encode(errors="backslashreplace").decode()
