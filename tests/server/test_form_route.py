"""``POST /v1/form``."""

import base64
import io
import json
import re
from pathlib import Path
from time import sleep

import pytest
from PIL import Image
from starlette.testclient import TestClient

from inkten.forms import form as forms
from inkten.forms.cutting import cut_field
from inkten.image.source import Limits
from inkten.server.app import create_app
from inkten.server.form_answers import FormAnswer, FormsAnswer
from inkten.server.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "form"
PATHS = ("blank.png", "/etc/passwd", "../blank.png", "file:///etc/passwd", "C:\\x.png")


@pytest.fixture(scope="module")
def client():
    """A client that is patient: a busy machine takes longer than ten seconds."""
    app = create_app(Settings(allow_hosts=("testserver",), seconds=60))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def template():
    return json.loads((EXAMPLE / "form.json").read_text())


@pytest.fixture(scope="module")
def filled():
    return (EXAMPLE / "filled.jpg").read_bytes()


@pytest.fixture(scope="module")
def blank():
    return (EXAMPLE / "blank.png").read_bytes()


def post(client, template, *pictures, query="", **more):
    """Send a template, as data or as it is, with filled-in forms."""
    if isinstance(template, dict):
        template = json.dumps(template)
    files = [("template", ("form.json", template, "application/json"))]
    files += [("file", (f"{number}.jpg", each)) for number, each in enumerate(pictures)]
    files += [(name, (name, each)) for name, each in more.items()]
    return client.post(f"/v1/form{query}", files=files)


def values(record):
    return {field["name"]: field["value"] for field in record["fields"]}


def test_a_filled_in_form_is_answered_with_its_fields(
    client, template, filled, form_answers
):
    answer = post(client, template, filled)
    assert answer.status_code == 200, answer.text
    record = answer.json()
    assert FormAnswer.model_validate(record)
    assert record["file"] == "0.jpg"
    assert values(record) == form_answers
    assert record["holds"] is True
    assert 0.5 < record["confidence"] < 1


def test_a_check_that_fails_has_its_reason(client, template, filled):
    changed = json.loads(json.dumps(template))
    changed["fields"][1]["checks"] = {"range": [0, 20]}
    first, *_ = post(client, changed, filled).json()["fields"][1:]
    assert first["holds"] is False
    assert first["problems"] == ["21 is above 20"]


def test_the_blank_form_may_come_as_a_file_of_its_own(
    client, template, filled, blank, form_answers
):
    named = template | {"reference": "blank.png"}
    record = post(client, named, filled, reference=blank).json()
    assert values(record) == form_answers
    without = {key: value for key, value in template.items() if key != "reference"}
    assert post(client, without, filled, reference=blank).json() == record


def test_a_template_may_be_text(client, template, filled, form_answers):
    answer = client.post(
        "/v1/form", data={"template": json.dumps(template)}, files={"file": filled}
    )
    assert values(answer.json()) == form_answers


def test_a_stack_is_answered_in_order_with_the_problems_of_bad_ones(
    client, template, filled, seven
):
    answer = post(client, template, filled, b"seven", seven, query="?min_confidence=1")
    good, text, other = answer.json()["forms"]
    assert FormsAnswer.model_validate(answer.json())
    assert good["fields"][0]["text"] == "???????"
    assert text["problem"]["type"] == "/docs#unreadable-picture"
    assert "the form was not found" in other["error"]


def test_pictures_and_digits_are_counted(client_of, template, filled, seven):
    client = client_of(seconds=60)
    post(client, template, filled, seven)
    metrics = client.get("/metrics").text
    assert 'inkten_pictures_total{outcome="read"} 1.0' in metrics
    assert 'inkten_pictures_total{outcome="refused"} 1.0' in metrics
    assert "inkten_digits_total 15.0" in metrics


def test_another_form_is_refused_with_the_reason(
    client, template, numbers, check_problem
):
    answer = post(client, template, numbers)
    assert "form" in check_problem(answer, 422, "unreadable-picture")


@pytest.mark.parametrize("path", PATHS)
def test_no_file_of_the_machine_is_opened(
    client, template, filled, path, check_problem, monkeypatch
):
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was opened"))
    detail = check_problem(
        post(client, template | {"reference": path}, filled), 422, "bad-parameter"
    )
    assert "data: URL, or as the file 'reference'" in detail


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"kind": "word"}, "template: field 'candidate': kind 'word'; expected number"),
        ({"box": [0, 0, float("nan"), 9]}, "field 'candidate': box [0, 0, nan, 9]"),
        ({"box": [0, 0, 10**400, 9]}, "field 'candidate': box"),
        ({"box": [0, 0, 1e-300, 9]}, "field 'candidate': box of"),
        ({"box": [9e5, 0, 9, 9]}, "field 'candidate': box"),
        ({"name": "n" * 1_000_000}, "a name of 1,000,000 characters"),
        ({"name": ["x"] * 1000}, "...]; expected text"),
        ({"colour" * 1000: 1}, "unknown 'colour"),
    ],
)
def test_a_mistake_in_a_field_is_said_with_its_name(
    client, template, filled, change, detail, check_problem
):
    fields = [template["fields"][0] | change, *template["fields"][1:]]
    answer = post(client, template | {"fields": fields}, filled)
    said = check_problem(answer, 422, "bad-parameter")
    assert detail in said
    assert len(said) < 1000


