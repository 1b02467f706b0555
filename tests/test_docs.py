"""What the pages of docs/ show can be typed."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
import typer

from inkten.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
COMMANDS = typer.main.get_command(app).commands


def shown_commands():
    """Each ``$ inkten ...`` of the pages, and the page."""
    for page in PAGES:
        for line in re.findall(r"^\$ (inkten .*)$", page.read_text("utf-8"), re.M):
            yield pytest.param(line, id=f"{page.name}: {line}")


@pytest.mark.parametrize("line", list(shown_commands()))
def test_a_command_takes_the_options_it_is_shown_with(line):
    words = shlex.split(line, comments=True)
    known = {opt for each in COMMANDS[words[1]].params for opt in each.opts}
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert asked <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_program_that_a_page_names_is_there(page):
    for path in re.findall(
        r"`python ((?:benchmarks|docs)/\S+?\.py)", page.read_text("utf-8")
    ):
        assert (ROOT / path).is_file(), path


def test_every_figure_of_the_pages_is_drawn(tmp_path):
    main = runpy.run_path(str(ROOT / "docs" / "make_figures.py"))["main"]
    main.__globals__["HERE"] = tmp_path
    (tmp_path / "images").mkdir()
    main()
    drawn = {path.name for path in (tmp_path / "images").iterdir()}
    kept = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert drawn == kept - {"page.png", "phone_number.jpg"}  # by other programs


def test_the_quick_start_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "index.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(block, "index.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[0] == "555 0134"
