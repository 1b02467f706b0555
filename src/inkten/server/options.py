"""The query parameters of a request: how to read its pictures."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from inkten.decimals import DecimalMark
from inkten.options import ROTATIONS, ReadOptions
from inkten.tables.table import SURE

READ_OPTIONS = {field.name for field in fields(ReadOptions)}

Rotate = Literal["0", "90", "180", "270", "auto"]
RotateAsForRead = Annotated[Rotate, Field(description="As for /v1/read.")]
MinConfidence = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A digit of lower confidence is read as '?'.",
    ),
]


class RequestOptions(BaseModel):
    """The options of a request; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def options(self, base: ReadOptions, **more: Any) -> ReadOptions:
        """The service's options with those that this request has, and ``more``."""
        given = self.model_dump(include=READ_OPTIONS)
        if "rotate" in given:
            given["rotate"] = ROTATIONS[given["rotate"]]
        return base.changed(**given | more)


Page = Annotated[
    int | None,
    Field(
        ge=1,
        le=1000,
        description="The one page to read of each TIFF file; all of them by default.",
    ),
]


class ReadQuery(RequestOptions):
    """The options of ``inkten read``."""

    single: bool = Field(default=False, description="Each picture holds one digit.")
    rotate: Rotate = Field(
        default="auto",
        description="Degrees to turn the picture clockwise; auto turns it only if its "
        "digits are much surer another way up, and rotation says so.",
    )
    min_confidence: MinConfidence = None
    signs: bool = Field(
        default=False,
        description="Read numbers as they are written: 12.50, -3, 10:30, 3/4. "
        "Otherwise signs are left out and split numbers: 3/4 becomes 3 4.",
    )
    decimal_mark: DecimalMark = Field(
        default="auto",
        description="The mark of decimals; auto decides by the numbers of the page.",
    )
    page: Page = None
    tiles: bool = Field(
        default=False,
        description="Add to each digit the tile that the network saw, as a PNG.",
    )


class ExplainQuery(RequestOptions):
    """The options of ``inkten explain``."""

    digit: int = Field(
        default=0,
        ge=0,
        description="The digit for which the networks are shown, from 0 in reading "
        "order.",
    )
    single: bool = Field(default=False, description="The picture holds one digit.")
    rotate: RotateAsForRead = "auto"
    min_confidence: MinConfidence = None


class TableQuery(RequestOptions):
    """The options of ``inkten table``."""

    format: Literal["json", "csv", "xlsx", "html"] = Field(
        default="json", description="html is a page to review and correct the table."
    )
    header: bool = Field(
        default=False, description="Start with the names of the columns: A, B, C..."
    )
    keep_text_columns: bool = Field(
        default=False,
        description="Leave the place of headlines and columns of words empty.",
    )
    page: Page = None
    sure: float = Field(
        default=SURE,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Cells of lower confidence are marked in xlsx and html.",
    )
    rotate: RotateAsForRead = "auto"
    min_confidence: MinConfidence = None


class FormQuery(RequestOptions):
    """How the fields of forms are read."""

    page: Page = None
    min_confidence: MinConfidence = None


class CorrectionQuery(RequestOptions):
    """How the picture that is corrected was read."""

    single: bool = Field(default=False, description="The picture holds one digit.")
    rotate: Literal["0", "90", "180", "270"] = Field(
        default="0", description="Turn clockwise first; the picture is kept as turned."
    )
    signs: bool = Field(
        default=False, description="The text has its signs, such as 12.50 or 3/4."
    )

    @property
    def quarter_turns(self) -> int:
        """How many times the picture is turned by 90 degrees."""
        return int(self.rotate) // 90


ReadParameters = Annotated[ReadQuery, Query()]
ExplainParameters = Annotated[ExplainQuery, Query()]
TableParameters = Annotated[TableQuery, Query()]
FormParameters = Annotated[FormQuery, Query()]
CorrectionParameters = Annotated[CorrectionQuery, Query()]
