"""The query parameters of a request: how its pictures are to be read."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from inkten.options import ROTATIONS, ReadOptions


class ReadQuery(BaseModel):
    """The same options as those of ``inkten read``; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: bool = Field(default=False, description="Each picture holds one digit.")
    rotate: Literal["0", "90", "180", "270", "auto"] = Field(
        default="0", description="Turn clockwise first; auto keeps the surest turn."
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A digit less sure is read as '?'.",
    )
    tiles: bool = Field(
        default=False, description="Add to each digit what the network saw, as a PNG."
    )

    def options(self, base: ReadOptions) -> ReadOptions:
        """The service's options with what this request asks for."""
        return base.changed(
            single=self.single,
            rotate=ROTATIONS[self.rotate],
            min_confidence=self.min_confidence,
        )


class CorrectionQuery(BaseModel):
    """How the picture was read that is now corrected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: bool = Field(default=False, description="The picture holds one digit.")
    rotate: Literal["0", "90", "180", "270"] = Field(
        default="0", description="Turned clockwise first; it is kept as turned."
    )

    def options(self, base: ReadOptions) -> ReadOptions:
        """The service's options with what this request asks for."""
        return base.changed(single=self.single, rotate=ROTATIONS[self.rotate])

    @property
    def quarters(self) -> int:
        """How many times it is turned by 90 degrees."""
        return int(self.rotate) // 90


ReadParameters = Annotated[ReadQuery, Query()]
CorrectionParameters = Annotated[CorrectionQuery, Query()]
