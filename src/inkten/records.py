"""A reading, or a failure, as one JSON record: the same in the shell and over HTTP."""

from typing import Any

from inkten.reading import SCHEMA_VERSION, Reading


def reading_record(name: str | None, reading: Reading) -> dict[str, Any]:
    """What was read; ``name`` is None for a picture that came without one."""
    return {"file": name, **reading.to_dict()}


def failure_record(name: str | None, error: str) -> dict[str, Any]:
    """Why nothing was read, in the place of the reading."""
    return {"file": name, "schema": SCHEMA_VERSION, "error": error}
