import csv
import re
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten import Limits, ReadOptions
from inkten.batch.run import Engine, RunConfig
from inkten.batch.table import FileFormat
from inkten.batch.worker import Job
from inkten.cli.main import app


@pytest.fixture
def folder(tmp_path, write, monkeypatch):
    for name in ("305", "42"):
        Image.fromarray(write(name).gray).save(tmp_path / f"{name}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*arguments):
    command = ["batch", *map(str, arguments)]
    return CliRunner().invoke(app, command, env={"COLUMNS": "100"})


def test_a_folder_becomes_a_table_and_a_page_for_review(folder):
    result = batch(folder, "--out", "out", "--format", "csv", "--report", "review.html")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"read\W+2\b", result.stdout)
    file = folder / "out" / "part-000000.csv"
    header, *rows = file.read_text("utf-8-sig").splitlines()
    assert header.startswith("path,page,text,value,confidence,digits,error")
    assert [row.split(",")[1:4] for row in rows] == [
        ["1", "305", "305"],
        ["1", "42", "42"],
    ]
    assert result.stdout.endswith("See out\nSee review.html\n")
    assert "<img" in (folder / "review.html").read_text()


def test_the_name_of_the_results_folder_is_printed_unchanged(folder):
    result = batch("42.png", "--out", "r[/b] [old] :x:", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("See r[/b] [old] :x:\n")


def test_a_bad_picture_is_counted_and_its_row_can_be_found(folder):
    (folder / "bad.png").write_text("no picture")
    options = ("--workers", 1, "--format", "csv")
    result = batch(folder, "--out", "out", *options)
    assert result.exit_code == 1
    assert re.search(r"could not be read\W+1\b", result.stdout)
    assert "bad.png" not in result.output
    file = Path("out", "part-000000.csv")
    assert result.stderr == (
        f"inkten: some pages could not be read; see the column 'error' in {file}\n"
    )
    with file.open(encoding="utf-8-sig") as rows:
        errors = {row["path"]: row["error"] for row in csv.DictReader(rows)}
    assert "not a picture" in errors.pop(str(folder / "bad.png"))
    assert set(errors.values()) == {""}


def test_only_the_first_files_with_errors_are_named(folder):
    for number in range(5):
        (folder / f"bad{number}.png").write_text("no picture")
    result = batch("bad*.png", "--out", "out", "--part-size", 1, "--format", "csv")
    files = ", ".join(
        str(Path("out", f"part-00000{number}.csv")) for number in (0, 1, 2)
    )
    assert result.stderr.endswith(f"see the column 'error' in {files} and 2 more\n")


def test_a_finished_run_has_nothing_left_to_do(folder):
    assert "Nothing left" not in batch(folder, "--out", "out").stdout
    result = batch(folder, "--out", "out")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing left to do: ")
    assert re.search(r"read\W+2\b", result.stdout)
    assert "--retry" not in result.stdout


def test_a_finished_run_says_how_to_try_again_what_failed_and_what_has_changed(folder):
    (folder / "bad.png").write_text("no picture")
    batch("bad.png", "42.png", "--out", "out")
    assert (
        "--retry tries those again" in batch("bad.png", "42.png", "--out", "out").stdout
    )
    again = batch("bad.png", "42.png", "--out", "out", "--retry")
    assert "Nothing left" not in again.stdout
    (folder / "bad.png").write_bytes((folder / "42.png").read_bytes())
    mended = batch("bad.png", "42.png", "--out", "out")
    assert mended.exit_code == 0, mended.output
    assert mended.stdout.startswith("Read again: 1 picture changed")


def test_options_reach_the_run_and_ctrl_c_says_how_to_resume(folder, monkeypatch):
    calls = []

    def stop(config, job, on_progress):
        calls.append((config, job))
        raise KeyboardInterrupt

    monkeypatch.setattr("inkten.batch.run.run", stop)
    options = {
        "--out": "out",
        "--format": "csv",
        "--part-size": 2,
        "--engine": "ray",
        "--workers": 3,
        "--ray-address": "auto",
        "--max-errors": 4,
        "--model": "mlp",
        "--rotate": 90,
        "--min-confidence": 0.5,
        "--max-pixels": 6,
        "--max-bytes": 7,
        "--seconds-per-picture": 8,
    }
    words = [word for pair in options.items() for word in pair]
    result = batch("305.png", "42.png", "--single", "--retry", *words)
    assert result.exit_code == 130
    assert result.stderr == "inkten: stopped; run the same command again to resume\n"
    sources, out = ["305.png", "42.png"], Path("out")
    config = RunConfig(
        sources, out, FileFormat.CSV, 2, Engine.RAY, 3, "auto", 4, 8.0, True
    )
    assert calls == [(config, Job("mlp", ReadOptions(True, 90, 0.5, Limits(6, 7))))]


def test_without_options_a_run_has_the_defaults_of_the_library(folder, monkeypatch):
    calls = []

    def stop(*arguments):
        calls.append(arguments[:2])
        raise KeyboardInterrupt

    monkeypatch.setattr("inkten.batch.run.run", stop)
    batch("42.png", "--out", "out")
    assert calls == [(RunConfig(["42.png"], Path("out")), Job())]


def test_a_usage_error_is_reported_before_anything_is_read(folder):
    result = batch(folder, "--out", "out", "--ray-address", "auto")
    assert result.exit_code == 2
    assert "--engine ray" in result.stderr
    assert not (folder / "out").exists()


def test_the_name_of_a_file_is_not_taken_for_a_folder_of_results(folder):
    result = batch(folder, "--out", "out.xlsx")
    assert result.exit_code == 2
    assert "expected the name of a folder" in result.stderr
    assert not (folder / "out.xlsx").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--form", "form.json", "--signs"),
        ("--form", "form.json", "--single"),
        ("--form", "form.json", "--table"),
        ("--form", "form.json", "--rotate", "90"),
        ("--form", "form.json", "--decimal-mark", "."),
        ("--table", "--signs"),
        ("--table", "--single"),
    ],
)
def test_options_that_would_do_nothing_are_refused(folder, options):
    result = batch(folder, "--out", "out", *options)
    assert result.exit_code == 2
    message = result.stderr.replace("│", " ")
    assert options[-1] in message or options[-2] in message
    assert not (folder / "out").exists()