@pytest.mark.parametrize(
    "change",
    [
        {"inkten_form": 2},
        {"marks": 7},
        {"marks": [[0] * 4] * 100_000},
        {"fields": {}},
        {"dropout": ["red"]},
        {"reference": None},
        {"reference": "data:image/png;base64,*"},
        {"reference": "data:text/html;base64,"},
    ],
)
def test_a_mistake_in_a_template_is_a_problem(
    client, template, filled, change, check_problem
):
    answer = post(client, template | change, filled)
    said = check_problem(answer, 422, "bad-parameter")
    assert said.startswith("template: ")
    assert len(said) < 1000


def test_a_template_that_is_no_json_is_a_problem(client, filled, check_problem):
    for content in (b"", b"{", b"\xff\xfe\x00", b"[" * 1_000_000, b"1" * 10_000):
        answer = post(client, content, filled)
        assert check_problem(answer, 422, "bad-parameter").startswith("template: ")


def test_too_many_fields_are_refused(client, template, filled, check_problem):
    tick = {"kind": "tick", "box": [0, 0, 9, 9]}
    many = [tick | {"name": f"f{number}"} for number in range(100_000)]
    answer = post(client, template | {"fields": many}, filled)
    assert "100,000 fields; at most" in check_problem(answer, 422, "bad-parameter")


def test_a_reference_past_the_limits_is_refused_undecoded(
    client, client_of, template, filled, huge_png, check_problem
):
    huge = huge_png(50_000, 50_000)
    answer = post(client, template, filled, reference=huge)
    detail = check_problem(answer, 422, "bad-parameter")
    assert "the reference picture: 50000x50000 pixels are more than" in detail
    held = "data:image/png;base64," + base64.b64encode(huge).decode()
    answer = post(client, template | {"reference": held}, filled)
    assert "50000x50000" in check_problem(answer, 422, "bad-parameter")
    assert Limits().max_pixels > 1240 * 900  # the usual limit lets it through
    answer = post(client_of(max_pixels=1_000_000, seconds=60), template, filled)
    assert "1240x900 pixels" in check_problem(answer, 422, "bad-parameter")


def test_the_limits_of_the_service_hold(client_of, template, filled, check_problem):
    answer = post(client_of(max_bytes=100_000), template, filled)
    check_problem(answer, 413, "too-large")
    answer = post(client_of(max_pictures=2), template, filled, filled, filled)
    assert "3 filled-in forms; at most 2" in check_problem(answer, 413, "too-large")
    answer = post(client_of(seconds=0.001), template, filled)
    assert answer.status_code in (408, 504)


def test_nothing_more_is_read_once_the_answer_is_too_late(
    client_of, template, filled, monkeypatch
):
    cut = []

    def slowly(*args):
        cut.append(args)
        sleep(0.05)
        return cut_field(*args)

    monkeypatch.setattr(forms, "cut_field", slowly)
    (field, *_) = template["fields"]
    many = [field | {"name": f"field_{number}"} for number in range(1000)]
    answer = post(client_of(seconds=1), template | {"fields": many}, filled)
    assert answer.status_code in (408, 504)
    sleep(0.5)
    fields = len(cut)
    sleep(0.5)
    assert len(cut) == fields < 1000


def test_a_sign_needs_a_classifier_that_names_signs(
    client, template, filled, check_problem, monkeypatch
):
    service = client.app.state.service
    monkeypatch.setattr(service._reader, "sign_classifier", None)
    fields = [template["fields"][0] | {"sign": True}]
    answer = post(client, template | {"fields": fields}, filled)
    detail = check_problem(answer, 422, "bad-parameter")
    assert "field 'candidate': sign" in detail


def test_what_is_not_such_a_request_is_a_problem(
    client, template, filled, check_problem
):
    def detail(**files):
        answer = client.post("/v1/form", files=files)
        return check_problem(answer, 422, "bad-parameter")

    text = json.dumps(template).encode()
    assert "0 template, 0 reference, 1 file" in detail(file=filled)
    assert "1 template, 0 reference, 0 file" in detail(template=text)
    assert "'other'" in detail(template=text, other=filled)
    answer = client.post("/v1/form", content=filled)
    check_problem(answer, 415, "unsupported-type")


def test_the_program_of_the_docs_prints_each_field(client, monkeypatch, capsys):
    requests = pytest.importorskip("requests")
    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.setattr(requests, "post", client.post)
    exec(compile(code.replace("http://localhost:8000", ""), "serve.md", "exec"), {})
    assert "total 82\nsecond_marker True\n" in capsys.readouterr().out


def test_each_page_of_a_tiff_file_is_a_form(client, template, filled):
    file = io.BytesIO()
    page = Image.open(io.BytesIO(filled))
    page.save(file, "TIFF", save_all=True, append_images=[page], compression="jpeg")
    scan = file.getvalue()
    answer = post(
        client, template, scan, reference=(EXAMPLE / "blank.png").read_bytes()
    )
    FormsAnswer.model_validate(answer.json())
    first, second = answer.json()["forms"]
    assert ("page" in first, second["page"]) == (False, 2)
    assert values(first) == values(second)
    one = post(client, template, scan, query="?page=2").json()
    assert one["page"] == 2
