"""The running service: processes, signals, workers."""

import json
import signal
import socket
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


def post(address, content):
    request = urllib.request.Request(
        f"{address}v1/read", content, {"Content-Type": "image/png"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status


def listens(host, port):
    try:
        socket.create_connection((host, port), timeout=30).close()
    except ConnectionError:
        return False
    return True


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@posix
def test_a_stop_finishes_requests_in_flight(running, seven):
    with running("--seconds", 120) as (address, process):
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with closing(HTTPConnection(host, port, timeout=60)) as request:
            request.putrequest("POST", "/v1/read")
            request.putheader("Content-Length", str(len(seven)))
            request.endheaders(seven[:-1])
            wait_until(lambda: "in_flight 1.0" in figures_text(address))
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: not listens(host, port))
            time.sleep(0.5)  # a stop that does not wait would have cut it off by now
            request.send(seven[-1:])
            answer = request.getresponse()
            assert answer.status == 200
            assert json.load(answer)["value"] == 7
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


@posix
def test_workers_report_one_sum(running, seven, figures_in):
    with running("--workers", 2, "--threads", 1) as (address, _):
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(post, address, seven) for _ in range(24)]
            assert {each.result() for each in answers} == {200}
        for _ in range(6):  # whichever worker answers
            metrics = figures_in(figures_text(address))
            assert metrics["inkten_requests_total", "/v1/read", "200", "POST"] == 24
            assert metrics["inkten_pictures_total", "read"] == 24
            assert metrics["inkten_requests_in_flight",] == 0


def figures_text(address):
    with urllib.request.urlopen(f"{address}metrics", timeout=30) as answer:
        return answer.read().decode()


@posix
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("signal_sent", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_even_while_a_picture_is_read_for_ever(
    running_slowly, seven, workers, signal_sent
):
    options = ("--seconds", 0.5, "--workers", workers, "--threads", 1)
    with running_slowly(*options) as (address, process):
        with pytest.raises(HTTPError, match="504"):
            post(address, seven)
        process.send_signal(signal_sent)
        process.wait(timeout=20)  # the picture takes 90 s
    assert not listens(urlsplit(address).hostname, urlsplit(address).port)


@posix
def test_a_service_is_not_ready_while_its_thread_is_stuck(running_slowly, seven):
    with running_slowly("--seconds", 0.5, "--threads", 1) as (address, _):
        with pytest.raises(HTTPError, match="504"):
            post(address, seven)
        time.sleep(0.2)
        with pytest.raises(HTTPError, match="503"):
            urllib.request.urlopen(f"{address}health/ready", timeout=30)


@posix
def test_workers_end_when_their_parent_is_killed(running):
    with running("--workers", 2, "--threads", 1) as (address, process):
        process.kill()
        process.wait()
        host, port = urlsplit(address).hostname, urlsplit(address).port
        wait_until(lambda: not listens(host, port))
