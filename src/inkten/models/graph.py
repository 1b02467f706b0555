"""What an ONNX file's graph computes, and further outputs for it.

Reads the file's protocol buffers directly, so that looking inside a network needs no
package besides those that reading needs. The numbers of the fields are those of
onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

GRAPH, METADATA = 7, 14  # of a model
NODE, INPUT, OUTPUT = 1, 11, 12  # of a graph
NODE_INPUT, NODE_OUTPUT, NODE_OPERATION = 1, 2, 4
NAME = 1  # of a tensor's description, and of an entry of the metadata
# Kinds of fields in a protocol buffer
VARINT, EIGHT_BYTES, LENGTH_DELIMITED, FOUR_BYTES = 0, 1, 2, 5

LAYERS = ("Conv", "Gemm", "MatMul")  # operations with weights
# What follows a layer and still is its result
SHAPING = (
    *("Add", "BatchNormalization", "Clip", "Elu", "LeakyRelu", "PRelu", "Relu"),
    *("Selu", "Sigmoid", "Softplus", "Tanh", "HardSigmoid", "HardSwish", "Gelu"),
    *("MaxPool", "AveragePool", "GlobalAveragePool", "DequantizeLinear", "Mul"),
)
# What leaves a result as it is, in another shape or type
PASSING = ("QuantizeLinear", "Reshape", "Transpose", "Flatten", "Cast", "Identity")


@dataclass(frozen=True)
class Node:
    """An operation of a graph, and the names of the tensors around it."""

    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def has_card(content: bytes) -> bool:
    """Whether a file contains a card of inkten's; False if it is damaged."""
    try:
        entries = [value for field, value in _fields(content) if field == METADATA]
        keys = [_text(entry, NAME) for entry in entries]
    except ValueError:
        return False
    return "inkten.task" in keys


def layer_outputs(content: bytes) -> list[str]:
    """The tensors that a file's layers pass on, in order, without the last layer's.

    A layer's tensor is the last one before the next layer: after its activation, its
    normalization and its pooling. Layers may be in several branches.

    Raises:
        ValueError: the file is damaged.
    """
    nodes, inputs = _read_graph(content)
    computed = set(inputs)  # tensors that depend on the picture; weights do not
    layer_of: dict[str, int] = {}  # the layer that a tensor is a result of
    found: list[str] = []
    for node in nodes:
        if computed.isdisjoint(node.inputs):
            continue
        computed.update(node.outputs)
        if node.operation in LAYERS:
            layer_of[node.outputs[0]] = len(found)
            found.append(node.outputs[0])
            continue
        layers = [layer_of[each] for each in node.inputs if each in layer_of]
        if layers and node.operation in (*SHAPING, *PASSING):
            layer_of[node.outputs[0]] = max(layers)
            if node.operation in SHAPING:
                found[max(layers)] = node.outputs[0]
    return found[:-1]


def with_outputs(content: bytes, names: Iterable[str]) -> bytes:
    """The same file with tensors of its graph as further outputs, after its own.

    A protocol buffer may be continued: what follows is merged with what is there.
    """
    further = b"".join(
        _delimited(OUTPUT, _delimited(NAME, name.encode())) for name in names
    )
    return content + _delimited(GRAPH, further)


def _read_graph(content: bytes) -> tuple[list[Node], list[str]]:
    """The nodes of the graph, and the names of its inputs."""
    nodes, inputs = [], []
    for model_field, graph in _fields(content):
        if model_field != GRAPH:
            continue
        for field, value in _fields(graph):
            if field == NODE:
                nodes.append(_node(value))
            elif field == INPUT:
                inputs.append(_text(value, NAME))
    return nodes, inputs


def _node(message: bytes) -> Node:
    parts: dict[int, list[str]] = {NODE_INPUT: [], NODE_OUTPUT: [], NODE_OPERATION: []}
    for field, value in _fields(message):
        if field in parts:
            parts[field].append(value.decode())
    (operation,) = parts[NODE_OPERATION]
    return Node(operation, tuple(parts[NODE_INPUT]), tuple(parts[NODE_OUTPUT]))


def _text(message: bytes, wanted: int) -> str:
    """A text field of a message; empty if it is not set."""
    return next((v.decode() for field, v in _fields(message) if field == wanted), "")


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The number and the content of each field that holds bytes.

    Raises:
        ValueError: the message is damaged.
    """
    view, at = memoryview(message), 0
    while at < len(view):
        key, at = _varint(view, at)
        match key & 7:
            case kind if kind == VARINT:
                _, at = _varint(view, at)
            case kind if kind == EIGHT_BYTES:
                at += 8
            case kind if kind == FOUR_BYTES:
                at += 4
            case kind if kind == LENGTH_DELIMITED:
                length, at = _varint(view, at)
                if at + length > len(view):
                    raise ValueError("a field is longer than its message")
                yield key >> 3, bytes(view[at : at + length])
                at += length
            case kind:
                raise ValueError(f"a field of kind {kind}")


def _varint(view: Sequence[int], at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and where it ends."""
    number = shift = 0
    while at < len(view) and shift < 64:
        byte = view[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number, at
    raise ValueError("a number without an end")


def _delimited(field: int, content: bytes) -> bytes:
    """A field that holds bytes."""
    length, digits = len(content), bytearray()
    while length >= 0x80:
        digits.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([field << 3 | LENGTH_DELIMITED, *digits, length]) + content
