import os
import shutil
import subprocess
import sys
from functools import partial

import pytest
from PIL import Image
from typer.testing import CliRunner

import inkten
from inkten import Limits, RunError
from inkten.cli.main import app, main


def command(capsys, monkeypatch, *arguments):
    """Run `inkten read` through `main`; returns status, standard output, errors."""
    monkeypatch.setattr(sys, "argv", ["inkten", "read", *arguments])
    with pytest.raises(SystemExit) as exit_info:
        main()
    return exit_info.value.code, *capsys.readouterr()


def test_the_installed_command_returns_the_status_and_one_line_per_error(
    pictures, inkten_command
):
    odd = os.fsdecode(b"odd-\xff.png")
    shutil.copy("7.png", odd)
    (pictures / "cut.png").write_bytes((pictures / "7.png").read_bytes()[:5000])
    result = subprocess.run(
        [inkten_command, "read", "cut.png", odd, f"gone-{odd}"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )
    assert result.returncode == 1
    assert result.stdout == b"odd-\\udcff.png: 7\n"
    damaged, missing = result.stderr.splitlines()
    assert damaged.startswith(b"inkten: cut.png: damaged or truncated")
    assert b"no such file" in missing


def test_opencv_prints_nothing_about_a_damaged_picture(pictures, capfd, monkeypatch):
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
def test_a_full_disk_is_reported_in_one_line(pictures, inkten_command, options):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        result = subprocess.run(
            [inkten_command, "read", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == "inkten: standard output: No space left on device\n"


def test_a_closed_pipe_ends_the_run_quietly(pictures, inkten_command):
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [inkten_command, "read", "7.png"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert result.stderr == b""


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_printed(option):
    result = CliRunner().invoke(app, [option])
    assert (result.exit_code, result.stdout) == (0, f"inkten {inkten.__version__}\n")


def test_the_usage_shows_that_several_pictures_may_be_named():
    assert (
        "read [OPTIONS] [PICTURE]... "
        in CliRunner().invoke(app, ["read", "--help"]).stdout
    )


def test_inkten_alone_shows_its_help():
    result = CliRunner().invoke(app, [])
    assert "Usage: inkten" in result.output
    for command in ("read", "train", "evaluate"):
        assert command in result.output


def test_python_m_inkten_is_the_same_command():
    result = subprocess.run(
        [sys.executable, "-m", "inkten", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"inkten {inkten.__version__}\n"


@pytest.mark.parametrize(
    ("words", "completed"),
    [("inkten re", "read"), ("inkten read --sin", "--single")],
)
def test_the_shell_completes_commands_and_options(inkten_command, words, completed):
    environment = {
        "_INKTEN_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    result = subprocess.run(
        [inkten_command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.stdout.split() == [completed]


def test_an_error_names_the_option_that_helps(capsys, monkeypatch):
    def fail(*_, **__):
        raise RunError("of an unknown form.", parameter="max_pixels")

    monkeypatch.setattr("inkten.cli.read.Reader", fail)
    status, _, errors = command(capsys, monkeypatch, "7.png")
    assert status == 1
    assert errors == "inkten: of an unknown form; see --max-pixels\n"


def test_an_option_that_the_command_does_not_have_is_not_named(
    pictures, capsys, monkeypatch
):
    monkeypatch.setattr("inkten.cli.options.Limits", partial(Limits, max_digits=1))
    status, _, errors = command(capsys, monkeypatch, "42.png")
    assert status == 1
    assert errors.startswith("inkten: 42.png: 2 marks look like digits; at most 1 are")
    assert errors.endswith("Cut it into parts.\n")


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [
        ("h5py", ["read", "--model", "my.keras", "7.png"]),
        ("keras", ["read", "--model", "my.h5", "7.png"]),
        ("onnx", ["convert", "my.onnx", "out.onnx"]),
        ("keras", ["convert", "my.keras", "out.onnx"]),
    ],
)
def test_a_model_that_needs_an_extra_names_it_and_a_missing_model_is_just_missing(
    tmp_path, missing, arguments
):
    command = ["inkten", *arguments]
    script = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = {command!r}\n"
        "from inkten.cli.main import main; main()"
    )

    def run():
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        return line

    model = next(name for name in arguments if name.startswith("my."))
    assert run() == f"inkten: {model}: cannot be read: No such file or directory"
    (tmp_path / model).write_bytes(b"any")
    assert "pip install 'inkten[train]'" in run()
