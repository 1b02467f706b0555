import csv
import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten.datasets import mnist
from inkten.doors.cli.main import app


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
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_json_alone_is_printed_when_asked_for(pictures):
    told = json.loads(run("--data", pictures, "--bare", "--json").stdout)
    assert told["models"]["mlp"]["pictures"] == 10
    assert told["models"]["mlp"]["texts"]["exact"]["count"] == 10


def test_predictions_of_several_models_are_wrong_usage(pictures, tmp_path):
    models = ("--model", "mlp", "--model", "mlp")
    done = run(*models, "--data", pictures, "--predictions", tmp_path / "p.csv")
    assert done.exit_code == 2
