import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from inkten.cli.main import app
from inkten.datasets.packs import load_pack
from inkten.errors import DataError, RunError
from inkten.synthesis.handwriting import Handwriting
from inkten.training.data import PageBatches
from inkten.training.recipes import DETECTOR, FAST
from inkten.training.runs import Run, TrainingPlan
from inkten.training.train import train

pytestmark = pytest.mark.train
TOML = """
name = "mine"
licence = "CC0-1.0"
credit = "A. Writer"
origin = "https://example.org"
parts = ["train", "validation"]
"""


@pytest.fixture
def pack(few, tmp_path):
    """A pack with one writer for training and one for validation."""
    digits = np.concatenate(
        [np.flatnonzero(few.train_labels == value)[:2] for value in range(10)]
    )
    folder = tmp_path / "packs" / "mine"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(TOML)
    np.savez(
        folder / "glyphs.npz",
        pixels=255 - few.train_images[digits].ravel(),
        shapes=np.full((20, 2), 28),
        texts=few.train_labels[digits].astype(np.str_),
        writers=np.array(["ann", "bob"] * 10),
        parts=np.array(["train", "validation"] * 10),
    )
    return load_pack(folder)


def test_batches_with_packs_are_the_same_each_time_and_others_than_without(few, pack):
    sizes = {"seed": 0, "steps": 2, "batch_size": 3}
    handwriting = Handwriting.of([pack])
    first, again = (PageBatches(few.fit_part, handwriting, **sizes) for _ in range(2))
    assert np.array_equal(first[1][0], again[1][0])
    without = PageBatches(few.fit_part, **sizes)
    assert not np.array_equal(first[1][0], without[1][0])


def test_a_run_names_its_packs_and_its_card_credits_them(few, pack, tmp_path):
    recipe = DETECTOR.shortened()
    plan = TrainingPlan("detector", recipe, 0, few.checksum, {"mine": pack.checksum})
    train(Run.start(tmp_path / "run", plan), few, packs=[pack])
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["packs"] == {"mine": pack.checksum}
    assert b"mine (A. Writer; CC0-1.0)" in (tmp_path / "run/model.onnx").read_bytes()


def test_a_run_resumes_only_with_the_packs_of_its_start(few, pack, tmp_path):
    plan = TrainingPlan("mlp", FAST, 0, few.checksum)
    run = Run.start(tmp_path / "run", plan)
    with pytest.raises(RunError, match="other packs: none at its start, now mine"):
        train(run, few, packs=[pack])


def test_a_run_does_not_resume_with_a_pack_whose_files_changed(few, pack, tmp_path):
    plan = TrainingPlan("mlp", FAST, 0, few.checksum, {"mine": pack.checksum})
    Run.start(tmp_path / "run", plan)
    (pack.folder / "glyphs.npz").unlink()
    with pytest.raises(RunError, match="started with other files in mine") as caught:
        train(Run.resume(tmp_path / "run", "mlp"), few, packs=[load_pack(pack.folder)])
    assert caught.value.parameter == "packs"


def test_a_damaged_pack_leaves_no_run(few, pack, tmp_path):
    (pack.folder / "glyphs.npz").write_bytes(b"damaged")
    recipe = DETECTOR.shortened()
    checksums = {"mine": pack.checksum}
    plan = TrainingPlan("detector", recipe, 0, few.checksum, checksums)
    run = Run.start(tmp_path / "run", plan)
    with pytest.raises(DataError, match=r"glyphs\.npz: cannot be read"):
        train(run, few, packs=[pack])
    assert not run.partial.exists()


@pytest.fixture
def inkten_train(few, pack, tmp_path, monkeypatch):
    """Run ``inkten train`` with few digits and a folder that holds the pack."""
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _: few)
    monkeypatch.chdir(tmp_path)
    packs = str(pack.folder.parent)
    return lambda *words: CliRunner().invoke(app, ["train", *words, "--packs", packs])


def test_inkten_train_starts_a_run_with_the_packs_of_a_folder(
    few, pack, inkten_train, monkeypatch
):
    calls = []

    def stop(*arguments):
        calls.append(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("inkten.training.train.train", stop)
    result = inkten_train("detector", "--quick", "--out", "run")
    assert result.exit_code == 130
    ((run, data, _, packs),) = calls
    assert (data, [one.name for one in packs]) == (few, ["mine"])
    assert run.plan.packs == {"mine": pack.checksum}
    assert f"--packs {pack.folder.parent}" in result.stderr


def test_packs_that_a_recipe_cannot_use_leave_no_unfinished_run(inkten_train, tmp_path):
    before = sorted(tmp_path.iterdir())
    for words in (["mlp"], ["cnn", "--recipe", "fast"]):
        result = inkten_train(*words, "--out", "runs/a")
        assert isinstance(result.exception, RunError)
        assert "trains on MNIST alone" in str(result.exception)
    assert sorted(tmp_path.iterdir()) == before


def test_digits_that_make_no_pages_leave_no_unfinished_run(
    few, inkten_train, tmp_path, monkeypatch
):
    blank = replace(few, train_images=np.zeros_like(few.train_images))
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _: blank)
    before = sorted(tmp_path.iterdir())
    result = inkten_train("detector", "--out", "runs/a")
    assert isinstance(result.exception, DataError)
    assert sorted(tmp_path.iterdir()) == before


def test_a_preview_is_written_with_the_packs(few, inkten_train, monkeypatch):
    monkeypatch.setattr("inkten.cli.train.PREVIEW_PAGES", 8)
    assert inkten_train("detector", "--preview", "packs.png").exit_code == 0
    words = ["train", "detector", "--preview", "none.png"]
    assert CliRunner().invoke(app, words).exit_code == 0
    sheets = [cv2.imread(name) for name in ("packs.png", "none.png")]
    assert sheets[0].shape == sheets[1].shape
    assert not np.array_equal(*sheets)
