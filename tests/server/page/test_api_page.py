"""The page about the API: its samples, its form, its programs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def open_docs(open_page):
    """A function that opens the page about the API of the service at an address."""

    def open_docs(address):
        page = open_page(address)
        page.goto(f"{address}docs")
        expect(page.locator(".operation").first).to_contain_text("/v1/read")
        return page

    return open_docs


@pytest.fixture
def docs(open_docs, address):
    return open_docs(address)


@pytest.fixture
def folder(tmp_path):
    """A folder with the pictures that the programs name."""
    for name in ("picture.jpg", "one.png", "two.png"):
        shutil.copy(EXAMPLES / "digit.jpg", tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def protected(serving):
    with serving("--key", "sesame") as (address, _):
        yield address


@pytest.fixture(params=["address", "protected"])
def docs_of_any(request, open_docs):
    """The page of a service without a key, and of one with a key."""
    page = open_docs(request.getfixturevalue(request.param))
    shows_key = "KEY" in page.locator("main").inner_text()
    assert shows_key == (request.param == "protected")
    return page


@pytest.fixture
def program(docs_of_any):
    """A function from a language to the page's program, as a reader would use it."""

    def program(language):
        block = docs_of_any.locator(f"[data-language={language}]")
        return block.inner_text().replace("KEY", "sesame")

    return program


def test_the_docs_page_lists_the_operations(docs):
    assert docs.locator(".operation").count() >= 4


def test_the_curl_commands_read_pictures(program, folder):
    for command in program("curl").splitlines():
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, cwd=folder, check=True
        )
        answer = json.loads(done.stdout)
        readings = answer.get("readings", [answer])
        assert [each["text"] for each in readings] == ["7"] * command.count("@")


def test_the_python_program_reads_a_picture(program, folder):
    done = subprocess.run(
        [sys.executable, "-c", program("python")],
        capture_output=True,
        cwd=folder,
        check=True,
        text=True,
    )
    assert done.stdout.startswith("7 0.9")


def test_the_javascript_program_reads_a_picture(program, docs_of_any):
    docs = docs_of_any
    docs.set_input_files("#try input[type=file]", EXAMPLES / "digit.jpg")
    with docs.expect_console_message() as message:
        docs.evaluate(f"async () => {{ {program('javascript')} }}")
    assert message.value.text.startswith("7 0.9")


def test_the_form_sends_a_picture_and_shows_the_answer(docs):
    docs.set_input_files("#try input[type=file]", EXAMPLES / "digit.jpg")
    docs.get_by_label("rotate").select_option("90")
    docs.get_by_role("button", name="Send").click()
    expect(docs.locator("#tried-status")).to_contain_text("200")
    answer = json.loads(docs.locator("#tried-answer").inner_text())
    assert answer["file"] == "digit.jpg"
    assert "rotate=90" in docs.locator("#tried-request").inner_text()


def test_samples_have_the_fields_of_real_answers(docs, address):
    document = docs.request.get(f"{address}openapi.json").json()
    responses = document["paths"]["/v1/read"]["post"]["responses"]
    samples = responses["200"]["content"]["application/json"]["examples"]
    answer = docs.request.post(
        f"{address}v1/read",
        multipart={
            "file": {
                "name": "digit.jpg",
                "mimeType": "image/jpeg",
                "buffer": (EXAMPLES / "digit.jpg").read_bytes(),
            }
        },
    )
    assert fields(samples["one"]["value"]) == fields(answer.json())
    problem = docs.request.post(
        f"{address}v1/read", data=b"text", headers={"Content-Type": "image/png"}
    )
    content = responses["422"]["content"]["application/problem+json"]
    assert fields(content["examples"]["one"]["value"]) == fields(problem.json())
    assert docs.get_by_text("Sample answer").count() >= 3


def fields(value):
    """The names in plain data, at every depth."""
    if isinstance(value, dict):
        return {name: fields(each) for name, each in value.items()}
    return [fields(each) for each in value[:1]] if isinstance(value, list) else None
