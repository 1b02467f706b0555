"""A time limit for each picture: it ends the process that exceeds it.

Nothing else stops a decoder that never returns. The parent process starts another one,
and finds out which picture was the cause; see ``worker_pool``.
"""

import faulthandler
import os
import time
from functools import cache

# Restarting the timer costs as much as reading a small picture, so it is not restarted
# for each: the limit may be exceeded by this share.
TOLERANCE = 0.1

_limit: float | None = None
_started = 0.0


def set_limit(seconds: float | None) -> None:
    """Set the time limit of each picture that this process reads; None for none."""
    global _limit
    _limit = seconds


def start_picture() -> None:
    """Start counting the seconds of a picture."""
    global _started
    if _limit is None or time.monotonic() - _started < TOLERANCE * _limit:
        return
    _started = time.monotonic()
    # A thread in C: it ends the process even if a decoder blocks Python code.
    seconds = (1 + TOLERANCE) * _limit
    faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())


def stop() -> None:
    """Stop counting until the next picture starts."""
    global _started
    if _started:
        faulthandler.cancel_dump_traceback_later()
    _started = 0.0


@cache
def _nowhere() -> int:
    """A file descriptor for the traceback, which nobody needs."""
    return os.open(os.devnull, os.O_WRONLY)
