"""The models of ``/v1/form``'s answers, for the OpenAPI document."""

from typing import Literal

from pydantic import Field

from inkten.server.schemas import AnswerModel, BoxAnswer, DigitAnswer, FailureAnswer


class FieldAnswer(AnswerModel):
    """What was read in one field of a form."""

    name: str
    kind: Literal["number", "digits", "cells", "tick"]
    text: str = Field(
        description="Digits and signs as written, '?' for an unsure digit; empty if "
        "nothing is written; x for a ticked box."
    )
    value: int | float | bool | None = Field(
        description="The number, or whether a box is ticked; null if empty or unsure, "
        "or if a sign is written with which it is no number of this field."
    )
    confidence: float
    holds: bool = Field(description="Whether all its checks hold.")
    problems: list[str] = Field(description="Why its checks fail.")
    box: BoxAnswer
    outline: list[list[float]] = Field(
        description="Its corners on the picture, x and y, clockwise from upper left."
    )
    digits: list[DigitAnswer]


class FormAnswer(AnswerModel):
    """The fields of one filled-in form; ``file`` is null if it has no name."""

    file: str | None
    page: int = Field(1, description="Of a TIFF file; left out if it is the first.")
    schema_: int = Field(alias="schema")
    holds: bool = Field(description="Whether all checks of all fields hold.")
    confidence: float = Field(description="The probability that all fields are right.")
    agreement: float = Field(description="The share of the form's print that matches.")
    fields: list[FieldAnswer]


class FormsAnswer(AnswerModel):
    """Several filled-in forms, in their order."""

    forms: list[FormAnswer | FailureAnswer]
