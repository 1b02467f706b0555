"""A reading or a failure as one JSON record, the same in the shell and over HTTP."""

from typing import Any

from inkten.reading import SCHEMA_VERSION, Reading


def reading_record(name: str | None, reading: Reading) -> dict[str, Any]:
    """The record of a reading; ``name`` is None for a picture without a file name."""
    return {"file": name, **reading.to_dict()}


def failure_record(name: str | None, error: str, page: int = 1) -> dict[str, Any]:
    """The record of a picture that could not be read, and why."""
    return {"file": name, "schema": SCHEMA_VERSION, "page": page, "error": error}
