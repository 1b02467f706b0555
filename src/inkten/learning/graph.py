"""An ONNX graph, edited with protobuf alone, which ONNX Runtime brings along.

    graph = Graph(content)
    graph.add("Add", [logits, correction], "learned/logits")
    content = graph.to_bytes()

Only the fields that are edited here are declared, by their numbers in ``onnx.proto``;
protobuf keeps all others as they are. So ``inkten learn`` needs no further package.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from inkten.errors import ModelError

FLOAT, INT64 = 1, 7  # TensorProto.DataType
FLOAT_ATTRIBUTE, INT_ATTRIBUTE, INTS_ATTRIBUTE = 1, 2, 7  # AttributeProto.Type
Attributes: TypeAlias = Mapping[str, int | Sequence[int]]  # of a node
WITH_CONTEXT = 4  # axes of (N, 28, 28, 2)
LAST_LAYER = ("MatMul", "Gemm")
ACTIVATIONS = ("Softmax", "Sigmoid")

# Message -> field -> (number, type); "*" marks a repeated field.
_SCHEMA = {
    "Model": {"graph": (7, "Graph"), "metadata_props": (14, "*Pair")},
    "Pair": {"key": (1, "string"), "value": (2, "string")},
    "Graph": {
        "node": (1, "*Node"),
        "initializer": (5, "*Tensor"),
        "input": (11, "*Value"),
        "output": (12, "*Value"),
    },
    "Node": {
        "input": (1, "*string"),
        "output": (2, "*string"),
        "name": (3, "string"),
        "op_type": (4, "string"),
        "attribute": (5, "*Attribute"),
    },
    "Attribute": {
        "name": (1, "string"),
        "f": (2, "float"),
        "i": (3, "int64"),
        "ints": (8, "*int64"),
        "type": (20, "int32"),
    },
    "Tensor": {
        "dims": (1, "*int64"),
        "data_type": (2, "int32"),
        "name": (8, "string"),
        "raw_data": (9, "bytes"),
    },
    "Value": {"name": (1, "string"), "type": (2, "Type")},
    "Type": {"tensor_type": (1, "TensorType")},
    "TensorType": {"elem_type": (1, "int32"), "shape": (2, "Shape")},
    "Shape": {"dim": (1, "*Dimension")},
    "Dimension": {"dim_value": (1, "int64")},
}


class Graph:
    """The graph of a classifier in an ONNX file."""

    def __init__(self, content: bytes, name: str) -> None:
        """Parse a file's bytes; messages call it ``name``.

        Raises:
            ModelError: not an ONNX model.
        """
        self.name = name
        self._model = _model_class()()
        try:
            self._model.ParseFromString(content)
        except DecodeError:
            raise ModelError("not an ONNX model.", name=name) from None
        self._graph = self._model.graph
        self._given = len(self._graph.node)
        self._made_by = {
            output: node for node in self._graph.node for output in node.output
        }

    @property
    def input(self) -> str:
        """The name of the first input."""
        return str(self._graph.input[0].name)

    @property
    def sees_context(self) -> bool:
        """Whether its tiles have a second channel."""
        return len(self._graph.input[0].type.tensor_type.shape.dim) == WITH_CONTEXT

    @property
    def logits(self) -> str:
        """The tensor that the last softmax or sigmoid takes.

        Raises:
            ModelError: the model has none.
        """
        return str(self._last(ACTIVATIONS, self._graph.output[0].name).input[0])

    @property
    def features(self) -> str:
        """The tensor that the last fully connected layer takes.

        Raises:
            ModelError: the model has none.
        """
        return str(self._last(LAST_LAYER, self.logits).input[0])

    def replace_logits(self, name: str) -> None:
        """Let the last softmax or sigmoid take the output of a node that was added."""
        node = self._last(ACTIVATIONS, self._graph.output[0].name)
        node.input[0] = name
        nodes = [self._copy(each) for each in self._graph.node]
        place = next(i for i, each in enumerate(nodes) if each.output == node.output)
        added = nodes[self._given :]  # a file's nodes must be in order
        del self._graph.node[:]
        self._graph.node.extend(nodes[:place] + added + nodes[place : self._given])

    def free_prefix(self, word: str) -> str:
        """A prefix of names that no tensor has: "learned1/", "learned2/"..."""
        taken = {tensor.partition("/")[0] for tensor in self._made_by}
        number = next(n for n in range(1, len(taken) + 2) if f"{word}{n}" not in taken)
        return f"{word}{number}/"

    def add(
        self,
        op_type: str,
        inputs: Sequence[str],
        output: str,
        attributes: Attributes | None = None,
    ) -> str:
        """Append a node of one output; returns the name of that."""
        node = self._graph.node.add(op_type=op_type, name=output)
        node.input.extend(inputs)
        node.output.append(output)
        for name, value in (attributes or {}).items():
            if isinstance(value, int):
                node.attribute.add(name=name, i=value, type=INT_ATTRIBUTE)
            else:
                node.attribute.add(name=name, ints=value, type=INTS_ATTRIBUTE)
        return output

    def add_constant(self, name: str, array: NDArray[Any]) -> str:
        """Append a constant of float32 or int64; returns its name."""
        is_float = array.dtype.kind == "f"
        stored = np.asarray(array, "<f4" if is_float else "<i8")
        self._graph.initializer.add(
            name=name,
            dims=stored.shape,
            data_type=FLOAT if is_float else INT64,
            raw_data=stored.tobytes(),
        )
        return name

    def add_output(self, name: str) -> None:
        """Make an inner float tensor a further output."""
        output = self._graph.output.add(name=name)
        output.type.tensor_type.elem_type = FLOAT

    def set_metadata(self, metadata: Mapping[str, str]) -> None:
        """Replace all the text pairs of the file."""
        del self._model.metadata_props[:]
        for key, value in metadata.items():
            self._model.metadata_props.add(key=key, value=value)

    def to_bytes(self) -> bytes:
        """The file's bytes; the same graph gives the same ones."""
        content: bytes = self._model.SerializeToString(deterministic=True)
        return content

    @staticmethod
    def _copy(node: Any) -> Any:
        copy = type(node)()
        copy.CopyFrom(node)
        return copy

    def _last(self, op_types: Sequence[str], tensor: str) -> Any:
        """The nearest node of these types, going back from a tensor."""
        while node := self._made_by.get(tensor):
            if node.op_type in op_types:
                return node
            # Of a sum, either term may be the bias, which no node makes.
            tensor = next((each for each in node.input if each in self._made_by), "")
        raise ModelError(
            f"has no {' or '.join(op_types)} at its end; inkten learns only on top of "
            "a classifier that ends in a fully connected layer and a softmax or "
            "sigmoids. Choose another, such as cnn.",
            name=self.name,
            parameter="model",
        )


@cache
def _model_class() -> Any:
    """The class of the message ``ModelProto``."""
    file = descriptor_pb2.FileDescriptorProto(
        name="inkten/onnx_subset.proto", package="inkten.onnx", syntax="proto2"
    )
    field_types = descriptor_pb2.FieldDescriptorProto
    for message, fields in _SCHEMA.items():
        declared = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            repeated, kind = kind.startswith("*"), kind.removeprefix("*")
            field = declared.field.add(
                name=name,
                number=number,
                label=3 if repeated else 1,  # LABEL_REPEATED, LABEL_OPTIONAL
            )
            if kind in _SCHEMA:
                field.type = field_types.TYPE_MESSAGE
                field.type_name = f".inkten.onnx.{kind}"
            else:
                field.type = getattr(field_types, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("inkten.onnx.Model")
    )
