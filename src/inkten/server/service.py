"""The service: its reader, its threads, its metrics, its collection."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE
from inkten.errors import PictureError
from inkten.explanation.explain import Explainer
from inkten.forms.form import Form
from inkten.forms.result import FormReading
from inkten.image.source import UNREADABLE, Picture, Unreadable
from inkten.models.model import OnnxModel
from inkten.options import ReadOptions, Rotation
from inkten.reader import Reader
from inkten.reading import Reading
from inkten.server.batching import MicroBatcher
from inkten.server.collection import Collection
from inkten.server.metrics import Metrics
from inkten.server.pool import Pool
from inkten.server.settings import Settings
from inkten.server.uploads import Sent, opened

MAX_WAITING_EXPLANATIONS = 8  # others get a 503; a page asks again when it draws on

T = TypeVar("T")


class Service:
    """Everything that requests share."""

    def __init__(self, settings: Settings) -> None:
        """Load the models; each thread of the pool uses one processor core.

        Raises:
            ModelError: the model is missing, damaged, or has other inputs or outputs.
            InktenError: the folder for corrections cannot be created.
        """
        self.settings = settings
        self.metrics = Metrics()
        self.pool = Pool(
            threads=settings.threads,
            waiting=settings.waiting,
            seconds=settings.seconds,
        )
        self.explaining = Pool(  # apart, so that reading does not wait for it
            threads=1, waiting=MAX_WAITING_EXPLANATIONS, seconds=settings.seconds
        )
        self._batcher = MicroBatcher(self.pool, self.read_each)
        self.running = False
        self.collection: Collection | None = None
        if settings.collection is not None:
            self.collection = Collection.in_folder(
                settings.collection, settings.collect_max
            )
        self.options = ReadOptions().changed(
            min_confidence=settings.min_confidence, limits=settings.limits
        )
        self._reader = Reader(settings.model, threads=1)
        self._warm_up()

    @cached_property
    def explainer(self) -> Explainer:
        """Explains pictures; loaded by the first, on the one thread that explains."""
        return Explainer(self.settings.model, threads=1)

    @property
    def ready(self) -> bool:
        """Whether pictures are read now: not while starting, stopping or stuck."""
        return self.running and not self.pool.stuck

    @property
    def names_signs(self) -> bool:
        """Whether pictures can be read with signs."""
        return self._reader.names_signs

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for one request.

        Raises:
            Problem: no slot is free.
        """
        with self.pool.slot(), self.metrics.in_flight.track_inprogress():
            yield

    def deadline(self) -> float:
        """The deadline of work that starts now, by the event loop's clock."""
        return asyncio.get_running_loop().time() + self.settings.seconds

    async def read(
        self,
        sent: Sent,
        options: ReadOptions,
        finish: Callable[[Reading | Unreadable], T],
        deadline: float,
    ) -> T:
        """Have one picture read on a thread; returns what ``finish`` makes of it.

        Raises:
            Problem: the deadline has passed, or ``finish`` raises it.
        """
        answer = self._batcher.read(sent, options, finish)
        return await self.pool.in_time(answer, deadline)

    def read_each(
        self, pictures: Iterable[Picture | Unreadable], options: ReadOptions
    ) -> Iterator[Reading | Unreadable]:
        """Read and count pictures; blocks, so it runs on a thread of the pool."""
        for batch in self._reader.read_batches(pictures, options):
            for answer in batch:
                if isinstance(answer, Reading):
                    self.metrics.reading(answer)
                else:
                    self.metrics.refusal()
                yield answer

    def read_again(
        self,
        pictures: Iterable[NDArray[np.uint8]],
        options: ReadOptions,
        *,
        rotate: Rotation,
    ) -> Iterator[Reading]:
        """Read parts of a picture that has been counted; for ``Reading.table``."""
        return self._reader.read_many(pictures, options, rotate=rotate)

    def read_form(
        self, form: Form, sent: Sent, options: ReadOptions, deadline: float
    ) -> FormReading | Unreadable:
        """Read and count a filled-in form; blocks, so it runs on a thread of the pool.

        Args:
            form: what is filled in.
            sent: the picture.
            options: how it is read.
            deadline: by ``time.monotonic()``: where reading stops.

        Raises:
            ModelError: a field may have a sign, and no classifier names signs.
            TimeoutError: the deadline has passed.
        """
        try:
            picture = opened(sent)
            if isinstance(picture, PictureError):
                raise picture
            reading = form.read(
                picture, options, reader=self._reader, deadline=deadline
            )
        except UNREADABLE as error:
            self.metrics.refusal()
            return error
        self.metrics.reading(reading)
        return reading

    def _warm_up(self) -> None:
        """Open every model, and run the first two once, as a first run is slower."""
        reader = self._reader
        reader.read(np.zeros((TILE_SIDE, TILE_SIDE), np.uint8))
        reader.classifier(np.zeros((1, TILE_SIDE, TILE_SIDE), np.float32))
        for model in (reader.line_reader, reader.verifier, reader.sign_verifier):
            if isinstance(model, OnnxModel):
                model.open()


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
