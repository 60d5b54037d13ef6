"""The sentence encoder's graph, written anew from the weights of the ONNX file.

The file ships `Cast(int8) -> Mul(scale) -> MatMul -> Add(bias)`, so onnxruntime unfolds the weights
and multiplies in float32; its attention is thirty small operations a layer. Here the same matrices stand
in `DynamicQuantizeMatMul`, those of query, key and value side by side, and the rest of a layer in four
operators of onnxruntime itself. Sentence vectors keep a median cosine of 0.99 to the float32 ones
(held-out accuracy: 0.1 points). Needed because training encodes thousands of texts inside a budget of CPU
seconds, and because the encoder is most of what a message costs.

There is no mask: each text runs alone, and none of its tokens is padding.
"""

from __future__ import annotations

import numpy as np

from assistant.nlu.onnx_graph import OWN, Array, Node, Shape, model, node, read, tensor

LAYERS, HEADS, SIZE = 6, 12, 384
_EPSILON = 1e-12  # of BERT's layer norms
_ROOT = "inner."


class _Weights:
    """The tensors of the file, and its int8 matrices by the bias that is added to their product."""

    def __init__(self, file: bytes):
        nodes, self.tensors = read(file)
        made = {name: step for step in nodes for name in step.outputs}
        self._matrices = dict(_matrix(step, made) for step in nodes if _adds_bias(step, made))

    def dense(self, *names: str) -> tuple[Array, Array, Array]:
        """Return matrix [k, n], scale [n] and bias [n] of layers of neurons, side by side."""
        biases = [f"{name}.bias" for name in names]
        matrices = [self._matrices[bias] for bias in biases]
        whole = np.hstack([self.tensors[f"{matrix}_q"] for matrix in matrices])
        scale = np.hstack([self.tensors[f"{matrix}_scale"].ravel() for matrix in matrices])
        return whole, scale, np.hstack([self.tensors[bias] for bias in biases])


def _adds_bias(step: Node, made: dict[str, Node]) -> bool:
    product = made.get(step.inputs[0]) if step.op == "Add" else None
    return product is not None and product.op == "MatMul" and step.inputs[1] not in made


def _matrix(step: Node, made: dict[str, Node]) -> tuple[str, str]:
    """Return the bias that an Add adds, and the matrix of the product that it is added to."""
    return step.inputs[1], made[step.inputs[0]].inputs[1]


class _Writer:
    """The parts of the new graph, in order."""

    def __init__(self, weights: _Weights):
        self.parts: list[bytes] = []
        self._weights = weights

    def constant(self, name: str, value: Array) -> str:
        self.parts.append(tensor(name, value))
        return name

    def step(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.parts.append(node(op, inputs, [output], domain, **attributes))
        return output

    def multiply(self, inner: str, output: str, *names: str) -> str:
        """Multiply by the matrices of these layers of neurons, and add their biases."""
        kinds = zip(("matrix", "scale", "bias"), self._weights.dense(*names), strict=True)
        matrix, scale, bias = (self.constant(f"{output}.{kind}", value) for kind, value in kinds)
        # No zero point: the matrices are symmetric.
        return self.step("DynamicQuantizeMatMul", [inner, matrix, scale, "", bias], output, OWN)

    def norm(self, first: str, second: str, output: str, name: str) -> str:
        """Add two values and norm the sum."""
        tensors = self._weights.tensors
        ends = [
            self.constant(f"{output}.{end}", tensors[f"{name}.LayerNorm.{end}"]) for end in ("weight", "bias")
        ]
        return self.step("SkipLayerNormalization", [first, second, *ends], output, OWN, epsilon=_EPSILON)

    def embed(self, output: str) -> str:
        """Give each token the vector of its word and its place; the words' stay int8 until they are looked up."""
        name, tensors = f"{_ROOT}embeddings", self._weights.tensors
        words, scales = (
            self.constant(end, tensors[f"{name}.word_embeddings.weight_{end}"]) for end in ("q", "scale")
        )
        places = tensors[f"{name}.position_embeddings.weight_q"].astype(np.float32)
        places *= tensors[f"{name}.position_embeddings.weight_scale"]
        # Of the two kinds of token there is the first alone.
        places += tensors[f"{name}.token_type_embeddings.weight"][0]
        whole = self.step("Gather", [words, "tokens"], "word.int8")
        whole = self.step("Cast", [whole], "word.whole", to=1)
        scale = self.step("Gather", [scales, "tokens"], "word.scale")
        word = self.step("Mul", [whole, scale], "word")
        place = self.step("Gather", [self.constant("places", places), "places_of_tokens"], "place")
        return self.norm(word, place, output, name)

    def layer(self, inner: str, number: int, output: str) -> str:
        """Let the tokens attend to each other, and transform each."""
        old, new = f"{_ROOT}encoder.layer.{number}", f"layer{number}"
        roles = ("query", "key", "value")
        three = self.multiply(inner, f"{new}.three", *(f"{old}.attention.self.{role}" for role in roles))
        each = [f"{new}.{role}" for role in roles]
        self.parts.append(node("Split", [three], each, axis=2))
        told = self.step("MultiHeadAttention", each, f"{new}.told", OWN, num_heads=HEADS)
        told = self.multiply(told, f"{new}.heard", f"{old}.attention.output.dense")
        told = self.norm(told, inner, f"{new}.attended", f"{old}.attention.output")
        wide = self.multiply(told, f"{new}.wide", f"{old}.intermediate.dense")
        wide = self.step("Gelu", [wide], f"{new}.gelu", OWN)
        narrow = self.multiply(wide, f"{new}.narrow", f"{old}.output.dense")
        return self.norm(narrow, told, output, f"{old}.output")


def build(file: bytes, middle: int) -> bytes:
    """Return an ONNX model that takes one text and gives the means of its tokens' vectors.

    Its inputs are `tokens` and `places_of_tokens`, int64 of shape [1, n] and [n]; its outputs `middle`, after
    so many layers as `middle` says, and `last`, float32 of shape [1, 384].

    Args:
        file: the serialised model of all-MiniLM-L6 whose matrices are int8, with a scale a column.
        middle: a number of layers, less than `LAYERS`.
    """
    writer = _Writer(_Weights(file))
    value = writer.embed("embedded")
    for number in range(LAYERS):
        value = writer.layer(value, number, f"layer{number}")
        if number + 1 in (middle, LAYERS):
            name = "last" if number + 1 == LAYERS else "middle"
            writer.step("ReduceMean", [value], name, axes=[1], keepdims=0)
    inputs: dict[str, Shape] = {"tokens": (1, "tokens"), "places_of_tokens": ("tokens",)}
    return model(writer.parts, inputs, {"last": (1, SIZE), "middle": (1, SIZE)})
