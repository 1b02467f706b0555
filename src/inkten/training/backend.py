"""Keras, imported in this one place, without its start-up chatter.

Keras runs on TensorFlow unless the environment variable KERAS_BACKEND, or the user's
own keras.json, names another backend.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from inkten.errors import MissingExtra, RunError

LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # TensorFlow's own switch; 2: errors only


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what TensorFlow writes to stderr before it obeys its log level.

    The lines come from C++ and heed no Python setting. Whoever has set the log level
    sees all of them, and so does everyone when the import fails.
    """
    if LOG_LEVEL in os.environ:
        yield
        return
    os.environ[LOG_LEVEL] = "2"
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(kept, held_back.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


try:
    with _without_chatter():
        import keras
except ModuleNotFoundError as error:
    if error.name in ("jax", "torch"):  # asked for, and not part of the extra
        raise RunError(
            f"Keras is to run on {error.name}, which is not installed. Install it, or "
            "leave KERAS_BACKEND out."
        ) from error
    raise MissingExtra("Training", "train") from error
except ValueError as error:
    raise RunError(
        f"KERAS_BACKEND={os.environ.get('KERAS_BACKEND')!r} is no backend of Keras; "
        "expected tensorflow, jax or torch."
    ) from error

__all__ = ["keras"]
