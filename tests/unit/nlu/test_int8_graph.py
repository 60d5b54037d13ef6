"""Writing an ONNX graph: the wire format, reading back what was written, and what becomes of the real model."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from assistant.nlu import int8_graph, onnx_graph
from assistant.nlu.encoder import PACKAGE, VOCAB
from assistant.nlu.protowire import fields, write
from assistant.nlu.wordpiece import WordPiece


def test_the_wire_format_comes_back_as_it_was() -> None:
    """Varints of any size, bytes, and fixed-width values survive reading and writing."""
    message = write(1, 0) + write(2, 300) + write(3, b"abc") + write(4, b"12345678", 1) + write(5, b"1234", 5)
    read = list(fields(message))
    assert read == [(1, 0, 0), (2, 0, 300), (3, 2, b"abc"), (4, 1, b"12345678"), (5, 5, b"1234")]
    assert b"".join(write(n, v, w) for n, w, v in read) == message


def test_a_foreign_wire_type_is_refused() -> None:
    """Group fields never occur in ONNX, so they mean that something else was read."""
    with pytest.raises(ValueError, match="wire type 3"):
        list(fields(bytes([1 << 3 | 3])))


@pytest.fixture(scope="module")
def model() -> bytes:
    """The pinned model's bytes."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "model.onnx").read_bytes()


def _session(content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options)


def test_a_graph_that_is_written_is_read_back_and_runs() -> None:
    """Nodes, tensors of each kind, attributes, inputs and outputs."""
    weight = np.array([[1, 2, 3], [4, 5, 6]], np.int8)
    parts = [
        onnx_graph.tensor("weight", weight),
        onnx_graph.node("Cast", ["weight"], ["whole"], to=1),
        onnx_graph.node("Gather", ["whole", "rows"], ["row"]),
        onnx_graph.node("LayerNormalization", ["row", "scale"], ["norm"], axis=1, epsilon=0.5),
        onnx_graph.node("ReduceSum", ["row", "axes"], ["sum"], keepdims=0),
        onnx_graph.node("ReduceMean", ["norm"], ["mean"], axes=[0, 1], keepdims=0),
        onnx_graph.node("Gelu", ["row"], ["gelu"], onnx_graph.OWN),
        onnx_graph.tensor("scale", np.ones(3, np.float32)),
        onnx_graph.tensor("axes", np.array([1], np.int64)),
    ]
    outputs: dict[str, onnx_graph.Shape] = {
        "sum": ("n",),
        "mean": (),
        "gelu": ("n", 3),
        "norm": ("n", 3),
    }
    content = onnx_graph.model(parts, {"rows": ("n",)}, outputs)
    nodes, tensors = onnx_graph.read(content)
    assert [step.op for step in nodes] == [
        "Cast",
        "Gather",
        *("LayerNormalization", "ReduceSum", "ReduceMean"),
        "Gelu",
    ]
    assert (nodes[1].inputs, nodes[1].outputs) == (["whole", "rows"], ["row"])
    assert tensors["weight"].dtype == np.int8
    assert np.array_equal(tensors["weight"], weight)
    found, mean, gelu, norm = _session(content).run(list(outputs), {"rows": np.array([1, 0])})
    assert found.tolist() == [15, 6]
    assert mean == pytest.approx(0, abs=1e-6)
    assert gelu[1].tolist() == pytest.approx([0.8413, 1.9545, 2.9960], abs=1e-3)
    # The variance of three whole numbers in a row is 2/3; 0.5 is added to it.
    assert norm[0].tolist() == pytest.approx([-((6 / 7) ** 0.5), 0, (6 / 7) ** 0.5], abs=1e-5)


def test_a_layer_is_nine_operators(model: bytes) -> None:
    """Four products of matrices, and attention as one operator; none of the file's own steps is left."""
    nodes, _ = onnx_graph.read(int8_graph.build(model, 4))
    operators = [step.op for step in nodes]
    assert operators.count("DynamicQuantizeMatMul") == 4 * int8_graph.LAYERS
    assert operators.count("MultiHeadAttention") == operators.count("Gelu") == int8_graph.LAYERS
    assert len(nodes) == 6 + 9 * int8_graph.LAYERS + 2
    assert not {"MatMul", "Softmax", "Transpose", "Erf"} & set(operators)


def test_the_vectors_stay_close_to_those_of_the_model_as_shipped(model: bytes) -> None:
    """Multiplying as int8 turns no sentence vector far: cosine above 0.97, of the last layer and of the middle."""
    tokens = WordPiece(VOCAB.read_text(encoding="utf-8").split("\n")[:-1])
    shipped, ours = _session(model), _session(int8_graph.build(model, 4))
    for text in ("How long is recovery?", "does it hurt", "I have a cold sore, can I still come on Monday?"):
        ids = np.array([tokens.ids(text, 128)])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        first = shipped.run(["last_hidden_state"], feed)[0].mean(axis=1)
        second = ours.run(["last"], {"tokens": ids, "places_of_tokens": np.arange(ids.size)})[0]
        assert second.shape == (1, int8_graph.SIZE)
        assert _cosine(first[0], second[0]) > 0.97


def test_the_middle_is_the_layer_that_was_asked_for(model: bytes) -> None:
    """Not the one before it, nor the one after."""
    ids = np.array([[101, 2129, 2146, 2003, 7233, 1029, 102]])
    feed = {"tokens": ids, "places_of_tokens": np.arange(ids.size)}
    third, fourth = (_session(int8_graph.build(model, n)).run(["middle", "last"], feed) for n in (3, 4))
    file = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    of_file = _session(_with_output(model, "layer_norm_8")).run(["layer_norm_8"], file)[0].mean(axis=1)
    assert _cosine(of_file[0], fourth[0][0]) > 0.97 > _cosine(of_file[0], third[0][0])
    assert np.array_equal(third[1], fourth[1])


def _with_output(model: bytes, name: str) -> bytes:
    """Return the model as shipped, which also gives out an inner value."""
    parts = list(fields(model))
    out = write(12, write(1, name.encode()))
    return b"".join(write(n, v + out if n == 7 and isinstance(v, bytes) else v, w) for n, w, v in parts)


def _cosine(first: Any, second: Any) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))
