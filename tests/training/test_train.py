import csv
import errno
import json
from dataclasses import replace

import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import as_tiles
from inkten.errors import DataError, RunError
from inkten.training.networks import mlp
from inkten.training.recipes import CNN_FAST, FAST, ORIGINAL, RECIPES
from inkten.training.runs import Plan, Run
from inkten.training.train import TRAINERS, train

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
    return Plan("mlp", replace(recipe, epochs=epochs), 3, data.checksum)


def stop_in_epoch(number):
    """Stop the training like Ctrl-C does, once an epoch is under way."""

    def on_step(done, steps, figures):
        if done > (number - 1) * steps / 3:  # of three epochs
            raise KeyboardInterrupt

    return on_step


def history(folder):
    with (folder / "history.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_training_leaves_a_whole_run_folder_and_nothing_else(few, tmp_path):
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


def test_the_original_recipe_learns(few, tmp_path):
    run = Run.start(tmp_path / "run", plan(few, epochs=4, recipe=ORIGINAL))
    outcome = train(run, few)
    assert outcome.train_accuracy > 0.8
    assert outcome.test.accuracy.value > 0.7


def test_the_fast_cnn_learns_and_reads_as_any_model(few, tmp_path):
    recipe = replace(CNN_FAST, epochs=4, batch_size=32)
    run = Run.start(tmp_path / "run", Plan("cnn", recipe, 0, few.checksum))
    outcome = train(run, few)
    assert outcome.test.accuracy.value > 0.85
    assert "original" not in outcome.table().header
    assert {path.name for path in (tmp_path / "run").iterdir()} == RUN_FILES
    seen = Classifier(tmp_path / "run" / "model.onnx")(as_tiles(few.test_images))
    assert np.allclose(seen.sum(axis=1), 1, atol=1e-5)
    accuracy = (seen.argmax(axis=1) == few.test_labels).mean()
    assert accuracy == pytest.approx(outcome.test.accuracy.value)


def test_every_recipe_can_be_trained():
    known = {(network, one.name) for network in RECIPES for one in RECIPES[network]}
    assert set(TRAINERS) == known


def test_the_same_seed_gives_the_same_figures(few, tmp_path):
    one, other = (train(Run.start(tmp_path / name, plan(few)), few) for name in "ab")
    assert one.train_loss == other.train_loss
    assert one.test.log_loss == other.test.log_loss


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_stopped_run_leaves_no_folder_and_goes_on(few, tmp_path, epoch):
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(Run.start(folder, plan(few, epochs=3)), few, stop_in_epoch(epoch))
    assert not folder.exists()
    steps_done = []
    train(Run.resume(folder, "mlp"), few, lambda done, *_: steps_done.append(done))
    assert len(history(folder)) == 3
    assert len(steps_done) == 3 - (epoch - 1)  # whole epochs are not done again
    assert {path.name for path in folder.iterdir()} == RUN_FILES


def test_what_a_run_kept_comes_back(few, tmp_path):
    run = Run.start(tmp_path / "run", plan(few))
    learned, fresh = mlp(), mlp()
    learned.optimizer.build(learned.trainable_variables)
    learned.optimizer.iterations.assign(7)
    history = [{"loss": 0.3, "accuracy": 0.9}, {"loss": 0.1, "accuracy": 0.97}]
    run.keep(learned, history)
    assert run.restore(fresh) == history
    weights = zip(learned.get_weights(), fresh.get_weights(), strict=True)
    assert all(np.array_equal(kept, restored) for kept, restored in weights)
    assert int(fresh.optimizer.iterations) == 7


def test_a_full_disk_ends_a_run_with_the_way_to_go_on(few, tmp_path, monkeypatch):
    run = Run.start(tmp_path / "run", plan(few))
    network = mlp()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(network, "save_weights", full)
    with pytest.raises(RunError, match=r"No space left.*--resume"):
        run.keep(network, [{"loss": 0.1}])


def test_a_run_that_was_killed_before_it_began_is_named(few, tmp_path):
    run = Run.start(tmp_path / "run", plan(few))
    (run.partial / "config.json").unlink()
    with pytest.raises(RunError, match="stopped before it began"):
        Run.resume(tmp_path / "run", "mlp")


def test_a_run_is_never_overwritten(few, tmp_path):
    (tmp_path / "done").mkdir()
    Run.start(tmp_path / "stopped", plan(few))
    with pytest.raises(RunError, match="never overwritten"):
        Run.start(tmp_path / "done", plan(few))
    with pytest.raises(RunError, match="Go on with --resume"):
        Run.start(tmp_path / "stopped", plan(few))


def test_only_an_unfinished_run_of_the_same_network_is_resumed(few, tmp_path):
    (tmp_path / "done").mkdir()
    with pytest.raises(RunError, match="is finished"):
        Run.resume(tmp_path / "done", "mlp")
    with pytest.raises(RunError, match="no unfinished run"):
        Run.resume(tmp_path / "none", "mlp")
    run = Run.start(tmp_path / "run", plan(few))
    with pytest.raises(RunError, match="trains the mlp, not the cnn"):
        Run.resume(tmp_path / "run", "cnn")
    (run.partial / "config.json").write_text("{")
    with pytest.raises(RunError, match="is damaged"):
        Run.resume(tmp_path / "run", "mlp")


@pytest.mark.parametrize("fault", ["a blank picture", "too few"])
def test_pages_are_not_begun_with_digits_that_cannot_fill_them(few, tmp_path, fault):
    count = 11 if fault == "too few" else 20
    images = few.train_images[:count].copy()
    if fault == "a blank picture":
        images[3] = 0
    data = replace(few, train_images=images, train_labels=few.train_labels[:count])
    detector = Plan("detector", RECIPES["detector"][0].shortened(), 0, data.checksum)
    with pytest.raises(DataError, match="12 or more, each with ink"):
        train(Run.start(tmp_path / "run", detector), data)


def test_a_run_does_not_go_on_with_other_data(few, tmp_path):
    other = replace(plan(few), data_checksum="0" * 64)
    with pytest.raises(RunError, match="started on other data"):
        train(Run.start(tmp_path / "run", other), few)
