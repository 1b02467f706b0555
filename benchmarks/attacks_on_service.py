"""Attacks on `inkten serve` with requests."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

from attack_files import (
    blank_webp,
    form_of_many_parts,
    jpeg_of_many_scans,
    page_of,
    tiff_of_wide_tiles,
)
from attack_requests import FORM, connect, post, raw
from serve import digit

MB = 1_000_000
GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
HOLD_SECONDS = 3  # for which half-sent heads are kept open


class Sizes(NamedTuple):
    """The sizes of the attacks."""

    digits: int  # on the full page
    header_mb: int  # of headers
    heads: int  # that are sent by half
    pictures: int  # of many pixels
    side: int  # px, of each of these
    rows: int  # of a list of corrections


class Attack(NamedTuple):
    """Requests to a service, and what is expected of it."""

    name: str
    send: Callable[[str, Sizes], Counter[str]]
    expected: frozenset[str]
    most_mb: float  # memory beyond that of the idle service


def _one(make: Callable[[], bytes], address: str, _: Sizes) -> Counter[str]:
    return Counter([post(address, make())])


def _full_page(address: str, sizes: Sizes) -> Counter[str]:
    return Counter([post(address, page_of(sizes.digits))])


def _many_pixels(address: str, sizes: Sizes) -> Counter[str]:
    body = blank_webp(sizes.side)
    with ThreadPoolExecutor(sizes.pictures) as pool:
        return Counter(
            pool.map(post, [address] * sizes.pictures, [body] * sizes.pictures)
        )


def _many_headers(address: str, sizes: Sizes) -> Counter[str]:
    line = b"X: " + b"x" * 99_995 + b"\r\n"
    return Counter([raw(address, GET, line, sizes.header_mb * MB // len(line))])


def _one_header(address: str, sizes: Sizes) -> Counter[str]:
    return Counter([raw(address, GET + b"X: ", b"x" * MB, sizes.header_mb // 10)])


def _half_heads(address: str, sizes: Sizes) -> Counter[str]:
    """Half-sent heads, kept open; `Watch` sees whether others are answered."""
    with ExitStack() as stack:
        for _ in range(sizes.heads):
            connection = stack.enter_context(connect(address))
            with contextlib.suppress(ConnectionError):
                connection.sendall(GET)
        time.sleep(HOLD_SECONDS)
    return Counter({"left open": sizes.heads})


def _not_http(address: str, _: Sizes) -> Counter[str]:
    return Counter([raw(address, b"hello\r\n\r\n", b"", 0)])


def _with(headers: dict[str, str], address: str, _: Sizes) -> Counter[str]:
    return Counter([post(address, digit(28), headers)])


def _form(address: str, _: Sizes) -> Counter[str]:
    return Counter([post(address, form_of_many_parts(), FORM)])


SERVICE_ATTACKS = (
    Attack("full page", _full_page, frozenset({"200"}), 600),
    Attack("headers", _many_headers, frozenset({"431", "closed"}), 50),
    Attack("one header", _one_header, frozenset({"431", "closed"}), 50),
    Attack("half heads", _half_heads, frozenset({"left open"}), 50),
    Attack("many pixels", _many_pixels, frozenset({"200", "503", "504"}), 1000),
    Attack("many scans", partial(_one, jpeg_of_many_scans), frozenset({"422"}), 50),
    Attack("wide tiles", partial(_one, tiff_of_wide_tiles), frozenset({"422"}), 50),
    Attack("many parts", _form, frozenset({"400"}), 100),
    Attack("no HTTP", _not_http, frozenset({"400"}), 50),
    Attack(
        "foreign host",
        partial(_with, {"Host": "rebound.example"}),
        frozenset({"421"}),
        50,
    ),
    Attack(
        "foreign page",
        partial(_with, {"Origin": "https://other.example"}),
        frozenset({"403"}),
        50,
    ),
)
