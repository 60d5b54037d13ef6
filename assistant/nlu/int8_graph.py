"""Lets the int8 weights be multiplied as int8, by rewriting the ONNX graph in memory.

The graph ships `Cast(int8) -> Mul(scale) -> MatMul`, so onnxruntime unfolds the weights and
multiplies in float32: 0.24 ms a token on one core. Naming the same matrices in
`DynamicQuantizeMatMul`, an operator of onnxruntime itself, takes 0.10 ms (AMD EPYC with AVX-512
VNNI) and keeps the sentence vectors at a cosine of 0.99 to the float32 ones. Needed because
training encodes ~5,000 texts inside a budget of CPU seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_VARINT, _BYTES = 0, 2  # protobuf wire types
# Field numbers of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, OperatorSetIdProto).
_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT = 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_OP, _NODE_DOMAIN = 1, 2, 3, 4, 7
_TENSOR_DIMS, _TENSOR_NAME = 1, 8
_DOMAIN = b"com.microsoft"

Field = tuple[int, int, "int | bytes"]


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[Field]:
    """Yield (field number, wire type, value) of one protobuf message."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _read_varint(data, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, at = _read_varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"protobuf wire type {wire} is not used by ONNX")
        yield number, wire, data[at : at + size]
        at += size


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _write(number: int, value: int | bytes, wire: int | None = None) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    wire = _BYTES if wire is None else wire
    size = _varint(len(value)) if wire == _BYTES else b""
    return _varint(number << 3 | wire) + size + value


def _texts(fields: list[Field], number: int) -> list[bytes]:
    return [value for n, _, value in fields if n == number and isinstance(value, bytes)]


def _unfolded_weights(nodes: list[list[Field]]) -> dict[bytes, tuple[bytes, bytes]]:
    """Map the output of each `Mul(Cast(int8), scale)` to the names of its (int8 matrix, scale)."""
    cast: dict[bytes, bytes] = {}
    weights: dict[bytes, tuple[bytes, bytes]] = {}
    for node in nodes:
        operator, inputs, outputs = (_texts(node, n) for n in (_NODE_OP, _NODE_INPUT, _NODE_OUTPUT))
        if operator == [b"Cast"] and inputs[0].endswith(b"_q"):
            cast[outputs[0]] = inputs[0]
        elif operator == [b"Mul"] and inputs[0] in cast:
            weights[outputs[0]] = (cast[inputs[0]], inputs[1])
    return weights


def _int8_node(node: list[Field], matrix: bytes, scale: bytes) -> bytes:
    """Return the MatMul `node` as a DynamicQuantizeMatMul of the int8 `matrix`."""
    names = [_texts(node, _NODE_INPUT)[0], matrix, scale]
    out = b"".join(_write(_NODE_INPUT, name) for name in names)
    out += b"".join(_write(n, v) for n, _, v in node if n in (_NODE_OUTPUT, _NODE_NAME))
    return out + _write(_NODE_OP, b"DynamicQuantizeMatMul") + _write(_NODE_DOMAIN, _DOMAIN)


def _flat_copy(tensor: list[Field], name: bytes) -> bytes:
    """Return the initializer of shape [1, n] with shape [n], which the operator wants, renamed."""
    dims = [value for n, _, value in tensor if n == _TENSOR_DIMS and isinstance(value, int)]
    out = _write(_TENSOR_DIMS, max(dims)) + _write(_TENSOR_NAME, name)
    return out + b"".join(
        _write(n, v, w) for n, w, v in tensor if n not in (_TENSOR_DIMS, _TENSOR_NAME)
    )


def _rewrite_graph(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    nodes = [list(_fields(v)) for n, _, v in fields if n == _GRAPH_NODE and isinstance(v, bytes)]
    weights = _unfolded_weights(nodes)
    out: list[bytes] = []
    scales: set[bytes] = set()
    for node in nodes:
        inputs = _texts(node, _NODE_INPUT)
        if _texts(node, _NODE_OP) == [b"MatMul"] and inputs[1] in weights:
            matrix, scale = weights[inputs[1]]
            scales.add(scale)
            out.append(_write(_GRAPH_NODE, _int8_node(node, matrix, scale + b"_flat")))
        else:
            out.append(_write(_GRAPH_NODE, b"".join(_write(n, v, w) for n, w, v in node)))
    for number, wire, value in fields:
        if number == _GRAPH_NODE:
            continue
        out.append(_write(number, value, wire))
        if number == _GRAPH_INITIALIZER and isinstance(value, bytes):
            tensor = list(_fields(value))
            name = _texts(tensor, _TENSOR_NAME)[0]
            if name in scales:
                out.append(_write(_GRAPH_INITIALIZER, _flat_copy(tensor, name + b"_flat")))
    return b"".join(out)


def rewrite(model: bytes, outputs: Sequence[str] = ()) -> bytes:
    """Return the ONNX `model` with its int8 weight matrices multiplied as int8.

    Args:
        model: a serialised ModelProto whose quantised weights are unfolded by `Cast -> Mul`.
        outputs: inner values to be given out as well, by name.
    """
    out: list[bytes] = []
    for number, wire, value in _fields(model):
        content = value
        if number == _MODEL_GRAPH and isinstance(value, bytes):
            more = (_write(_GRAPH_OUTPUT, _write(1, name.encode())) for name in outputs)
            content = b"".join((_rewrite_graph(value), *more))
        out.append(_write(number, content, wire))
    opset = _write(1, _DOMAIN) + _write(2, 1)
    return b"".join(out) + _write(_MODEL_OPSET, opset)
