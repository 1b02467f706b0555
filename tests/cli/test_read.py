import csv
import io
import json
import re
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten import Box, Digit, Limits, Number, Reader, Reading, ReadOptions
from inkten.classification.classifier import Classifier
from inkten.cli.main import app
from inkten.cli.output import OutputFormat, Printer, sentence
from inkten.cli.sources import Source


def run(*arguments, **options):
    return CliRunner().invoke(app, ["read", *map(str, arguments)], **options)


def flat(text):
    """A usage error, which rich prints in a box, as one line."""
    return " ".join(text.replace("│", " ").split())


def test_the_text_of_one_picture_is_all_that_is_printed(pictures):
    result = run("7.png")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "7\n", "")


def test_several_pictures_are_named(pictures):
    result = run("7.png", "42.png")
    assert (result.exit_code, result.stdout) == (0, "7.png: 7\n42.png: 42\n")


def test_a_bad_picture_is_reported_and_the_others_are_read(pictures):
    result = run("7.png", "text.png", "missing.png", "42.png")
    assert result.exit_code == 1
    assert result.stdout == "7.png: 7\n42.png: 42\n"
    first, second = result.stderr.splitlines()
    assert first.startswith("inkten: text.png: this file is not a picture")
    assert second == "inkten: missing.png: no such file"


def test_a_picture_without_digits_is_reported(pictures):
    result = run("blank.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "inkten: blank.png: no handwritten digit was found\n"


def test_json_has_a_line_for_every_picture(pictures):
    result = run("42.png", "text.png", "blank.png", "--json")
    read, bad, blank = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert list(read) == [
        *("file", "schema", "page", "text", "value", "confidence"),
        *("width", "height", "rotation", "has_signs", "best_guess", "lines"),
    ]
    assert (read["file"], read["value"], read["schema"]) == ("42.png", 42, 1)
    assert list(bad) == ["file", "schema", "page", "error"]
    assert (blank["text"], blank["lines"]) == ("", [])


def test_csv_has_a_row_for_every_picture(pictures):
    result = run("42.png", "text.png", "blank.png", "--csv")
    assert result.exit_code == 1
    read, bad, blank = csv.DictReader(io.StringIO(result.stdout))
    assert (read["file"], read["text"], read["value"]) == ("42.png", "42", "42")
    assert 0 < float(read["confidence"]) <= 1
    assert read["error"] == ""
    assert "not a picture" in bad["error"]
    assert (blank["text"], blank["value"], blank["error"]) == ("", "", "")


def test_csv_keeps_a_text_of_two_lines_in_one_row(pictures, write):
    Image.fromarray(write("12\n34").gray).save("two.png")
    result = run("two.png", "7.png", "--csv")
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert [row[2] for row in rows] == ["text", "12\n34", "7"]
    assert {len(row) for row in rows} == {6}


def test_control_characters_in_a_name_are_escaped(pictures):
    odd = "a\n[b]\x1b.png"
    shutil.copy("7.png", odd)
    result = run(odd, "gone\n.png", "")
    assert result.stdout == "a\\n[b]\\x1b.png: 7\n"
    gone, empty = result.stderr.splitlines()
    assert gone == "inkten: gone\\n.png: no such file"
    assert empty == "inkten: an empty name; expected the path of a picture"
    assert "a\\n[b]\\x1b.png: '7'" in run(odd, "--details").stdout
    assert json.loads(run(odd, "--json").stdout)["file"] == odd


def test_json_is_ascii_and_so_fits_any_encoding(pictures):
    name = "\u516d.png"
    shutil.copy("7.png", name)
    result = run(name, "--json")
    assert result.stdout.isascii()
    assert json.loads(result.stdout)["file"] == name


def test_details_name_no_digit_where_that_is_likely(capsys):
    probabilities = np.array([0.1, *[0] * 6, 0.6, 0, 0], np.float32)
    tile = np.zeros((28, 28), np.float32)
    digit = Digit.of(probabilities, Box(0, 0, 1, 1), tile, 0)
    reading = Reading(((Number((digit,)),),), np.zeros((9, 9), np.uint8))
    Printer(OutputFormat.DETAILS, several=False).reading(
        Source("7.png", "7.png"), reading
    )
    assert "7 0.600  no digit 0.300  0 0.100" in capsys.readouterr().out


def test_details_show_each_digit_in_a_row_of_80_characters(pictures):
    result = run("42.png", "--details", env={"COLUMNS": "80"})
    assert result.exit_code == 0
    assert "42.png: '42', confidence" in result.stdout
    assert "likeliest" in result.stdout
    rows = [line for line in result.stdout.splitlines() if "." in line][1:]
    assert len(rows) == 2
    assert all(len(re.findall(r"\b[01]\.\d{3}\b", row)) == 4 for row in rows)


def test_standard_input_is_a_picture(pictures):
    content = (pictures / "7.png").read_bytes()
    assert run("-", input=content).stdout == "7\n"
    empty = run("-", input=b"")
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert empty.stderr == "inkten: standard input: the file is empty\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["7.png", "--json", "--csv"], "not both"),
        (["7.png", "--rotate", "45"], "--rotate"),
        (["7.png", "--min-confidence", "2"], "--min-confidence"),
        (["7.png", "--min-confidence", "nan"], "nan given; expected a finite number"),
        (["7.png", "--as-is", "--single"], "cannot be combined with --model"),
        (["7.png", "--save-picture", "out.gif"], "ending in .png or .jpg"),
        (["7.png", "--save-picture", "new"], "ending in .png or .jpg"),
        (["7.png", "--save-picture", "7.png"], "would be lost"),
        (["7.png", "--save-picture", "folder/../7.png"], "would be lost"),
        (["7.png", "--save-picture", "link.png"], "would be lost"),
        (["7.png", "42.png", "--save-picture", "text.png"], "is a file"),
        (["7.png", "42.png", "--save-picture", "new.png"], "is a file"),
        (["7.png", "--no-such"], "--no-such"),
        ([], "name at least one picture"),
    ],
)
def test_a_usage_error_is_reported_and_nothing_is_written(pictures, arguments, message):
    (pictures / "folder").mkdir()
    (pictures / "link.png").symlink_to("7.png")
    before = {p: p.read_bytes() for p in pictures.iterdir() if p.is_file()}
    result = run(*arguments, env={"COLUMNS": "200"})
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in flat(result.stderr)
    after = {p: p.read_bytes() for p in pictures.iterdir() if p.is_file()}
    assert after == before


