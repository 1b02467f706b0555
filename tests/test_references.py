"""The reference pages agree with the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import inkten

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def check():
    pytest.importorskip("fastapi")
    return subprocess.run(
        [sys.executable, DOCS / "references", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_reference_pages_are_up_to_date(check):
    assert check.returncode == 0, check.stderr


def test_every_public_name_is_documented():
    page = (DOCS / "reference_python.md").read_text("utf-8")
    assert sorted(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == inkten.__all__


def test_every_command_is_documented():
    from inkten.cli.main import app

    page = (DOCS / "reference_shell.md").read_text("utf-8")
    commands = [command.callback.__name__ for command in app.registered_commands]
    assert re.findall(r"^## inkten (\w+)$", page, re.MULTILINE) == commands
