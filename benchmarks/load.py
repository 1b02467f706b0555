"""Load on an HTTP service: requests over kept connections, from one process.

Plain sockets and no parsing beyond what counts: on a machine that both share, the load
must cost little of what it measures.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

FULL = 512  # connections at most; a request that finds none free waits, and that counts


@dataclass
class Load:
    """What came back."""

    wall: float = 0.0  # seconds
    statuses: Counter[str] = field(default_factory=Counter)  # "200", or an error's name
    seconds: list[float] = field(default_factory=list)  # of each that got a 200

    @property
    def rate(self) -> float:
        """Pictures read a second."""
        return self.statuses["200"] / self.wall

    def percentile(self, share: int) -> float:
        """The latency in ms that ``share`` percent of the answers stay below."""
        if len(self.seconds) < 2:
            sys.exit(f"too few pictures were read: {dict(self.statuses)}")
        return 1000 * statistics.quantiles(self.seconds, n=100)[share - 1]


class Connection:
    """One kept connection, which sends the same request again and again."""

    def __init__(self, url: str, body: bytes, content_type: str) -> None:
        """Prepare the request; connect at its first use."""
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
        """Send it once; returns the status."""
        try:
            return await asyncio.wait_for(self._send(), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            return type(error).__name__

    async def _send(self) -> str:
        if self._writer is None:
            opened = await asyncio.open_connection(self._host, self._port)
            self._reader, self._writer = opened
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await self._reader.readexactly(length)
        if b"connection: close" in head:
            self.close()
        return head[9:12].decode()

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def once(url: str, body: bytes, content_type: str) -> Load:
    """One request on a connection of its own."""
    load, connection = Load(wall=1.0), Connection(url, body, content_type)
    sent = time.perf_counter()
    _note(load, await connection.send(), sent)
    connection.close()
    return load


async def as_fast_as_answered(
    url: str, body: bytes, content_type: str, *, connections: int, seconds: float
) -> Load:
    """Each connection sends its next request when its last is answered."""
    load = Load()
    start = time.perf_counter()

    async def go_on() -> None:
        connection = Connection(url, body, content_type)
        while (sent := time.perf_counter()) < start + seconds:
            _note(load, await connection.send(), sent)
        connection.close()

    await asyncio.gather(*(go_on() for _ in range(connections)))
    load.wall = time.perf_counter() - start
    return load


async def at_rate(
    url: str, body: bytes, content_type: str, *, rate: float, seconds: float
) -> Load:
    """Requests come at their own times, whatever the service does with them.

    Latency counts from when a request was due, so that a slow service cannot slow down
    what measures it.
    """
    load, idle, made = Load(), [], 0
    freed = asyncio.Event()
    start = time.perf_counter()

    async def send(due: float) -> None:
        nonlocal made
        while not idle and made >= FULL:
            freed.clear()
            await freed.wait()
        if idle:
            connection = idle.pop()
        else:
            made += 1
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
