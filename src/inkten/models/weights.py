"""How many numbers an ONNX file has learned, counted without the onnx package.

An ONNX file is a protobuf message (https://protobuf.dev/programming-guides/encoding).
Of all that it holds only a few fields are of interest here, named as in onnx.proto.
"""

from collections.abc import Iterator
from math import prod

MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER = 1, 5
NODE_INPUT, NODE_OPERATION = 1, 4
TENSOR_DIMS, TENSOR_DATA_TYPE, TENSOR_NAME = 1, 2, 8
FLOAT = 1  # a tensor's type; the other types hold rounded weights, or shapes
ROUNDED = b"DequantizeLinear"  # its inputs: rounded numbers, their scale, their zero
WHOLE, LENGTH_FIRST, EIGHT_BYTES = 0, 2, 1  # how a field is written; else four bytes

Value = int | memoryview


def count_weights(content: bytes) -> int:
    """Count the numbers a model has learned, of a file ONNX Runtime could open.

    Batch normalization is folded into the convolution before it, so this may be a
    little less than Keras counts. The scales of whole numbers do not count.
    """
    count = 0
    for graph in _messages(memoryview(content), MODEL_GRAPH):
        rounded: set[bytes] = set()
        scales: set[bytes] = set()
        for node in _messages(graph, GRAPH_NODE):
            if ROUNDED in map(bytes, _messages(node, NODE_OPERATION)):
                numbers, *others = map(bytes, _messages(node, NODE_INPUT))
                rounded.add(numbers)
                scales.update(others)
        for tensor in _messages(graph, GRAPH_INITIALIZER):
            (name,) = map(bytes, _messages(tensor, TENSOR_NAME))
            length, is_float = _length(tensor)
            if name in rounded or (is_float and name not in scales):
                count += length
    return count


def _length(tensor: memoryview) -> tuple[int, bool]:
    """How many numbers a tensor holds, and whether they are floating points."""
    sides: list[int] = []
    is_float = False
    for number, value in _fields(tensor):
        if number == TENSOR_DIMS:
            sides += [value] if isinstance(value, int) else _whole_numbers(value)
        elif number == TENSOR_DATA_TYPE:
            is_float = value == FLOAT
    return prod(sides), is_float


def _messages(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """The messages, or texts, in a message, of one field."""
    for number, value in _fields(message):
        if number == wanted and isinstance(value, memoryview):
            yield value


def _fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Each field's number, and its whole number or its bytes; floats are skipped."""
    at = 0
    while at < len(message):
        key, at = _whole_number(message, at)
        number, written = key >> 3, key & 7
        if written == WHOLE:
            value, at = _whole_number(message, at)
            yield number, value
        elif written == LENGTH_FIRST:
            length, at = _whole_number(message, at)
            yield number, message[at : at + length]
            at += length
        else:
            at += 8 if written == EIGHT_BYTES else 4


def _whole_numbers(packed: memoryview) -> list[int]:
    numbers, at = [], 0
    while at < len(packed):
        number, at = _whole_number(packed, at)
        numbers.append(number)
    return numbers


def _whole_number(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where it ends."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at
