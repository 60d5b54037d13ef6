"""Editing the ONNX graph: the wire format, and what becomes of the real model."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from assistant.nlu import int8_graph
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


def _operators(model: bytes) -> list[bytes]:
    graph = next(v for n, _, v in fields(model) if n == 7 and isinstance(v, bytes))
    nodes = [v for n, _, v in fields(graph) if n == 1 and isinstance(v, bytes)]
    return [v for node in nodes for n, _, v in fields(node) if n == 4 and isinstance(v, bytes)]


def test_all_matrices_and_gelus_are_replaced(model: bytes) -> None:
    """Six layers of six matrices and one GELU each; the products of attention stay as they are."""
    operators = _operators(int8_graph.rewrite(model))
    assert operators.count(b"DynamicQuantizeMatMul") == 36
    assert operators.count(b"Gelu") == 6
    assert operators.count(b"Erf") == 0
    assert operators.count(b"MatMul") == 12


def test_the_vectors_stay_close_to_those_of_the_model_as_shipped(model: bytes) -> None:
    """Multiplying as int8 turns no sentence vector far: cosine above 0.97."""
    tokens = WordPiece(VOCAB.read_text(encoding="utf-8").split("\n")[:-1])
    sessions: list[Any] = []
    for content in (model, int8_graph.rewrite(model)):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        sessions.append(onnxruntime.InferenceSession(content, options))
    for text in ("How long is recovery?", "does it hurt", "I have a cold sore, can I still come on Monday?"):
        ids = np.array([tokens.ids(text, 128)])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        first, second = (s.run(["last_hidden_state"], feed)[0].mean(axis=1)[0] for s in sessions)
        assert first @ second / np.linalg.norm(first) / np.linalg.norm(second) > 0.97
