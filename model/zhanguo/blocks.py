"""Weights in 8-bit blocks: how the base encoder is kept small on disk.

A matrix ``[rows, columns]`` becomes ``name.q8`` (int8, same shape) and ``name.scale`` (float16, ``[rows, columns / 32]``):
weight = q8 × scale of its block of 32 neighbours in a row. Vectors stay float32. The file is plain safetensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

BLOCK = 32
Array = NDArray[np.float32]


def quantise(weights: Array) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Round ``[rows, columns]`` floats to int8 and one float16 scale a block. ``columns`` must divide by 32."""
    rows, columns = weights.shape
    if columns % BLOCK:
        raise ValueError(f"{columns} columns are not a multiple of {BLOCK}")
    blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
    scale = (np.abs(blocks).max(axis=2) / 127).astype(np.float16)
    divisor = np.where(scale == 0, 1, scale).astype(np.float32)[:, :, None]
    q8 = np.clip(np.rint(blocks / divisor), -127, 127).astype(np.int8)
    return q8.reshape(rows, columns), scale


def dequantise(q8: NDArray[np.int8], scale: NDArray[np.float16]) -> Array:
    """Return the float32 weights ``[rows, columns]``."""
    return q8.astype(np.float32) * np.repeat(scale.astype(np.float32), BLOCK, axis=1)


def save(tensors: Mapping[str, Array], path: Path) -> None:
    """Write tensors, matrices in blocks."""
    stored: dict[str, NDArray[np.generic]] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.shape[1] % BLOCK == 0:
            stored[f"{name}.q8"], stored[f"{name}.scale"] = quantise(tensor)
        else:
            stored[name] = np.ascontiguousarray(tensor)
    save_file(stored, path, metadata={"format": "pt"})


def load(path: Path) -> dict[str, Array]:
    """Read tensors that ``save`` wrote, as float32."""
    stored = load_file(path)
    tensors = {name: value for name, value in stored.items() if not name.endswith((".q8", ".scale"))}
    for name in (name.removesuffix(".q8") for name in stored if name.endswith(".q8")):
        tensors[name] = dequantise(stored[f"{name}.q8"], stored[f"{name}.scale"])
    return tensors
