import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkten.classification.classifier import CheckedClassifier, Classifier
from inkten.datasets import mnist
from inkten.errors import ModelError
from inkten.models import registry


@pytest.fixture(scope="module")
def tiles():
    return mnist.load().test_images[:500].astype(np.float32) / np.float32(255)


def error_of(model):
    with pytest.raises(ModelError) as raised:
        Classifier(model)
    message = str(raised.value)
    assert "\n" not in message
    return message


def onnx_file(path, takes=("N", 28, 28), gives=("N", 10), kind=1, gain=1.0):
    """Write a model that averages over 28x28 and repeats that for each class."""
    helper = pytest.importorskip("onnx").helper
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["tiles"], ["flat"], axis=1),
            helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
        ],
        "averages",
        [helper.make_tensor_value_info("tiles", kind, takes)],
        [helper.make_tensor_value_info("scores", kind, gives)],
        [
            helper.make_tensor(
                "weights",
                kind,
                (int(np.prod(takes[1:])), gives[1]),
                np.full(int(np.prod(takes[1:])) * gives[1], gain / 784),
            )
        ],
    )
    model = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
    )
    path.write_bytes(model.SerializeToString())
    return path


def test_the_shipped_model_knows_mnist(tiles):
    labels = mnist.load().test_labels[:500]
    assert (Classifier("mlp")(tiles).argmax(1) == labels).mean() > 0.95


def test_probabilities_are_at_least_0_and_sum_to_at_most_1(tiles):
    chance = np.random.default_rng(7).random((200, 28, 28), np.float32)
    for batch in (tiles, chance, np.zeros_like(chance), np.ones_like(chance)):
        probabilities = Classifier()(batch)
        assert probabilities.dtype == np.float32
        assert probabilities.min() >= 0
        assert probabilities.sum(1).max() <= 1 + 1e-5


def test_any_number_of_tiles_is_classified(tiles):
    classifier = Classifier()
    assert classifier(tiles[:0]).shape == (0, 10)
    alone = np.concatenate([classifier(tile[None]) for tile in tiles[:20]])
    assert np.allclose(alone, classifier(tiles[:20]), atol=1e-6)


def test_threads_share_a_classifier(tiles):
    classifier = Classifier(threads=1)
    expected = classifier(tiles)
    with ThreadPoolExecutor(4) as threads:
        for probabilities in threads.map(classifier, [tiles] * 8):
            assert np.array_equal(probabilities, expected)


def test_a_file_of_the_right_form_is_used(tmp_path, tiles):
    path = onnx_file(tmp_path / "é model.onnx")
    assert Classifier(path)(tiles[:3]).shape == (3, 10)
    assert Classifier(str(path))(tiles[:3]).shape == (3, 10)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"takes": ("N", 3, 224, 224)}, "takes (N, 3, 224, 224) float"),
        ({"takes": ("N", 784)}, "takes (N, 784) float"),
        ({"takes": (1, 28, 28), "gives": (1, 10)}, "takes (1, 28, 28) float"),
        ({"gives": ("N", 26)}, "gives (N, 26) float"),
        ({"kind": 11}, "takes (N, 28, 28) double"),
    ],
)
def test_a_model_of_another_form_is_refused(tmp_path, form, said):
    message = error_of(onnx_file(tmp_path / "other.onnx", **form))
    assert said in message
    assert "inkten needs (N, 28, 28) float and (N, 10) float" in message


@pytest.mark.parametrize("gain", [-1.0, np.nan])
def test_scores_below_0_and_nan_are_refused(tmp_path, tiles, gain):
    classifier = Classifier(onnx_file(tmp_path / "logits.onnx", gain=gain))
    with pytest.raises(ModelError, match="below 0"):
        classifier(tiles)


@pytest.mark.parametrize(
    ("shape", "said"),
    [((1, -1), r"gives \(1, 20\) for 2 tiles"), ((3, 10), "cannot be run")],
)
def test_a_model_whose_output_differs_from_its_declaration_is_refused(
    tmp_path, tiles, shape, said
):
    path = onnx_file(tmp_path / "liar.onnx")
    onnx = pytest.importorskip("onnx")
    model = onnx.load(path)
    model.graph.node[-1].output[0] = "plain"
    model.graph.node.add().CopyFrom(
        onnx.helper.make_node("Reshape", ["plain", "shape"], ["scores"])
    )
    model.graph.initializer.add().CopyFrom(
        onnx.helper.make_tensor("shape", onnx.TensorProto.INT64, (2,), shape)
    )
    onnx.save(model, path)
    with pytest.raises(ModelError, match=said):
        Classifier(path)(tiles[:2])


def test_what_is_not_a_model_is_named(tmp_path):
    (tmp_path / "text.onnx").write_text("seven")
    (tmp_path / "empty.onnx").touch()
    (tmp_path / "folder.onnx").mkdir()
    for name in ("text.onnx", "empty.onnx", "folder.onnx", "missing.onnx"):
        assert str(tmp_path / name) in error_of(tmp_path / name)
    for name in ("resnet", "text.png", "detector"):
        message = error_of(name)
        assert f"{name} is not a classifier that inkten knows" in message
        assert "mlp, or a file ending in .onnx" in message
        assert "load_keras" not in message
    assert "load_keras" in error_of("run/model.keras")


def test_a_changed_shipped_model_is_refused(copied):
    assert Classifier("mlp")
    with (copied / "mlp.onnx").open("ab") as file:
        file.write(b"\0")
    assert "SHA-256" in error_of("mlp")
    (copied / "mlp.onnx").unlink()
    assert "mlp.onnx: cannot be read" in error_of("mlp")


def test_nothing_is_left_in_the_home_folder(tmp_path):
    code = "from inkten.classification.classifier import Classifier; Classifier('mlp')"
    home = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    home.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], env=home, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_name_inside_a_model_is_reported_by_the_error_alone(tmp_path, capfd):
    content = registry.read_model("mlp")
    assert b"\x06MatMul" in content
    (tmp_path / "bad.onnx").write_bytes(
        content.replace(b"\x06MatMul", b"\x06\x82atMul")
    )
    assert "is not an ONNX model that can be run" in error_of(tmp_path / "bad.onnx")
    assert capfd.readouterr() == ("", "")


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_a_damaged_model_file_classifies_or_is_refused(tmp_path_factory, mutate, seed):
    path = tmp_path_factory.getbasetemp() / "damaged.onnx"
    path.write_bytes(mutate(registry.read_model("mlp"), random.Random(seed)))
    said = ""
    try:
        probabilities = Classifier(path, threads=1)(np.zeros((2, 28, 28), np.float32))
    except ModelError as error:
        probabilities, said = np.zeros((2, 10)), str(error)
    assert "\n" not in said
    assert probabilities.shape == (2, 10)
    assert probabilities.min() >= 0
    assert probabilities.sum(1).max() <= 1 + 1e-5


def test_the_results_of_a_function_are_checked_like_a_models(tiles):
    assert CheckedClassifier(lambda tiles: 1 / 0)(tiles[:0]).shape == (0, 10)
    with pytest.raises(ModelError, match=r"gives \(2, 11\) for 2 tiles"):
        CheckedClassifier(lambda tiles: np.zeros((len(tiles), 11)))(tiles[:2])
    with pytest.raises(ModelError, match="below 0 or NaN"):
        CheckedClassifier(lambda tiles: np.full((len(tiles), 10), np.nan))(tiles[:2])
