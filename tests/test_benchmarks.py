"""What holds of benchmarks/ without running them."""

import re
import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MAIN = 'if __name__ == "__main__":'
NOT_IN_PLAN = {"all", "reading", "peer_training"}  # itself; started by others


@pytest.fixture
def program(monkeypatch):
    """A function that gives what a program of benchmarks/ defines."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return lambda name: runpy.run_path(str(BENCHMARKS / f"{name}.py"))


@pytest.fixture
def run_all(program, monkeypatch):
    """A function that runs all.py with a plan of one's own; its exit status."""

    def run_all(plan, *words):
        main = program("all")["main"]
        monkeypatch.setitem(main.__globals__, "PLAN", plan)
        monkeypatch.setattr(sys, "argv", ["all.py", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code)

    return run_all


def test_every_benchmark_is_run_by_all(program):
    planned = {benchmark.program for benchmark in program("all")["PLAN"]}
    programs = {
        path.name
        for path in BENCHMARKS.glob("*.py")
        if MAIN in path.read_text("utf-8") and path.stem not in NOT_IN_PLAN
    }
    assert planned == programs


def test_a_benchmark_is_given_options_that_it_knows(program, tmp_path):
    for benchmark in program("all")["PLAN"]:
        source = (BENCHMARKS / benchmark.program).read_text("utf-8")
        known = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source))
        for quick in (False, True):
            words = benchmark.command(tmp_path, [], quick=quick)
            asked = {word for word in words if word.startswith("--")}
            assert asked <= known, benchmark.name


def test_one_that_fails_does_not_stop_the_others(
    program, run_all, tmp_path, monkeypatch, capsys
):
    benchmark = program("all")["Benchmark"]
    (tmp_path / "good.py").write_text("print('a table')")
    (tmp_path / "bad.py").write_text("raise SystemExit(3)")
    bad, good = (
        benchmark(name, str(tmp_path / f"{name}.py")) for name in ("bad", "good")
    )
    assert run_all((bad, good), "--out", str(tmp_path / "out")) == 1
    told = capsys.readouterr().out
    assert "| bad | FAILED (3) |" in told
    assert "| good | passed |" in told
    assert (tmp_path / "out" / "good.txt").read_text() == "a table\n"
    assert (tmp_path / "out" / "summary.json").is_file()
    assert run_all((good,), "--out", str(tmp_path / "again")) == 0


def test_what_photos_take_bare_is_measured(program, tmp_path):
    batch = program("batch")
    photos = batch["write_photos"](tmp_path / "photos", 1)
    assert batch["seconds_each"](batch["BARE"], photos, "16") > 0


def test_the_table_of_training_tells_mean_spread_and_ratio(program):
    training = program("training")
    way, keras = training["Way"]("mlp, fast"), training["Way"](training["KERAS"], 8)
    one = dict.fromkeys(training["Figures"].__annotations__, 0.5) | {"epochs": 2}
    ours = [one | {"seconds": 4.0, "test_accuracy": 0.99}, one | {"seconds": 6.0}]
    rows = training["rows"]({way: ours, keras: [one | {"seconds": 60.0}]})
    assert rows[0] == [
        *("mlp, fast", "2", "2", "5.00", "1.00", "0.5"),
        *("0.7450", "0.5000", "12.0"),
    ]
    assert rows[1][-1] == "1.0"
