"""``inkten table``."""

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten.cli.main import app


def run(*arguments, **options):
    return CliRunner().invoke(app, ["table", *map(str, arguments)], **options)


@pytest.fixture
def page(pictures, write):
    Image.fromarray(write("40 7\n12").gray).save(pictures / "page.png")
    return pictures


def test_a_table_is_printed_as_csv(page):
    result = run("page.png")
    assert (result.exit_code, result.stdout) == (0, "40,7\n12,\n")


def test_every_format_is_written(page):
    openpyxl = pytest.importorskip("openpyxl")
    for name in ("out.csv", "out.xlsx", "out.html"):
        result = run("page.png", "--out", name)
        assert result.exit_code == 0
        assert "page.png: 2 rows, 2 columns" in result.stdout
        assert result.stdout.endswith(f"See {name}\n")
    assert (page / "out.csv").read_text() == "40,7\n12,\n"
    assert openpyxl.load_workbook(page / "out.xlsx").active["A2"].value == 12


def test_pages_become_sheets_and_a_bad_one_is_reported(page):
    openpyxl = pytest.importorskip("openpyxl")
    image = Image.open("page.png")
    image.save(page / "two.tif", save_all=True, append_images=[Image.open("7.png")])
    result = run("page.png", "text.png", "blank.png", "two.tif", "--out", "out.xlsx")
    assert result.exit_code == 1
    assert "text.png: this file is not a picture" in result.stderr
    assert "blank.png: no table of handwritten numbers was found" in result.stderr
    book = openpyxl.load_workbook(page / "out.xlsx")
    assert book.sheetnames == ["page", "two", "two-2"]


def test_a_pdf_is_read_page_by_page(page):
    pytest.importorskip("pypdfium2")
    image = Image.open("page.png").convert("RGB")
    image.save("scan.pdf", save_all=True, append_images=[image], resolution=200)
    result = run("scan.pdf", "--out", "out.csv")
    assert result.exit_code == 0
    assert (page / "out-1.csv").read_text() == (page / "out-2.csv").read_text()
    assert (page / "out-1.csv").read_text() == "40,7\n12,\n"


def test_standard_input_is_read(page):
    content = (page / "page.png").read_bytes()
    assert run("-", "--header", input=content).stdout == "A,B\n40,7\n12,\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("page.png", "--out", "out.ods"), "expected a name ending in"),
        (("page.csv", "--out", "page.csv"), "it would be lost"),
        (("page.csv", "--out", "./folder/../page.csv"), "it would be lost"),
        (("page.png", "--sure", "nan"), "expected a finite number"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage_is_refused_before_anything_is_read(page, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_nothing_is_written_if_no_page_can_be_read(page):
    assert run("text.png", "--out", "out.csv").exit_code == 1
    assert not (page / "out.csv").exists()


def test_cells_to_check_are_counted_where_csv_cannot_mark_them(page):
    result = run("page.png", "--sure", 1)
    marks = "--out NAME.html or NAME.xlsx marks them"
    assert result.stdout == "40,7\n12,\n"
    assert result.stderr == f"inkten: page.png: 3 cells to check; {marks}\n"
    result = run("page.png", "--sure", 1, "--out", "out.csv")
    assert marks in result.stderr


def test_for_a_folder_it_names_the_command_that_reads_all_its_pages(page):
    (page / "my bills").mkdir()
    assert run("my bills").stderr == (
        "inkten: my bills: a folder; use: inkten table 'my bills'/* --out tables.xlsx\n"
    )
