"""The settings that a service starts with."""

import json
import os
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

from inkten.image.source import Limits

VARIABLE = "INKTEN_SERVE"  # carries the settings into worker processes


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_address(host: str) -> bool:
    """Whether a host is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are read, which requests are refused, and what is kept.

    Raises:
        ValueError: the key is blank, which would protect nothing.
    """

    model: str | None = None  # a shipped classifier's name or an ONNX file
    min_confidence: float | None = None  # of a digit; the reader's default if None
    threads: int = 1  # pictures read at the same time by one process
    waiting: int = 64  # requests that may wait for a thread; others get a 503
    seconds: float = 10.0  # for a request to arrive, and again to be answered
    max_bytes: int = 20_000_000  # of a request's body
    max_pixels: int = 50_000_000  # of a picture: phones make up to 48 million
    max_pictures: int = 32  # in one request; each page of a TIFF file counts
    key: str | None = None  # the bearer key that clients must send
    allow_hosts: tuple[str, ...] = ()  # names besides localhost; "*" allows any
    allow_origins: tuple[str, ...] = ()  # other sites whose pages may call (CORS)
    collect: str | None = None  # the folder for corrected pictures
    collect_max: int = 1_000_000_000  # bytes in that folder
    max_digits: int = Limits().max_digits  # on one picture
    teach: bool = False  # whether clients may teach a model their digits

    def __post_init__(self) -> None:
        """Check the key."""
        if self.key is not None and not self.key.strip():
            raise ValueError("the key is blank")

    @property
    def limits(self) -> Limits:
        """The largest pictures that are read."""
        return Limits(self.max_pixels, self.max_bytes, self.max_digits)

    @property
    def collection(self) -> Path | None:
        """The folder for corrected pictures, if they are kept."""
        return None if self.collect is None else Path(self.collect)

    def to_environment(self) -> None:
        """Store the settings where worker processes, started later, find them."""
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings that the parent process stored."""
        stored = json.loads(os.environ[VARIABLE])
        for name in ("allow_hosts", "allow_origins"):
            stored[name] = tuple(stored[name])
        return cls(**stored)
