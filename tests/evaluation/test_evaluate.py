import csv
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.labels import load_labels
from inkten.evaluation.answers import Answer, Case, Evaluation
from inkten.evaluation.evaluate import (
    evaluate_classifier,
    evaluate_reader,
    evaluate_reading,
    labelled_cases,
    mnist_cases,
)
from inkten.evaluation.measure import Share
from inkten.evaluation.summary import predictions_csv, rows, to_dict
from inkten.models.registry import DEFAULT
from inkten.options import ReadOptions
from inkten.reader import Reader


@pytest.fixture(scope="module")
def cases():
    part = mnist.load().test_part
    return mnist_cases(mnist.Part(part.images[:200], part.labels[:200]))


def test_the_classifier_alone_is_measured_on_pictures_as_they_are(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases)
    assert evaluation.digits.accuracy == evaluation.texts.exact
    assert evaluation.texts.exact.value > 0.95
    assert evaluation.digits.confusion.sum() == 200


def test_reading_end_to_end_is_correct_as_often_as_the_classifier_alone(cases):
    alone = evaluate_classifier(Classifier("mlp"), cases)
    end_to_end = evaluate_reading(partial(Reader("mlp").read, single=True), cases)
    assert sum(one.correct for one in end_to_end.answers) >= sum(
        one.correct for one in alone.answers
    )


@pytest.mark.xfail(strict=True, reason="the shipped models lose two digits of 200")
def test_reading_end_to_end_keeps_what_the_classifier_alone_has_correct(cases):
    alone = evaluate_classifier(Classifier("mlp"), cases)
    end_to_end = evaluate_reading(partial(Reader("mlp").read, single=True), cases)
    pairs = zip(alone.answers, end_to_end.answers, strict=True)
    assert sum(one.correct and not other.correct for one, other in pairs) <= 1


EVALUATE = {
    "reader": lambda cases: evaluate_reader(Reader("mlp"), cases),
    "reading": lambda cases: evaluate_reading(Reader("mlp").read, cases),
    "classifier": lambda cases: evaluate_classifier(Classifier("mlp"), cases),
}


@pytest.mark.parametrize("way", EVALUATE)
def test_an_unreadable_picture_counts_as_wrong_and_is_listed(cases, tmp_path, way):
    gone = Case("gone.png", tmp_path / "gone.png", "")
    evaluation = EVALUATE[way]([gone, *cases[:1]])
    assert evaluation.texts.exact == Share(1, 2)
    assert list(to_dict(evaluation)["unreadable"]) == ["gone.png"]
    assert evaluation.unreadable[0].error == f"{tmp_path / 'gone.png'}: no such file"
    assert EVALUATE[way]([gone]).texts.exact == Share(0, 1)


