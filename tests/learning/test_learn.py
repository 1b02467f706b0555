import csv
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import inkten
from inkten.classification.classifier import Classifier
from inkten.cli.main import app
from inkten.errors import DataError, InktenError, ModelError
from inkten.evaluation.measure import Share
from inkten.learning.examples import cut_examples, own_pictures
from inkten.server.collection import Collection


def test_a_hand_that_was_misread_is_read_better_and_mnist_as_before(learned):
    report = learned.report
    assert (report.pictures, report.held_back) == (50, 50)
    assert report.after.part > report.before.part
    assert report.mnist_before.value - report.mnist_after.value <= 0.001
    assert report.worse == ""


def test_every_way_in_takes_the_saved_model(learned, strange_hand, tmp_path):
    path = tmp_path / "mine.onnx"
    learned.save(path)
    reader = inkten.Reader(path, min_confidence=0)
    assert reader.classifier.card == learned.card
    assert reader.classifier.learned
    paths = [strange_hand / f"{digit}" / "0.png" for digit in range(10)]
    in_memory = Classifier.from_bytes(learned.content, "mine")
    expected = inkten.Reader(in_memory, min_confidence=0).read_many(paths, single=True)
    texts = [reading.text for reading in reader.read_many(paths, single=True)]
    assert texts == [reading.text for reading in expected]
    words = ["read", "--single", "--min-confidence", "0", "--model", str(path)]
    result = CliRunner().invoke(app, [*words, str(paths[3])])
    assert result.stdout == f"{texts[3]}\n"


def test_a_model_in_memory_can_be_pickled(learned):
    classifier = Classifier.from_bytes(learned.content, "mine")
    tiles = np.zeros((1, 28, 28), np.float32)
    copy = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(copy(tiles), classifier(tiles))


def test_a_taught_model_can_be_taught_again(learned, strange_hand, tmp_path):
    learned.save(tmp_path / "mine.onnx")
    again = inkten.learn(strange_hand, model=tmp_path / "mine.onnx")
    assert again.report.before.value > learned.report.before.value
    assert again.card.learned == learned.card.learned + again.report.digits


def test_a_wrong_label_is_reported_and_not_learned_from(strange_hand, tmp_path):
    folder = tmp_path / "digits"
    shutil.copytree(strange_hand, folder)
    (folder / "0" / "1.png").rename(folder / "8" / "wrong.png")
    report = inkten.learn(folder, model="mlp").report
    (found,) = [each for each in report.doubtful if each.name.endswith("wrong.png")]
    assert (found.label, found.place, found.reads) == (8, 1, 0)
    assert report.digits == 50 - len(report.doubtful)


def test_what_got_worse_is_not_written_unless_asked_for(learned, tmp_path):
    report = learned.report
    worse = replace(learned, report=replace(report, after=Share(0, 50)))
    with pytest.raises(ModelError, match="50 are read wrong") as caught:
        worse.save(tmp_path / "mine.onnx")
    assert caught.value.parameter == "anyway"
    assert not list(tmp_path.iterdir())
    worse.save(tmp_path / "mine.onnx", anyway=True)
    assert Classifier(tmp_path / "mine.onnx").learned
    forgetful = replace(report, mnist_after=Share(4_900, 5_000))
    assert "MNIST" in forgetful.worse


@pytest.fixture
def numbers(write, tmp_path):
    """A labels.csv of whole numbers, one of which has a digit too many."""
    import cv2

    texts = {"a.png": "40 7\n12", "b.png": "345", "c.png": "99"}
    rows = [["file", "text"], ["a.png", "40 7|12"], ["b.png", "345"], ["c.png", "991"]]
    for name, text in texts.items():
        cv2.imwrite(str(tmp_path / name), write(text).gray)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path


def test_whole_numbers_are_cut_where_the_count_of_digits_fits(numbers):
    examples = cut_examples(inkten.Reader(), own_pictures([numbers]))
    assert examples.digits.tolist() == [4, 0, 7, 1, 2, 3, 4, 5]
    assert examples.owners.tolist() == [0] * 5 + [1] * 3
    (left_out,) = examples.left_out
    assert left_out.name.endswith("c.png")
    assert left_out.reason == "its label has 3 digits, and 2 were found"


def test_corrections_that_a_service_kept_are_examples(write, tmp_path):
    collection = Collection.in_folder(tmp_path / "kept", 10**6)
    collection.add(write("40 7\n12").gray, "40 7|12", [])
    examples = cut_examples(inkten.Reader(), own_pictures([tmp_path / "kept"]))
    assert examples.digits.tolist() == [4, 0, 7, 1, 2]


def test_pairs_of_pictures_and_texts_are_examples(write):
    examples = cut_examples(
        inkten.Reader(), own_pictures([(write("12345").gray, "12345")])
    )
    assert examples.digits.tolist() == [1, 2, 3, 4, 5]
    with pytest.raises(DataError, match="picture 1: text '7a'; expected digits"):
        own_pictures([(write("7").gray, "7a")])


def test_too_few_digits_are_refused_with_the_reason(write):
    blank = write("").gray
    with pytest.raises(
        DataError, match=r"0 digits to learn from, and 1 picture that .*0 were"
    ) as caught:
        cut_examples(inkten.Reader(), own_pictures([(blank, "12")]))
    assert "five of each digit" in str(caught.value)


def test_a_model_without_a_last_layer_cannot_be_taught(tmp_path):
    with pytest.raises(InktenError):
        inkten.learn(tmp_path, model="detector")


def test_the_command_shows_before_and_after(
    learned, strange_hand, tmp_path, monkeypatch
):
    monkeypatch.setattr("inkten.learning.learn.learn", lambda *_, **__: learned)
    out = tmp_path / "mine.onnx"
    result = CliRunner().invoke(app, ["learn", str(strange_hand), "--out", str(out)])
    assert result.exit_code == 0, result.stderr
    before, after = learned.report.before.part, learned.report.after.part
    assert f"{before} (" in result.stdout
    assert f"{after} (" in result.stdout
    assert f"inkten read --model {out}" in result.stdout
    assert np.array_equal(
        np.frombuffer(out.read_bytes(), np.uint8),
        np.frombuffer(learned.content, np.uint8),
    )


def test_a_file_that_is_no_model_is_refused_before_anything_is_read(tmp_path):
    out = str(tmp_path / "mine.txt")
    result = CliRunner().invoke(app, ["learn", "nothing-here", "--out", out])
    assert isinstance(result.exception, ModelError)
    assert "ends in .onnx" in str(result.exception)
