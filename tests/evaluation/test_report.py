import sys
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from inkten.evaluation.plots import confusion_png, curves_png
from inkten.evaluation.report import (
    Mistake,
    ReportPage,
    Table,
    html_report,
    per_digit,
    worst_mistakes,
)
from inkten.evaluation.terms import TERMS, explained

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


def test_only_mistakes_of_a_confusion_matrix_are_coloured(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    right, wrong = np.diag([1009] * 10), np.diag([1009] * 10)
    wrong[4, 9] = 12

    def orange(confusion):
        content = np.frombuffer(confusion_png(confusion), np.uint8)
        blue, _, red = cv2.split(cv2.imdecode(content, cv2.IMREAD_COLOR).astype(int))
        return np.count_nonzero(red - blue > 60)

    assert orange(right) == 0
    assert orange(wrong) > 1000


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


def test_curves_of_training_and_validation_are_drawn_together():
    pytest.importorskip("matplotlib")
    training = [{"loss": 0.3}, {"loss": 0.1}]
    both = [row | {"val_loss": row["loss"] + 0.1} for row in training]
    assert curves_png(both) != curves_png(training)
    resumed = [training[0], both[1]]  # started by a version without a validation part
    assert curves_png(resumed).startswith(PNG)


def test_each_digit_has_its_recall_and_precision():
    confusion = np.diag([90] * 10)
    confusion[4, 9], confusion[4, 7] = 9, 1  # of 100 fours, nine are read as 9
    rows = per_digit(confusion).rows
    assert rows[4] == ("4", "100", "90.00%", "100.00%", "9 (9 times)")
    assert rows[9] == ("9", "90", "100.00%", "90.91%", "-")


def test_a_digit_that_is_not_there_has_no_share():
    confusion = np.zeros((10, 10), np.int64)
    assert per_digit(confusion).rows[0] == ("0", "0", "-", "-", "-")


def test_tables_terms_and_next_steps_are_shown_as_text():
    evil = "<script>"
    page = ReportPage(
        *("t", "s", Table((), ())),
        tables={evil: Table((evil,), ((evil,),))},
        terms={evil: evil},
        next_steps={evil: evil},
    )
    html = html_report(page)
    assert evil not in html
    assert html.count("&lt;script&gt;") == 7


def test_every_term_is_explained_in_a_sentence():
    for name, meaning in TERMS.items():
        assert explained([name]) == {name: meaning}
        assert meaning.endswith(".")
