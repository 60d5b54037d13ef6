"""Reads the weights of an ONNX file and writes a graph of its own, without the package `onnx`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.protowire import Field, fields, write

# Field numbers of onnx.proto.
_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET = 1, 7, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_ATTRIBUTE_NAME, _ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_INTS, _ATTRIBUTE_TYPE = 1, 2, 3, 8, 20
_IR, _OPSET = 8, 17
_FLOAT, _INT, _INTS = 1, 2, 7  # kinds of attributes
_KINDS: dict[np.dtype[Any], int] = {
    np.dtype(np.float32): 1,
    np.dtype(np.int8): 3,
    np.dtype(np.int64): 7,
    np.dtype(np.bool_): 9,
}
_FOUR_BYTES = 5  # wire type
#: onnxruntime's own operators.
OWN = "com.microsoft"

Array = npt.NDArray[Any]
Shape = tuple[int | str, ...]  # a name stands for a size that changes


@dataclass(frozen=True)
class Node:
    """One operation: its name, and the names of what it takes and gives."""

    op: str
    inputs: list[str]
    outputs: list[str]


def read(model: bytes) -> tuple[list[Node], dict[str, Array]]:
    """Return the nodes of a serialised ModelProto in order, and its tensors by name."""
    graph = _bytes(fields(model), _MODEL_GRAPH)[0]
    parts = list(fields(graph))
    tensors = dict(_tensor(raw) for raw in _bytes(parts, _GRAPH_INITIALIZER))
    return [_node(raw) for raw in _bytes(parts, _GRAPH_NODE)], tensors


def node(
    op: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: Any
) -> bytes:
    """Return a node of a graph; attributes are whole numbers, lists of them, or floats."""
    named = [write(_NODE_INPUT, name.encode()) for name in inputs]
    named += [write(_NODE_OUTPUT, name.encode()) for name in outputs]
    named += [write(_NODE_OP, op.encode()), write(_NODE_DOMAIN, domain.encode())]
    named += [write(_NODE_ATTRIBUTE, _attribute(name, value)) for name, value in attributes.items()]
    return write(_GRAPH_NODE, b"".join(named))


def tensor(name: str, value: Array) -> bytes:
    """Return a constant of a graph."""
    dims = b"".join(write(_TENSOR_DIMS, size) for size in value.shape)
    kind = write(_TENSOR_TYPE, _KINDS[value.dtype])
    content = write(_TENSOR_NAME, name.encode()) + write(_TENSOR_RAW, value.tobytes())
    return write(_GRAPH_INITIALIZER, dims + kind + content)


def model(
    parts: Iterable[bytes],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
) -> bytes:
    """Return a ModelProto.

    Args:
        parts: nodes, each after those that it needs, and tensors.
        inputs: the shape of each, of int64.
        outputs: the shape of each, of float32.
    """
    graph = [*parts, write(_GRAPH_NAME, b"graph")]
    graph += [write(_GRAPH_INPUT, _value(name, np.int64, shape)) for name, shape in inputs.items()]
    graph += [write(_GRAPH_OUTPUT, _value(name, np.float32, shape)) for name, shape in outputs.items()]
    used = [("", _OPSET), (OWN, 1)]
    opsets = (write(_OPSET_DOMAIN, name.encode()) + write(_OPSET_VERSION, number) for name, number in used)
    head = write(_MODEL_IR, _IR) + write(_MODEL_GRAPH, b"".join(graph))
    return head + b"".join(write(_MODEL_OPSET, opset) for opset in opsets)


def _bytes(parsed: Iterable[Field], number: int) -> list[bytes]:
    return [value for n, _, value in parsed if n == number and isinstance(value, bytes)]


def _node(raw: bytes) -> Node:
    parsed = list(fields(raw))
    op, inputs, outputs = (_bytes(parsed, n) for n in (_NODE_OP, _NODE_INPUT, _NODE_OUTPUT))
    return Node(op[0].decode(), [name.decode() for name in inputs], [name.decode() for name in outputs])


def _tensor(raw: bytes) -> tuple[str, Array]:
    parsed = list(fields(raw))
    numbers = {
        n: [v for k, _, v in parsed if k == n and isinstance(v, int)] for n in (_TENSOR_DIMS, _TENSOR_TYPE)
    }
    dtype = {number: dtype for dtype, number in _KINDS.items()}[numbers[_TENSOR_TYPE][0]]
    content = np.frombuffer(_bytes(parsed, _TENSOR_RAW)[0], dtype)
    return _bytes(parsed, _TENSOR_NAME)[0].decode(), content.reshape(numbers[_TENSOR_DIMS])


def _attribute(name: str, value: int | float | list[int]) -> bytes:
    named = write(_ATTRIBUTE_NAME, name.encode())
    if isinstance(value, float):
        bits = write(_ATTRIBUTE_FLOAT, struct.pack("<f", value), _FOUR_BYTES)
        return named + bits + write(_ATTRIBUTE_TYPE, _FLOAT)
    if isinstance(value, list):
        whole = b"".join(write(_ATTRIBUTE_INTS, number) for number in value)
        return named + whole + write(_ATTRIBUTE_TYPE, _INTS)
    return named + write(_ATTRIBUTE_INT, value) + write(_ATTRIBUTE_TYPE, _INT)


def _value(name: str, dtype: Any, shape: Shape) -> bytes:
    sizes = (write(1, size) if isinstance(size, int) else write(2, size.encode()) for size in shape)
    dims = b"".join(write(1, size) for size in sizes)
    kind = write(1, _KINDS[np.dtype(dtype)]) + write(2, dims)
    return write(1, name.encode()) + write(2, write(1, kind))
