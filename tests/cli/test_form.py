import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten import DataError, Form, InktenError
from inkten.cli.main import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "form"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def form(*arguments):
    return CliRunner().invoke(app, ["form", *map(str, arguments)])


def test_a_blank_form_becomes_a_template_and_a_page():
    result = form("new", EXAMPLE / "blank.png", "--out", "sheet.json")
    assert result.exit_code == 0, result.output
    assert "sheet.json: 6 fields, a first guess." in result.stdout
    fields = Form.load("sheet.json").fields
    assert [(str(field.kind), field.length) for field in fields] == [
        *(("cells", 7), ("cells", 2), ("cells", 2), ("cells", 2), ("cells", 3)),
        ("tick", None),
    ]
    expected = Form.load(EXAMPLE / "form.json").fields
    for found, true in zip(fields, expected, strict=True):
        assert abs(found.box.x - true.box.x) < 4
        assert abs(found.box.right - true.box.right) < 4
    page = Path("sheet.html").read_text("utf-8")
    assert "Save " in page
    assert "data:image/png;base64," in page


def test_a_blank_form_may_be_a_pdf_file_in_colour():
    pytest.importorskip("pypdfium2")
    Image.open(EXAMPLE / "blank.png").convert("RGB").save("blank.pdf", resolution=200)
    assert form("new", "blank.pdf").exit_code == 0
    template = Form.load("form.json").template
    assert len(template.fields) == 6
    assert template.dropout == "red"


def test_only_the_first_page_of_a_pdf_file_becomes_a_template_and_it_says_so():
    pytest.importorskip("pypdfium2")
    page = Image.open(EXAMPLE / "blank.png").convert("RGB")
    page.save("two.pdf", resolution=200, save_all=True, append_images=[page])
    result = form("new", "two.pdf")
    assert result.exit_code == 0
    assert "two.pdf has more pages" in result.output
    page.save("one.pdf", resolution=200)
    assert "more pages" not in form("new", "one.pdf", "--force").output


def test_cells_that_the_edge_of_the_picture_cuts_become_fields_up_to_the_edge():
    blank = Image.open(EXAMPLE / "blank.png")
    first = Form.load(EXAMPLE / "form.json").fields[0].box
    cut = round(first.x) + 8  # px, within the first cell
    blank.crop((cut, 0, blank.width, blank.height)).save("cut.png")
    result = form("new", "cut.png")
    assert result.exit_code == 0, result.exception
    assert min(field.box.x for field in Form.load("form.json").fields) == 0


def test_an_existing_template_is_kept():
    Path("form.json").write_text("mine")
    result = form("new", EXAMPLE / "blank.png")
    assert isinstance(result.exception, InktenError)
    assert result.exception.parameter == "force"
    assert Path("form.json").read_text() == "mine"
    assert form("new", EXAMPLE / "blank.png", "--force").exit_code == 0


def test_the_page_never_takes_the_place_of_the_template():
    result = form("new", EXAMPLE / "blank.png", "--out", "form.html")
    assert result.exit_code == 2
    assert "expected a name ending in .json" in result.stderr
    assert not Path("form.html").exists()


def test_a_picture_without_fields_is_refused():
    Image.new("L", (400, 300), 255).save("white.png")
    result = form("new", "white.png")
    assert isinstance(result.exception, DataError)
    assert str(result.exception).startswith("white.png: no boxes, combs or lines")
    assert not Path("form.json").exists()


def test_check_lists_the_fields_or_says_what_is_wrong():
    result = form("check", EXAMPLE / "form.json")
    assert "total: cells 3 (sum_of)" in result.stdout.splitlines()
    Path("bad.json").write_text("{}")
    assert isinstance(form("check", "bad.json").exception, DataError)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (10, 10)])
def test_a_picture_of_a_few_pixels_is_refused(size):
    Image.new("L", size, 255).save("tiny.png")
    result = form("new", "tiny.png")
    assert isinstance(result.exception, DataError), result.exception
    assert f"only {size[0]}x{size[1]} pixels" in str(result.exception)


@pytest.mark.parametrize("name", ["sheet.png", "sheet.txt", "sheet"])
def test_a_template_is_only_written_to_a_json_file(name):
    shutil.copy(EXAMPLE / "blank.png", "sheet.png")
    result = form("new", "sheet.png", "--out", name, "--force")
    assert result.exit_code == 2
    assert "expected a name ending in .json" in result.stderr
    assert Path("sheet.png").read_bytes() == (EXAMPLE / "blank.png").read_bytes()


