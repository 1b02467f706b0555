"""A model of someone else -> an ONNX file that inkten runs as one of its own.

    convert(Path("theirs.keras"), Path("mine.onnx"))

How the model takes pictures, and what its scores mean, becomes part of the network: the
file takes tiles and gives probabilities. So nothing has to be found out when it is
loaded, and no Keras is needed.
"""

from pathlib import Path
from typing import Any

import numpy as np

from inkten import __version__
from inkten.classification.adapt import AdaptedClassifier, trial_digits
from inkten.classification.classifier import DIGITS, CheckedClassifier, Classifier
from inkten.classification.form import FLOOR, ModelForm
from inkten.classification.loading import load_classifier
from inkten.classification.network import OnnxNetwork
from inkten.classification.tiles import TILE_SIDE
from inkten.errors import MissingExtra, ModelError
from inkten.files import make_room
from inkten.models.card import Card
from inkten.models.registry import MODEL_SUFFIX

try:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from inkten.training.backend import keras
    from inkten.training.export import export_onnx, takes_and_gives, write_model
    from inkten.training.keras_classifier import KerasNetwork
except (ModuleNotFoundError, MissingExtra) as error:
    raise MissingExtra("Converting a model", "train") from error

TOLERANCE = 1e-3  # of probabilities: the two may add in another order
OLDEST_OPSET = 11  # of 2019: earlier ones write the added operations differently


def convert(
    source: Path, target: Path, form: ModelForm | None = None
) -> CheckedClassifier:
    """Write a Keras or ONNX model as an ONNX file in inkten's form, with a card.

    Args:
        source: a ``.keras``, ``.h5`` or ``.onnx`` file.
        target: the ``.onnx`` file to write.
        form: how the model takes pictures; found by trial if None.

    Returns:
        The source as a classifier, which knows the form and how it was found.

    Raises:
        ModelError: the source is missing, damaged, of another form, or inkten's own; or
            the written file does not give the same probabilities.
        InktenError: the target cannot be written.
    """
    if target.suffix != MODEL_SUFFIX:
        raise ModelError(f"expected a name ending in {MODEL_SUFFIX}", name=str(target))
    classifier = load_classifier(source, form=form)
    if isinstance(classifier, Classifier):
        raise ModelError("is inkten's own: it need not be converted", name=str(source))
    make_room(target)
    card = _card(classifier, source)
    match classifier:
        case AdaptedClassifier(network=KerasNetwork() as network):
            export_onnx(_in_keras(network, classifier.form), target, card)
        case AdaptedClassifier(network=OnnxNetwork() as network):
            write_model(_in_onnx(network, classifier), target, card)
        case CheckedClassifier(classify=KerasNetwork() as network):  # names signs
            export_onnx(network.model, target, card)
    _check_same(classifier, target)
    return classifier


def _card(classifier: CheckedClassifier, source: Path) -> Card:
    recipe = f"converted from {source.name}"
    if isinstance(classifier, AdaptedClassifier):
        recipe += f", taken as: {classifier.form}"
    return Card(
        **takes_and_gives(signs=classifier.names_signs),
        training_data="not known to inkten",
        figures={},
        recipe=recipe,
        version=__version__,
        rejects=classifier.rejects,
    )


def _check_same(classifier: CheckedClassifier, target: Path) -> None:
    """Compare the written file with its source; remove it if they differ."""
    tiles, _ = trial_digits()
    try:
        differences = np.abs(Classifier(target)(tiles) - classifier(tiles))
        if differences.max() <= TOLERANCE:
            return
        reason = f"its probabilities differ by up to {differences.max():.2f}"
    except ModelError as error:
        reason = error.reason
    target.unlink()
    network = getattr(classifier, "network", None)
    if isinstance(network, OnnxNetwork) and network.fixed_batch:
        raise ModelError(
            f"cannot be converted: its batch has a fixed size, {network.fixed_batch}; "
            "export it again with a free one: in PyTorch, "
            "dynamic_shapes=({0: 'batch'},)",
            name=classifier.name,
        )
    raise ModelError(f"cannot be converted ({reason})", name=classifier.name)


