import asyncio
import io
import threading
import time
from functools import partial

import httpx2
import pytest
from python_multipart.exceptions import MultipartParseError
from starlette.formparsers import MultiPartParser

from inkten.errors import PictureTooLarge
from inkten.image.source import Limits, check_digits
from inkten.server.app import create_app
from inkten.server.service import Service
from inkten.server.settings import Settings

PNG = {"Content-Type": "image/png"}


@pytest.fixture
def gate(monkeypatch):
    """An event that every reading waits for."""
    opened = threading.Event()
    read = Service.read_each

    def wait_and_read(self, contents, options):
        assert opened.wait(20)
        return read(self, contents, options)

    monkeypatch.setattr(Service, "read_each", wait_and_read)
    yield opened
    opened.set()


def in_one_loop(work, **settings):
    """Run `work(client)` against a service in the same event loop."""

    async def run():
        app = create_app(Settings(allow_hosts=("test",), **settings))
        transport = httpx2.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            return await work(client)

    return asyncio.run(run())


def test_a_body_past_the_limit_is_refused_by_its_declared_length(
    check_problem, client_of, seven
):
    client = client_of(max_bytes=1000)
    answer = client.post("/v1/read", content=bytes(1001), headers=PNG)
    assert "1,000 bytes" in check_problem(answer, 413, "too-large")


def test_a_body_past_the_limit_is_refused_while_it_arrives(check_problem, client_of):
    sent = []

    def endless():
        for _ in range(1000):
            sent.append(1)
            yield bytes(500)

    answer = client_of(max_bytes=1000).post("/v1/read", content=endless())
    check_problem(answer, 413, "too-large")


def test_a_form_past_the_limit_is_refused(check_problem, client_of, seven):
    client = client_of(max_bytes=len(seven) + 400, max_pictures=2)
    assert client.post("/v1/read", files={"file": seven}).status_code == 200
    twice = [("file", seven), ("file", seven)]
    check_problem(client.post("/v1/read", files=twice), 413, "too-large")
    many = [("file", b""), ("file", b""), ("file", b"")]
    detail = check_problem(client.post("/v1/read", files=many), 413, "too-large")
    assert "3 pictures; at most 2" in detail


@pytest.mark.parametrize("path", ["/v1/read", "/v1/read?min_confidence=0.5"])
def test_too_many_pixels_are_refused_undecoded(
    check_problem, client_of, huge_png, path
):
    client = client_of(max_pixels=1000)
    answer = client.post(path, content=huge_png(50_000, 50_000))
    detail = check_problem(answer, 422, "too-many-pixels")
    assert "50000x50000 pixels are more than 1,000" in detail


def test_too_many_digits_are_a_problem_of_their_own(
    check_problem, client_of, seven, monkeypatch
):
    with pytest.raises(PictureTooLarge) as refused:
        check_digits(50_001, Limits())
    monkeypatch.setattr(Service, "read_each", lambda *_: [refused.value])
    answer = client_of().post("/v1/read", content=seven)
    detail = check_problem(answer, 422, "too-many-digits")
    assert "50,001 marks look like digits" in detail


def test_the_most_digits_can_be_set(check_problem, client_of, seven, numbers):
    client = client_of(max_digits=4)
    assert client.post("/v1/read", content=seven).status_code == 200
    detail = check_problem(
        client.post("/v1/read", content=numbers), 422, "too-many-digits"
    )
    assert "at most 4 are read" in detail


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_type_that_is_not_a_picture_is_refused(check_problem, client, seven, kind):
    answer = client.post("/v1/read", content=seven, headers={"Content-Type": kind})
    assert kind in check_problem(answer, 415, "unsupported-type")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"seven", "not a picture"), (b"\x89PNG\r\n\x1a\n", "")],
)
def test_content_that_is_not_a_picture_is_refused(
    check_problem, client, content, reason
):
    answer = client.post("/v1/read", content=content, headers=PNG)
    assert reason in check_problem(answer, 422, "unreadable-picture")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"rotate": "45"}, "rotate"),
        ({"min_confidence": "2"}, "min_confidence"),
        ({"min_confidence": "nan"}, "min_confidence"),
        ({"singel": "true"}, "singel"),
    ],
)
def test_a_wrong_option_is_named(check_problem, client, seven, options, named):
    answer = client.post("/v1/read", content=seven, params=options)
    assert check_problem(answer, 422, "bad-parameter").startswith(f"{named}: ")
    assert [each["parameter"] for each in answer.json()["errors"]] == [named]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("multipart/form-data", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"no form"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Dispo"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n" * 1001 + b"--b--"),
    ],
)
def test_a_damaged_form_is_refused(check_problem, client, header, body):
    answer = client.post("/v1/read", content=body, headers={"Content-Type": header})
    check_problem(answer, 400, "bad-request")


