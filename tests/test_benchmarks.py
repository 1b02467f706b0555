"""The programs in benchmarks/, without their measurements."""

import ast
import random
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
MAIN = 'if __name__ == "__main__":'
STARTED_BY_OTHER_PROGRAMS = {"reading", "keras_training", "torch_training"}
PROGRAMS = {
    path.name
    for path in BENCHMARKS.glob("*.py")
    if MAIN in path.read_text("utf-8") and path.stem not in STARTED_BY_OTHER_PROGRAMS
}


@pytest.fixture
def program(monkeypatch):
    """A function that returns the names that a program in benchmarks/ defines."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return lambda name: runpy.run_path(str(BENCHMARKS / f"{name}.py"))


@pytest.fixture
def run_all(program, monkeypatch):
    """A function that runs all.py with a given plan and returns its exit status."""

    def run_all(plan, *arguments):
        main = program("all")["main"]
        monkeypatch.setitem(main.__globals__, "PLAN", plan)
        monkeypatch.setattr(sys, "argv", ["all.py", *arguments])
        with pytest.raises(SystemExit) as exit_info:
            main()
        return int(exit_info.value.code)

    return run_all


def test_every_benchmark_is_run_by_all(program):
    planned = {benchmark.program for benchmark in program("all")["PLAN"]}
    assert planned == PROGRAMS - {"all.py"}


def test_every_benchmark_is_in_the_table_of_the_docs():
    table = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    listed = set(re.findall(r"`python benchmarks/(\w+\.py)", table))
    assert listed == PROGRAMS


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.py")), ids=lambda p: p.stem)
def test_what_a_benchmark_imports_from_another_is_there(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level:
            continue
        other = BENCHMARKS / f"{node.module}.py"
        if other.is_file():
            names = {alias.name for alias in node.names}
            assert names <= defined_in(other), f"{path.name} imports from {other.name}"


def defined_in(path):
    """The names that a program defines or imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.ImportFrom(names=imported) | ast.Import(names=imported):
                names |= {alias.asname or alias.name for alias in imported}
    return names


def test_all_passes_only_options_that_a_benchmark_has(program, tmp_path):
    for benchmark in program("all")["PLAN"]:
        source = (BENCHMARKS / benchmark.program).read_text("utf-8")
        known = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source))
        for quick in (False, True):
            command = benchmark.command(tmp_path, [], quick=quick)
            options = {word for word in command if word.startswith("--")}
            assert options <= known, benchmark.name


def test_a_failing_benchmark_does_not_stop_the_others(
    program, run_all, tmp_path, monkeypatch, capsys
):
    benchmark = program("all")["Benchmark"]
    (tmp_path / "good.py").write_text("print('a table')")
    (tmp_path / "bad.py").write_text("raise SystemExit(3)")
    bad, good = (
        benchmark(name, str(tmp_path / f"{name}.py")) for name in ("bad", "good")
    )
    assert run_all((bad, good), "--out", str(tmp_path / "out")) == 1
    output = capsys.readouterr().out
    assert "| bad | FAILED (3) |" in output
    assert "| good | passed |" in output
    assert (tmp_path / "out" / "good.txt").read_text() == "a table\n"
    assert (tmp_path / "out" / "summary.json").is_file()
    assert run_all((good,), "--out", str(tmp_path / "again")) == 0


def test_the_time_to_decode_photos_alone_is_measured(program, tmp_path):
    pytest.importorskip("pyarrow")
    batch = program("batch")
    photos = batch["write_photos"](tmp_path / "photos", 1)
    assert batch["seconds_each"](batch["BARE"], photos, "16") > 0


def test_the_training_table_has_mean_spread_and_ratio(program):
    training = program("training")
    ours, keras = (
        training["Training"](0.99, "cnn, fast"),
        training["Training"](0.99, "Keras example"),
    )
    one = dict.fromkeys(training["Figures"].__annotations__, 0.5) | {"epochs": 2}
    trained = [one | {"seconds": 4.0, "test_accuracy": 0.99}, one | {"seconds": 6.0}]
    rows = training["rows"]({ours: trained, keras: [one | {"seconds": 60.0}]})
    assert [row["seconds, mean"] for row in rows] == [5, 60]
    assert [row["spread"] for row in rows] == [pytest.approx(2**0.5), None]
    assert (rows[0]["test accuracy, mean"], rows[0]["lowest"]) == ("0.7450", "0.5000")
    assert [row["times faster than the Keras example"] for row in rows] == [12, 1]


def test_a_failing_training_run_skips_only_its_recipe(program, monkeypatch, capsys):
    training = program("training")
    bad, good = (training["Training"](0.99, name) for name in ("bad", "good"))

    def train(way, *arguments):
        if way is bad:
            raise subprocess.CalledProcessError(1, "train")
        return {"seconds": 1.0}

    train_all = training["train_all"]
    monkeypatch.setitem(train_all.__globals__, "in_own_process", train)
    trained = list(train_all({bad: 3, good: 2}, Path("mnist.npz"), None))
    assert [way for way, _ in trained] == [good, good]
    assert capsys.readouterr().err.count("bad is left out") == 1


@pytest.mark.parametrize(
    "problem", [OSError("full"), subprocess.CalledProcessError(1, "pip")]
)
def test_software_that_cannot_be_installed_is_skipped(
    program, tmp_path, monkeypatch, problem
):
    environments = program("environments")

    def fail(*arguments):
        raise problem

    own_python = environments["own_python"]
    monkeypatch.setattr(own_python.__globals__["venv"], "create", lambda *_, **__: None)
    monkeypatch.setitem(own_python.__globals__, "pip", fail)
    assert own_python(tmp_path, "peer==1") is None
    assert not any(tmp_path.iterdir())


def test_a_reader_that_reads_nothing_is_skipped(program, tmp_path, monkeypatch, capsys):
    readers = program("readers")
    pictures = readers["write_pictures"](tmp_path, 2)
    reading = tmp_path / "reading.py"
    reading.write_text(
        "import json, sys\n"
        "paths = sys.stdin.read().splitlines()\n"
        'answer = {"text": "", "error": "no data", "seconds": 1}\n'
        "print(json.dumps([answer] * len(paths)))"
    )
    measure = readers["measure"]
    monkeypatch.setitem(measure.__globals__, "READING", reading)
    assert measure("tesseract", sys.executable, pictures) is None
    reading.write_text("raise ImportError('libGL.so.1')")
    assert measure("rapidocr", sys.executable, pictures) is None
    assert "tesseract is skipped: it reads nothing (no data)" in capsys.readouterr().err


def test_a_killed_run_is_distinguished_from_a_finished_run(program, tmp_path):
    pytest.importorskip("pyarrow")
    killed_at_random = program("batch")["killed_at_random"]
    rng = random.Random(0)
    asleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    always = SimpleNamespace(random=lambda: 1.0, uniform=lambda *_: 0.01)
    assert killed_at_random(asleep, tmp_path, always, 0)
    done = [sys.executable, "-c", ""]
    assert not killed_at_random(done, tmp_path, rng, 60)
    with pytest.raises(SystemExit, match="failed by itself"):
        killed_at_random([*done[:2], "raise SystemExit(2)"], tmp_path, rng, 60)
