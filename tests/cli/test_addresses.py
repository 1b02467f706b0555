"""Where `inkten serve` says that it is reached."""

import io
import socket
from threading import Event

import cv2
import numpy as np
import pytest
from rich.console import Console

from inkten.cli import addresses


@pytest.fixture
def shown(monkeypatch):
    """The pictures that would be shown in the terminal."""
    pictures = []
    monkeypatch.setattr(addresses, "show_picture", lambda _, rgb: pictures.append(rgb))
    return pictures


def terminal(**options):
    options = {"width": 80, "height": 40, "no_color": False, **options}
    return Console(file=io.StringIO(), force_terminal=True, **options)


def test_the_code_says_the_address(shown):
    addresses.show_code(terminal(), "http://192.168.178.55:8000")
    (rgb,) = shown
    large = cv2.copyMakeBorder(
        np.kron(rgb[..., 0], np.ones((8, 8), np.uint8)), *[32] * 4, 0, value=255
    )
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(large)
    assert text == "http://192.168.178.55:8000"


@pytest.mark.parametrize("options", [{"width": 20}, {"height": 10}, {"no_color": True}])
def test_a_terminal_without_room_or_colours_shows_no_code(shown, options):
    addresses.show_code(terminal(**options), "http://192.168.178.55:8000")
    addresses.show_code(Console(file=io.StringIO()), "http://192.168.178.55:8000")
    assert shown == []


def test_all_addresses_are_named_as_those_that_work():
    assert addresses.url("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert addresses.url("::", 80) == "http://[::1]:80"
    assert addresses.url("digits.example", 80) == "http://digits.example:80"
    assert addresses.network_url("127.0.0.1", 80) is None
    elsewhere = addresses.network_url("0.0.0.0", 80)  # None without a network
    assert elsewhere is None or elsewhere not in ("http://0.0.0.0:80", "http://:80")


def test_the_page_is_opened_once_the_service_listens(monkeypatch):
    opened, done = [], Event()

    def open_browser(url):
        opened.append(url)
        done.set()

    monkeypatch.setattr(addresses.webbrowser, "open", open_browser)
    with socket.socket() as service:
        service.bind(("127.0.0.1", 0))
        port = service.getsockname()[1]
        addresses.open_when_ready("0.0.0.0", port)
        assert not done.wait(0.3)  # not listening yet
        service.listen()
        assert done.wait(10)
    assert opened == [f"http://127.0.0.1:{port}"]
