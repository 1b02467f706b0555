import csv
import json
import os
import shutil
import sys

import pytest
from PIL import Image
from typer.testing import CliRunner

import inkten
from inkten.cli.main import app
from inkten.datasets import mnist
from inkten.models import registry
from inkten.models.registry import DEFAULT, shipped_models
from inkten.options import MIN_CONFIDENCE


@pytest.fixture
def pictures(tmp_path):
    """Ten MNIST test digits, a subfolder per digit."""
    data = mnist.load()
    for place in range(10):
        folder = tmp_path / "pictures" / str(data.test_labels[place])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.test_images[place]).save(folder / f"{place}.png")
    return tmp_path / "pictures"


def run(*arguments, **options):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], **options)


def test_a_folder_of_digits_is_measured(pictures, tmp_path):
    result = run(
        *("--data", pictures, "--single"),
        *("--predictions", tmp_path / "p.csv", "--report", tmp_path / "r.html"),
    )
    assert result.exit_code == 0, result.output
    assert "accuracy (95% interval)" in result.stdout
    assert f"See {tmp_path / 'r.html'}" in result.stdout
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() == {"file", "text", "confidence"}
    assert len(rows) == 10
    assert sum(row["file"].startswith(row["text"] + "/") for row in rows) >= 9
    report = (tmp_path / "r.html").read_text()
    assert report.startswith("<!doctype html>")
    shipped = shipped_models()
    for detail in (
        shipped[DEFAULT],
        shipped["detector"],
        inkten.__version__,
        "end to end",
    ):
        assert detail in report


def test_with_json_nothing_else_is_printed(pictures):
    figures = json.loads(run("--data", pictures, "--bare", "--json").stdout)
    assert figures["bare"] is True
    assert (figures["rotate"], figures["min_confidence"]) == ("auto", 0)
    assert figures["models"][DEFAULT]["pictures"] == 10
    assert figures["models"][DEFAULT]["texts"]["exact"]["count"] == 10


def test_the_plain_recipe_is_measured_with_the_mlp(pictures):
    result = run("--data", pictures, "--as-is", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    figures = json.loads(result.stdout)
    assert figures["as_is"] is True
    assert figures["models"]["mlp"]["texts"]["exact"]["right"] >= 9


def test_pictures_are_selected_by_their_notes_and_rotated(tmp_path):
    data = mnist.load()
    Image.fromarray(data.test_images[0]).save(tmp_path / "upright.png")
    turned = Image.fromarray(data.test_images[0]).rotate(90)
    turned.save(tmp_path / "turned.png")
    (tmp_path / "labels.csv").write_text(
        "file,text,note\nupright.png,7,\nturned.png,7,turned left\n"
    )
    for chosen in (("--only", "turned", "--rotate", "90"), ("--without", "turned")):
        result = run("--data", tmp_path, "--single", *chosen, "--json")
        assert result.exit_code == 0, result.output
        exact = json.loads(result.stdout)["models"][DEFAULT]["texts"]["exact"]
        assert (exact["right"], exact["count"]) == (1, 1)


def test_unreadable_pictures_are_reported_on_stderr_after_the_figures(
    pictures, tmp_path
):
    (pictures / "7" / "text.png").write_text("seven")
    for method in ((), ("--bare",), ("--as-is",)):
        table = tmp_path / "new" / "p.csv"
        result = run("--data", pictures, *method, "--predictions", table)
        assert result.exit_code == 1
        (line,) = result.stderr.splitlines()
        path = pictures / "7" / "text.png"
        assert line.startswith(f"inkten: {path}: this file is not a picture")
        assert "could not be read" in result.stdout
        assert len(table.read_text().splitlines()) == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as-is", "--model", "mlp"], "cannot be combined with"),
        (["--as-is", "--single"], "cannot be combined with"),
        (["--as-is", "--bare"], "cannot be combined with"),
        (["--as-is", "--rotate", "90"], "cannot be combined with"),
        (["--bare", "--rotate", "90"], "cannot be combined with --single, --rotate"),
        (["--only", "turned"], "need a labels.csv"),
        (["--as-is", "--min-confidence", "0.5"], "cannot be combined with"),
        (["--bare", "--single"], "cannot be combined with --single, --rotate"),
        (["--bare", "--max-pixels", "9"], "cannot be combined with --single, --rotate"),
        (
            ["--model", "a", "--model", "b", "--report", "r.html"],
            "need a single --model",
        ),
    ],
)
def test_a_usage_error_is_reported(arguments, message):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("method", [(), ("--as-is",)])
@pytest.mark.parametrize("limit", ["--max-pixels", "--max-bytes"])
def test_the_error_names_the_option_that_raises_the_limit(pictures, method, limit):
    result = run("--data", pictures, *method, limit, 100)
    assert result.exit_code == 1
    assert f"the limit; see {limit}\n" in result.stderr


def test_the_path_of_a_model_is_printed_unchanged(pictures, tmp_path):
    odd = tmp_path / "a[b] :x:.onnx"
    shutil.copy(registry.HERE / "mlp.onnx", odd)
    result = CliRunner().invoke(
        app,
        ["evaluate", "--data", str(pictures), "--model", str(odd)],
        env={"COLUMNS": "400"},
    )
    assert result.exit_code == 0, result.output
    assert odd.name in result.stdout


def test_a_report_with_a_confusion_matrix_needs_no_extra(
    pictures, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("--data", pictures, "--bare", "--report", tmp_path / "r.html")
    assert result.exit_code == 0, result.output
    assert 'alt="Confusion matrix"' in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize("option", ["--predictions", "--report"])
def test_a_folder_as_target_is_refused_before_the_work(option, monkeypatch):
    monkeypatch.setattr("inkten.cli.evaluate._cases", lambda *_: pytest.fail("started"))
    result = run(option, ".")
    assert "expected the name of a file" in str(result.exception)


@pytest.mark.parametrize("option", ["--predictions", "--report"])
def test_a_target_that_cannot_be_written_is_refused_before_the_work(
    option, tmp_path, monkeypatch
):
    (tmp_path / "target").touch()
    # Not by its permissions: root may write to any file.
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    monkeypatch.setattr("inkten.cli.evaluate._cases", lambda *_: pytest.fail("started"))
    result = run(option, tmp_path / "target")
    assert "cannot be written (Permission denied)" in str(result.exception)


def test_the_help_tells_the_two_defaults_of_min_confidence():
    text = run("--help", env={"COLUMNS": "200"}).stdout.replace("│", " ")
    assert "the default is 0" in text
    assert f"'inkten read' uses {MIN_CONFIDENCE}" in text
