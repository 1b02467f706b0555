"""Limits that apply before a request reaches the application, over real sockets."""

import asyncio
import json
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse

import pytest
import uvicorn

from inkten.server.app import create_app
from inkten.server.connections import LimitedConnection
from inkten.server.settings import Settings

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def app():
    return create_app(Settings())


@pytest.fixture
def listening(app):
    """A function that serves `app`, or another one, with limits; gives its address."""

    @contextmanager
    def listening(served=app, **limits):
        protocol = type("Limited", (LimitedConnection,), limits)
        config = uvicorn.Config(served, port=0, http=protocol, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()
        finally:
            server.should_exit = True
            thread.join()

    return listening


def send(connection, *pieces):
    """Send pieces and return everything that comes back until the other side closes."""
    answer = b""
    try:
        for piece in pieces:
            connection.sendall(piece)
        while received := connection.recv(65536):
            answer += received
    except ConnectionError:  # it need not listen to the end
        pass
    return answer


def one_answer(connection):
    """One whole answer, in however many pieces it comes; the connection stays open."""
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer


def ask(address, *pieces):
    with socket.create_connection(address, timeout=20) as connection:
        return send(connection, *pieces)


def problem_in(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    problem = json.loads(body)
    assert f"x-request-id: {problem['request_id']}".encode() in head
    assert b"connection: close" in head
    assert b"nosniff" in head
    return problem["status"], problem["type"]


def is_alive(address):
    return ask(address, GET + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_headers_past_the_limit_are_refused(listening):
    with listening() as address:
        fits = GET + b"X: " + b"x" * 60_000 + b"\r\nConnection: close\r\n\r\n"
        assert ask(address, fits).startswith(b"HTTP/1.1 200")
        one_header = GET + b"X: " + b"x" * 70_000
        many_headers = GET + b"X: xxxxx\r\n" * 7_000
        line = b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"
        complete = GET + b"X: " + b"x" * 70_000 + b"\r\n\r\n"
        for head in (one_header, many_headers, line, complete):
            assert problem_in(ask(address, head)) == (431, "/docs#head-too-large")
        assert is_alive(address)


def test_a_flood_of_headers_is_cut_off_early(listening):
    sent = 0
    with (
        listening() as address,
        socket.create_connection(address, timeout=20) as connection,
    ):
        connection.sendall(GET)
        try:
            for _ in range(3000):
                sent += connection.send(b"X: " + b"x" * 99_990 + b"\r\n")
        except ConnectionError:
            pass
        assert sent < 30_000_000  # of 300 MB: the buffers of the socket, no more
        assert is_alive(address)


def test_the_limit_counts_each_head_of_a_kept_connection_alone(listening):
    head = GET + b"X: " + b"x" * 40_000 + b"\r\n"
    with listening() as address:
        answer = ask(
            address, *[head + b"\r\n"] * 5, head + b"Connection: close\r\n\r\n"
        )
        assert answer.count(b'{"status":"alive"}') == 6
        early = (
            b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        )
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(early + b"123456789")
            assert one_answer(connection).status == 404
            answer = send(connection, GET + b"X: " + b"x" * 70_000)
        assert answer.startswith(b"HTTP/1.1 431")


def test_headers_that_do_not_arrive_are_refused(listening):
    with listening(head_seconds=0.3) as address:
        assert problem_in(ask(address, GET)) == (408, "/docs#too-slow")
        assert ask(address) == b""  # nothing was asked, so nothing is answered
        kept = ask(address, GET + b"\r\n", GET)
        assert kept.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 408" in kept


def test_empty_lines_do_not_extend_the_time(listening):
    with (
        listening(head_seconds=0.3) as address,
        socket.create_connection(address, timeout=20) as connection,
    ):
        start = time.monotonic()
        connection.settimeout(0.05)
        while time.monotonic() < start + 10:
            try:
                connection.send(b"\r\n")
                if not connection.recv(1000):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert time.monotonic() < start + 5


def test_a_head_that_waits_behind_an_answer_has_its_time(listening):
    async def slow(scope, receive, send):
        if scope["type"] == "http":
            await asyncio.sleep(1)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    with listening(slow, head_seconds=0.3) as address:
        answer = ask(address, GET + b"\r\n" + GET)
        assert answer.startswith(b"HTTP/1.1 204")
        assert b"HTTP/1.1 408" in answer


def test_half_sent_heads_do_not_shut_others_out(listening):
    with listening(max_connections=20) as address, ExitStack() as stack:
        for _ in range(320):
            connection = stack.enter_context(socket.create_connection(address))
            connection.sendall(GET)
        assert is_alive(address)


def test_without_an_idle_connection_new_ones_are_told_to_retry(listening, app, seven):
    post = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    head = post % len(seven)
    with listening(max_connections=2) as address, ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(address, timeout=20))
            for _ in range(2)
        ]
        for connection in held:
            connection.sendall(head + seven[:-1])
        while app.state.service.pool.requests < 2:
            time.sleep(0.01)
        assert problem_in(ask(address, GET)) == (503, "/docs#busy")
        for connection in held:
            connection.sendall(seven[-1:])
            assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_what_is_not_http_is_a_problem(listening):
    with listening() as address:
        assert problem_in(ask(address, b"hello\r\n\r\n")) == (400, "/docs#bad-request")
