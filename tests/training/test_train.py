import csv
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import as_tiles
from inkten.errors import DataError, RunError
from inkten.recognition.line_reader import LineReader
from inkten.training.backend import keras
from inkten.training.fit import fit
from inkten.training.networks import ARCHITECTURES, mlp
from inkten.training.parts import recipe_text
from inkten.training.recipes import (
    CNN_FAST,
    FAST,
    ORIGINAL,
    RECIPES,
    TrainingData,
    find_recipe,
)
from inkten.training.runs import Run, TrainingPlan
from inkten.training.train import train

pytestmark = pytest.mark.train
RUN_FILES = {
    "config.json",
    "confusion.png",
    "curves.png",
    "history.csv",
    "model.keras",
    "model.onnx",
    "report.html",
}


def plan(data, epochs=2, recipe=FAST):
    return TrainingPlan("mlp", replace(recipe, epochs=epochs), 3, data.checksum)


def stop_in_epoch(number):
    """Stop the training in the middle of an epoch, as Ctrl-C does."""

    def on_step(done, steps, figures):
        if done > (number - 1) * steps / 3:  # of three epochs
            raise KeyboardInterrupt

    return on_step


def history(folder):
    with (folder / "history.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_training_leaves_a_complete_run_folder_and_nothing_else(few, tmp_path):
    outcome = train(Run.start(tmp_path / "run", plan(few)), few)
    assert {path.name for path in (tmp_path / "run").iterdir()} == RUN_FILES
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    rows = history(tmp_path / "run")
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[-1]["accuracy"]) == outcome.train_accuracy
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["seed"], config["data_checksum"]) == (3, few.checksum)
    assert config["recipe"]["name"] == "fast"
    assert "keras" in config["versions"]


def test_a_validation_part_is_measured_after_every_epoch(few, tmp_path):
    outcome = train(Run.start(tmp_path / "run", plan(few)), few)
    rows = history(tmp_path / "run")
    assert all(0 < float(row["val_accuracy"]) <= 1 for row in rows)
    assert float(rows[-1]["val_accuracy"]) == outcome.validation_accuracy
    card = Classifier(tmp_path / "run" / "model.onnx").card
    assert card.training_data == "MNIST, 1,174 training pictures"  # eleven twelfths


def test_the_report_shows_layers_digits_words_and_what_to_type_next(few, tmp_path):
    outcome = train(Run.start(tmp_path / "run", plan(few)), few)
    report = (tmp_path / "run" / "report.html").read_text("utf-8")
    for shown in (
        "Each digit",
        "42,310 parameters",
        "validation accuracy",
        "overfitting",
    ):
        assert shown in report
    assert f"inkten read --model {tmp_path / 'run' / 'model.onnx'} PICTURE" in report
    assert "None" not in report
    assert "original" not in outcome.table().header


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("", ""),
        ("mlp", ", from mlp"),
        ("/home/me/run/model.keras", ", from run/model.keras"),
    ],
)
def test_a_card_names_what_a_training_began_with_but_no_other_folder(given, named):
    started = replace(plan(SimpleNamespace(checksum="")), start_from=given)
    text = recipe_text(SimpleNamespace(plan=started))
    assert text == f"mlp fast, 2 epochs, seed 3{named}"


def test_the_original_recipe_learns_from_all_and_is_compared(few, tmp_path):
    run = Run.start(tmp_path / "run", plan(few, epochs=4, recipe=ORIGINAL))
    outcome = train(run, few)
    assert outcome.validation_accuracy is None
    assert "val_accuracy" not in history(tmp_path / "run")[0]
    assert "original" in outcome.table().header
    assert outcome.train_accuracy > 0.8
    assert outcome.test.accuracy.value > 0.7


