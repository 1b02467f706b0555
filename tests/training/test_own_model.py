"""The page on own models: its program, its commands and its code work."""

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inkten.classification.loading import load_classifier
from inkten.cli.main import app
from inkten.datasets import mnist
from inkten.training.backend import keras
from inkten.training.convert import convert

pytestmark = pytest.mark.train
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own_model.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SMALL = 4_000  # training pictures
EPOCHS = 3
CLOSE = 0.0005  # of accuracy
MOST_COMMANDS = 6  # from a clone to one's own model reading one's own photo


def blocks(language):
    return [text for name, text in BLOCK.findall(PAGE) if name == language]


def commands(block):
    return re.findall(r"^\$ (.*)$", block, re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the examples and the model that the page's program saves."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "examples", folder / "examples")
    data = mnist.load()
    loaded = (
        (data.train_images[:SMALL], data.train_labels[:SMALL]),
        (data.test_images[:500], data.test_labels[:500]),
    )
    fit_as_written = keras.Sequential.fit

    def fit(self, *arguments, **options):
        return fit_as_written(
            self, *arguments, **(options | {"epochs": EPOCHS, "verbose": 0})
        )

    keras.utils.set_random_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.datasets.mnist, "load_data", lambda: loaded)
        patch.setattr(keras.Sequential, "fit", fit)
        patch.chdir(folder)
        runpy.run_path("examples/mnist_convnet.py")
    return folder


def test_at_most_six_commands_lead_from_a_clone_to_a_reading():
    steps = [
        step for line in commands(blocks("console")[0]) for step in line.split("&&")
    ]
    programs = [step for step in steps if not re.match(r"\s*(cd|source) ", step)]
    assert len(programs) <= MOST_COMMANDS
    assert "inkten read --model mnist_convnet.keras" in steps[-1]
    assert "python examples/mnist_convnet.py" in programs[-2]


def test_the_commands_of_the_page_work_in_order(folder, monkeypatch):
    monkeypatch.chdir(folder)
    lines = [line for block in blocks("console") for line in commands(block)]
    shown = [shlex.split(line)[1:] for line in lines if line.startswith("inkten ")]
    assert len(shown) >= 6
    for words in shown:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, (words, result.output)
        if "phone_number.jpg" in words[-1]:
            assert result.stdout == "555 0134\n"


def test_the_first_command_says_what_it_assumes(folder, monkeypatch):
    monkeypatch.chdir(folder)
    words = ["read", "--model", "mnist_convnet.keras", "examples/phone_number.jpg"]
    said = CliRunner().invoke(app, words).stderr
    (shown,) = re.findall(r"^inkten: mnist_convnet.*$", PAGE, re.M)
    assert said.partition("(")[0] == shown.partition("(")[0]
    assert said.count("\n") == 1


def test_the_code_of_the_page_works(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    names = {}
    for block in blocks("python"):
        exec(compile(block, "own_model.md", "exec"), names)
    assert capsys.readouterr().out == "light ink, 0..1, probabilities\n555 0134\n"
    assert names["reader"].classifier.form == names["form"]


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_inkten_measures_the_model_as_keras_does(folder):
    data = mnist.load()
    tiles = mnist.as_tiles(data.test_images[:1_000])
    labels = data.test_labels[:1_000]
    model = keras.saving.load_model(folder / "mnist_convnet.keras")
    by_keras = model.predict(tiles[..., None], verbose=0).argmax(axis=1)
    model.save(folder / "mnist_convnet.h5")
    convert(folder / "mnist_convnet.keras", folder / "converted.onnx")
    for name in ("mnist_convnet.keras", "mnist_convnet.h5", "converted.onnx"):
        answers = load_classifier(folder / name)(tiles).argmax(axis=1)
        assert abs((answers == labels).mean() - (by_keras == labels).mean()) <= CLOSE
