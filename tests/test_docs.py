"""The commands and programs that the README and the pages of docs/ show work."""

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest
import typer

import inkten
from inkten.cli.main import app
from inkten.models.registry import shipped_models

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MISREAD = sorted((ROOT / "docs" / "images").glob("misread_*.jpg"))
COMMANDS = typer.main.get_command(app).commands


def shown_commands():
    """Each ``$ inkten ...`` line, with its page."""
    for page in PAGES:
        for line in re.findall(r"^\$ (inkten .*)$", page.read_text("utf-8"), re.M):
            yield pytest.param(line, id=f"{page.name}: {line}")


@pytest.mark.parametrize("line", list(shown_commands()))
def test_commands_on_the_pages_have_the_options_shown(line):
    words = shlex.split(line, comments=True)
    known = {opt for each in COMMANDS[words[1]].params for opt in each.opts}
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs_named_on_the_pages_exist(page):
    for path in re.findall(
        r"`python ((?:benchmarks|docs)/\S+?\.py)", page.read_text("utf-8")
    ):
        assert (ROOT / path).is_file(), path


def test_make_figures_draws_every_picture_of_the_pages(tmp_path):
    pytest.importorskip("matplotlib")
    main = runpy.run_path(str(ROOT / "docs" / "make_figures.py"))["main"]
    main.__globals__["HERE"] = tmp_path
    (tmp_path / "images").mkdir()
    main()
    drawn = {path.name for path in (tmp_path / "images").iterdir()}
    shipped = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    made_elsewhere = {"page.png", "phone_number.jpg"}
    misread = {path.name for path in MISREAD}
    assert drawn == shipped - made_elsewhere - misread


@pytest.fixture(scope="module")
def photos():
    """The photos of the page on misread pictures, as its program draws them."""
    pytest.importorskip("matplotlib", reason="letters are drawn with its fonts")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples")
        program = runpy.run_path(str(ROOT / "examples" / "make_misread_examples.py"))
        return program["photos"]()


def test_the_page_on_misread_pictures_shows_every_photo(photos):
    page = (ROOT / "docs" / "misread.md").read_text("utf-8")
    shown = re.findall(r"\(images/(misread_\w+\.jpg)\)", page)
    assert shown == [f"misread_{photo.name}.jpg" for photo in photos]
    assert sorted(shown) == [path.name for path in MISREAD]


def test_the_better_photo_of_each_cause_is_read_as_it_is_written(photos):
    reader = inkten.Reader()
    for photo in photos:
        reading = reader.read(photo.pixels[..., ::-1])  # the poor ones, without error
        if photo.name.endswith("_better"):
            assert reading.text == photo.written, photo.name


def test_the_quick_start_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "index.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(block, "index.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[0] == "555 0134"


def test_the_program_on_the_page_about_tables_runs(tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(block, "tables.md", "exec"), {})
    shown = [line for line in block.splitlines() if line.startswith("print")]
    expected = [line.partition("  # ")[2] for line in shown]
    assert capsys.readouterr().out.splitlines()[: len(expected)] == expected
    assert (tmp_path / "marks.csv").read_text().splitlines()[0] == "27,30,8,65"


@pytest.mark.skipif("line" not in shipped_models(), reason="no line reader ships")
def test_the_example_of_the_line_reader_reads_the_phone_number(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "line_reader.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(block, "line_reader.md", "exec"), {})
    assert f"This prints `{capsys.readouterr().out.strip()}`." in page


def test_the_program_on_the_page_about_0_1_0_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "migration.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    exec(compile(block, "migration.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["0.6", "7"]


@pytest.mark.parametrize("page", ["migration.md", "faq.md", "misread.md"])
def test_options_that_the_page_names_exist(page):
    text = (ROOT / "docs" / page).read_text("utf-8")
    known = {opt for each in COMMANDS.values() for p in each.params for opt in p.opts}
    assert set(re.findall(r"`(?:inkten \w+ )?(--[a-z-]+)", text)) <= known


def test_a_percentage_is_kept_on_one_line_of_the_site():
    nodes = pytest.importorskip("docutils.nodes")
    pytest.importorskip("sphinx")
    site = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    source = ["97\n% of them"]
    site["_keep_lines_with_percent"](None, "page", source)
    assert source == ["97 % of them"]
    page = nodes.paragraph("", "", nodes.Text("97 % of "), nodes.literal("", "7 % 5"))
    site["_keep_percentages_whole"](None, page)
    assert page.astext() == "97\N{NO-BREAK SPACE}% of 7 % 5"
