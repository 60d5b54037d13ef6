"""Lets the int8 weights be multiplied as int8, by rewriting the ONNX graph in memory.

The graph ships `Cast(int8) -> Mul(scale) -> MatMul -> Add(bias)`, so onnxruntime unfolds the
weights and multiplies in float32: 0.24 ms a token on one core (AMD EPYC with AVX-512 VNNI). Naming
the same matrices in `DynamicQuantizeMatMul` and the five steps of each GELU in `Gelu`, both
operators of onnxruntime itself, takes 0.08 ms and keeps the sentence vectors at a median cosine of
0.99 to the float32 ones (held-out accuracy: 0.1 points). Needed because training encodes thousands
of texts inside a budget of CPU seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.nlu.protowire import Field, fields, write

# Field numbers of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, OperatorSetIdProto).
_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT = 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP, _NODE_DOMAIN = 1, 2, 4, 7
_TENSOR_DIMS, _TENSOR_NAME = 1, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_DOMAIN = b"com.microsoft"
_FLAT = b"_flat"  # ending of the copy of a scale, shape [1, n], that has the shape [n]


@dataclass(frozen=True)
class _Node:
    """One operation; `raw` is its serialised form."""

    op: bytes
    inputs: list[bytes]
    outputs: list[bytes]
    raw: bytes


def _texts(parsed: list[Field], number: int) -> list[bytes]:
    return [value for n, _, value in parsed if n == number and isinstance(value, bytes)]


def _parse(raw: bytes) -> _Node:
    parsed = list(fields(raw))
    op, inputs, outputs = (_texts(parsed, n) for n in (_NODE_OP, _NODE_INPUT, _NODE_OUTPUT))
    return _Node(op[0], inputs, outputs, raw)


def _build(op: bytes, inputs: list[bytes], outputs: list[bytes]) -> _Node:
    raw = b"".join(write(_NODE_INPUT, name) for name in inputs)
    raw += b"".join(write(_NODE_OUTPUT, name) for name in outputs)
    return _Node(op, inputs, outputs, raw + write(_NODE_OP, op) + write(_NODE_DOMAIN, _DOMAIN))


def _multiply(nodes: list[_Node]) -> tuple[list[_Node], set[bytes]]:
    """Replace each MatMul of an unfolded int8 matrix, with the bias added to it.

    Returns:
        the nodes, and the names of the scales that need a flat copy.
    """
    made = {node.outputs[0]: node for node in nodes}
    bias_of = {node.inputs[0]: node for node in nodes if node.op == b"Add"}
    out: list[_Node] = []
    scales: set[bytes] = set()
    done: set[bytes] = set()
    for node in nodes:
        if node.outputs[0] in done:
            continue
        weight = made.get(node.inputs[1]) if node.op == b"MatMul" else None
        cast = made.get(weight.inputs[0]) if weight and weight.op == b"Mul" else None
        if weight is None or cast is None or cast.op != b"Cast":
            out.append(node)
            continue
        inputs = [node.inputs[0], cast.inputs[0], weight.inputs[1] + _FLAT]
        scales.add(weight.inputs[1])
        bias = bias_of.get(node.outputs[0])
        if bias is None or bias.inputs[1] in made:
            out.append(_build(b"DynamicQuantizeMatMul", inputs, node.outputs))
        else:
            inputs += [b"", bias.inputs[1]]  # no zero point
            out.append(_build(b"DynamicQuantizeMatMul", inputs, bias.outputs))
            done.add(bias.outputs[0])
    return out, scales


def _fuse_gelu(nodes: list[_Node]) -> list[_Node]:
    """Replace each x * (0.5 * (1 + erf(x / sqrt(2)))) by Gelu(x)."""
    made = {node.outputs[0]: node for node in nodes}
    readers: dict[bytes, list[_Node]] = {}
    for node in nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)
    dropped: set[bytes] = set()
    fused: dict[bytes, _Node] = {}
    for erf in nodes:
        if erf.op != b"Erf":
            continue
        chain, name = [made[erf.inputs[0]], erf], erf.outputs[0]
        for op in (b"Add", b"Mul", b"Mul"):
            after = readers[name]
            if len(after) != 1 or after[0].op != op:
                break
            chain.append(after[0])
            name = after[0].outputs[0]
        else:
            x = chain[0].inputs[0]
            if chain[0].op == b"Div" and x in chain[-1].inputs:
                dropped.update(node.outputs[0] for node in chain[:-1])
                fused[name] = _build(b"Gelu", [x], [name])
    kept = (node for node in nodes if node.outputs[0] not in dropped)
    return [fused.get(node.outputs[0], node) for node in kept]


def _flat_copy(tensor: list[Field], name: bytes) -> bytes:
    """Return the initializer of shape [1, n] with shape [n], renamed."""
    dims = [value for n, _, value in tensor if n == _TENSOR_DIMS and isinstance(value, int)]
    rest = (write(n, v, w) for n, w, v in tensor if n not in (_TENSOR_DIMS, _TENSOR_NAME))
    return write(_TENSOR_DIMS, max(dims)) + write(_TENSOR_NAME, name) + b"".join(rest)


def _rewrite_graph(graph: bytes) -> bytes:
    parsed = list(fields(graph))
    nodes, scales = _multiply([_parse(raw) for raw in _texts(parsed, _GRAPH_NODE)])
    out = [write(_GRAPH_NODE, node.raw) for node in _fuse_gelu(nodes)]
    for number, wire, value in parsed:
        if number == _GRAPH_NODE:
            continue
        out.append(write(number, value, wire))
        if number == _GRAPH_INITIALIZER and isinstance(value, bytes):
            tensor = list(fields(value))
            name = _texts(tensor, _TENSOR_NAME)[0]
            if name in scales:
                out.append(write(_GRAPH_INITIALIZER, _flat_copy(tensor, name + _FLAT)))
    return b"".join(out)


def rewrite(model: bytes, outputs: Sequence[str] = ()) -> bytes:
    """Return the ONNX `model` with its int8 weight matrices multiplied as int8.

    Args:
        model: a serialised ModelProto whose quantised weights are unfolded by `Cast -> Mul`.
        outputs: inner values to be given out as well, by name.
    """
    out: list[bytes] = []
    for number, wire, value in fields(model):
        content = value
        if number == _MODEL_GRAPH and isinstance(value, bytes):
            more = (write(_GRAPH_OUTPUT, write(1, name.encode())) for name in outputs)
            content = b"".join((_rewrite_graph(value), *more))
        out.append(write(number, content, wire))
    opset = write(_OPSET_DOMAIN, _DOMAIN) + write(_OPSET_VERSION, 1)
    return b"".join(out) + write(_MODEL_OPSET, opset)
