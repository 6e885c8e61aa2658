"""A BERT token classifier as an int8 ONNX graph that reads one window: ids ``[tokens]`` to logits ``[tokens, tags]``.

Each weight matrix is int8 with one scale an output column, in 7 bits: the products of a pair then fit 16 bits, so processors without VNNI,
whose instruction saturates there, give the same integers. Each row of activations is quantised on its own, by its largest value. One
window a run needs no padding and no mask, so nothing that stands beside a text can touch its result.

LayerNormalization and Add are written out where one operator (SkipLayerNormalization) would do: ONNX Runtime's is five times slower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 9
MICROSOFT = "com.microsoft"
WEIGHT_STEPS, ACTIVATION_STEPS, TABLE_STEPS = 63, 127, 127
ZERO = ACTIVATION_STEPS + 1  # the byte that stands for 0

Floats = NDArray[np.float32]


def build(weights: Mapping[str, Floats], *, layers: int, heads: int, epsilon: float) -> onnx.ModelProto:
    """Write the graph of a ``BertForTokenClassification`` from its state, names as in ``transformers``, erf GELU, all ids of type 0."""
    return _Graph(weights, heads, epsilon).model(layers)


class _Graph:
    """Nodes and constants as they are written; a value is known by its name."""

    def __init__(self, weights: Mapping[str, Floats], heads: int, epsilon: float) -> None:
        self.weights = weights
        self.heads = heads
        self.epsilon = epsilon
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def model(self, layers: int) -> onnx.ModelProto:
        x = self.embeddings()
        for layer in range(layers):
            x = self.layer(x, f"bert.encoder.layer.{layer}")
        weight = self.constant("classifier.weight", np.ascontiguousarray(self.weights["classifier.weight"].T))
        tags = len(self.weights["classifier.bias"])
        self.node("Add", [self.node("MatMul", [x, weight]), self.stored("classifier.bias")], output="logits")
        graph = helper.make_graph(
            self.nodes,
            "zhanguo",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["tokens"])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["tokens", tags])],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="zhanguo")

    def node(self, kind: str, inputs: Sequence[str], output: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node; the name of its output."""
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, value: Any) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def stored(self, name: str) -> str:
        """A tensor of the checkpoint as it is."""
        return self.constant(name, self.weights[name])

    def embeddings(self) -> str:
        """Words, positions and the one type: ``[tokens, hidden]``."""
        prefix = "bert.embeddings"
        words = self.table(f"{prefix}.word_embeddings.weight", self.weights[f"{prefix}.word_embeddings.weight"])
        types = self.weights[f"{prefix}.token_type_embeddings.weight"][0]
        places = self.table(f"{prefix}.position_embeddings.weight", self.weights[f"{prefix}.position_embeddings.weight"] + types)
        zero, one = self.constant("zero", np.array([0])), self.constant("one", np.array([1]))
        length = self.node("Shape", ["input_ids"])
        self.node("Expand", [self.constant("zero_byte", np.array([ZERO], np.uint8)), length], output="zero_bytes")
        rows = [self.node("Gather", [part, "input_ids"]) for part in words]
        rows += [self.node("Slice", [part, zero, length, zero, one]) for part in places]
        word, place = (
            self.node("Mul", [self.node("Cast", [row], to=TensorProto.FLOAT), scale])
            for row, scale in ((rows[0], rows[1]), (rows[2], rows[3]))
        )
        return self.norm(self.node("Add", [word, place]), f"{prefix}.LayerNorm")

    def table(self, name: str, rows: Floats) -> tuple[str, str]:
        """An embedding table as int8 rows ``[rows, hidden]`` and a scale each ``[rows, 1]``."""
        scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True) / TABLE_STEPS, 1e-12).astype(np.float32)
        return self.constant(f"{name}.rows", np.rint(rows / scales).astype(np.int8)), self.constant(f"{name}.scales", scales)

    def norm(self, x: str, name: str) -> str:
        return self.node("LayerNormalization", [x, self.stored(f"{name}.weight"), self.stored(f"{name}.bias")], epsilon=self.epsilon)

    def layer(self, x: str, prefix: str) -> str:
        """Attention and feed-forward, each added to what came in and normalised."""
        attended = self.attention(x, f"{prefix}.attention.self")
        x = self.add_norm(self.product(self.quantised(attended), f"{prefix}.attention.output.dense"), x, f"{prefix}.attention.output")
        wide = self.product(self.quantised(x), f"{prefix}.intermediate.dense")
        wide = self.node("BiasGelu", [wide, self.stored(f"{prefix}.intermediate.dense.bias")], domain=MICROSOFT)
        return self.add_norm(self.product(self.quantised(wide), f"{prefix}.output.dense"), x, f"{prefix}.output")

    def add_norm(self, product: str, x: str, prefix: str) -> str:
        biased = self.node("Add", [product, self.stored(f"{prefix}.dense.bias")])
        return self.norm(self.node("Add", [biased, x]), f"{prefix}.LayerNorm")

    def attention(self, x: str, prefix: str) -> str:
        row = self.quantised(x)
        first, parts = self.constant("first_axis", np.array([0])), ("query", "key", "value")
        inputs = [self.node("Unsqueeze", [self.product(row, f"{prefix}.{part}"), first]) for part in parts]
        bias = self.constant(f"{prefix}.bias", np.concatenate([self.weights[f"{prefix}.{part}.bias"] for part in parts]))
        attended = self.node("MultiHeadAttention", [*inputs, bias], domain=MICROSOFT, num_heads=self.heads)
        return self.node("Squeeze", [attended, first])

    def quantised(self, x: str) -> tuple[str, str]:
        """``x`` ``[tokens, width]`` as bytes around ZERO, and the step of each row ``[tokens, 1]``."""
        high = self.node("ReduceMax", [x], axes=[-1], keepdims=1)
        low = self.node("Neg", [self.node("ReduceMin", [x], axes=[-1], keepdims=1)])
        largest = self.node("Max", [high, low, self.constant("smallest", np.float32(1e-6))])
        step = self.node("Mul", [largest, self.constant("unit", np.float32(1 / ACTIVATION_STEPS))])
        flat = self.node("Reshape", [step, self.constant("flat", np.array([-1]))])
        return self.node("QuantizeLinear", [x, flat, "zero_bytes"], axis=0), step

    def product(self, row: tuple[str, str], name: str) -> str:
        """``row`` times a weight matrix, without bias."""
        weight = self.weights[f"{name}.weight"]
        scale = np.maximum(np.abs(weight).max(axis=1) / WEIGHT_STEPS, 1e-12).astype(np.float32)
        integers = np.rint(weight / scale[:, None]).astype(np.int8)
        inputs = [
            row[0],
            self.constant(f"{name}.integers", np.ascontiguousarray(integers.T)),
            self.constant("whole", np.float32(1)),
            self.constant(f"{name}.scale", scale),
            self.constant("zero_point", np.uint8(ZERO)),
            self.constant(f"zeros_{len(scale)}", np.zeros(len(scale), np.int8)),
        ]
        return self.node("Mul", [self.node("MatMulIntegerToFloat", inputs, domain=MICROSOFT), row[1]])
