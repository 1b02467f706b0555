"""TIFF files of several pages, and PDF files, over HTTP."""

import csv
import io
import struct
import time

import pytest
from PIL import Image

from inkten.server.schemas import ReadingAnswer, ReadingsAnswer, TablesAnswer
from inkten.server.service import Service


def tiff(*pngs, **options):
    """A TIFF file with these pictures as its pages."""
    first, *others = (Image.open(io.BytesIO(content)) for content in pngs)
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def scan(seven, numbers):
    return tiff(seven, numbers)


def linked(count, *, circle=False):
    """A TIFF file of many empty pages: 6 bytes each."""
    links = [8 + 6 * (number + 1) for number in range(count - 1)]
    pages = [struct.pack("<HI", 0, link) for link in (*links, 8 if circle else 0)]
    return b"II*\0" + struct.pack("<I", 8) + b"".join(pages)


def test_each_page_of_a_tiff_file_has_its_reading(client, scan):
    answer = client.post("/v1/read", files={"file": ("scan.tif", scan)}).json()
    ReadingsAnswer.model_validate(answer, strict=True)
    assert [
        (each["file"], each["page"], each["text"]) for each in answer["readings"]
    ] == [("scan.tif", 1, "7"), ("scan.tif", 2, "40 7\n12")]
    as_body = client.post("/v1/read", content=scan).json()
    assert [each["page"] for each in as_body["readings"]] == [1, 2]


def test_a_tiff_file_of_one_page_is_answered_like_any_picture(client, seven):
    answer = client.post("/v1/read", content=tiff(seven)).json()
    ReadingAnswer.model_validate(answer, strict=True)
    assert (answer["page"], answer["text"]) == (1, "7")


def test_the_pages_of_a_file_stand_where_the_file_does(client, scan, seven):
    files = [("file", ("a.png", seven)), ("file", ("b.tif", scan))]
    answer = client.post("/v1/read", files=files).json()
    pages = [(each["file"], each["page"]) for each in answer["readings"]]
    assert pages == [("a.png", 1), ("b.tif", 1), ("b.tif", 2)]


def test_each_page_has_its_table_and_its_sheet(client, scan, check_problem):
    answer = client.post("/v1/table", content=scan).json()
    TablesAnswer.model_validate(answer)
    assert [each["page"] for each in answer["tables"]] == [1, 2]
    refused = client.post("/v1/table?format=csv", content=scan)
    assert "2 pages; CSV holds" in check_problem(refused, 422, "bad-parameter")
    second = client.post("/v1/table?format=csv&page=2", content=scan).text
    assert list(csv.reader(io.StringIO(second))) == [["40", "7"], ["12", ""]]
    openpyxl = pytest.importorskip("openpyxl")
    files = {"file": ("scan.tif", scan)}
    book = client.post("/v1/table?format=xlsx", files=files).content
    names = openpyxl.load_workbook(io.BytesIO(book)).sheetnames
    assert names == ["scan", "scan 2"]


def test_one_page_can_be_asked_for(client, scan, seven, check_problem):
    answer = client.post("/v1/read?page=2", content=scan).json()
    assert (answer["page"], answer["text"]) == (2, "40 7\n12")
    assert client.post("/v1/read?page=1", content=seven).json()["text"] == "7"
    for content, count in ((scan, 2), (seven, 1)):
        refused = client.post("/v1/read?page=3", content=content)
        detail = check_problem(refused, 422, "bad-parameter")
        assert f"the file has {count}" in detail
    refused = client.post("/v1/read?page=1001", content=scan)
    check_problem(refused, 422, "bad-parameter")


def test_a_bad_page_among_good_ones_has_its_problem_in_its_place(client_of, seven):
    large = io.BytesIO()
    Image.new("L", (2000, 2000), 255).save(large, "PNG")
    client = client_of(max_pixels=1_000_000)
    scan = tiff(seven, large.getvalue(), seven, compression="tiff_deflate")
    one, two, three = client.post("/v1/read", content=scan).json()["readings"]
    assert (one["text"], three["text"], three["page"]) == ("7", "7", 3)
    assert two["page"] == 2
    assert "2000x2000 pixels are more than 1 million" in two["error"]
    cut = client.post("/v1/read", content=tiff(seven, seven)[:-300]).json()
    assert "error" in cut["readings"][1]


def test_all_pages_count_as_pictures_of_the_request(client_of, scan, check_problem):
    client = client_of(max_pictures=3)
    assert client.post("/v1/read", content=scan).status_code == 200
    twice = [("file", ("a.tif", scan)), ("file", ("b.tif", scan))]
    for path in ("/v1/read", "/v1/table"):
        refused = client.post(path, files=twice)
        assert "more than 3 pages" in check_problem(refused, 413, "too-large")


@pytest.mark.parametrize("path", ["/v1/read", "/v1/read?page=1000", "/v1/table"])
def test_a_flood_of_pages_is_refused_unread(client, check_problem, path, monkeypatch):
    def read(*_):
        pytest.fail("read")

    monkeypatch.setattr("inkten.server.service.Service.read", read)
    flood = linked(300_000)
    if "page=" in path:  # the wanted one is found without a look at the others
        monkeypatch.undo()
        answer = client.post(path, content=flood)
        check_problem(answer, 422, "unreadable-picture")
    else:
        check_problem(client.post(path, content=flood), 413, "too-large")


def test_pages_that_are_linked_in_a_circle_are_read_once(client):
    answer = client.post("/v1/read", content=linked(3, circle=True)).json()
    assert len(answer["readings"]) == 3
    assert all("error" in each for each in answer["readings"])


def test_a_pdf_file_is_refused_with_the_command_that_reads_it(
    client, seven, check_problem
):
    pdf = b"%PDF-1.7 ..."
    for path in ("/v1/read", "/v1/table", "/v1/explain"):
        refused = client.post(path, files={"file": ("scan.pdf", pdf)})
        detail = check_problem(refused, 422, "unreadable-picture")
        assert "'inkten table'" in detail
    typed = client.post(
        "/v1/read", content=pdf, headers={"Content-Type": "application/pdf"}
    )
    assert "'inkten table'" in check_problem(typed, 415, "unsupported-type")
    files = [("file", ("a.png", seven)), ("file", ("scan.pdf", pdf))]
    good, bad = client.post("/v1/read", files=files).json()["readings"]
    assert good["text"] == "7"
    assert "a PDF document" in bad["error"]


def test_after_the_deadline_no_further_page_is_read(
    client_of, seven, check_problem, monkeypatch
):
    read, calls = Service.read_each, []

    def read_slowly(self, pictures, options):
        calls.append(1)
        time.sleep(0.4)
        return read(self, pictures, options)

    monkeypatch.setattr(Service, "read_each", read_slowly)
    answer = client_of(seconds=1).post("/v1/read", content=tiff(*[seven] * 30))
    check_problem(answer, 504, "too-late")
    time.sleep(1)
    assert len(calls) <= 4
