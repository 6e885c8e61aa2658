"""Export: a fine-tuned checkpoint as the int8 ONNX model that the package ships.

Run: ``python -m zhanguo.export CHECKPOINT [OUT]``; OUT is the package's own ``assets`` folder by default. ``graph`` makes it small and
fast.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from transformers import AutoModelForTokenClassification

from zhanguo import checksums, graph
from zhanguo.engines import ONNX_FILE, ModelError
from zhanguo.tagger import SETTINGS_FILE

ASSETS = Path(__file__).parent / "assets"
SHIPPED = ("tokenizer.json", "config.json", SETTINGS_FILE)


def export(checkpoint: Path, out: Path) -> None:
    """Write the ONNX model of a checkpoint folder, and what goes with it, to ``out``. Raises ModelError if it is no BERT."""
    model = AutoModelForTokenClassification.from_pretrained(checkpoint, use_safetensors=True).float()
    config = model.config
    if config.model_type != "bert" or config.hidden_act != "gelu":
        raise ModelError(f"{checkpoint} is a {config.model_type} with {config.hidden_act}; only a BERT with gelu can be exported")
    weights = {name: tensor.numpy().astype(np.float32) for name, tensor in model.state_dict().items()}
    out.mkdir(parents=True, exist_ok=True)
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    onnx.save(graph.build(weights, layers=layers, heads=heads, epsilon=config.layer_norm_eps), out / ONNX_FILE)
    for name in SHIPPED:
        shutil.copyfile(checkpoint / name, out / name)
    checksums.write(out)


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
