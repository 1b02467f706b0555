import csv

import numpy as np
import pytest
from PIL import Image

from inkten.datasets import mnist
from inkten.errors import DataError
from inkten.evaluation.evaluate import (
    Case,
    evaluate_classifier,
    evaluate_reader,
    mnist_cases,
)
from inkten.evaluation.measure import Share
from inkten.evaluation.summary import predictions_csv, rows, to_dict
from inkten.models.session import Classifier
from inkten.reader import Reader


@pytest.fixture(scope="module")
def cases():
    part = mnist.load().test_part
    return mnist_cases(mnist.Part(part.images[:200], part.labels[:200]))


def test_the_bare_classifier_is_measured_on_pictures_as_they_are(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases)
    assert evaluation.digits.accuracy == evaluation.texts.exact
    assert evaluation.texts.exact.value > 0.95
    assert evaluation.digits.confusion.sum() == 200


def test_the_whole_way_agrees_with_the_bare_classifier(cases):
    bare = evaluate_classifier(Classifier("mlp"), cases)
    whole = evaluate_reader(Reader(), cases, single=True)
    pairs = zip(bare.answers, whole.answers, strict=True)
    assert sum(one.text != other.text for one, other in pairs) <= 2


def test_an_unreadable_picture_counts_as_wrong_and_is_listed(cases, tmp_path):
    blank = Case("gone.png", tmp_path / "gone.png", "")
    evaluation = evaluate_reader(Reader(), [blank, *cases[:1]], single=True)
    assert evaluation.texts.exact == Share(1, 2)
    assert [answer.case.file for answer in evaluation.unreadable] == ["gone.png"]
    assert list(to_dict(evaluation)["unreadable"]) == ["gone.png"]


def test_doubtful_answers_are_kept_back_by_min_confidence(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases, min_confidence=0.99)
    shown = rows(evaluation)
    assert int(shown["read without a '?'"]) < 200
    assert shown["right among them (95% interval)"].startswith("100.00%")


def test_a_picture_of_another_size_is_refused_bare(tmp_path):
    Image.new("L", (30, 20)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"a\.png is 30x20 pixels"):
        evaluate_classifier(Classifier("mlp"), [Case("a.png", tmp_path / "a.png", "1")])


def test_predictions_have_a_row_per_picture(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases[:3])
    written = list(csv.DictReader(predictions_csv(evaluation).splitlines()))
    assert [row["file"] for row in written] == ["00000", "00001", "00002"]
    assert [row["text"] for row in written] == ["7", "2", "1"]
    assert all(0 < float(row["confidence"]) <= 1 for row in written)


def test_an_answer_beside_a_text_of_several_digits_is_no_single_digit():
    case = Case("a", np.zeros((28, 28), np.uint8), "12")
    evaluation = evaluate_classifier(Classifier("mlp"), [case])
    assert evaluation.digits is None
    assert evaluation.texts.exact == Share(0, 1)
