"""What the service reports about itself, and what it does not keep."""

import logging
import re
import tempfile
import threading
import time

import pytest

from inkten.server.pages import FOLDER
from inkten.server.problems import Kind
from inkten.server.service import Service

MAX_BYTES = 150_000  # of the page, all its files together
PNG = {"Content-Type": "image/png"}


def test_the_service_is_alive_and_ready(client):
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_every_model_is_opened_before_the_first_request(client_of):
    reader = client_of().app.state.service._reader
    for model in (reader.line_reader, reader.verifier, reader.sign_verifier):
        assert "_opened" in vars(model)


def test_a_stopping_service_is_alive_but_not_ready(client_of):
    client = client_of()
    client.app.state.service.running = False
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_requests_pictures_and_digits_are_counted(
    client_of, seven, numbers, blank, figures_in
):
    client = client_of()
    for content in (seven, numbers, blank, b"seven"):
        client.post("/v1/read", content=content, headers=PNG)
    client.post("/v1/read?min_confidence=1", content=seven, headers=PNG)
    client.get("/no/such/path")
    metrics = figures_in(client.get("/metrics").text)
    assert metrics["inkten_requests_total", "/v1/read", "200", "POST"] == 4
    assert metrics["inkten_requests_total", "/v1/read", "422", "POST"] == 1
    assert metrics["inkten_requests_total", "404", "GET", "other"] == 1
    assert metrics["inkten_request_seconds_count", "/v1/read"] == 5
    assert metrics["inkten_pictures_total", "read"] == 3
    assert metrics["inkten_pictures_total", "empty"] == 1
    assert metrics["inkten_pictures_total", "refused"] == 1
    assert metrics["inkten_digits_total",] == 1 + 5 + 1
    assert metrics["inkten_unsure_digits_total",] == 1
    assert metrics["inkten_requests_in_flight",] == 0


def test_nothing_of_a_picture_is_logged_or_kept(
    client, seven, caplog, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))  # cannot be used
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    large = seven + bytes(2_000_000)  # more than a form parser usually keeps in memory
    files = [("file", ("secret-name.png", large)), ("file", ("x", b"seven" * 99))]
    assert client.post("/v1/read", files=files).status_code == 200
    assert not list(tmp_path.iterdir())
    messages = [each for each in caplog.messages if "HTTP Request" not in each]
    assert not any("secret-name" in message for message in messages)


def test_every_answer_allows_only_its_own_host(client, seven):
    for answer in (
        client.get("/"),
        client.get("/page/app.js"),
        client.get("/nothing"),
        client.post("/v1/read", content=seven),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_pages_use_no_other_host_and_are_small():
    files = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_BYTES
    for path in files:
        hosts = set(re.findall(r"https?://([\w.]+)", path.read_text("utf-8")))
        assert hosts <= {"www.w3.org"}, path  # the name of SVG, never requested


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_files_that_a_page_names_exist(client, path):
    text = client.get(path).text
    named = re.findall(r'(?:src|href)="(page/[\w.]+)"', text)
    assert len(named) >= 3
    for name in named:
        assert client.get(f"/{name}").status_code == 200
    assert client.head(path).status_code == 200


def test_the_docs_page_describes_every_kind_of_problem(client):
    text = client.get("/docs").text
    for kind in Kind:
        assert f'id="{kind.reference.partition("#")[2]}"' in text


def test_a_service_whose_threads_are_all_stuck_is_not_ready(client_of):
    client = client_of(threads=1, seconds=0.2)
    pool, free = client.app.state.service.pool, threading.Event()
    work = pool.submit(lambda: free.wait(20))
    assert client.get("/health/ready").status_code == 200  # busy, but not too long
    time.sleep(0.4)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert client.get("/health/live").status_code == 200
    free.set()
    work.result(20)
    assert client.get("/health/ready").status_code == 200


def test_answers_and_problems_carry_a_request_id(client, seven):
    good, bad = (
        client.post("/v1/read", content=content) for content in (seven, b"seven")
    )
    assert good.headers["x-request-id"] != bad.headers["x-request-id"]
    assert bad.json()["request_id"] == bad.headers["x-request-id"]
    missing = client.get("/nothing", headers={"X-Request-ID": "from-the-proxy.7"})
    assert missing.json()["request_id"] == "from-the-proxy.7"
    odd = client.get("/", headers={"X-Request-ID": "a b"})
    assert odd.headers["x-request-id"] != "a b"


def test_an_unexpected_error_is_logged_with_its_request_id(
    client_of, seven, monkeypatch, caplog
):
    monkeypatch.setattr(Service, "read_each", lambda *_: 1 / 0)
    answer = client_of().post("/v1/read", content=seven)
    assert f"request {answer.json()['request_id']} failed" in caplog.messages
