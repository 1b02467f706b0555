"""Damaged pictures never cause an error of the service."""

import io
import random

import pytest
from PIL import Image

COUNT = 240
FORMS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


@pytest.fixture(scope="module")
def pictures(write):
    gray = Image.fromarray(write("42", height=24).gray)
    contents = []
    for form in FORMS:
        file = io.BytesIO()
        gray.save(file, form)
        contents.append(file.getvalue())
    return contents


def test_damaged_pictures_are_read_or_refused(client, pictures, mutate):
    chance = random.Random(5)
    statuses = {}
    for i in range(COUNT):
        content = mutate(pictures[i % len(pictures)], chance)
        answer = client.post("/v1/read", content=content)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    assert statuses.keys() == {200, 422}
    assert client.post("/v1/read", content=pictures[0]).json()["text"] == "42"
