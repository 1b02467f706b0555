"""Keras, imported only here, and without start-up messages.

Keras runs on TensorFlow unless the environment variable KERAS_BACKEND or the user's
keras.json names another backend.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from inkten.errors import MissingExtra, RunError

LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # read by TensorFlow; 2: errors only


@contextmanager
def _without_startup_messages() -> Iterator[None]:
    """Suppress what TensorFlow writes to stderr before it reads its log level.

    The lines come from C++, where no Python setting applies. They are shown if the
    user has set the log level, and if the import fails.
    """
    if LOG_LEVEL in os.environ:
        yield
        return
    os.environ[LOG_LEVEL] = "2"
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as suppressed:
        os.dup2(suppressed.fileno(), 2)
        try:
            yield
        except Exception:  # not Ctrl-C: there the lines explain nothing
            suppressed.seek(0)
            os.write(stderr, suppressed.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


try:
    with _without_startup_messages():
        import keras
except ModuleNotFoundError as error:
    if error.name in ("jax", "torch"):  # not part of the extra "train"
        raise RunError(
            f"Keras is set to run on {error.name}, which is not installed. Install it, "
            "or unset KERAS_BACKEND."
        ) from error
    raise MissingExtra("Training", "train") from error
except ValueError as error:
    raise RunError(
        f"KERAS_BACKEND={os.environ.get('KERAS_BACKEND')!r} is not a backend of "
        "Keras; expected tensorflow, jax or torch."
    ) from error

__all__ = ["keras"]