def test_a_picture_that_needs_an_extra_does_not_stop_the_evaluation(cases, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    heic = Case("a.heic", b"\0\0\0\x14ftypheic\0\0\0\0heic", "7")
    for evaluate in EVALUATE.values():
        assert [a.case for a in evaluate([*cases[:1], heic]).unreadable] == [heic]


def test_answers_below_min_confidence_are_unsure(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases, min_confidence=0.99)
    shown = rows(evaluation)
    assert int(shown["read without a '?'"]) < 200
    assert shown["correct among them (95% interval)"].startswith("100.00%")


def test_the_classifier_alone_takes_only_28x28(tmp_path):
    path = tmp_path / "a.png"
    Image.new("L", (30, 20)).save(path)
    evaluation = evaluate_classifier(Classifier("mlp"), [Case("a", path, "1")])
    assert evaluation.unreadable[0].error.startswith(
        f"{path}: 30x20 pixels; the classifier alone takes 28x28"
    )


def test_predictions_have_a_row_per_picture(cases):
    evaluation = evaluate_classifier(Classifier("mlp"), cases[:3])
    written = list(csv.DictReader(predictions_csv(evaluation).splitlines()))
    assert [row["file"] for row in written] == ["00000", "00001", "00002"]
    assert [row["text"] for row in written] == ["7", "2", "1"]
    assert all(0 < float(row["confidence"]) <= 1 for row in written)


def test_only_pictures_of_one_digit_count_among_single_digits():
    case = Case("a", np.zeros((28, 28), np.uint8), "12")
    evaluation = evaluate_classifier(Classifier("mlp"), [case])
    assert evaluation.digits is None
    assert evaluation.texts.exact == Share(0, 1)


@pytest.mark.parametrize("column", ["source", "repo"])
def test_cases_keep_the_columns_of_the_labels(tmp_path, column):
    labels = tmp_path / "labels.csv"
    labels.write_text(f"file,text,{column},kind\na.png,1 2,ann,photo\n")
    (case,) = labelled_cases(load_labels(labels))
    assert (case.file, case.picture) == ("a.png", tmp_path / "a.png")
    assert (case.text, case.source, case.kind) == ("1 2", "ann", "photo")


def test_every_source_weighs_the_same():
    def answer(text, source):
        return Answer(Case("x.png", b"", "7", source), text, 1.0)

    large = [answer("7", "large")] * 9
    small = [answer("1", "small")]
    assert Evaluation([*large, *small]).by_source == 0.5
    assert Evaluation([*large, answer("7", "")]).by_source is None


def answers(*pairs, kind=""):
    return [
        Answer(Case("x.png", b"", true, kind=kind), read, 0.9 if read else 0.0)
        for true, read in pairs
    ]


def test_false_digits_and_false_marks_are_counted_on_pictures_without_digits():
    shown = rows(Evaluation(answers(("", ""), ("", "1"), ("", "?"), ("", "2 ?"))))
    assert shown["with a false digit"] == "50.00% (2 of 4)"
    assert shown["with a false digit or '?'"] == "75.00% (3 of 4)"
    assert "calibration error" not in shown  # an empty text has no confidence


def test_unsure_digits_are_counted_where_digits_are_written():
    evaluation = Evaluation(answers(("12|34", "12|3?"), ("5", "?"), ("", "?")))
    assert evaluation.unsure_digits == Share(2, 5)
    assert rows(evaluation)["digits read as '?'"] == "40.00% (2 of 5)"
    more_than_written = Evaluation(answers(("7", "??")))
    assert to_dict(more_than_written)["unsure_digits"]["right"] == 1


def test_an_unreadable_picture_does_not_count_as_read_without_a_question_mark():
    read = answers(("1", "1"), ("2", "?"))
    gone = replace(read[0], text="", error="no such file")
    shown = rows(Evaluation([*read, gone]))
    assert shown["read without a '?'"] == "1"
    assert "correct among them (95% interval)" not in rows(Evaluation(read[1:]))


def test_each_kind_of_picture_has_a_row_if_there_are_several():
    photos = answers(("1", "1"), ("2", "7"), kind="photo")
    scans = answers(("3", "3"), kind="scan")
    assert rows(Evaluation([*photos, *scans]))["of kind photo"] == "50.00% of 2"
    assert not any(row.startswith("of kind") for row in rows(Evaluation(photos)))


def test_a_reader_gives_the_answers_of_reading_one_by_one(cases):
    reader, read = Reader("mlp"), []
    batches = evaluate_reader(
        reader, cases[:80], ReadOptions(single=True), lambda: read.append(None)
    )
    one_by_one = evaluate_reading(partial(reader.read, single=True), cases[:80])
    assert len(read) == 80
    for batched, alone in zip(batches.answers, one_by_one.answers, strict=True):
        assert (batched.case, batched.text) == (alone.case, alone.text)
        assert batched.confidence == pytest.approx(alone.confidence, abs=1e-4)


def test_the_options_of_an_evaluation_reach_the_reader(cases):
    unsure = ReadOptions(single=True, min_confidence=1)
    answers = evaluate_reader(Reader("mlp"), cases[:20], unsure).answers
    assert {answer.text for answer in answers} == {"?"}


def test_reading_single_digits_agrees_with_the_classifier_alone():
    part = mnist.load().test_part
    cases = mnist_cases(mnist.Part(part.images[:500], part.labels[:500]))
    alone = evaluate_classifier(Classifier(DEFAULT), cases)
    options = ReadOptions(single=True, min_confidence=0)
    end_to_end = evaluate_reader(Reader(), cases, options)
    agreeing = sum(
        one.text == other.text
        for one, other in zip(alone.answers, end_to_end.answers, strict=True)
    )
    assert agreeing >= 0.99 * 500  # 498 measured
