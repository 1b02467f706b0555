import base64

import numpy as np
import pytest
from starlette.testclient import TestClient

from inkten.classification.classifier import Classifier
from inkten.server.app import create_app
from inkten.server.schemas import LearnAnswer
from inkten.server.settings import Settings

HOSTS = ("testserver",)


@pytest.fixture
def client():
    with TestClient(
        create_app(Settings(teach=True, model="mlp", allow_hosts=HOSTS))
    ) as it:
        yield it


def test_nothing_is_taught_unless_that_is_enabled():
    with TestClient(create_app(Settings(allow_hosts=HOSTS))) as client:
        assert client.post("/v1/learn").status_code == 404


def test_pictures_with_texts_are_answered_with_a_model(client, numbers, seven):
    pictures = [("picture", numbers), *[("picture", seven)] * 3]
    texts = {"text": ["40 7\n12", "7", "7", "7"]}
    answer = client.post("/v1/learn", files=pictures, data=texts)
    assert answer.status_code == 200, answer.text
    report = answer.json()["report"]
    assert (report["pictures"], report["digits"]) == (4, 8)
    model = Classifier.from_bytes(base64.b64decode(answer.json()["model"]), "mine")
    assert model.card.learned == 8
    assert model(np.zeros((1, 28, 28), np.float32)).shape == (1, 10)


def test_a_picture_is_read_before_and_after(client, numbers, seven):
    pictures = [("picture", numbers)] * 2 + [("read", seven)]
    texts = {"text": ["40 7\n12", "40 7\n12"]}
    answer = client.post("/v1/learn", files=pictures, data=texts).json()
    assert LearnAnswer.model_validate(answer)
    assert [answer[each]["text"] for each in ("before", "after")] == ["7", "7"]


def test_a_picture_to_read_that_is_none_is_a_problem(client, numbers, check_problem):
    pictures = [("picture", numbers)] * 2 + [("read", b"seven")]
    texts = {"text": ["40 7\n12", "40 7\n12"]}
    answer = client.post("/v1/learn", files=pictures, data=texts)
    check_problem(answer, 422, "unreadable-picture")


def test_each_picture_needs_its_text(client, seven, check_problem):
    answer = client.post(
        "/v1/learn", files=[("picture", seven)] * 2, data={"text": "7"}
    )
    detail = check_problem(answer, 422, "bad-parameter")
    assert "2 pictures and 1 texts" in detail


def test_too_few_digits_are_a_problem(client, seven, check_problem):
    answer = client.post("/v1/learn", files={"picture": seven}, data={"text": "7"})
    assert "expected at least 5" in check_problem(answer, 422, "bad-parameter")
