import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten.cli.main import app

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*words):
    return CliRunner().invoke(app, ["explain", *map(str, words)])


def test_it_prints_each_way_and_saves_the_stages(tmp_path):
    result = run(EXAMPLES / "phone_number.jpg", "--save", tmp_path / "new" / "s.png")
    assert result.exit_code == 0
    assert result.stdout.count("555 0134") == 2
    assert "plain recipe" in result.stdout
    assert (tmp_path / "new" / "s.png").is_file()


def test_a_picture_without_digits_is_explained_and_the_status_is_1(tmp_path):
    Image.fromarray(np.full((90, 90), 255, np.uint8)).save(tmp_path / "blank.png")
    result = run(tmp_path / "blank.png", "--save", tmp_path / "stages.png")
    assert result.exit_code == 1
    assert "no handwritten digit was found" in result.stderr
    assert (tmp_path / "stages.png").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--save", "stages.gif"), "expected a name ending in .png or .jpg"),
        (("--save", "digit.jpg"), "it would be lost"),
        (("--digit", "2"), "the picture has 1"),
    ],
)
def test_mistakes_on_the_command_line_are_named(tmp_path, monkeypatch, words, said):
    shutil.copy(EXAMPLES / "digit.jpg", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run("digit.jpg", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())
