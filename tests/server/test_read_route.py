import base64
import io
import json
import subprocess

import pytest
from PIL import Image

from inkten.server.schemas import ReadingAnswer, ReadingsAnswer

PNG = {"Content-Type": "image/png"}


def form(*pictures):
    return [("file", (name, content, "image/png")) for name, content in pictures]


def digits(answer):
    return [d for line in answer["lines"] for number in line for d in number["digits"]]


def test_a_picture_is_answered_as_the_command_prints_it(
    client, numbers, tmp_path, inkten_command
):
    (tmp_path / "numbers.png").write_bytes(numbers)
    done = subprocess.run(
        [inkten_command, "read", "--json", "numbers.png"],
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )
    by_form = client.post("/v1/read", files=form(("numbers.png", numbers)))
    by_body = client.post("/v1/read", content=numbers, headers=PNG)
    printed = json.loads(done.stdout)
    assert printed["text"] == "40 7\n12"
    assert by_form.json() == printed
    assert by_body.json() == {**printed, "file": None}


def test_a_body_without_a_type_is_recognised_by_its_content(client, seven):
    assert client.post("/v1/read", content=seven).json()["value"] == 7


def test_several_pictures_are_answered_in_their_order(client, seven, blank):
    pictures = form(("a.png", seven), ("b.png", blank), ("a.png", seven))
    readings = client.post("/v1/read", files=pictures).json()["readings"]
    assert [(each["file"], each["text"]) for each in readings] == [
        *(("a.png", "7"), ("b.png", ""), ("a.png", "7")),
    ]


def test_a_bad_picture_among_good_ones_has_its_problem_in_its_place(client, seven):
    pictures = form(("good.png", seven), ("bad.png", b"seven"))
    answer = client.post("/v1/read", files=pictures)
    good, bad = answer.json()["readings"]
    assert (answer.status_code, good["text"], bad["file"]) == (200, "7", "bad.png")
    assert bad["problem"]["status"] == 422
    assert bad["error"] == bad["problem"]["detail"]
    assert bad["error"].startswith("this file is not a picture")


def test_a_name_in_any_script_is_returned(client, seven):
    reading = client.post("/v1/read", files=form(("\u516d 7.png", seven))).json()
    assert reading["file"] == "\u516d 7.png"


def test_options_are_those_of_the_command(client, seven, numbers):
    turned = io.BytesIO()
    Image.open(io.BytesIO(seven)).rotate(90, expand=True).save(turned, "PNG")

    def text(content, **options):
        answer = client.post("/v1/read", content=content, headers=PNG, params=options)
        return answer.json()["text"]

    assert text(turned.getvalue(), rotate="90") == "7"
    assert len(text(numbers, single="true")) == 1
    assert text(seven, min_confidence=1) == "?"


def test_tiles_are_added_on_request(client, numbers):
    answer = client.post("/v1/read?tiles=true", content=numbers, headers=PNG).json()
    for digit in digits(answer):
        kind, _, data = digit["tile"].partition(",")
        assert kind == "data:image/png;base64"
        assert Image.open(io.BytesIO(base64.b64decode(data))).size == (28, 28)
    without = client.post("/v1/read", content=numbers, headers=PNG).json()
    assert all("tile" not in digit for digit in digits(without))


@pytest.mark.parametrize("options", ["", "?tiles=true", "?min_confidence=1"])
def test_an_answer_matches_the_document(client, numbers, options):
    one = client.post(f"/v1/read{options}", content=numbers, headers=PNG).json()
    ReadingAnswer.model_validate(one, strict=True)
    pictures = form(("a.png", numbers), ("bad.png", b"seven"))
    several = client.post(f"/v1/read{options}", files=pictures).json()
    ReadingsAnswer.model_validate(several, strict=True)


def test_signs_are_refused_where_no_classifier_names_them(
    client, numbers, check_problem, monkeypatch
):
    reader = client.app.state.service._reader
    monkeypatch.setattr(reader, "sign_classifier", None)
    answer = client.post("/v1/read?signs=true", content=numbers)
    assert "signs" in check_problem(answer, 422, "bad-parameter")
    without = client.post("/v1/read?decimal_mark=.", content=numbers).json()
    assert without["has_signs"] is False
    assert without["lines"][0][0]["signs"] == []
