"""What the service answers, and how its document describes that.

The models below only describe: an answer is built as plain data, because checking each
one again would cost more than the rest of the way through the service. A test holds the
two together.
"""

import base64
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from inkten.drawing import encode_png
from inkten.reading import Digit, Reading
from inkten.records import failure_record, reading_record
from inkten.server.problems import MEDIA_TYPE, RETRY_SECONDS, Kind, Problem

PNG_DATA = "data:image/png;base64,"


def picture_answer(
    name: str | None, reading: Reading, *, tiles: bool = False
) -> dict[str, Any]:
    """A reading as ``inkten read --json`` gives it, with its tiles if wanted."""
    record = reading_record(name, reading)
    if tiles:
        told = [
            digit
            for line in record["lines"]
            for number in line
            for digit in number["digits"]
        ]
        for digit, seen in zip(told, reading.digits, strict=True):
            digit["tile"] = _tile_data(seen)
    return record


def failure_answer(name: str | None, problem: Problem) -> dict[str, Any]:
    """One bad picture among others: its record, and its problem in full."""
    record = failure_record(name, problem.detail)
    return {**record, "problem": problem.to_dict()}


def _tile_data(digit: Digit) -> str:
    """The (28, 28) tile as a data URL of a PNG, ink white as in MNIST."""
    gray = np.round(digit.tile * 255).astype(np.uint8)
    return PNG_DATA + base64.b64encode(encode_png(gray)).decode()


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BoxAnswer(_Described):
    """In pixels of the upright picture, from its upper left."""

    x: float
    y: float
    width: float
    height: float


class DigitAnswer(_Described):
    """One digit; ``value`` is null where it is not sure enough."""

    value: int | None = Field(ge=0, le=9)
    guess: int = Field(ge=0, le=9)
    confidence: float
    probabilities: list[float] = Field(min_length=10, max_length=10)
    no_digit: float
    box: BoxAnswer
    tile: str | None = Field(None, description="With tiles=true: 28x28 PNG data.")


class NumberAnswer(_Described):
    """Digits that stand together."""

    text: str
    value: int | None
    confidence: float
    completeness: float = Field(
        description="How likely no digit of the number was missed; in the confidence."
    )
    box: BoxAnswer
    digits: list[DigitAnswer]


class ReadingAnswer(_Described):
    """What one picture says; ``file`` is null where it came without a name."""

    file: str | None
    schema_: int = Field(alias="schema")
    page: int
    text: str = Field(description="A space between numbers, a newline between lines.")
    value: int | None
    confidence: float
    width: int
    height: int
    rotation: int = Field(
        description="Degrees clockwise by which rotate=auto turned the picture."
    )
    best_guess: DigitAnswer | None = Field(
        description="Where no digit was found: what came nearest to one."
    )
    lines: list[list[NumberAnswer]]


class ProblemDetails(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class FailureAnswer(_Described):
    """A picture that could not be read, among others."""

    file: str | None
    schema_: int = Field(alias="schema")
    error: str
    problem: ProblemDetails


class ReadingsAnswer(_Described):
    """What several pictures say, in their order."""

    readings: list[ReadingAnswer | FailureAnswer]


class CorrectionAnswer(_Described):
    """Where in the collection the corrected picture was put."""

    file: str
    text: str


def problem_responses(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """How the document describes that an operation may end in these problems."""
    described: dict[int | str, dict[str, Any]] = {}
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    for kind in kinds:
        titles = described.get(kind.status, {}).get("description")
        described[kind.status] = {
            "description": f"{titles}; {kind.title}" if titles else kind.title,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
    if Kind.BUSY in kinds:
        described[Kind.BUSY.status]["headers"] = {
            "Retry-After": {
                "description": f"Seconds to wait: {RETRY_SECONDS}.",
                "schema": {"type": "integer"},
            }
        }
    return described
