"""The programs in benchmarks/, without their measurements."""

import ast
import math
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


def test_an_environment_is_made_again_if_it_needs_other_packages(
    program, tmp_path, monkeypatch
):
    own_python = program("environments")["own_python"]
    installed = []
    venv = own_python.__globals__["venv"]
    monkeypatch.setattr(venv, "create", lambda path, **_: path.mkdir(exist_ok=True))
    monkeypatch.setitem(
        own_python.__globals__, "pip", lambda _, __, *names: installed.append(names)
    )
    for version in ("peer==1", "peer==1", "peer==2"):
        own_python(tmp_path / "peer", version)
    assert installed == [("peer==1",), ("peer==2",)]


FAKE_READER = """\
import json, sys, time
name = sys.argv[1]
if name == "broken":
    print(json.dumps({"error": "ImportError: libGL.so.1"}))
    raise SystemExit(1)
print(json.dumps({"about": name + " 1.0"}), flush=True)
for turn, path in enumerate(sys.stdin):
    if name == "crashing" and turn == 1:
        raise SystemExit(3)
    with open(sys.argv[0] + ".turns", "a") as turns:
        print(name, path.split("/")[-1].strip(), file=turns)
    if name == "slow" and path.endswith("b.png\\n"):
        time.sleep(60)
    digits = "" if name == "blind" else "7 kg"
    error = "no data" if name == "blind" else ""
    piece = [digits, [0, 0], [9, 0], 9]
    print(json.dumps({"pieces": [piece], "error": error, "seconds": 1}), flush=True)
"""


@pytest.fixture
def readers(program, tmp_path, monkeypatch):
    """readers.py, with readers that answer 7, and those that fail in their ways."""
    pytest.importorskip("matplotlib")  # for synthetic pages
    names = program("readers")
    script = tmp_path / "reading.py"
    script.write_text(FAKE_READER)
    inside = names["started"].__wrapped__.__globals__
    monkeypatch.setitem(inside, "READING", script)
    monkeypatch.setitem(inside, "python_of", lambda *_, **__: sys.executable)
    return names


@pytest.fixture
def sevens(readers, tmp_path):
    """Three pictures of a 7."""
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_text(name)
    labels = tmp_path / "labels.csv"
    labels.write_text("file,text,source\na.png,7,x\nb.png,7,y\nc.png,7,y\n")
    return readers["load_labels"](labels)


@pytest.fixture
def measured(readers, tmp_path):
    """A function that lets readers read pictures: their figures, and why none."""

    def measured(names, pictures, **limits):
        saved = readers["saved_answers"](tmp_path, limits, pictures)
        with readers["started"](names, Path(), alone=False, **limits) as each:
            running, left_out = each
            return readers["measure"](running, pictures, left_out, saved), left_out

    return measured


@pytest.fixture
def turns(tmp_path):
    """A function that returns the turns so far: which reader read which picture."""
    record = tmp_path / "reading.py.turns"
    return lambda: [line.split() for line in record.read_text().splitlines()]


def test_readers_take_turns_and_each_starts_as_often(measured, sevens, turns):
    results, left_out = measured(["one", "two"], sevens)
    assert not left_out
    assert {name: result.exact for name, result in results.items()} == {
        "one": 1.0,
        "two": 1.0,
    }
    timed = turns()[2 * len(sevens) :]  # after the warm-up
    assert [path for _, path in timed] == [f"{name}.png" for name in "aabbcc"]
    assert [name for name, _ in timed] == ["two", "one", "one", "two", "two", "one"]


def test_a_reader_that_fails_is_skipped_with_its_reason(measured, sevens, capsys):
    names = ["broken", "crashing", "blind", "good"]
    results, left_out = measured(names, sevens)
    assert list(results) == ["good"]
    assert left_out == {
        "broken": "it cannot be loaded (ImportError: libGL.so.1)",
        "crashing": "it ended with status 3",
        "blind": "it reads nothing (no data)",
    }
    assert "blind is skipped: it reads nothing (no data)." in capsys.readouterr().err