def test_the_fast_cnn_learns_and_its_file_works_as_a_classifier(few, tmp_path):
    recipe = replace(CNN_FAST, epochs=4, batch_size=32)
    run = Run.start(tmp_path / "run", TrainingPlan("cnn", recipe, 0, few.checksum))
    outcome = train(run, few)
    assert outcome.test.accuracy.value > 0.85
    assert "original" not in outcome.table().header
    assert {path.name for path in (tmp_path / "run").iterdir()} == RUN_FILES
    classifier = Classifier(tmp_path / "run" / "model.onnx")
    probabilities = classifier(as_tiles(few.test_images))
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    accuracy = (probabilities.argmax(axis=1) == few.test_labels).mean()
    assert accuracy == pytest.approx(outcome.test.accuracy.value)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="others differ")
def test_a_step_of_a_training_on_mnist_is_traced_once(few, tmp_path):
    network, traced = mlp(), []
    train_step = network.train_step
    network.train_step = lambda data: traced.append(data) or train_step(data)
    fit(network, few.train_part, Run.start(tmp_path / "run", plan(few)))
    assert len(traced) == 1


def test_every_recipe_can_be_trained():
    recipes = [recipe for recipes in RECIPES.values() for recipe in recipes]
    assert {recipe.architecture for recipe in recipes} == set(ARCHITECTURES)
    assert {recipe.training_data for recipe in recipes} == set(get_args(TrainingData))


def test_the_same_seed_gives_the_same_figures(few, tmp_path):
    one, other = (train(Run.start(tmp_path / name, plan(few)), few) for name in "ab")
    assert one.train_loss == other.train_loss
    assert one.test.log_loss == other.test.log_loss


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_stopped_run_leaves_no_folder_and_resumes(few, tmp_path, epoch):
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(Run.start(folder, plan(few, epochs=3)), few, stop_in_epoch(epoch))
    assert not folder.exists()
    steps_done = []
    train(Run.resume(folder, "mlp"), few, lambda done, *_: steps_done.append(done))
    assert len(history(folder)) == 3
    assert len(steps_done) == 3 - (epoch - 1)  # complete epochs are not repeated
    assert {path.name for path in folder.iterdir()} == RUN_FILES


@pytest.mark.parametrize("fault", ["a blank picture", "too few"])
def test_data_without_enough_digits_for_pages_is_refused(few, tmp_path, fault):
    count = 11 if fault == "too few" else 20
    images = few.train_images[:count].copy()
    if fault == "a blank picture":
        images[3] = 0
    data = replace(few, train_images=images, train_labels=few.train_labels[:count])
    recipe = find_recipe("detector").shortened()
    detector = TrainingPlan("detector", recipe, 0, data.checksum)
    with pytest.raises(DataError, match="12 or more, each with ink"):
        train(Run.start(tmp_path / "run", detector), data)
    assert list(tmp_path.iterdir()) == []  # nothing that could be resumed


def test_a_run_does_not_resume_with_other_data(few, tmp_path):
    other = replace(plan(few), data_checksum="0" * 64)
    with pytest.raises(RunError, match="started with other data") as caught:
        train(Run.start(tmp_path / "run", other), few)
    assert caught.value.parameter == "data_dir"
    assert Run.resume(tmp_path / "run", "mlp").plan == other


def test_a_line_reader_is_trained_measured_and_resumed(few, tmp_path):
    recipe = find_recipe("line").shortened()
    recipe = replace(recipe, epochs=3, steps=2, batch_size=4)
    folder = tmp_path / "run"
    line = TrainingPlan("line", recipe, 0, few.checksum)
    with pytest.raises(KeyboardInterrupt):
        train(Run.start(folder, line), few, stop_in_epoch(2))
    outcome = train(Run.resume(folder, "line"), few)
    assert {path.name for path in folder.iterdir()} == RUN_FILES - {"confusion.png"}
    assert len(history(folder)) == 3
    model = folder / "model.onnx"
    assert model.stat().st_size < 1_000_000
    reader = LineReader(model, threads=1)
    assert reader.card.figures == outcome.figures()
    assert set(outcome.figures()) == {"exact", "character_error_rate", "clean"}
    (answers,) = reader.read([np.zeros((32, 101), np.uint8)])
    assert answers.shape == (26, 24)
