"""The query parameters of a request: how to read its pictures."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from inkten.decimals import DecimalMark
from inkten.options import ROTATIONS, ReadOptions
from inkten.tables.table import SURE


class ReadQuery(BaseModel):
    """The options of ``inkten read``; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: bool = Field(default=False, description="Each picture holds one digit.")
    rotate: Literal["0", "90", "180", "270", "auto"] = Field(
        default="auto",
        description="Degrees to turn the picture clockwise; auto turns it only if its "
        "digits are much surer another way up, and rotation says so.",
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A digit of lower confidence is read as '?'.",
    )
    signs: bool = Field(
        default=False,
        description="Read numbers as they are written: 12.50, -3, 10:30, 3/4. "
        "Otherwise signs are left out and part numbers.",
    )
    decimal_mark: DecimalMark = Field(
        default="auto",
        description="The mark of decimals; auto decides by the numbers of the page.",
    )
    tiles: bool = Field(
        default=False,
        description="Add to each digit the tile that the network saw, as a PNG.",
    )

    def options(self, base: ReadOptions) -> ReadOptions:
        """The service's options with the changes of this request."""
        return base.changed(
            single=self.single,
            rotate=ROTATIONS[self.rotate],
            min_confidence=self.min_confidence,
            signs=self.signs,
            decimal_mark=self.decimal_mark,
        )


class ExplainQuery(BaseModel):
    """The options of ``inkten explain``; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digit: int = Field(
        default=0,
        ge=0,
        description="The digit for which the networks are shown, from 0 in reading "
        "order.",
    )
    single: bool = Field(default=False, description="The picture holds one digit.")
    rotate: Literal["0", "90", "180", "270", "auto"] = Field(
        default="auto", description="As for /v1/read."
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A digit of lower confidence is read as '?'.",
    )

    def options(self, base: ReadOptions) -> ReadOptions:
        """The service's options with the changes of this request."""
        return base.changed(
            single=self.single,
            rotate=ROTATIONS[self.rotate],
            min_confidence=self.min_confidence,
        )


class TableQuery(BaseModel):
    """The options of ``inkten table``; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    sure: float = Field(
        default=SURE,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Cells of lower confidence are marked in xlsx and html.",
    )
    rotate: Literal["0", "90", "180", "270", "auto"] = Field(
        default="auto", description="As for /v1/read."
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A digit of lower confidence is read as '?'.",
    )

    def options(self, base: ReadOptions, *, signs: bool) -> ReadOptions:
        """The service's options with the changes of this request.

        ``signs`` says whether they can be read: 12.50 in a cell is then 12.50.
        """
        return base.changed(
            rotate=ROTATIONS[self.rotate],
            min_confidence=self.min_confidence,
            signs=signs,
        )


class CorrectionQuery(BaseModel):
    """How the picture that is corrected was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: bool = Field(default=False, description="The picture holds one digit.")
    rotate: Literal["0", "90", "180", "270"] = Field(
        default="0", description="Turn clockwise first; the picture is kept as turned."
    )
    signs: bool = Field(
        default=False, description="The text has its signs, such as 12.50 or 3/4."
    )

    def options(self, base: ReadOptions) -> ReadOptions:
        """The service's options with the changes of this request."""
        return base.changed(single=self.single, rotate=ROTATIONS[self.rotate])

    @property
    def quarter_turns(self) -> int:
        """How many times the picture is turned by 90 degrees."""
        return int(self.rotate) // 90


ReadParameters = Annotated[ReadQuery, Query()]
ExplainParameters = Annotated[ExplainQuery, Query()]
TableParameters = Annotated[TableQuery, Query()]
CorrectionParameters = Annotated[CorrectionQuery, Query()]
