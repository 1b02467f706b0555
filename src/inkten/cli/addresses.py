"""Where a service is reached: its addresses, a QR code for phones, the browser."""

import socket
import time
import webbrowser
from threading import Thread

import numpy as np
import segno
from rich.console import Console

from inkten.cli.terminal import show_picture

# Reserved for documentation (RFC 5737, RFC 3849): a route to them leads outside. No
# packet is sent.
OUTSIDE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # of the addresses that mean all
QUIET_ZONE = 2  # modules of white around a code: less than the standard's 4, enough
MAX_START_SECONDS = 60  # of a service whose page is to be opened
POLL_SECONDS = 0.1


def url(host: str, port: int) -> str:
    """The address of a service that listens on ``host``, for this machine."""
    host = HERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def network_url(host: str, port: int) -> str | None:
    """The address for other devices, if the service listens on all addresses."""
    if host not in OUTSIDE:
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((OUTSIDE[host], 9))
        except OSError:  # no network
            return None
        own = str(probe.getsockname()[0])
    return None if own == HERE[host] else url(own, port)


def show_code(console: Console, address: str) -> None:
    """Print an address as a QR code, if the terminal has the colours and the room."""
    code = segno.make(address, error="l", micro=False)
    rows = list(code.matrix_iter(border=QUIET_ZONE))
    dark = np.array(rows, np.bool_)
    dark = np.pad(dark, ((0, len(rows) % 2), (0, 0)))  # a character shows two rows
    if console.is_terminal and not console.no_color and _fits(console, dark.shape):
        gray = np.where(dark, 0, 255).astype(np.uint8)
        show_picture(console, np.repeat(gray[..., None], 3, axis=2))


def _fits(console: Console, shape: tuple[int, ...]) -> bool:
    return shape[1] <= console.width and shape[0] <= 2 * (console.height - 4)


def open_when_ready(host: str, port: int) -> None:
    """Open the page in a browser as soon as the service listens; returns at once."""
    Thread(
        target=_wait_and_open, args=(HERE.get(host, host), port), daemon=True
    ).start()


def _wait_and_open(host: str, port: int) -> None:
    end = time.monotonic() + MAX_START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(POLL_SECONDS)
        else:
            webbrowser.open(url(host, port))
            return
