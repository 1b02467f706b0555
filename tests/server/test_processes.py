"""The service as it runs: processes, signals, workers."""

import json
import signal
import socket
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")


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


def wait_until(is_so):
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@posix
def test_a_stop_finishes_what_is_in_flight(running, seven):
    with running("--seconds", 120) as (address, process):
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with closing(HTTPConnection(host, port, timeout=60)) as held:
            held.putrequest("POST", "/v1/read")
            held.putheader("Content-Length", str(len(seven)))
            held.endheaders(seven[:-1])
            wait_until(lambda: "in_flight 1.0" in figures_text(address))
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: not listens(host, port))
            time.sleep(0.5)  # a stop that does not wait has cut it off by now
            held.send(seven[-1:])
            answer = held.getresponse()
            assert answer.status == 200
            assert json.load(answer)["value"] == 7
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


@posix
def test_workers_tell_one_sum(running, seven, figures_in):
    with running("--workers", 2, "--threads", 1) as (address, _):
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(post, address, seven) for _ in range(24)]
            assert {each.result() for each in asked} == {200}
        for _ in range(6):  # whichever worker answers
            told = figures_in(figures_text(address))
            assert told["inkten_requests_total", "/v1/read", "200", "POST"] == 24
            assert told["inkten_pictures_total", "read"] == 24
            assert told["inkten_requests_in_flight",] == 0


def figures_text(address):
    with urllib.request.urlopen(f"{address}metrics", timeout=30) as answer:
        return answer.read().decode()
