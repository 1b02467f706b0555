"""Sample answers for the OpenAPI document, made as real ones are."""

from typing import Any

import numpy as np
from fastapi import FastAPI

from inkten.digits import Box, Digit, Number
from inkten.options import MIN_CONFIDENCE
from inkten.reading import Reading
from inkten.server.problems import MEDIA_TYPE, Kind, Problem
from inkten.server.schemas import failure_answer, picture_answer

Sample = dict[str, Any]
JSON = "application/json"

_NOT_A_PICTURE = Problem(
    Kind.UNREADABLE_PICTURE,
    "this file is not a picture (it is text); inkten reads PNG, JPEG, WebP, BMP, TIFF, "
    "GIF, AVIF, PPM and HEIC files",
)


def add_samples(app: FastAPI) -> None:
    """Add samples to the OpenAPI document of ``app``.

    FastAPI would leave out every null of a sample that is given with a route.
    """
    describe = app.openapi

    def openapi() -> Sample:
        document = describe()
        for (path, status, media_type), samples in _samples().items():
            for operation in document["paths"].get(path, {}).values():
                content = operation["responses"][status].setdefault("content", {})
                content.setdefault(media_type, {})["examples"] = samples
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's manual says


def _samples() -> dict[tuple[str, str, str], Sample]:
    """Samples by path, status and media type."""
    one = picture_answer("three.png", _reading())
    several = {"readings": [one, failure_answer("notes.txt", _NOT_A_PICTURE)]}
    kept = {"file": "pictures/3f9c2a41d07be85c6610a2f4.png", "text": "3"}
    problem = {**_NOT_A_PICTURE.to_dict(), "request_id": "00ad571ac5e74a62"}
    return {
        ("/v1/read", "200", JSON): {
            "one": {"summary": "one picture", "value": one},
            "several": {"summary": "two pictures", "value": several},
        },
        ("/v1/read", "422", MEDIA_TYPE): {
            "one": {"summary": "not a picture", "value": problem},
        },
        ("/v1/corrections", "201", JSON): {
            "one": {"summary": "a correction", "value": kept},
        },
    }


def _reading() -> Reading:
    """A picture of 28x28 pixels with a 3."""
    probabilities = np.zeros(10, np.float32)
    probabilities[[3, 5]] = 0.991, 0.002
    digit = Digit.of(
        probabilities,
        Box(7.24, 5.33, 14.21, 19.43),
        np.zeros((0, 0), np.float32),
        MIN_CONFIDENCE,
    )
    return Reading(((Number((digit,)),),), np.zeros((28, 28), np.uint8))
