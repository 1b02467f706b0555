import csv
import io
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import inkten
from inkten import Box, Digit, Number, Reading
from inkten.classification.classifier import Classifier
from inkten.cli.main import app, main
from inkten.cli.output import OutputFormat, Printer, sentence
from inkten.cli.prompt import path_of


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
    assert done.stderr == "inkten: blank.png: no handwritten digit was found\n"


def test_json_has_a_line_for_every_picture(pictures):
    done = run("42.png", "text.png", "blank.png", "--json")
    read, bad, blank = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert list(read) == [
        *("file", "schema", "page", "text", "value", "confidence"),
        *("width", "height", "best_guess", "lines"),
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


def test_csv_keeps_a_text_of_two_lines_in_one_row(pictures, write):
    Image.fromarray(write("12\n34").gray).save("two.png")
    done = run("two.png", "7.png", "--csv")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert [row[2] for row in rows] == ["text", "12\n34", "7"]
    assert {len(row) for row in rows} == {6}


def test_an_odd_name_stays_on_its_line(pictures):
    odd = "a\n[b]\x1b.png"
    shutil.copy("7.png", odd)
    done = run(odd, "gone\n.png", "")
    assert done.stdout == "a\\n[b]\\x1b.png: 7\n"
    gone, empty = done.stderr.splitlines()
    assert gone == "inkten: gone\\n.png: no such file"
    assert empty == "inkten: an empty name; expected the path of a picture"
    assert "a\\n[b]\\x1b.png: '7'" in run(odd, "--details").stdout
    assert json.loads(run(odd, "--json").stdout)["file"] == odd


def test_json_is_ascii_so_that_any_output_can_carry_it(pictures):
    name = "\u516d.png"
    shutil.copy("7.png", name)
    done = run(name, "--json")
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["file"] == name


def test_details_name_no_digit_where_that_is_likely(capsys):
    probabilities = np.array([0.1, *[0] * 6, 0.6, 0, 0], np.float32)
    tile = np.zeros((28, 28), np.float32)
    digit = Digit.of(probabilities, Box(0, 0, 1, 1), tile, 0)
    reading = Reading(((Number((digit,)),),), np.zeros((9, 9), np.uint8))
    Printer(Form.DETAILS, several=False).reading("7.png", reading)
    assert "7 0.600  no digit 0.300  0 0.100" in capsys.readouterr().out


def test_details_show_each_digit_in_a_row_of_80_characters(pictures):
    done = run("42.png", "--details", env={"COLUMNS": "80"})
    assert done.exit_code == 0
    assert "42.png: '42', confidence" in done.stdout
    assert "likeliest" in done.stdout
    rows = [line for line in done.stdout.splitlines() if "." in line][1:]
    assert len(rows) == 2
    assert all(len(re.findall(r"\b[01]\.\d{3}\b", row)) == 4 for row in rows)


def test_standard_input_is_a_picture(pictures):
    content = (pictures / "7.png").read_bytes()
    assert run("-", input=content).stdout == "7\n"
    empty = run("-", input=b"")
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert empty.stderr == "inkten: standard input: the file is empty\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["7.png", "--json", "--csv"], "not both"),
        (["7.png", "--rotate", "45"], "--rotate"),
        (["7.png", "--min-confidence", "2"], "--min-confidence"),
        (["7.png", "--min-confidence", "nan"], "nan came; expected a finite number"),
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


def test_the_folder_of_a_boxed_picture_is_made(pictures):
    assert run("7.png", "--save-picture", "new/read.png").exit_code == 0
    assert (pictures / "new" / "read.png").is_file()


def test_a_boxed_picture_of_standard_input_has_a_name(pictures):
    content = (pictures / "7.png").read_bytes()
    run("-", "42.png", "--save-picture", "out", input=content)
    saved = sorted(path.name for path in (pictures / "out").iterdir())
    assert saved == ["42-read.png", "stdin-read.png"]


def test_what_cannot_be_saved_is_told_and_the_rest_is_read(pictures):
    long = "7" * 250 + ".png"  # a name that has no room for "-read"
    shutil.copy("7.png", long)
    done = run(long, "42.png", "--save-picture", "out")
    assert (done.exit_code, done.stdout) == (1, f"{long}: 7\n42.png: 42\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith("inkten: out/777")
    assert "cannot be written" in line
    assert [path.name for path in (pictures / "out").iterdir()] == ["42-read.png"]
    done = run("7.png", "--save-picture", "text.png/read.png")
    assert (done.exit_code, done.stdout) == (1, "7\n")
    assert done.stderr.startswith("inkten: text.png/read.png: cannot be written")


def test_the_picture_is_shown_in_colour(pictures):
    done = run("7.png", "--show", env={"COLUMNS": "80", "FORCE_COLOR": "1"})
    assert "\u2580" in done.stdout
    assert done.stdout.endswith("7\n")


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_a_shown_picture_does_not_mix_with_what_machines_read(pictures, form):
    plain = run("7.png", form)
    shown = run("7.png", form, "--show", env={"COLUMNS": "80", "FORCE_COLOR": "1"})
    assert shown.stdout == plain.stdout
    assert "\u2580" in shown.stderr


def test_a_picture_is_shown_at_a_terminal_only(pictures):
    assert run("7.png", "--show").output == "7\n"


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

    monkeypatch.setattr("inkten.cli.read.Reader.read", read)
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
    keras = SimpleNamespace(
        load_keras=lambda path: asked.append(path) or Classifier("mlp")
    )
    monkeypatch.setitem(sys.modules, "inkten.training.keras_classifier", keras)
    assert run("7.png", "--model", "run/model.keras").stdout == "7\n"
    assert asked == ["run/model.keras"]


def test_the_status_and_the_one_line_come_through_the_real_command(
    pictures, inkten_command
):
    odd = os.fsdecode(b"odd-\xff.png")
    shutil.copy("7.png", odd)
    (pictures / "cut.png").write_bytes((pictures / "7.png").read_bytes()[:5000])
    done = subprocess.run(
        [inkten_command, "read", "cut.png", odd, f"gone-{odd}"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )
    assert done.returncode == 1
    assert done.stdout == b"odd-\\udcff.png: 7\n"
    damaged, missing = done.stderr.splitlines()
    assert damaged.startswith(b"inkten: cut.png: damaged or truncated")
    assert b"no such file" in missing


def test_opencv_says_nothing_of_a_damaged_picture(pictures, capfd, monkeypatch):
    Image.open("7.png").save("7.bmp")
    (pictures / "cut.bmp").write_bytes((pictures / "7.bmp").read_bytes()[:5000])
    _, _, errors = command(capfd, monkeypatch, "cut.bmp")
    (line,) = errors.splitlines()
    assert line.startswith("inkten: cut.bmp: damaged or truncated")


def test_a_missing_model_ends_the_run_with_one_line(pictures, capsys, monkeypatch):
    status, printed, errors = command(
        *(capsys, monkeypatch), "7.png", "42.png", "--model", "missing.onnx"
    )
    assert (status, printed) == (1, "")
    assert errors.startswith("inkten: missing.onnx: cannot be read")
    assert len(errors.splitlines()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device")  # noqa: PTH110
@pytest.mark.parametrize("options", [["7.png"], ["7.png", "--details"], ["--help"]])
def test_a_full_disk_is_told_in_one_line(pictures, inkten_command, options):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [inkten_command, "read", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "inkten: standard output: No space left on device\n"


def test_a_closed_pipe_ends_the_run_quietly(pictures, inkten_command):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [inkten_command, "read", "7.png"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.stderr == b""


def test_the_version_is_printed():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"inkten {inkten.__version__}\n")


def test_the_usage_shows_that_several_pictures_may_be_named():
    assert "read [OPTIONS] [PICTURE]... " in run("--help").stdout


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
    doubtful = inkten.Reader(min_confidence=1).read(write("7").gray)
    (digit,) = doubtful.digits
    assert sentence(doubtful) == (
        "The handwritten digit is not sure; the best guess is 7, at a confidence of "
        f"{digit.confidence:.2f}."
    )


@pytest.mark.parametrize(
    "answer",
    ["my digit.png", "'my digit.png'", r"my\ digit.png ", '"~/my digit.png"', "it's"],
)
def test_a_path_is_taken_as_it_is_typed_or_dragged(tmp_path, monkeypatch, answer):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("my digit.png", "it's"):
        (tmp_path / name).touch()
    assert Path(path_of(answer)).is_file()


def run_at_terminal(inkten_command, answer, *options):
    """Run `inkten read` at a pseudo-terminal; its status, and all that was seen.

    Its question is answered, or left by Ctrl-C if there is no answer.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    # Tests that run in the background ignore Ctrl-C, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [inkten_command, "read", *options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    signal.signal(signal.SIGINT, before)
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
            if answer is None:
                process.send_signal(signal.SIGINT)  # as Ctrl-C does
            else:
                os.write(ours, f"{answer}\n".encode())
            answered = True
    os.close(ours)
    return process.wait(timeout=30), seen.decode().replace("\r\n", "\n")


@pytest.fixture
def at_terminal(inkten_command):
    return partial(run_at_terminal, inkten_command)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize(
    ("answer", "status", "last"),
    [
        ("'7.png'", 0, "The handwritten digit is recognized as: 7"),
        ("gone.png", 1, "inkten: gone.png: no such file"),
    ],
)
def test_without_a_path_it_asks_shows_and_answers(
    pictures, at_terminal, answer, status, last
):
    returned, seen = at_terminal(answer)
    assert returned == status
    assert seen.startswith("Enter the image path: ")
    assert seen.rstrip().splitlines()[-1] == last
    assert ("\u2580" in seen) == (status == 0)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_the_question_can_be_left_and_the_form_of_the_answer_chosen(
    pictures, at_terminal
):
    status, seen = at_terminal(None)
    assert status == 130
    assert "Traceback" not in seen
    status, seen = at_terminal("7.png", "--json")
    assert status == 0
    assert json.loads(seen.splitlines()[-1])["value"] == 7
