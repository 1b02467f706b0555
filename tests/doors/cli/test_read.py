import csv
import io
import json
import os
import select
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import inkten
from inkten import Reading
from inkten.doors.cli.main import app, main
from inkten.doors.cli.output import sentence
from inkten.models.session import Classifier

INKTEN = Path(sysconfig.get_path("scripts")) / "inkten"


@pytest.fixture
def pictures(tmp_path, write, monkeypatch):
    """A folder to stand in with 7.png (a seven) and 42.png."""
    for name, text in {"7.png": "7", "42.png": "42"}.items():
        Image.fromarray(write(text).gray).save(tmp_path / name)
    Image.new("L", (300, 200), 220).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("seven")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, **options):
    return CliRunner().invoke(app, ["read", *map(str, arguments)], **options)


def command(capsys, monkeypatch, *arguments):
    """Run `inkten read` through its own entry: status, standard output, errors."""
    monkeypatch.setattr(sys, "argv", ["inkten", "read", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, *capsys.readouterr()


def flat(text):
    """Rich's boxes of wrong usage as one line."""
    return " ".join(text.replace("│", " ").split())


def test_the_text_of_one_picture_is_all_that_is_printed(pictures):
    done = run("7.png")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "7\n", "")


def test_several_pictures_are_named(pictures):
    done = run("7.png", "42.png")
    assert (done.exit_code, done.stdout) == (0, "7.png: 7\n42.png: 42\n")


def test_a_bad_picture_among_good_ones_is_told_and_the_rest_is_read(pictures):
    done = run("7.png", "text.png", "missing.png", "42.png")
    assert done.exit_code == 1
    assert done.stdout == "7.png: 7\n42.png: 42\n"
    first, second = done.stderr.splitlines()
    assert first.startswith("inkten: text.png: not a picture")
    assert second == "inkten: missing.png: no such file"


def test_a_picture_without_digits_is_said_to_be_so(pictures):
    done = run("blank.png")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "inkten: blank.png: no digit was found\n"


def test_json_has_a_line_for_every_picture(pictures):
    done = run("42.png", "text.png", "blank.png", "--json")
    read, bad, blank = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert list(read) == [
        *("file", "schema", "page", "text", "value", "confidence"),
        *("width", "height", "lines"),
    ]
    assert (read["file"], read["value"], read["schema"]) == ("42.png", 42, 1)
    assert list(bad) == ["file", "schema", "error"]
    assert (blank["text"], blank["lines"]) == ("", [])


def test_csv_has_a_row_for_every_picture(pictures):
    done = run("42.png", "text.png", "blank.png", "--csv")
    assert done.exit_code == 1
    read, bad, blank = csv.DictReader(io.StringIO(done.stdout))
    assert (read["file"], read["text"], read["value"]) == ("42.png", "42", "42")
    assert 0 < float(read["confidence"]) <= 1
    assert read["error"] == ""
    assert "not a picture" in bad["error"]
    assert (blank["text"], blank["value"], blank["error"]) == ("", "", "")


def test_details_show_the_likeliest_of_each_digit(pictures):
    done = run("42.png", "--details", env={"COLUMNS": "120"})
    assert done.exit_code == 0
    assert "42.png: '42', confidence" in done.stdout
    assert "likeliest" in done.stdout


def test_standard_input_is_a_picture(pictures):
    content = (pictures / "7.png").read_bytes()
    assert run("-", input=content).stdout == "7\n"
    empty = run("-", input=b"")
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert empty.stderr == "inkten: the picture: the file is empty\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["7.png", "--json", "--csv"], "not both"),
        (["7.png", "--rotate", "45"], "--rotate"),
        (["7.png", "--min-confidence", "2"], "--min-confidence"),
        (["7.png", "--as-is", "--single"], "without --model"),
        (["7.png", "--save-picture", "out.jpg"], "no .png"),
        (["7.png", "--save-picture", "7.png"], "would be lost"),
        (["7.png", "--save-picture", "folder/../7.png"], "would be lost"),
        (["7.png", "--save-picture", "link.png"], "would be lost"),
        (["7.png", "--save-picture", "."], "no .png"),
        (["7.png", "42.png", "--save-picture", "text.png"], "is a file"),
        (["7.png", "--no-such"], "--no-such"),
        ([], "name at least one picture"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(pictures, arguments, said):
    (pictures / "folder").mkdir()
    (pictures / "link.png").symlink_to("7.png")
    before = {p: p.read_bytes() for p in pictures.iterdir() if p.is_file()}
    done = run(*arguments, env={"COLUMNS": "200"})
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in flat(done.stderr)
    after = {p: p.read_bytes() for p in pictures.iterdir() if p.is_file()}
    assert after == before


def test_the_boxed_picture_is_saved(pictures):
    assert run("7.png", "--save-picture", "read.png").stdout == "7\n"
    with Image.open("read.png") as saved:
        assert saved.mode == "RGB"


def test_several_boxed_pictures_are_saved_to_a_folder_under_names_of_their_own(
    pictures,
):
    (pictures / "other").mkdir()
    (pictures / "7.png").rename(pictures / "other" / "42.png")
    done = run("42.png", "other/42.png", "text.png", "--save-picture", "out/read")
    assert done.exit_code == 1
    saved = sorted(path.name for path in (pictures / "out" / "read").iterdir())
    assert saved == ["42-read-2.png", "42-read.png"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["7.png", "--save-picture", "text.png/read.png"],
        ["7.png", "42.png", "--save-picture", "text.png/folder"],
    ],
)
def test_what_cannot_be_saved_is_told(pictures, capsys, monkeypatch, arguments):
    status, _, errors = command(capsys, monkeypatch, *arguments)
    assert status == 1
    assert errors.startswith(f"inkten: {Path(arguments[-1])}: cannot be written")
    assert len(errors.splitlines()) == 1


def test_the_picture_is_shown_in_colour(pictures):
    done = run("7.png", "--show", env={"COLUMNS": "80", "FORCE_COLOR": "1"})
    assert "\u2580" in done.stdout
    assert done.stdout.endswith("7\n")


def test_the_plain_recipe_always_gives_one_digit(pictures):
    done = run("7.png", "blank.png", "--as-is")
    assert done.exit_code == 0
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [
        *("7.png", "blank.png")
    ]


def test_options_reach_the_reader(pictures, monkeypatch):
    asked = {}

    def read(self, picture, **options):
        asked.update(options, min_confidence=self.min_confidence, limits=self.limits)
        return Reading((), np.zeros((28, 28), np.uint8))

    monkeypatch.setattr("inkten.doors.cli.read.Reader.read", read)
    options = ["--single", "--rotate", "auto", "--min-confidence", "0.5"]
    run("7.png", *options, "--max-pixels", "9", "--max-bytes", "8")
    assert asked == {
        "single": True,
        "rotate": "auto",
        "min_confidence": 0.5,
        "limits": inkten.Limits(9, 8),
    }


def test_limits_name_the_option_that_raises_them(pictures):
    assert "--max-pixels" in run("7.png", "--max-pixels", "100").stderr
    assert "--max-bytes" in run("7.png", "--max-bytes", "100").stderr


def test_a_keras_file_is_read_through_keras(pictures, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "inkten.doors.cli.read.load_model",
        lambda model: asked.append(model) or Classifier("mlp"),
    )
    assert run("7.png", "--model", "run/model.keras").stdout == "7\n"
    assert asked == ["run/model.keras"]


def test_the_status_and_the_one_line_come_through_the_real_command(pictures):
    odd = os.fsdecode(b"odd-\xff.png")
    shutil.copy("7.png", odd)
    (pictures / "cut.png").write_bytes((pictures / "7.png").read_bytes()[:5000])
    done = subprocess.run(
        [INKTEN, "read", "cut.png", odd, f"gone-{odd}"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )
    assert done.returncode == 1
    assert done.stdout == b"odd-\\udcff.png: 7\n"
    damaged, missing = done.stderr.splitlines()
    assert damaged.startswith(b"inkten: cut.png: damaged or truncated")
    assert b"no such file" in missing


def test_a_missing_model_ends_the_run_with_one_line(pictures, capsys, monkeypatch):
    status, printed, errors = command(
        *(capsys, monkeypatch), "7.png", "42.png", "--model", "missing.onnx"
    )
    assert (status, printed) == (1, "")
    assert errors.startswith("inkten: missing.onnx: cannot be read")
    assert len(errors.splitlines()) == 1


def test_the_version_is_printed():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"inkten {inkten.__version__}\n")


def test_inkten_alone_shows_its_help():
    done = CliRunner().invoke(app, [])
    assert "Usage: inkten" in done.output
    for command in ("read", "train", "evaluate"):
        assert command in done.output


# At a terminal, without a path


def test_the_answer_is_a_sentence(write):
    reader = inkten.Reader()
    assert sentence(reader.read(write("42").gray)) == (
        "The handwritten digits are recognized as: 42"
    )
    assert sentence(reader.read(write("").gray)) == "No handwritten digit was found."


def at_terminal(answer):
    """Run `inkten read` at a pseudo-terminal, answer its question, return all of it."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [INKTEN, "read"], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    seen, answered, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so that the other side is closed
            break
        if not part:
            break
        seen += part
        if not answered and b"Enter the image path: " in seen:
            os.write(ours, f"{answer}\n".encode())
            answered = True
    os.close(ours)
    return process.wait(timeout=30), seen.decode().replace("\r\n", "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize(
    ("answer", "status", "last"),
    [
        ("'7.png'", 0, "The handwritten digit is recognized as: 7"),
        ("gone.png", 1, "inkten: gone.png: no such file"),
    ],
)
def test_without_a_path_it_asks_shows_and_answers(pictures, answer, status, last):
    returned, seen = at_terminal(answer)
    assert returned == status
    assert seen.startswith("Enter the image path: ")
    assert seen.rstrip().splitlines()[-1] == last
    assert ("\u2580" in seen) == (answer != "gone.png")