def test_a_reader_that_is_too_slow_has_not_read_the_picture_and_goes_on(
    measured, sevens
):
    results, left_out = measured(["slow", "quick"], sevens, seconds=2.0)
    assert not left_out
    assert results["slow"].unread == 1
    assert results["slow"].exact == pytest.approx(2 / 3)
    assert results["slow"].mean == pytest.approx((1000 + 2000 + 1000) / 3)
    assert results["quick"].unread == 0


def test_a_stopped_run_of_readers_resumes_with_the_answers_it_has(
    measured, sevens, turns, tmp_path, capsys
):
    names = ["one", "two"]
    before, _ = measured(names, sevens)
    (saved,) = tmp_path.glob("answers/*.jsonl")
    lines = saved.read_text().splitlines()
    saved.write_text("\n".join([*lines[:2], lines[2][:20]]))  # stopped as it wrote
    done = len(turns())
    after, _ = measured(names, sevens)
    assert after == before
    assert {path for _, path in turns()[done:]} == {"c.png"}
    assert "pictures: 3 pictures, 2 of them read by an earlier run" in (
        capsys.readouterr().err
    )
    done = len(turns())
    measured([*names, "three"], sevens)  # nothing compares with its times
    assert {path for _, path in turns()[done:]} == {"a.png", "b.png", "c.png"}


def test_readers_say_how_far_they_are_and_how_long_each_takes(measured, sevens, capsys):
    measured(["one", "two"], sevens)
    assert (
        "pictures: 3 of 3, 0 s left; seconds a picture: two 1.00, one 1.00\n"
        in capsys.readouterr().err
    )


def test_the_lines_of_a_page_count_one_by_one(readers, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("file,text\na.png,12|7|12\nb.png,3 4\nc.png,\n")
    pictures = readers["load_labels"](labels)
    texts = ("12\n77\n12\n12", "34", "5")
    answers = [readers["Answer"](text, "", 1.0) for text in texts]
    assert readers["exact_lines"](pictures, answers) == 3 / 4
    assert readers["exact_lines"](pictures[2:], answers[2:]) is None


def test_the_table_of_readers_has_their_ratios_to_inkten(program):
    pytest.importorskip("matplotlib")
    readers = program("readers")
    result = readers["Result"]
    ours = result(8, 0.75, 0.7, 0.1, 0, p50=20.0, mean=40.0)
    theirs = result(8, 0.25, None, 0.4, 1, p50=160.0, mean=480.0)
    rows = readers["rows"]("sheets", {"inkten": ours, "peer": theirs})
    by_name = [dict(zip(readers["HEADER"], row, strict=True)) for row in rows]
    assert by_name[1]["mean over sources"] == "-"
    ratios = [list(row.values())[-3:] for row in by_name]
    assert ratios == [["1.0", "1.0", "1.0"], ["8.0", "12.0", "4.0"]]


def test_tables_are_labelled_with_the_digits_of_their_rows(program, tmp_path):
    pytest.importorskip("matplotlib")
    pages = program("labelled_pages")
    (table,) = pages["write_tables"](tmp_path, 1)
    page = pages["make_table"]((pages["TABLES_SEED"], 0), "all rules", "upright")
    assert table.text == "|".join("".join(row) for row in page.cells)


@pytest.mark.parametrize("degrees", [-15, 0, 15])
def test_pieces_are_joined_into_lines_whatever_the_slope(program, degrees):
    order = program("reading_order")
    piece, text_of = order["Piece"], order["text_of"]
    slope = math.tan(math.radians(degrees))

    def word(text, x, y, width):
        ends = [(at, y + slope * at) for at in (x, x + width)]
        return piece(text, *ends, 20.0)

    page = [
        word("56", 400, 62, 40),
        word("Total: 12", 0, 0, 120),
        word("\uff17", 700, 64, 10),  # a full-width 7
        word("34", 420, 3, 40),
        word("kg", 200, 30, 40),
    ]
    assert text_of(page) == "1234\n567"
    assert text_of([]) == ""


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
