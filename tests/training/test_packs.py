import json

import numpy as np
import pytest

from inkten.datasets.packs import load_pack
from inkten.errors import RunError
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
    folder = tmp_path / "pack"
    folder.mkdir()
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


def test_a_run_goes_on_with_the_packs_of_its_start_only(few, pack, tmp_path):
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
