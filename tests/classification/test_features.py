"""What the layers of a network pass on."""

import numpy as np
import pytest

from inkten.classification.classifier import CheckedClassifier, Classifier
from inkten.classification.features import Inside
from inkten.classification.form import ModelForm
from inkten.classification.loading import load_classifier
from inkten.models.graph import has_card, layer_outputs, with_outputs
from inkten.models.onnx import open_session
from inkten.models.registry import read_model


def test_the_mlp_has_two_layers_before_its_last(pictures):
    layers = Inside(Classifier("mlp")).layers(pictures[0][:3])
    assert [str(layer) for layer in layers] == ["50 units", "50 units"]
    assert [layer.values.shape for layer in layers] == [(3, 50), (3, 50)]
    assert all(layer.values.min() >= 0 for layer in layers)  # after the activation


def test_the_cnn_has_maps_that_get_smaller(pictures):
    layers = Inside(Classifier("cnn")).layers(pictures[0][:2])
    sides = [layer.values.shape[2] for layer in layers if layer.is_map]
    assert len(sides) >= 3
    assert sides == sorted(sides, reverse=True)
    assert all(len(layer.values) == 2 for layer in layers)


def test_further_outputs_leave_the_answers_as_they_are(pictures):
    content = read_model("mlp")
    session = open_session(with_outputs(content, layer_outputs(content)), "mlp", 1)
    (probabilities, *_) = session.run(None, {session.get_inputs()[0].name: pictures[0]})
    assert np.allclose(probabilities, Classifier("mlp")(pictures[0]), atol=1e-6)


def test_a_function_has_no_layers_to_be_seen(pictures):
    function = CheckedClassifier(lambda tiles: np.full((len(tiles), 10), 0.1))
    assert Inside(function).layers(pictures[0][:1]) == ()


def test_a_model_of_someone_else_is_run_in_its_own_form(tmp_path, linear, pictures):
    path = linear.save(tmp_path / "linear.onnx", ModelForm(ink="dark"), (1, 28, 28))
    assert Inside(load_classifier(path)).layers(pictures[0][:2]) == ()  # a single layer


@pytest.mark.parametrize("cut", [1, 5, 100, 1000])
def test_a_damaged_file_has_no_card_and_no_layers(cut):
    content = read_model("mlp")[:-cut]
    assert not has_card(content)
    with pytest.raises(ValueError, match=r"longer than its message|without an end"):
        layer_outputs(content)
