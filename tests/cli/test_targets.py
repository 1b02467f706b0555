"""What the commands write never takes the place of what they read."""

import shutil

import pytest
from typer.testing import CliRunner

from inkten import InktenError
from inkten.cli.main import app


@pytest.fixture
def folder(pictures):
    """Pictures, in the folder and in photos/, with files that name them."""
    (pictures / "photos").mkdir()
    shutil.copy("7.png", "photos/7.png")
    (pictures / "labels.csv").write_text("file,text\n7.png,7\n42.png,42\n")
    (pictures / "list.txt").write_text("7.png\n")
    (pictures / "form.json").write_text("{}")
    (pictures / "mine.onnx").write_bytes(b"a model")
    return pictures


@pytest.mark.parametrize(
    ("command", "target"),
    [
        ("read 7.png --save-picture 7.png", "7.png"),
        ("explain 7.png --save 7.png", "7.png"),
        ("batch 7.png --out r --report 7.png", "7.png"),
        ("batch photos --out r --report photos/7.png", "photos/7.png"),
        ("batch *.png --out r --report ./7.png", "7.png"),
        ("batch list.txt --out r --report list.txt", "list.txt"),
        ("batch list.txt --out r --report 7.png", "7.png"),
        ("batch 7.png --form form.json --out r --report form.json", "form.json"),
        ("evaluate --data . --predictions labels.csv", "labels.csv"),
        ("evaluate --data labels.csv --report labels.csv", "labels.csv"),
        ("evaluate --data labels.csv --report 42.png", "42.png"),
        ("evaluate --data . --model mine.onnx --predictions mine.onnx", "mine.onnx"),
        ("learn photos --model mine.onnx --out mine.onnx", "mine.onnx"),
        ("learn photos --model mine.onnx --out mine.onnx --force", "mine.onnx"),
        ("convert mine.onnx mine.onnx", "mine.onnx"),
        ("train mlp --data photos --preview photos/7.png", "photos/7.png"),
    ],
)
def test_a_file_to_read_is_not_written_over(folder, command, target):
    if command.startswith("batch"):
        pytest.importorskip("pyarrow")
    before = (folder / target).read_bytes()
    result = CliRunner().invoke(app, command.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert "it would be lost" in " ".join(result.stderr.replace("│", " ").split())
    assert (folder / target).read_bytes() == before


def test_reports_may_be_written_again_beside_what_is_read(folder):
    pytest.importorskip("pyarrow")
    (folder / "photos" / "report.html").write_text("of an earlier run")
    command = "batch photos --out r --report photos/report.html"
    assert CliRunner().invoke(app, command.split()).exit_code == 0
    assert "<img" in (folder / "photos" / "report.html").read_text()


@pytest.mark.parametrize("command", ["learn photos --out mine.onnx"])
def test_results_that_exist_are_kept_unless_force_is_given(folder, command):
    (folder / "marks.csv").write_text("corrected by hand")
    result = CliRunner().invoke(app, command.split())
    assert isinstance(result.exception, InktenError)
    assert "exists already" in str(result.exception)
    assert result.exception.parameter == "force"
    assert (folder / "marks.csv").read_text() == "corrected by hand"
    assert (folder / "mine.onnx").read_bytes() == b"a model"
