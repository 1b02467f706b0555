"""``POST /v1/explain``."""

import asyncio
import base64
import io
import socket
import time
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from inkten.server.explanations import ExplanationAnswer
from inkten.server.service import MAX_WAITING_EXPLANATIONS

PNG = {"Content-Type": "image/png"}


def opened(data):
    head, _, content = data.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def test_a_picture_is_answered_with_its_stages(client, seven):
    answer = client.post("/v1/explain", content=seven, headers=PNG)
    assert answer.status_code == 200, answer.text
    record = answer.json()
    assert ExplanationAnswer.model_validate(record)
    assert record["reading"]["text"] == "7"
    assert opened(record["tile"]).shape == (28, 28)
    assert opened(record["picture"]).ndim == 2
    assert opened(record["contrast"]).shape == opened(record["heat"]).shape[:2]
    assert np.argmax(record["detector"]) == 7


def test_each_network_and_the_plain_recipe_have_their_say(client, numbers):
    answer = client.post("/v1/explain?digit=2", content=numbers, headers=PNG).json()
    plain, mlp, cnn = answer["ways"]
    assert [way["name"] for way in answer["ways"]] == ["plain recipe", "mlp", "cnn"]
    assert [np.argmax(way["probabilities"]) for way in (mlp, cnn)] == [7, 7]
    assert len(plain["text"]) == 1
    assert opened(plain["tile"]).shape == (28, 28)
    assert [layer["size"] for layer in mlp["layers"]] == ["50 units", "50 units"]
    assert len(cnn["layers"]) > 2
    assert opened(cnn["layers"][0]["picture"]).shape[2] == 3


def test_a_picture_without_ink_has_no_digit_to_look_into(client, blank):
    answer = client.post("/v1/explain", content=blank, headers=PNG)
    assert answer.status_code == 200, answer.text
    assert ExplanationAnswer.model_validate(answer.json())
    assert answer.json()["reading"]["text"] == ""


def test_what_cannot_be_explained_is_a_problem(client, seven, check_problem):
    def problem(content, kind, query="", **more):
        answer = client.post(f"/v1/explain{query}", content=content, **more)
        return check_problem(answer, 422, kind)

    assert "0 to 0" in problem(seven, "bad-parameter", "?digit=1", headers=PNG)
    problem(seven, "bad-parameter", "?digit=-1", headers=PNG)
    problem(b"seven", "unreadable-picture", headers=PNG)
    two = [("file", ("a.png", seven)), ("file", ("b.png", seven))]
    answer = client.post("/v1/explain", files=two)
    assert "one is explained" in check_problem(answer, 422, "bad-parameter")


def test_the_limits_of_the_service_hold(client_of, seven, check_problem):
    answer = client_of(max_bytes=100).post("/v1/explain", content=seven)
    check_problem(answer, 413, "too-large")
    answer = client_of(max_pixels=100).post("/v1/explain", content=seven)
    check_problem(answer, 422, "too-many-pixels")


def test_an_explanation_that_takes_too_long_is_given_up(
    client_of, seven, check_problem, monkeypatch
):
    client = client_of(seconds=0.2)
    service = client.app.state.service
    monkeypatch.setattr(service, "explainer", Slow(0.6), raising=False)
    answer = client.post("/v1/explain", content=seven)
    check_problem(answer, 504, "too-late")


def test_pictures_are_read_while_others_are_explained(client_of, seven, monkeypatch):
    client = client_of()
    service = client.app.state.service
    slow = Slow(1)
    monkeypatch.setattr(service, "explainer", slow, raising=False)

    async def read_beside():
        explained = asyncio.ensure_future(
            asyncio.to_thread(client.post, "/v1/explain", content=seven)
        )
        while not slow.started:
            await asyncio.sleep(0.01)
        read = await asyncio.to_thread(client.post, "/v1/read", content=seven)
        assert read.json()["text"] == "7"
        assert not slow.ended
        await explained

    asyncio.run(read_beside())


def test_a_client_that_goes_frees_its_place(running_slowly, seven):
    with running_slowly("--seconds", 5) as (address, _):
        url = urlsplit(address)
        request = (
            f"POST /v1/explain HTTP/1.1\r\nHost: {url.netloc}\r\n"
            f"Content-Type: image/png\r\nContent-Length: {len(seven)}\r\n\r\n"
        ).encode() + seven
        connections = []
        for _ in range(1 + MAX_WAITING_EXPLANATIONS):
            connections.append(socket.create_connection((url.hostname, url.port)))
            connections[-1].sendall(request)
        time.sleep(1)  # until all have their places
        with socket.create_connection((url.hostname, url.port)) as refused:
            refused.sendall(request)
            assert refused.recv(100).startswith(b"HTTP/1.1 503")
        for connection in connections:
            connection.close()
        time.sleep(1)  # until the service has seen it
        with socket.create_connection((url.hostname, url.port)) as waiting:
            waiting.sendall(request)
            assert waiting.recv(100).startswith(b"HTTP/1.1 504")


class Slow:
    """An explainer that takes its time."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.started = self.ended = False

    def explain(self, *_, **__):
        self.started = True
        time.sleep(self.seconds)
        self.ended = True
        raise IndexError("digit 0")
