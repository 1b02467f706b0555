"""The commands and the code of docs/own_digits.md run."""

import os
import re
import shutil
import subprocess
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from inkten.datasets import mnist

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "own_digits.md").read_text("utf-8")
MAX_COMMANDS = 6  # from a copy of the repository to one's own model


def first_commands():
    block = re.search(r"^```console\n(.*?)^```$", PAGE, re.M | re.S)[1]
    return [line.removeprefix("$ ") for line in block.splitlines()]


@pytest.fixture
def folder(tmp_path, write, monkeypatch):
    """A folder with my-digits, two pictures of each digit, and a photo."""
    data = mnist.load()
    for value in range(10):
        (tmp_path / "my-digits" / str(value)).mkdir(parents=True)
        for place in np.flatnonzero(data.test_labels == value)[:2].tolist():
            large = cv2.resize(255 - data.test_images[place], (84, 84))
            path = tmp_path / "my-digits" / str(value) / f"{place}.png"
            cv2.imwrite(str(path), large)
    cv2.imwrite(str(tmp_path / "photo.png"), write("1750").gray)
    monkeypatch.chdir(tmp_path)
    scripts = sysconfig.get_path("scripts")
    monkeypatch.setenv("PATH", scripts, prepend=os.pathsep)
    return tmp_path


def test_there_are_six_commands_and_the_first_two_install():
    commands = first_commands()
    assert len(commands) <= MAX_COMMANDS
    assert commands[0].startswith("python3 -m venv ")
    assert re.fullmatch(r"pip install '\.\[(\w+)\]'", commands[1])
    assert all(command.startswith("inkten ") for command in commands[2:])


@pytest.mark.train
@pytest.mark.skipif(not find_spec("keras"), reason="trains with Keras")
@pytest.mark.usefixtures("folder")
def test_the_commands_lead_to_models_that_read_the_photo():
    for command in first_commands()[2:]:
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        if command.startswith("inkten read"):
            assert done.stdout == "1750\n"


def test_the_python_example_reads_the_photo(folder, capsys):
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    exec(compile(code, "own_digits.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "1750"
    assert (folder / "mine.onnx").is_file()
    shutil.rmtree(folder / "my-digits")
