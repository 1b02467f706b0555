"""The answers of the service, and their models for the OpenAPI document.

The models only describe: an answer is built as plain data, because validating each one
would cost more than all other work of the service. A test keeps the two in sync.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from inkten.decimals import Mark
from inkten.drawing import encode_png
from inkten.reading import Reading
from inkten.records import failure_record, reading_record
from inkten.server.problems import MEDIA_TYPE, RETRY_SECONDS, Kind, Problem

PNG_DATA = "data:image/png;base64,"


def picture_answer(
    name: str | None, reading: Reading, *, tiles: bool = False
) -> dict[str, Any]:
    """A reading as ``inkten read --json`` prints it, with its tiles if requested."""
    record = reading_record(name, reading)
    if tiles:
        records = [
            digit
            for line in record["lines"]
            for number in line
            for digit in number["digits"]
        ]
        for digit_record, digit in zip(records, reading.digits, strict=True):
            digit_record["tile"] = tile_data(digit.tile)
    return record


def failure_answer(name: str | None, problem: Problem, page: int = 1) -> dict[str, Any]:
    """The record of one unreadable picture among others, with its problem."""
    record = failure_record(name, problem.detail, page)
    return {**record, "problem": problem.to_dict()}


def encoded(answer: Mapping[str, Any]) -> bytes:
    """An answer as JSON; a file's name may hold what UTF-8 cannot."""
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def tile_data(tile: NDArray[np.float32]) -> str:
    """A (28, 28) tile as a data URL of a PNG, white ink as in MNIST."""
    return png_data(np.round(tile * 255).astype(np.uint8))


def png_data(picture: NDArray[np.uint8]) -> str:
    """A gray or RGB picture as a data URL of a PNG."""
    return PNG_DATA + base64.b64encode(encode_png(picture)).decode()


class AnswerModel(BaseModel):
    """A part of an answer; a test notices what an answer has beyond its model."""

    model_config = ConfigDict(extra="forbid")


class BoxAnswer(AnswerModel):
    """A box in pixels of the upright picture, from its top left corner."""

    x: float
    y: float
    width: float
    height: float


class DigitAnswer(AnswerModel):
    """One digit; ``value`` is null if its confidence is too low."""

    value: int | None = Field(ge=0, le=9)
    guess: int = Field(ge=0, le=9)
    confidence: float
    probabilities: list[float] = Field(min_length=10, max_length=10)
    no_digit: float = Field(description="The probability that it is not a digit.")
    box: BoxAnswer
    tile: str | None = Field(None, description="With tiles=true: 28x28 PNG data.")


class SignAnswer(AnswerModel):
    """A sign of a number, such as a point or a minus."""

    value: str
    confidence: float
    box: BoxAnswer
    digits_before: int = Field(
        description="How many digits of its number stand left of it."
    )


class NumberAnswer(AnswerModel):
    """Digits, and signs among them, that form one number."""

    text: str
    value: int | None = Field(description="The number, if written as an integer.")
    decimal: str | None = Field(
        description="The number as an exact decimal; null for dates, times, fractions, "
        "sums and where it is not known whether a mark parts decimals or thousands."
    )
    decimal_mark: Mark | None = Field(description="The mark of the page's decimals.")
    confidence: float
    completeness: float = Field(
        description="Probability that no digit is missing; part of the confidence."
    )
    box: BoxAnswer
    digits: list[DigitAnswer]
    signs: list[SignAnswer] = Field(description="Empty unless signs=true.")


class ReadingAnswer(AnswerModel):
    """The reading of one picture; ``file`` is null if it has no name."""

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
    has_signs: bool = Field(
        description="Signs stand among the digits; the text has them if signs=true."
    )
    best_guess: DigitAnswer | None = Field(
        description="If no digit was found: what came closest to one."
    )
    lines: list[list[NumberAnswer]]


class ProblemDetails(BaseModel):
    """An error as problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None


class FailureAnswer(AnswerModel):
    """A picture among others that cannot be read."""

    file: str | None
    schema_: int = Field(alias="schema")
    page: int
    error: str
    problem: ProblemDetails


class ReadingsAnswer(AnswerModel):
    """The readings of several pictures, in their order."""

    readings: list[ReadingAnswer | FailureAnswer]


class CellAnswer(AnswerModel):
    """One cell; a span of 0 says that another cell reaches here."""

    text: str
    number: int | float | None = Field(
        description="The text as a number, if it is one beyond doubt."
    )
    confidence: float = Field(description="0 if ink in the cell was not read.")
    box: BoxAnswer
    row_span: int
    column_span: int
    decimal_mark: Mark | None


class TableAnswer(AnswerModel):
    """The table of one page; ``file`` is null if it has no name."""

    file: str | None
    schema_: int = Field(alias="schema")
    page: int
    height: int
    width: int
    confidence: float
    rows: list[list[CellAnswer]]
    left_out: list[NumberAnswer] = Field(
        description="Numbers of the page that are not in the table."
    )


class TablesAnswer(AnswerModel):
    """The tables of several pages, in their order."""

    tables: list[TableAnswer | FailureAnswer]


class CorrectionAnswer(AnswerModel):
    """The file of the corrected picture in the collection."""

    file: str
    text: str


class ShareAnswer(AnswerModel):
    """A part of a total."""

    part: int
    total: int


class DoubtfulLabelAnswer(AnswerModel):
    """A digit whose label looks wrong; it was not learned from."""

    name: str
    label: int = Field(ge=0, le=9)
    place: int = Field(description="Its place in the label, from 1.")
    reads: int = Field(ge=0, le=9, description="The digit that it looks like.")


class LeftOutAnswer(AnswerModel):
    """A picture that cannot be learned from, and why."""

    name: str
    reason: str


class LearningReportAnswer(AnswerModel):
    """What was learned from, and what that changed."""

    pictures: int
    digits: int
    held_back: int = Field(description="Pictures read by a head that has not seen them")
    before: ShareAnswer = Field(description="Those read correctly before.")
    after: ShareAnswer = Field(description="Those read correctly now.")
    mnist_before: ShareAnswer
    mnist_after: ShareAnswer
    doubtful: list[DoubtfulLabelAnswer]
    left_out: list[LeftOutAnswer]
    worse: str = Field(description="What got worse; empty if nothing did.")


class LearnAnswer(AnswerModel):
    """What was learned, and the model."""

    report: LearningReportAnswer
    model: str = Field(description="The ONNX file for --model, in Base64.")
    before: ReadingAnswer | None = Field(
        description="The picture to read, as the model read it; null without one."
    )
    after: ReadingAnswer | None = Field(description="As the taught model reads it.")


def problem_responses(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """These problems as an operation's responses in the OpenAPI document."""
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
