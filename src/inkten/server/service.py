"""The service: its reader, its threads, its figures."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from fastapi import Request

from inkten.classification.tiles import TILE_SIDE
from inkten.image.source import Unreadable
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.reading import Reading
from inkten.server.batching import MicroBatcher
from inkten.server.collection import Collection
from inkten.server.metrics import Metrics
from inkten.server.pool import Pool
from inkten.server.settings import Settings

T = TypeVar("T")


class Service:
    """All that outlives a request, shared by every one."""

    def __init__(self, settings: Settings) -> None:
        """Load the models; each thread of the pool computes with one of the processor.

        Raises:
            ModelError: the model is missing, damaged or of another form.
            InktenError: the folder of corrections cannot be made.
        """
        self.settings = settings
        self.metrics = Metrics()
        self.pool = Pool(
            threads=settings.threads,
            waiting=settings.waiting,
            seconds=settings.seconds,
        )
        self._together = MicroBatcher(self.pool, self.read_each)
        self.ready = False
        self.collection: Collection | None = None
        if settings.collection is not None:
            self.collection = Collection.in_folder(settings.collection)
        self.options = ReadOptions().changed(
            min_confidence=settings.min_confidence, limits=settings.limits
        )
        self._reader = Reader(settings.model, threads=1)
        self._warm_up()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request.

        Raises:
            Problem: none is free.
        """
        with self.pool.place(), self.metrics.in_flight.track_inprogress():
            yield

    def deadline(self) -> float:
        """When what begins now has taken too long, by the event loop's clock."""
        return asyncio.get_running_loop().time() + self.settings.seconds

    async def read(
        self,
        content: bytes,
        options: ReadOptions,
        finish: Callable[[Reading | Unreadable], T],
        deadline: float,
    ) -> T:
        """Have one picture read on a thread; returns what ``finish`` makes of it.

        Raises:
            Problem: the deadline has passed, or ``finish`` raises it.
        """
        answer = self._together.read(content, options, finish)
        return await self.pool.in_time(answer, deadline)

    def read_each(
        self, contents: Sequence[bytes], options: ReadOptions
    ) -> list[Reading | Unreadable]:
        """Read and count pictures; takes its time, so on a thread of the pool."""
        batches = self._reader.read_batches(contents, options)
        answers = [answer for batch in batches for answer in batch]
        for answer in answers:
            if isinstance(answer, Reading):
                self.metrics.reading(answer)
            else:
                self.metrics.refusal()
        return answers

    def _warm_up(self) -> None:
        """Let no caller wait for what the first run of each model sets up."""
        self._reader.read(np.zeros((TILE_SIDE, TILE_SIDE), np.uint8))
        self._reader.classifier(np.zeros((1, TILE_SIDE, TILE_SIDE), np.float32))


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
