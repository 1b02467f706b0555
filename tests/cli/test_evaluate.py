import csv
import json
import shutil
import sys

import pytest
from PIL import Image
from typer.testing import CliRunner

import inkten
from inkten import MissingExtra
from inkten.cli.main import app
from inkten.datasets import mnist
from inkten.models import registry
from inkten.models.registry import DEFAULT, shipped_models


@pytest.fixture
def pictures(tmp_path):
    """Ten MNIST test digits, a subfolder per digit."""
    data = mnist.load()
    for place in range(10):
        folder = tmp_path / "pictures" / str(data.test_labels[place])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.test_images[place]).save(folder / f"{place}.png")
    return tmp_path / "pictures"


def run(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_a_folder_of_digits_is_measured(pictures, tmp_path):
    done = run(
        *("--data", pictures, "--single"),
        *("--predictions", tmp_path / "p.csv", "--report", tmp_path / "r.html"),
    )
    assert done.exit_code == 0, done.output
    assert "accuracy (95% interval)" in done.stdout
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() == {"file", "text", "confidence"}
    assert len(rows) == 10
    assert sum(row["file"].startswith(row["text"] + "/") for row in rows) >= 9
    report = (tmp_path / "r.html").read_text()
    assert report.startswith("<!doctype html>")
    shipped = shipped_models()
    for told in (
        shipped[DEFAULT],
        shipped["detector"],
        inkten.__version__,
        "the whole",
    ):
        assert told in report


def test_json_alone_is_printed_when_asked_for(pictures):
    told = json.loads(run("--data", pictures, "--bare", "--json").stdout)
    assert told["models"][DEFAULT]["pictures"] == 10
    assert told["models"][DEFAULT]["texts"]["exact"]["count"] == 10


def test_the_plain_recipe_is_measured_with_the_mlp(pictures):
    done = run("--data", pictures, "--as-is", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["as_is"] is True
    assert told["models"]["mlp"]["texts"]["exact"]["right"] >= 9


def test_pictures_are_chosen_by_their_notes_and_turned_upright(tmp_path):
    data = mnist.load()
    Image.fromarray(data.test_images[0]).save(tmp_path / "upright.png")
    turned = Image.fromarray(data.test_images[0]).rotate(90)
    turned.save(tmp_path / "turned.png")
    (tmp_path / "labels.csv").write_text(
        "file,text,note\nupright.png,7,\nturned.png,7,turned left\n"
    )
    for chosen in (("--only", "turned", "--rotate", "90"), ("--without", "turned")):
        done = run("--data", tmp_path, "--single", *chosen, "--json")
        assert done.exit_code == 0, done.output
        exact = json.loads(done.stdout)["models"][DEFAULT]["texts"]["exact"]
        assert (exact["right"], exact["count"]) == (1, 1)


def test_what_cannot_be_read_is_told_on_stderr_after_the_figures(pictures, tmp_path):
    (pictures / "7" / "text.png").write_text("seven")
    for way in ((), ("--bare",), ("--as-is",)):
        table = tmp_path / "new" / "p.csv"
        done = run("--data", pictures, *way, "--predictions", table)
        assert done.exit_code == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"inkten: {pictures / '7' / 'text.png'}: not a picture")
        assert "could not be read" in done.stdout
        assert len(table.read_text().splitlines()) == 12


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-is", "--model", "mlp"], "goes without"),
        (["--as-is", "--single"], "goes without"),
        (["--as-is", "--bare"], "goes without"),
        (["--as-is", "--rotate", "auto"], "goes without"),
        (["--bare", "--rotate", "90"], "leave --single, --rotate"),
        (["--only", "turned"], "go with a labels.csv"),
        (["--as-is", "--min-confidence", "0.5"], "goes without"),
        (["--bare", "--single"], "leave --single, --rotate"),
        (["--bare", "--max-pixels", "9"], "leave --single, --rotate"),
        (["--model", "a", "--model", "b", "--report", "r.html"], "one --model"),
    ],
)
def test_wrong_usage_is_told(arguments, said):
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("way", [(), ("--as-is",)])
@pytest.mark.parametrize("limit", ["--max-pixels", "--max-bytes"])
def test_a_limit_is_moved_with_the_option_that_its_error_names(pictures, way, limit):
    done = run("--data", pictures, *way, limit, 100)
    assert done.exit_code == 1
    assert f"({limit})" in done.stderr


def test_a_models_path_is_named_as_it_is(pictures, tmp_path):
    odd = tmp_path / "a[b] :x:.onnx"
    shutil.copy(registry.HERE / "mlp.onnx", odd)
    done = CliRunner().invoke(
        app,
        ["evaluate", "--data", str(pictures), "--model", str(odd)],
        env={"COLUMNS": "400"},
    )
    assert done.exit_code == 0, done.output
    assert odd.name in done.stdout


def test_what_a_report_is_drawn_with_is_asked_for_before_the_work(
    pictures, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(
        "inkten.cli.evaluate._evaluate", lambda *_: pytest.fail("worked")
    )
    done = run("--data", pictures, "--report", tmp_path / "r.html")
    assert isinstance(done.exception, MissingExtra)


@pytest.mark.parametrize("option", ["--predictions", "--report"])
def test_a_target_that_is_no_file_is_refused_before_the_work(option, monkeypatch):
    monkeypatch.setattr("inkten.cli.evaluate._cases", lambda *_: pytest.fail("worked"))
    done = run(option, ".")
    assert "expected the name of a file" in str(done.exception)
