"""What a service is told when it starts."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from inkten.image.source import Limits

VARIABLE = "INKTEN_SERVE"  # carries the settings into worker processes


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are read, what is refused, who may ask, what is kept."""

    model: str | None = None  # a shipped classifier's name or an ONNX file
    min_confidence: float | None = None  # of a digit; what the reader has if None
    threads: int = 1  # pictures read at the same time by one process
    waiting: int = 64  # requests that may wait for a thread; more are told to retry
    seconds: float = 10.0  # for one request: to arrive, and then to be answered
    max_bytes: int = 20_000_000  # of a request's body
    max_pixels: int = 50_000_000  # of a picture: phones make up to 48 million
    max_pictures: int = 32  # of one request
    key: str | None = None  # the bearer key that readers must show
    allow_origins: tuple[str, ...] = ()  # other sites whose pages may ask (CORS)
    collect: str | None = None  # the folder that corrected pictures are written to

    @property
    def limits(self) -> Limits:
        """What the reader refuses before it decodes anything."""
        return Limits(max_pixels=self.max_pixels, max_bytes=self.max_bytes)

    @property
    def collection(self) -> Path | None:
        """The folder of corrected pictures, if any are to be kept."""
        return None if self.collect is None else Path(self.collect)

    def to_environment(self) -> None:
        """Leave the settings where worker processes, started later, find them."""
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings that the starting process left."""
        told = json.loads(os.environ[VARIABLE])
        return cls(**{**told, "allow_origins": tuple(told["allow_origins"])})
