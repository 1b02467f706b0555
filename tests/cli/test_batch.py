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
    told = ["batch", *map(str, arguments)]
    return CliRunner().invoke(app, told, env={"COLUMNS": "100"})


def test_a_folder_becomes_a_table_and_a_page_for_review(folder):
    done = batch(folder, "--out", "out", "--format", "csv", "--report", "review.html")
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.search(r"read\W+2\b", done.stdout)
    header, *rows = (folder / "out" / "part-000000.csv").read_text().splitlines()
    assert header.startswith("path,page,text,value,confidence,digits,error")
    assert [row.split(",")[1:4] for row in rows] == [
        ["1", "305", "305"],
        ["1", "42", "42"],
    ]
    assert "<img" in (folder / "review.html").read_text()


def test_the_folder_of_results_is_named_as_it_is(folder):
    done = batch("42.png", "--out", "r[/b] [old] :x:", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("See r[/b] [old] :x:\n")


def test_a_bad_picture_is_counted_and_nothing_is_said_of_its_name(folder):
    (folder / "bad.png").write_text("no picture")
    done = batch(folder, "--out", "out", "--workers", 1)
    assert done.exit_code == 1
    assert re.search(r"could not be read\W+1\b", done.stdout)
    assert "bad.png" not in done.output


def test_options_reach_the_run_and_ctrl_c_says_how_to_go_on(folder, monkeypatch):
    asked = []

    def stop(order, job, tell):
        asked.append((order, job))
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
    }
    words = [word for pair in options.items() for word in pair]
    done = batch("305.png", "42.png", "--single", *words)
    assert done.exit_code == 130
    assert done.stderr == "inkten: stopped; the same command goes on where it was\n"
    sources, out = ["305.png", "42.png"], Path("out")
    order = RunConfig(sources, out, FileFormat.CSV, 2, Engine.RAY, 3, "auto", 4)
    assert asked == [(order, Job("mlp", ReadOptions(True, 90, 0.5, Limits(6, 7))))]


def test_wrong_usage_is_told_before_anything_is_read(folder):
    done = batch(folder, "--out", "out", "--ray-address", "auto")
    assert done.exit_code == 2
    assert "--engine ray" in done.stderr
    assert not (folder / "out").exists()
