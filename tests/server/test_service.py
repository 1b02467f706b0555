"""What the service tells of itself, and what it does not keep."""

import logging
import re
import tempfile

import pytest

from inkten.server.pages import FOLDER
from inkten.server.problems import Kind

MOST_BYTES = 100_000  # of the page, all its files together
PNG = {"Content-Type": "image/png"}


def test_the_service_is_alive_and_ready(client):
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_a_stopping_service_asks_for_no_more(client_of):
    client = client_of()
    client.app.state.service.ready = False
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
    told = figures_in(client.get("/metrics").text)
    assert told["inkten_requests_total", "/v1/read", "200", "POST"] == 4
    assert told["inkten_requests_total", "/v1/read", "422", "POST"] == 1
    assert told["inkten_requests_total", "404", "GET", "other"] == 1
    assert told["inkten_request_seconds_count", "/v1/read"] == 5
    assert told["inkten_pictures_total", "read"] == 3
    assert told["inkten_pictures_total", "empty"] == 1
    assert told["inkten_pictures_total", "refused"] == 1
    assert told["inkten_digits_total",] == 1 + 5 + 1
    assert told["inkten_unsure_digits_total",] == 1
    assert told["inkten_requests_in_flight",] == 0


def test_nothing_of_a_picture_is_logged_or_kept(
    client, seven, caplog, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))  # no room for any
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    large = seven + bytes(2_000_000)  # past what is usually held in memory
    files = [("file", ("secret-name.png", large)), ("file", ("x", b"seven" * 99))]
    assert client.post("/v1/read", files=files).status_code == 200
    assert not list(tmp_path.iterdir())
    ours = [each for each in caplog.messages if "HTTP Request" not in each]
    assert not any("secret-name" in message for message in ours)


def test_every_answer_keeps_to_its_own_host(client, seven):
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


def test_the_pages_name_no_other_host_and_are_small():
    files = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    for path in files:
        hosts = set(re.findall(r"https?://([\w.]+)", path.read_text("utf-8")))
        assert hosts <= {"www.w3.org"}, path  # the name of SVG, asked of nobody


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_files_that_a_page_names_are_there(client, path):
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