def test_a_damaged_form_is_refused_and_closed_whatever_starlette_lets_through(
    check_problem, client, monkeypatch
):
    spooled = io.BytesIO()

    async def fail(self):
        self._files_to_close_on_error.append(spooled)
        raise MultipartParseError("at offset 2")

    monkeypatch.setattr(MultiPartParser, "parse", fail)
    header = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/v1/read", content=b"--b--", headers=header)
    assert "form cannot be parsed" in check_problem(answer, 400, "bad-request")
    assert spooled.closed


def test_a_form_that_ends_too_early_is_refused(check_problem, client):
    part = b'Content-Disposition: form-data; name="file"; filename="7.png"\r\n\r\n7'
    header = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"--b\r\n" + part, b"--b\r\n" + part + b"\r\n--b\r\n" + part):
        answer = client.post("/v1/read", content=body, headers=header)
        assert "ends too early" in check_problem(answer, 400, "bad-request")


@pytest.mark.parametrize("name", ['"x"', '"x"; filename="x"'])
def test_a_form_of_too_many_parts_is_refused(check_problem, client, name):
    part = f"--b\r\nContent-Disposition: form-data; name={name}\r\n\r\nx\r\n"
    answer = client.post(
        "/v1/read",
        content=part.encode() * 1001 + b"--b--",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert "Too many" in check_problem(answer, 400, "bad-request")


def test_a_field_without_a_file_is_refused(check_problem, client, seven):
    answer = client.post("/v1/read", files={"file": seven}, data={"single": "true"})
    assert "'single'" in check_problem(answer, 422, "bad-parameter")


def test_a_full_queue_says_when_to_retry_and_recovers(check_problem, seven, gate):
    async def work(client):
        post = partial(client.post, "/v1/read", content=seven, headers=PNG)
        held = [asyncio.create_task(post()) for _ in range(3)]
        for _ in range(1000):
            if "in_flight 3.0" in (await client.get("/metrics")).text:
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("they were never in flight")
        refused = await post()
        gate.set()
        answered = await asyncio.gather(*held)
        return refused, answered, await post()

    refused, answered, after = in_one_loop(work, threads=1, waiting=2, seconds=20)
    check_problem(refused, 503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert [each.status_code for each in answered] == [200, 200, 200]
    assert after.status_code == 200


def test_an_answer_that_takes_too_long_is_a_problem(check_problem, seven, gate):
    async def work(client):
        late = await client.post("/v1/read", content=seven, headers=PNG)
        gate.set()
        for _ in range(20):  # a busy machine may be late again
            after = await client.post("/v1/read", content=seven, headers=PNG)
            if after.status_code == 200:
                break
        return late, after

    late, after = in_one_loop(work, threads=1, seconds=1)
    assert "within 1 seconds" in check_problem(late, 504, "too-late")
    assert after.status_code == 200


def test_a_body_that_does_not_arrive_is_a_problem(check_problem, seven):
    async def dripping():
        yield seven[:100]
        await asyncio.sleep(30)

    async def work(client):
        return await client.post("/v1/read", content=dripping(), headers=PNG)

    check_problem(in_one_loop(work, seconds=0.2), 408, "too-slow")


def test_others_are_answered_while_a_picture_is_read(seven, gate):
    async def work(client):
        reading = asyncio.create_task(client.post("/v1/read", content=seven))
        start = time.perf_counter()
        for _ in range(20):
            assert (await client.get("/health/live")).status_code == 200
        took = time.perf_counter() - start
        assert not reading.done()
        gate.set()
        await reading
        return took

    assert (
        in_one_loop(work, threads=1) < 5
    )  # the reading would have held them up for 20


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/read", 405),
        ("POST", "/v1/corrections", 404),
    ],
)
def test_an_unknown_path_or_method_is_a_problem(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_for_a_wrong_method_the_right_one_is_named(client):
    answer = client.get("/v1/read")
    assert answer.json()["detail"] == "GET does nothing here. Use POST."
    assert answer.headers["allow"] == "POST"
    assert "Use GET" in client.post("/health/live").json()["detail"]


def test_an_unexpected_error_is_a_problem_without_internals(
    check_problem, client_of, seven, monkeypatch
):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(Service, "read_each", fail)
    answer = client_of().post("/v1/read", content=seven)
    assert "secret" not in check_problem(answer, 500, "failed")


def test_an_unexpected_error_has_the_same_headers_as_other_answers(
    client_of, seven, monkeypatch
):
    monkeypatch.setattr(Service, "read_each", lambda *_: 1 / 0)
    friend = "https://friend.example"
    client = client_of(allow_origins=(friend,))
    answer = client.post("/v1/read", content=seven, headers={"Origin": friend})
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == friend
