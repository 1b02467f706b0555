"""The programs of docs/cookbook.md that ask the service work."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cookbook.md").read_text("utf-8")
WRITTEN_ADDRESS = "http://localhost:8000/"
FROM_NODE = """
import {{ openAsBlob }} from "node:fs";
{code}
const picture = await openAsBlob("photo.jpg", {{ type: "image/jpeg" }});
console.log((await read(picture)).text);
"""


@pytest.fixture(scope="module")
def address(running):
    with running("--key", "sesame") as (address, _):
        yield address


@pytest.fixture(autouse=True)
def _photo(tmp_path, monkeypatch):
    shutil.copy(ROOT / "examples" / "phone_number.jpg", tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)


def program(language, address):
    """The program of the page that asks the service, with the service's address."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    (code,) = (code for code in found if WRITTEN_ADDRESS in code)
    return code.replace(WRITTEN_ADDRESS, address)


def test_the_python_program_reads_the_photo(address, capsys):
    exec(compile(program("python", address), "cookbook.md", "exec"), {})
    assert capsys.readouterr().out.startswith("555 0134 ")


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_the_javascript_program_reads_the_photo(address, tmp_path):
    script = tmp_path / "read.mjs"
    script.write_text(FROM_NODE.format(code=program("javascript", address)), "utf-8")
    done = subprocess.run(["node", script], capture_output=True, text=True, check=False)
    assert done.stdout == "555 0134\n", done.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_curl_command_with_a_key_reads_the_photo(address):
    (command,) = re.findall(r"^\$ (curl -H .*)$", PAGE, re.M)
    command = command.replace("localhost:8000/", address)
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False
    )
    assert "555 0134" in done.stdout, done.stderr
