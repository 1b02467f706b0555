"""The code in the README runs and gives the output shown.

``python`` blocks are run as they are, or as doctests if they have prompts. In
``console`` blocks, ``$ `` starts a command, and the lines below it are its output, in
which ``...`` stands for any text; without output, the command must only succeed. Only
``inkten`` commands are run.
"""

import doctest
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from inkten.options import MIN_CONFIDENCE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALLS = (
    "python3 -m venv .venv && .venv/bin/pip install . "
    "&& .venv/bin/inkten read examples/phone_number.jpg",
    ".venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
)


def blocks(language):
    return [text for name, text in BLOCK.findall(README) if name == language]


def commands():
    """Each ``inkten`` command of the README, with the output shown."""
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            if command.startswith("inkten "):
                yield command, output.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the examples, with ``inkten`` on the PATH."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    scripts = sysconfig.get_path("scripts")
    monkeypatch.setenv("PATH", scripts, prepend=os.pathsep)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(("command", "expected"), list(commands()))
def test_commands_print_what_the_readme_shows(command, expected):
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if expected or done.stderr:  # a terminal would show it
        shown = (done.stdout + done.stderr).strip()
        assert matches(expected, shown), shown


@pytest.mark.usefixtures("checkout")
def test_where_nothing_is_read_the_best_guess_is_as_unsure_as_the_readme_shows():
    shown = re.search(r"^\$ (inkten read .*no_digit\.jpg)\n(.*)$", README, re.MULTILINE)
    done = subprocess.run(
        shown[1], shell=True, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    guess = re.compile(r"\d, with confidence (0\.\d\d)")  # other models guess otherwise
    assert guess.sub("", done.stderr.strip()) == guess.sub("", shown[2])
    for message in (done.stderr, shown[2]):
        assert float(guess.search(message)[1]) < MIN_CONFIDENCE


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("block", blocks("python"))
def test_python_blocks_give_the_results_shown(block):
    if ">>>" not in block:
        exec(compile(block, "README.md", "exec"), {})
        return
    example = doctest.DocTestParser().get_doctest(block, {}, "README.md", None, 0)
    failures = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example, out=failures.append)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("command", INSTALLS)
def test_the_install_commands_are_those_that_ci_runs(command):
    assert f"$ {command}\n" in README
    assert f"\n{command} || fail" in (ROOT / ".ci" / "run").read_text("utf-8")


def matches(expected, printed):
    """Compare line by line, except for ``...`` and trailing spaces."""

    def tidy(text):
        return "\n".join(line.rstrip() for line in text.splitlines())

    pattern = re.escape(tidy(expected)).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, tidy(printed), re.DOTALL) is not None
