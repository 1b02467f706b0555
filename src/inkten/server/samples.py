"""Sample answers for the OpenAPI document, made as real ones are."""

from typing import Any

import numpy as np

from inkten.options import MIN_CONFIDENCE
from inkten.reading import Box, Digit, Number, Reading
from inkten.server.problems import MEDIA_TYPE, Kind, Problem
from inkten.server.schemas import PROBLEM_SCHEMA, failure_answer, picture_answer

Sample = dict[str, Any]
JSON = "application/json"

_NOT_A_PICTURE = Problem(
    Kind.UNREADABLE_PICTURE,
    "this file is not a picture (it is text); inkten reads PNG, JPEG, WebP, BMP, TIFF, "
    "GIF, AVIF, PPM and HEIC files",
)


def readings() -> Sample:
    """The media types of an answer of ``POST /v1/read``, with two samples."""
    one = picture_answer("three.png", _reading())
    several = {"readings": [one, failure_answer("notes.txt", _NOT_A_PICTURE)]}
    samples = {
        "one": {"summary": "One picture", "value": one},
        "several": {"summary": "Two pictures", "value": several},
    }
    return {JSON: {"examples": samples}}


def correction() -> Sample:
    """The media types of an answer of ``POST /v1/corrections``, with a sample."""
    value = {"file": "pictures/3f9c2a41d07be85c6610a2f4.png", "text": "3"}
    return {JSON: {"examples": {"one": {"summary": "A correction", "value": value}}}}


def problem() -> Sample:
    """The media types of a problem, with a sample."""
    value = {**_NOT_A_PICTURE.to_dict(), "request_id": "00ad571ac5e74a62"}
    samples = {"one": {"summary": "A problem", "value": value}}
    return {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA, "examples": samples}}


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
