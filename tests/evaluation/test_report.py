from html.parser import HTMLParser

import numpy as np
import pytest

from inkten.evaluation.plots import confusion_png, curves_png
from inkten.evaluation.report import (
    Mistake,
    ReportPage,
    Table,
    html_report,
    worst_mistakes,
)

PNG = b"\x89PNG\r\n\x1a\n"


class Attributes(HTMLParser):
    """The attributes of every tag, as a browser parses them."""

    def __init__(self, page):
        super().__init__()
        self.all = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.all += attrs


def test_plots_are_png_files_and_reproducible_to_the_byte():
    pytest.importorskip("matplotlib")
    history = [{"loss": 0.3, "accuracy": 0.9}, {"loss": 0.1, "accuracy": 0.97}]
    assert curves_png(history).startswith(PNG)
    assert curves_png(history) == curves_png(history)
    assert confusion_png(np.eye(10, dtype=np.int64)).startswith(PNG)


def test_a_report_embeds_its_pictures():
    mistake = Mistake(np.zeros((28, 28), np.uint8), "7", "1", 0.98)
    page = html_report(
        ReportPage("t", "s", Table(("", "a"), (("b", "c"),)), {"Plot": PNG}, [mistake])
    )
    attributes = Attributes(page).all
    links = [value for name, value in attributes if name in ("src", "href")]
    assert len(links) == 2
    assert all(link.startswith("data:image/png;base64,") for link in links)


def test_no_text_in_a_report_can_become_markup():
    evil = '"><script>alert(1)</script>'
    mistake = Mistake(np.zeros((2, 2), np.uint8), evil, evil, 1.0)
    figures, plots, details = Table((evil,), ((evil,),)), {evil: PNG}, {evil: evil}
    page = html_report(ReportPage(evil, evil, figures, plots, [mistake], details, evil))
    assert "<script" not in page
    assert ("alt", evil) in Attributes(page).all


def test_the_surest_mistakes_come_first():
    probabilities = np.full((3, 10), 0.02, np.float32)
    probabilities[[0, 1, 2], [5, 6, 7]] = 0.7, 0.9, 0.8
    images = np.zeros((3, 28, 28), np.uint8)
    mistakes = worst_mistakes(images, np.array([1, 2, 7]), probabilities)
    assert [(one.true, one.read) for one in mistakes] == [("2", "6"), ("1", "5")]
