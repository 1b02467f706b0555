import csv
import io
import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten.batch.row import row_of
from inkten.classification.classifier import CheckedClassifier
from inkten.cli import evaluate, read, table
from inkten.cli.main import app
from inkten.datasets.labels import load_labels
from inkten.errors import DataError


@pytest.fixture
def pictures(tmp_path, with_sign, monkeypatch, by_shape):
    """12.50 and -34, in a folder with their labels, read by the stand-in."""
    for name, drawn in (("a.png", ("1250", ".", 2)), ("b.png", ("34", "-", 0))):
        Image.fromarray(with_sign(*drawn)[0]).save(tmp_path / name)
    labels = "file,text,written\na.png,1250,12.50\nb.png,34,−34\n"  # noqa: RUF001
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    classifier = CheckedClassifier(by_shape)
    for command in (read, evaluate, table):
        monkeypatch.setattr(command, "load_model", lambda *_: classifier)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_numbers_as_they_are_written(pictures):
    assert run("read", "a.png", "b.png", "--signs") == "a.png: 12.50\nb.png: -34\n"
    assert run("read", "a.png") == "12 50\n"


def test_details_list_signs_among_the_digits(pictures):
    printed = run("read", "a.png", "--signs", "--details")
    rows = [line.split()[:2] for line in printed.splitlines()]
    assert [row[1] for row in rows if row[:1] == ["1"]] == list("12.50")


def test_csv_has_a_column_for_decimals(pictures):
    text = run("read", "a.png", "b.png", "--signs", "--csv")
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["text"], first["value"], first["decimal"]) == ("12.50", "", "12.50")
    assert (second["value"], second["decimal"]) == ("-34", "-34")


def test_a_set_decimal_mark_is_kept(pictures):
    record = json.loads(
        run("read", "a.png", "--signs", "--decimal-mark", ",", "--json")
    )
    (number,) = record["lines"][0]
    assert (number["text"], number["decimal"]) == ("12.50", None)
    assert number["decimal_mark"] == ","


def test_evaluation_with_signs_compares_texts_as_they_are_written(pictures):
    text = run(
        *("evaluate", "--data", "labels.csv", "--signs", "--json"),
        *("--predictions", "predictions.csv"),
    )
    (scores,) = json.loads(text)["models"].values()
    assert scores["texts"]["exact"]["value"] == 1
    with (pictures / "predictions.csv").open(newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["12.50", "-34"]


def test_labels_of_written_numbers_need_no_text_of_digits(tmp_path):
    path = tmp_path / "written.csv"
    path.write_text("file,written,note\na.png,4×[2+2]|5÷9,\n", encoding="utf-8")  # noqa: RUF001
    assert load_labels(path, written=True)[0].text == "4x(2+2)|5÷9"
    with pytest.raises(DataError, match="expected file and text"):
        load_labels(path)


def test_a_letter_in_a_written_text_is_refused(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,text\na.png,3kg\n")
    with pytest.raises(DataError, match="expected a file name and digits and signs"):
        load_labels(path, written=True)


@pytest.mark.usefixtures("pictures")
def test_a_table_has_signs_wherever_they_can_be_read():
    assert run("table", "a.png") == "12.50\n"


def test_a_batch_row_has_signs_and_an_exact_decimal(reader, with_sign):
    reading = reader.read(with_sign("1250", ".", 2)[0], signs=True)
    row = row_of("a.png", 1, reading, 0.0, "cnn")
    assert (row["text"], row["value"], row["decimal"]) == ("12.50", None, "12.50")
    assert (row["has_signs"], row["signs"][0]["value"]) == (True, ".")
