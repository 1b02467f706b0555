"""Load on an HTTP service: requests over persistent connections, from one process.

Plain sockets and as little parsing as possible: the load runs on the same machine as
the service, and must not take much of it.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_CONNECTIONS = 512  # a request waits if none is free, which counts as latency


@dataclass
class Load:
    """The answers to a load."""

    wall: float = 0.0  # seconds
    statuses: Counter[str] = field(default_factory=Counter)  # "200", or an error's name
    seconds: list[float] = field(default_factory=list)  # latency of each 200

    @property
    def rate(self) -> float:
        """Pictures read per second."""
        return self.statuses["200"] / self.wall

    def percentile(self, percent: int) -> float:
        """The latency in ms that ``percent`` % of the answers do not exceed."""
        if len(self.seconds) < 2:
            sys.exit(f"too few pictures were read: {dict(self.statuses)}")
        return 1000 * statistics.quantiles(self.seconds, n=100)[percent - 1]


class Connection:
    """One persistent connection, which sends the same request again and again."""

    def __init__(self, url: str, body: bytes, content_type: str) -> None:
        """Prepare the request; the first ``send`` connects."""
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self) -> str:
        """Send the request once; returns the status."""
        try:
            return await asyncio.wait_for(self._send(), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            return type(error).__name__

    async def _send(self) -> str:
        if self._writer is None:
            streams = await asyncio.open_connection(self._host, self._port)
            self._reader, self._writer = streams
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await self._reader.readexactly(length)
        if b"connection: close" in head:
            self.close()
        return head[9:12].decode()

    def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def once(url: str, body: bytes, content_type: str) -> Load:
    """Send one request on its own connection."""
    load, connection = Load(wall=1.0), Connection(url, body, content_type)
    sent = time.perf_counter()
    _note(load, await connection.send(), sent)
    connection.close()
    return load


async def as_fast_as_answered(
    url: str, body: bytes, content_type: str, *, connections: int, seconds: float
) -> Load:
    """Send a further request on each connection as soon as the last is answered."""
    load = Load()
    start = time.perf_counter()

    async def keep_sending() -> None:
        connection = Connection(url, body, content_type)
        while (sent := time.perf_counter()) < start + seconds:
            _note(load, await connection.send(), sent)
        connection.close()

    await asyncio.gather(*(keep_sending() for _ in range(connections)))
    load.wall = time.perf_counter() - start
    return load


async def at_rate(
    url: str, body: bytes, content_type: str, *, rate: float, seconds: float
) -> Load:
    """Send requests at fixed times, however fast the service answers.

    Latency counts from when a request was due, so that a slow service does not slow
    down the measurement.
    """
    load, idle, opened = Load(), [], 0
    freed = asyncio.Event()
    start = time.perf_counter()

    async def send(due: float) -> None:
        nonlocal opened
        while not idle and opened >= MAX_CONNECTIONS:
            freed.clear()
            await freed.wait()
        if idle:
            connection = idle.pop()
        else:
            opened += 1
            connection = Connection(url, body, content_type)
        _note(load, await connection.send(), due)
        idle.append(connection)
        freed.set()

    tasks = []
    for i in range(round(rate * seconds)):
        due = start + i / rate
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        tasks.append(asyncio.create_task(send(due)))
    await asyncio.gather(*tasks)
    load.wall = time.perf_counter() - start
    for connection in idle:
        connection.close()
    return load


def _note(load: Load, status: str, since: float) -> None:
    load.statuses[status] += 1
    if status == "200":
        load.seconds.append(time.perf_counter() - since)
