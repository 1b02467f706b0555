"""The switch "With signs", with a stand-in that names signs by their shape."""

import csv
import socket
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import expect

from inkten.datasets.labels import load_labels
from inkten.reader import Reader
from inkten.server import service
from inkten.server.app import create_app
from inkten.server.settings import Settings


@pytest.fixture(scope="module")
def address(by_shape, kept):
    """A service whose reader names signs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "Reader", lambda *_, **__: Reader(by_shape, threads=1))
        app = create_app(Settings(collect=str(kept), teach=True, seconds=60))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def picture(with_sign):
    """A function from digits and a sign to a file that the page may be given."""

    def picture(name, *drawn):
        content = BytesIO()
        Image.fromarray(with_sign(*drawn)[0]).save(content, "PNG")
        return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}

    return picture


@pytest.fixture
def bill(page, picture, expect_reading):
    """The page with 12.50 on it, read with signs."""
    page.set_input_files("#file", picture("bill.png", "1250", ".", 2))
    expect_reading(page, "1250")
    page.get_by_label("With signs").check()
    expect_reading(page, "12.50")
    return page


def test_a_sign_has_a_box_and_details_with_its_confidence(bill):
    sign = bill.get_by_role("radio", name="point, 95 % sure")
    sign.click()
    expect(bill.locator("#probabilities li")).to_have_text(
        ["point95 %", "Anything else5 %"]
    )
    expect(bill.get_by_alt_text("The point on the picture")).to_be_visible()
    expect(bill.locator("#marks g")).to_have_count(5)
    box = bill.locator("#marks .chosen rect").bounding_box()
    digit = bill.locator("#marks g").first.locator("rect").bounding_box()
    assert box["height"] < digit["height"] / 2


def test_the_switch_stays_on_and_only_one_digit_switches_it_off(
    bill, picture, expect_reading
):
    switch, single = bill.get_by_label("With signs"), bill.locator("#single")
    with bill.expect_request("**/v1/read?*signs=false*"):
        single.check()
    expect(switch).not_to_be_checked()
    expect(switch).to_be_disabled()
    single.uncheck()
    expect_reading(bill, "12.50")
    bill.locator("#clear").click()
    bill.set_input_files("#file", picture("minus.png", "34", "-", 0))
    expect_reading(bill, "-34")


def test_the_form_of_the_api_page_asks_for_signs(page, address, picture):
    page.goto(f"{address}docs")
    page.set_input_files("#try input[type=file]", picture("bill.png", "1250", ".", 2))
    page.get_by_label("signs", exact=True).check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#tried-answer")).to_contain_text('"text": "12.50"')
    expect(page.locator("#tried-request")).to_contain_text("signs=true")


def test_a_list_of_files_is_read_with_signs(bill, picture):
    files = [picture("a.png", "1250", ".", 2), picture("b.png", "34", "-", 0)]
    bill.set_input_files("#file", files)
    texts = bill.locator("#files .text")
    expect(texts).to_have_text(["12.50", "-34"])
    with bill.expect_download() as download:
        bill.get_by_role("button", name="Download CSV").first.click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["12.50", "-34"]
    bill.get_by_label("With signs").uncheck()
    expect(texts).to_have_text(["12 50", "34"])


def test_a_correction_takes_signs(bill, kept):
    bill.get_by_text("Correct it").click()
    truth = bill.get_by_label("The correct text")
    expect(truth).to_have_value("12.50")
    truth.fill("12,50 €")
    bill.get_by_role("button", name="Keep").click()
    assert not truth.evaluate("field => field.validity.valid")
    truth.fill("12,50")
    bill.get_by_role("button", name="Keep").click()
    expect(bill.locator("#kept")).to_contain_text("is kept")
    assert [each.text for each in load_labels(kept, written=True)] == ["12,50"]


def test_the_table_has_signs(page, picture):
    page.set_input_files("#file", picture("bill.png", "1250\n34", ".", 2))
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_label("A1")).to_have_value("12.50")


def test_a_sign_is_looked_into_at_the_digit_before_it(bill):
    bill.get_by_role("radio", name="point").click()
    with bill.expect_request("**/v1/explain?*digit=1"):
        bill.get_by_role("tab", name="Look inside").click()


def test_teaching_takes_the_digits_alone(bill):
    bill.get_by_text("Teach it your hand").click()
    expect(bill.locator("#teach-truth")).to_have_value("12 50")


def test_it_fits_a_narrow_screen(open_page, picture, expect_reading):
    page = open_page(viewport={"width": 320, "height": 640})
    page.get_by_label("With signs").check()
    page.set_input_files("#file", picture("bill.png", "1250", ".", 2))
    expect_reading(page, "12.50")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for sign in page.get_by_role("radio", name="point").all():
        box = sign.bounding_box()
        assert min(box["height"], box["width"]) >= 24  # WCAG 2.2, 2.5.8


def test_the_switch_is_there_only_if_the_service_reads_signs(
    page, client_of, monkeypatch
):
    expect(page.get_by_label("With signs")).to_be_visible()
    monkeypatch.setattr(service.Service, "names_signs", False)
    without = client_of().get("/").text
    page.route(
        page.url, lambda route: route.fulfill(body=without, content_type="text/html")
    )
    page.reload()
    expect(page.locator("#single")).to_be_visible()
    expect(page.get_by_label("With signs")).to_be_hidden()
