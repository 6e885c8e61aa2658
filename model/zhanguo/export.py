"""Export: a fine-tuned checkpoint as the int8 ONNX model that the package ships.

Run: ``python -m zhanguo.export CHECKPOINT [OUT]``; OUT is the package's own ``assets`` folder by default.

torch writes the graph, ONNX Runtime fuses attention, layer norm and GELU, and stores each weight matrix as 8-bit integers
with one scale a block of 32 weights (operator MatMulNBits). Activations are quantised for each row on its own, so a text's
result does not hang on its neighbours in a batch. The embedding table becomes int8 with one scale a row.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoModelForTokenClassification

from zhanguo.tagger import ONNX_FILE, SETTINGS_FILE

ASSETS = Path(__file__).parent / "assets"
BITS, BLOCK = 8, 32
INT8_COMPUTE = 4  # ONNX Runtime's accuracy_level for int8 products
SHIPPED = ("tokenizer.json", "config.json", SETTINGS_FILE)


class _Logits(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """The model as a plain function of ids and mask ``[batch, tokens]`` to logits ``[batch, tokens, tags]``."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def export(checkpoint: Path, out: Path) -> None:
    """Write the ONNX model of a checkpoint folder, and what goes with it, to ``out``."""
    model = AutoModelForTokenClassification.from_pretrained(checkpoint, attn_implementation="eager").float().eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        write_graph(model, plain)
        fused = fuse(plain, model.config.num_attention_heads, model.config.hidden_size)
    quantiser = MatMulNBitsQuantizer(
        fused, algo_config=DefaultWeightOnlyQuantConfig(BLOCK, is_symmetric=True, accuracy_level=INT8_COMPUTE, bits=BITS)
    )
    quantiser.process()
    final = quantiser.model.model
    quantise_embeddings(final)
    onnx.save(final, out / ONNX_FILE)
    for name in SHIPPED:
        shutil.copyfile(checkpoint / name, out / name)


def write_graph(model: torch.nn.Module, path: Path) -> None:
    """Trace the model with dynamic batch and length."""
    ids = torch.ones(2, 16, dtype=torch.int64)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        _Logits(model),
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": axes},
        opset_version=17,
        dynamo=False,
    )


def fuse(path: Path, heads: int, hidden: int) -> onnx.ModelProto:
    """Fuse attention (with its products left apart, so that they can be quantised), layer norm and GELU."""
    options = FusionOptions("bert")
    options.use_multi_head_attention = True
    options.enable_embed_layer_norm = False  # it would keep the embedding table in float32
    fused = optimize_model(str(path), "bert", num_heads=heads, hidden_size=hidden, optimization_options=options, opt_level=0)
    proto: onnx.ModelProto = fused.model
    return proto


def quantise_embeddings(model: onnx.ModelProto) -> None:
    """Replace each large table read by Gather with int8 rows and one scale a row."""
    graph = model.graph
    tables = {tensor.name: tensor for tensor in graph.initializer}
    for index, node in reversed(list(enumerate(graph.node))):
        if node.op_type != "Gather" or node.input[0] not in tables or len(tables[node.input[0]].dims) != 2:
            continue
        table = tables[node.input[0]]
        weights = numpy_helper.to_array(table).astype(np.float32)
        if weights.size < 100_000:
            continue
        name, result, places = table.name, node.output[0], node.input[1]
        scale = np.maximum(np.abs(weights).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        rows = np.rint(weights / scale).astype(np.int8)
        graph.initializer.remove(table)
        graph.initializer.append(numpy_helper.from_array(rows, f"{name}_q8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        new = [
            helper.make_node("Gather", [f"{name}_q8", places], [f"{result}_q8"]),
            helper.make_node("Cast", [f"{result}_q8"], [f"{result}_float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scale", places], [f"{result}_scale"]),
            helper.make_node("Mul", [f"{result}_float", f"{result}_scale"], [result]),
        ]
        graph.node.remove(node)
        for offset, added in enumerate(new):
            graph.node.insert(index + offset, added)


def main(arguments: list[str] | None = None) -> int:
    """Export a checkpoint; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.export", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path, help="a folder written by train.py")
    parser.add_argument("out", type=Path, nargs="?", default=ASSETS, help="folder to write (default: the package's)")
    options = parser.parse_args(arguments)
    export(options.checkpoint, options.out)
    sys.stdout.write(f"{options.out / ONNX_FILE}: {(options.out / ONNX_FILE).stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