def _in_keras(network: KerasNetwork, form: ModelForm) -> keras.Model:
    """The network from tiles to probabilities, as a Keras model."""
    ops = keras.ops
    gain, offset = form.gain_and_offset
    tiles = keras.Input((TILE_SIDE, TILE_SIDE))
    pixels = tiles if (gain, offset) == (1, 0) else tiles * gain + offset
    if network.shape != (TILE_SIDE, TILE_SIDE):
        pixels = keras.layers.Reshape(network.shape)(pixels)
    if network.takes_bytes:
        pixels = ops.round(pixels)
    scores = network.model(ops.cast(pixels, network.type))
    scores = keras.layers.Flatten()(ops.cast(scores, "float32"))
    match form.scores:
        case "logits":
            scores = ops.softmax(scores)
        case "sigmoids":
            inside = ops.clip(scores, FLOOR, 1 - FLOOR)
            odds = inside / (1 - inside)
            scores = odds / ops.sum(odds, axis=-1, keepdims=True)
        case "probabilities":
            pass
    return keras.Model(tiles, scores[:, :DIGITS])


def _in_onnx(network: OnnxNetwork, classifier: AdaptedClassifier) -> onnx.ModelProto:
    """The network from tiles to probabilities, as an ONNX model."""
    model = onnx.load(network.name)  # with the weights that are stored beside it
    opset = next(each.version for each in model.opset_import if not each.domain)
    if opset < OLDEST_OPSET:
        raise ModelError(
            f"is written in operations of version {opset}; expected {OLDEST_OPSET} or "
            "later. Export it again",
            name=network.name,
        )
    graph, form = model.graph, classifier.form
    gain, offset = form.gain_and_offset
    before = _Chain(graph, "inkten/tiles")
    before.add("Mul", np.float32(gain))
    before.add("Add", np.float32(offset))
    if network.takes_bytes:
        before.add("Round")
    before.add("Reshape", np.array([-1, *network.shape]))
    number_type = helper.np_dtype_to_tensor_dtype(np.dtype(network.type))
    before.add("Cast", to=number_type)
    before.finish(graph.input[0].name)
    after = _Chain(graph, graph.output[0].name)
    after.add("Cast", to=TensorProto.FLOAT)
    after.add("Flatten", axis=1)
    if form.scores == "sigmoids":
        after.add("Clip", np.float32(FLOOR), np.float32(1 - FLOOR))
        odds = after.tensor
        after.add("Sub", np.float32(1))  # -(1 - p): both signs are turned below
        after.divide(odds)
        after.add("Neg")
        after.add("Log")
    if form.scores != "probabilities":
        after.add("Softmax", axis=1)
    after.add("Slice", np.array([0]), np.array([DIGITS]), np.array([1]))
    after.finish("inkten/probabilities")
    nodes = [*before.nodes, *graph.node, *after.nodes]
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.input.append(_description("inkten/tiles", ("N", TILE_SIDE, TILE_SIDE)))
    graph.output.append(_description("inkten/probabilities", ("N", DIGITS)))
    return model


def _description(name: str, shape: tuple[int | str, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


class _Chain:
    """Operations one after the other, to be added to a graph."""

    def __init__(self, graph: onnx.GraphProto, tensor: str) -> None:
        """Start from a tensor; constants are added to ``graph``."""
        self.nodes: list[onnx.NodeProto] = []
        self.tensor = tensor
        self._graph, self._start = graph, tensor

    def add(self, operation: str, *constants: Any, **attributes: Any) -> None:
        """Apply an operation to the latest tensor and constants."""
        result = f"{self._start}/{operation}_{len(self.nodes)}"
        inputs = [self.tensor]
        for place, constant in enumerate(constants):
            inputs.append(f"{result}/input_{place}")
            array = numpy_helper.from_array(np.asarray(constant), inputs[-1])
            self._graph.initializer.append(array)
        self.nodes.append(helper.make_node(operation, inputs, [result], **attributes))
        self.tensor = result

    def divide(self, dividend: str) -> None:
        """Divide another tensor by the latest one."""
        result = f"{self._start}/Div_{len(self.nodes)}"
        self.nodes.append(helper.make_node("Div", [dividend, self.tensor], [result]))
        self.tensor = result

    def finish(self, name: str) -> None:
        """Call the latest tensor by this name."""
        self.nodes[-1].output[0] = self.tensor = name
