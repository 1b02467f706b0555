"""Requests that are not what a service expects: plain HTTP, and plain bytes."""

import contextlib
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from serve import PNG, READ

PATIENCE = 300  # s
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def post(
    address: str, body: bytes, headers: dict[str, str] | None = None, path: str = READ
) -> str:
    """The status of the answer."""
    headers = {"Content-Type": PNG, **(headers or {})}
    request = urllib.request.Request(address + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "closed"


def connect(address: str) -> socket.socket:
    """Open a connection to a service."""
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def raw(address: str, first: bytes, repeated: bytes, count: int) -> str:
    """Send bytes that need not be HTTP; the status of the answer."""
    answer = b""
    with connect(address) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(first)
        for _ in range(count):
            connection.sendall(repeated)
        answer = connection.recv(100)
    return answer[9:12].decode() or "closed"