@pytest.mark.parametrize("name", ["sheet.json", "sheet.html"])
def test_the_picture_of_the_form_is_never_overwritten(name):
    shutil.copy(EXAMPLE / "blank.png", name)
    result = form("new", name, "--out", "sheet.json", "--force")
    assert result.exit_code == 2
    assert "would be lost" in " ".join(result.stderr.replace("│", " ").split())
    assert Path(name).read_bytes() == (EXAMPLE / "blank.png").read_bytes()


@pytest.mark.parametrize(
    ("number", "values", "message"),
    [
        (1, {"box": [530, 230, 300, 40]}, "field 'part_a': its box and that of 'candi"),
        (1, {"box": [900, 315, 7, 56]}, "field 'part_a': its box is 7x56 pixels"),
        (
            1,
            {"checks": {"length": [3, 4]}},
            "field 'part_a': its check 'length' [3, 4] can never hold with 2 cells",
        ),
        (
            1,
            {"checks": {"range": [100, None]}},
            "field 'part_a': its check 'range' [100, None] can never hold: numbers in "
            "it are 0 to 99",
        ),
        (
            1,
            {"sign": True, "checks": {"range": [None, -10]}},
            "numbers in it are -9 to 99",
        ),
        (4, {"checks": {"sum_of": []}}, "field 'total': sum_of []"),
    ],
)
def test_check_finds_what_can_never_be_right(number, values, message):
    data = json.loads((EXAMPLE / "form.json").read_text())
    data["fields"][number] |= values
    Path("odd.json").write_text(json.dumps(data))
    result = form("check", "odd.json")
    assert result.exit_code == 1
    assert message in (result.stderr or str(result.exception))


def test_cells_with_gaps_at_the_edge_stay_on_the_picture():
    blank = np.full((900, 1240), 255, np.uint8)
    for left in range(-4, 300, 56):
        cv2.rectangle(blank, (left, 300), (left + 48, 350), 20, 2)
    cv2.imwrite("edge.png", blank)
    result = form("new", "edge.png")
    assert result.exit_code == 0, result.exception
    (field,) = Form.load("form.json").fields
    assert field.box.x == 0
    assert field.length == 6


def read_example(*arguments):
    template = EXAMPLE / "form.json"
    return form("read", *arguments, "--form", template)


def test_one_photo_is_read_by_a_template():
    result = read_example(EXAMPLE / "filled.jpg")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "candidate: 3141595"
    assert lines[-2:] == ["total: 82", "second_marker: x"]


def test_a_read_form_as_json():
    result = read_example(EXAMPLE / "filled.jpg", "--json")
    record = json.loads(result.stdout)
    assert (record["page"], record["holds"]) == (1, True)
    assert {each["name"]: each["value"] for each in record["fields"]}["total"] == 82


def test_every_page_of_a_pdf_file_is_read_and_a_check_that_fails_is_said(tmp_path):
    pytest.importorskip("pypdfium2")
    template = json.loads((EXAMPLE / "form.json").read_text("utf-8"))
    for field in template["fields"]:
        if field["name"] == "total":
            field["checks"] = {"range": [0, 80]}
    shutil.copy(EXAMPLE / "blank.png", tmp_path)
    Path("strict.json").write_text(json.dumps(template), "utf-8")
    photo = Image.open(EXAMPLE / "filled.jpg").convert("RGB")
    photo.save("two.pdf", resolution=200, save_all=True, append_images=[photo])
    result = form("read", "two.pdf", "--form", "strict.json")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "two.pdf, page 2" in lines
    assert len([line for line in lines if line.startswith("total: 82 (")]) == 2


def test_a_picture_without_the_form_is_refused_and_named():
    Image.new("L", (900, 700), 230).save("white.png")
    result = read_example("white.png", "--json")
    assert result.exit_code == 1
    assert "inkten: white.png: the form was not found" in result.stderr
    record = json.loads(result.stdout)
    assert record["file"] == "white.png"
    assert "was not found" in record["error"]


@pytest.mark.parametrize("name", [".", "s3://bucket/scans"])
def test_of_a_stack_of_forms_it_names_the_command(name):
    result = read_example(name)
    assert isinstance(result.exception, InktenError)
    assert f"inkten batch {name} --form" in str(result.exception)
