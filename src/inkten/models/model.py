"""A model of inkten's own: an ONNX file that is opened, checked, run and pickled."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from inkten.models.card import Card
from inkten.models.onnx import (
    Session,
    Shape,
    card_of,
    checked_input,
    open_session,
    run,
)
from inkten.models.registry import read_model, shipped_models


class OnnxModel:
    """What the classifier, the detector, the line reader and the verifiers share.

    A subclass says which shapes it needs, and what to do about a file of others.

    Attributes:
        name: of a model that ships, or the path of a file; messages call it that.
    """

    FIX: ClassVar[str]  # the end of messages about a model that does not fit
    SHIPPED: ClassVar[str]  # the name of the one that is loaded unless another is given

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        """Load the shipped network, or an ONNX file with the same shapes.

        Args:
            model: the name of a shipped model, or the path of a file; the shipped one
                of this kind if None.
            threads: processor threads for one call; all cores if None.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of other shapes.
        """
        self._open(os.fspath(self.SHIPPED if model is None else model), threads)

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        """Of the input and of the output of the model, whose session is given."""
        raise NotImplementedError

    def _open(
        self, name: str, threads: int | None, content: bytes | None = None
    ) -> None:
        """Set a model by its name or path, or by the bytes of its file.

        One that ships is opened at its first use: not every picture needs all of them.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of other shapes.
        """
        self.name = name
        self._threads = threads
        self._content = content  # None: there is a file to load again
        if name not in shipped_models():
            self.open()  # a file of the user's is checked at once

    def open(self) -> None:
        """Open a model that ships now, instead of at its first use.

        Raises:
            ModelError: damaged, or changed since it shipped.
        """
        _ = self._opened

    @cached_property
    def _opened(self) -> tuple[Session, str]:
        """The session, and the name of its input."""
        content, name = self._content, self.name
        if content is None:
            content = read_model(name)
        session = open_session(content, name, self._threads)
        takes, gives = self._needed_shapes(session)
        return session, checked_input(
            session, name, takes=takes, gives=gives, fix=self.FIX
        )

    @property
    def card(self) -> Card:
        """What the model is, as written in its file.

        Raises:
            ModelError: the file has no card.
        """
        session, _ = self._opened
        return card_of(session)

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output, of the shape that the file declares if it is honest."""
        session, takes = self._opened
        output = run(session, self.name, {takes: batch}, fix=self.FIX)
        return np.asarray(output, np.float32)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the path, if there is one: the copy loads the file again."""
        name = self.name
        if self._content is None and name not in shipped_models():
            name = str(Path(name).absolute())
        return _reopened, (type(self), name, self._threads, self._content)


def _reopened(
    kind: type[OnnxModel], name: str, threads: int | None, content: bytes | None
) -> OnnxModel:
    model = kind.__new__(kind)
    model._open(name, threads, content)
    return model
