"""The README does what it says: its blocks are run, its output is compared.

``python`` blocks hold assertions, or prompts with their answers. In ``console`` blocks
a line after ``$ `` is a command and the lines below it are its output, where ``...``
stands for anything; a command without output shown must only succeed. Commands that
are not inkten's are not run.
"""

import doctest
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALLS = (
    "python3 -m venv .venv && .venv/bin/pip install . "
    "&& .venv/bin/inkten read examples/phone_number.jpg",
    ".venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
)


def blocks(language):
    return [text for told, text in BLOCK.findall(README) if told == language]


def commands():
    """Each command of the README that is inkten's own, with the output it shows."""
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            if command.startswith("inkten "):
                yield command, shown.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the examples, and inkten as the shell would find it."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    scripts = sysconfig.get_path("scripts")
    monkeypatch.setenv("PATH", scripts, prepend=os.pathsep)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(("command", "shown"), list(commands()))
def test_commands_print_what_the_readme_shows(command, shown):
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if shown:
        assert matches(shown, done.stdout.strip()), done.stdout


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("block", blocks("python"))
def test_python_blocks_run_and_their_answers_are_right(block):
    if ">>>" not in block:
        exec(compile(block, "README.md", "exec"), {})
        return
    example = doctest.DocTestParser().get_doctest(block, {}, "README.md", None, 0)
    said = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("command", INSTALLS)
def test_the_two_commands_are_the_ones_that_are_tested_as_a_whole(command):
    assert f"$ {command}\n" in README
    assert f"\n{command} || fail" in (ROOT / ".ci" / "run").read_text("utf-8")


def matches(shown, printed):
    """Compare line by line but for ``...``; the ends of lines may differ in spaces."""

    def tidy(text):
        return "\n".join(line.rstrip() for line in text.splitlines())

    anything = re.escape(tidy(shown)).replace(re.escape("..."), ".*")
    return re.fullmatch(anything, tidy(printed), re.DOTALL) is not None
