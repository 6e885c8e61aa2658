"""Engines: what runs the network, ONNX Runtime (the default) or torch. The only module that knows them.

An engine says in which shape of batch a window runs. The shape hangs on the window's length alone, and padded rows never touch others, so a
window's logits are the same bits whatever stands beside it.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zhanguo.labels import Scores

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ONNX_FILE = "model.onnx"
ENGINES = ("onnx", "torch")
GPU_TOKENS, GPU_WIDTH = 16_384, 64  # tokens a batch; widths are multiples of this

Ids = NDArray[np.int64]


class ModelError(RuntimeError):
    """The model's files or the engine asked for are not there, or don't fit."""


class Engine(Protocol):
    """A network. ``name`` says which, ``streams`` how many calls may run at once."""

    name: str
    streams: int

    def shape(self, tokens: int) -> tuple[int, int]:
        """Rows and width of the batch in which a window of ``tokens`` ids runs."""
        ...

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        """Ids and mask ``[rows, width]`` to logits ``[rows, width, tags]``."""
        ...


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxEngine:
    """Runs ``model.onnx`` on the CPU: one window a call, one thread a call, as many calls at once as ``workers``."""

    name = "onnx"

    def __init__(self, folder: Path, workers: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        # Fusing further would bring back SkipLayerNormalization, which is slower than what it stands for.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        self._session = onnxruntime.InferenceSession(folder / ONNX_FILE, options, providers=["CPUExecutionProvider"])
        if [entry.name for entry in self._session.get_inputs()] != ["input_ids"]:
            raise ModelError(f"{folder / ONNX_FILE} is of an older version: make it again with python -m zhanguo.export")
        self.streams = workers or processors()

    def shape(self, tokens: int) -> tuple[int, int]:
        """One row, as long as the window."""
        return 1, tokens

    def __call__(self, ids: Ids, mask: Ids) -> Scores:  # noqa: ARG002  # nothing is padded
        """Run one window."""
        logits: Scores = self._session.run(None, {"input_ids": ids[0]})[0]
        return logits[None]


class TorchEngine:
    """Runs a ``transformers`` model: on a CPU one window a call, on a GPU padded batches of ``GPU_TOKENS`` tokens."""

    def __init__(self, model: PreTrainedModel, device: str, streams: int = 1) -> None:
        self.model: Any = model.to(device).eval()
        self.padded = not device.startswith("cpu")
        self.streams = streams
        self.name = f"torch {device} {str(model.dtype).removeprefix('torch.')}"

    @classmethod
    def from_folder(cls, name: str, device: str | None = None, workers: int | None = None) -> TorchEngine:
        """Load a safetensors checkpoint from a folder or a hub, on the GPU where there is one.

        On the CPU each of ``workers`` calls has one thread, like ONNX Runtime's: this sets torch's number of threads to 1.
        """
        import torch
        from transformers import AutoModelForTokenClassification

        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        model = AutoModelForTokenClassification.from_pretrained(
            name, use_safetensors=True, dtype=precision(device), attn_implementation="sdpa"
        )
        if device.startswith("cpu"):
            torch.set_num_threads(1)
            return cls(model, device, workers or processors())
        return cls(model, device, streams=2)  # one batch is made ready while the other computes

    def shape(self, tokens: int) -> tuple[int, int]:
        """On the CPU one row without padding; else the next multiple of ``GPU_WIDTH``, and as many rows as the budget allows."""
        if not self.padded:
            return 1, tokens
        width = -(-tokens // GPU_WIDTH) * GPU_WIDTH
        return max(1, GPU_TOKENS // width), width

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        """Run one batch."""
        import torch

        with torch.inference_mode():
            if self.padded:
                inputs = {"input_ids": self._sent(ids), "attention_mask": self._sent(mask)}
            else:
                inputs = {"input_ids": torch.from_numpy(ids)}
            logits: Scores = self.model(**inputs).logits.float().cpu().numpy()
        return logits

    def _sent(self, array: Ids) -> Any:
        import torch

        tensor = torch.from_numpy(array)
        return (tensor.pin_memory() if torch.cuda.is_available() else tensor).to(self.model.device, non_blocking=True)


def precision(device: str) -> Any:
    """The fastest type that the device computes in: bf16 where it has it, fp16 on older GPUs, else float32."""
    import torch

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16
    if device.startswith("cpu"):
        has = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        return torch.bfloat16 if has.get("avx512_bf16") or has.get("amx_bf16") else torch.float32
    return torch.float32


def has_torch() -> bool:
    """Whether the torch engine's libraries are installed; doesn't load them."""
    return find_spec("torch") is not None and find_spec("transformers") is not None


def load(folder: Path, engine: str = "auto", device: str | None = None, workers: int | None = None) -> Engine:
    """Load a model folder's network. ``auto`` is ONNX where the folder has it and no device is asked for. Raises ModelError."""
    has_onnx = (folder / ONNX_FILE).is_file()
    if engine == "auto":
        engine = "onnx" if has_onnx and device is None else "torch"
    if engine not in ENGINES:
        raise ModelError(f"unknown engine {engine!r}, expected auto, {' or '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise ModelError(f"{workers} workers are too few: give 1 or more")
    if engine == "onnx":
        if not has_onnx:
            raise ModelError(f"{folder} holds no {ONNX_FILE}; use the torch engine or make it with python -m zhanguo.export")
        if device not in (None, "cpu"):
            raise ModelError(f"the ONNX engine runs on the CPU; for {device!r} use the torch engine")
        return OnnxEngine(folder, workers)
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder} holds no safetensors weights; the torch engine wants a checkpoint folder such as weights/zhanguo")
    try:
        return TorchEngine.from_folder(str(folder), device, workers)
    except ImportError as error:
        raise ModelError(f"the torch engine needs pip install 'zhanguo[train]' ({error})") from error