def test_the_plain_recipe_always_gives_one_digit(pictures):
    result = run("7.png", "blank.png", "--as-is")
    assert result.exit_code == 0
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [
        *("7.png", "blank.png")
    ]


def test_options_reach_the_reader(pictures, monkeypatch):
    calls = []

    def read(self, picture, options):
        calls.append((picture, options))
        return Reading((), np.zeros((28, 28), np.uint8))

    monkeypatch.setattr("inkten.cli.read.Reader.read", read)
    options = ["--single", "--rotate", "auto", "--min-confidence", "0.5"]
    run("7.png", *options, "--max-pixels", "9", "--max-bytes", "8")
    assert calls == [("7.png", ReadOptions(True, "auto", 0.5, Limits(9, 8)))]


def test_limits_name_the_option_that_raises_them(pictures):
    by_pixels = run("7.png", "--max-pixels", "100").stderr
    assert by_pixels.startswith("inkten: 7.png: ")
    assert by_pixels.endswith(
        " pixels are more than 100, the limit; see --max-pixels\n"
    )
    by_bytes = run("7.png", "--max-bytes", "100").stderr
    assert by_bytes.endswith("the limit; see --max-bytes\n")


def test_a_keras_file_is_read_through_keras(pictures, monkeypatch):
    loaded = []
    keras = SimpleNamespace(
        load_keras=lambda path, form: loaded.append(path) or Classifier("mlp")
    )
    monkeypatch.setitem(sys.modules, "inkten.training.keras_classifier", keras)
    path = pictures / "run/model.keras"
    path.parent.mkdir()
    path.touch()
    assert run("7.png", "--model", "run/model.keras").stdout == "7\n"
    assert loaded == ["run/model.keras"]


def test_the_answer_is_a_sentence(write):
    reader = Reader()
    assert sentence(reader.read(write("42").gray)) == (
        "The handwritten digits are recognized as: 42"
    )
    assert sentence(reader.read(write("").gray)) == "No handwritten digit was found."
    doubtful = Reader(min_confidence=1).read(write("7").gray)
    (digit,) = doubtful.digits
    assert sentence(doubtful) == (
        "The handwritten digit is uncertain; the best guess is 7, with confidence "
        f"{digit.confidence:.2f}."
    )
