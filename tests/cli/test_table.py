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
    assert book.sheetnames == ["page", "two", "two-2", "Left out"]
    left_out = [[cell.value for cell in row] for row in book["Left out"].rows]
    named = {row[0]: row[1] for row in left_out[1:]}
    assert named["text.png"].startswith("this file is not a picture")
    assert named["blank.png"].startswith("no table of handwritten numbers")


def test_a_pdf_is_read_page_by_page(page):
    pytest.importorskip("pypdfium2")
    image = Image.open("page.png").convert("RGB")
    image.save("scan.pdf", save_all=True, append_images=[image], resolution=200)
    result = run("scan.pdf", "--out", "out.csv")
    assert result.exit_code == 0
    for name in ("out-scan.csv", "out-scan-2.csv"):
        assert (page / name).read_text() == "40,7\n12,\n"


def test_csv_files_are_named_by_their_pages_also_after_a_page_that_failed(page):
    first, third = Image.open("page.png"), Image.open("42.png")
    blank = Image.open("blank.png")
    first.save("scan.tif", save_all=True, append_images=[blank, third])
    result = run("scan.tif", "7.png", "--out", "out.csv")
    assert result.exit_code == 1
    tables = {path.name: path.read_text() for path in page.glob("out*")}
    assert tables == {
        "out-scan.csv": "40,7\n12,\n",
        "out-scan-3.csv": "42\n",
        "out-7.csv": "7\n",
    }
    assert "inkten: scan.tif, page 2: no table" in result.stderr
    assert "inkten: out-scan-3.csv has the table of scan.tif, page 3\n" in result.stderr


def test_tables_that_are_printed_are_named_on_standard_error_in_their_order(page):
    result = run("page.png", "blank.png", "7.png")
    assert result.stdout == "40,7\n12,\n\n7\n"
    first, second, third = result.stderr.splitlines()
    assert first == "inkten: page.png: 2 rows, 2 columns; 0 cells to check"
    assert second.startswith("inkten: blank.png: no table")
    assert third == "inkten: 7.png: 1 row, 1 column; 0 cells to check"


def test_an_existing_file_of_a_page_is_kept_and_the_others_are_written(page):
    (page / "out-7.csv").write_text("corrected by hand")
    result = run("7.png", "42.png", "--out", "out.csv")
    assert result.exit_code == 1
    assert result.stderr.startswith("inkten: out-7.csv: exists already; see --force\n")
    assert (page / "out-7.csv").read_text() == "corrected by hand"
    assert (page / "out-42.csv").read_text() == "42\n"
    assert run("7.png", "42.png", "--out", "out.csv", "--force").exit_code == 0
    assert (page / "out-7.csv").read_text() == "7\n"


def test_pages_of_equal_names_are_told_apart_by_their_folders(page):
    for folder in ("a", "b"):
        (page / folder).mkdir()
        image = Image.open("7.png")
        image.save(page / folder / "card.tif", save_all=True, append_images=[image])
    assert run("a/card.tif", "b/card.tif", "7.png", "--out", "out.csv").exit_code == 0
    assert sorted(path.name for path in page.glob("out*")) == [
        "out-7.csv",
        *("out-a-card-2.csv", "out-a-card.csv", "out-b-card-2.csv", "out-b-card.csv"),
    ]


def test_standard_input_is_read(page):
    content = (page / "page.png").read_bytes()
    assert run("-", "--header", input=content).stdout == "A,B\n40,7\n12,\n"


def test_a_pdf_on_standard_input_is_read_page_by_page(page):
    pytest.importorskip("pypdfium2")
    image = Image.open("page.png").convert("RGB")
    image.save("scan.pdf", save_all=True, append_images=[image], resolution=200)
    result = run("-", input=(page / "scan.pdf").read_bytes())
    assert result.exit_code == 0
    assert result.stdout == "40,7\n12,\n\n40,7\n12,\n"
    assert "inkten: standard input, page 2: 2 rows" in result.stderr


def test_signs_may_be_asked_for_though_tables_always_have_them(page):
    result = run("page.png", "--signs")
    assert (result.exit_code, result.stdout) == (0, "40,7\n12,\n")


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
