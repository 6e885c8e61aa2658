"""How long a training run will take: a few timed steps on a copy of the model, so that weights and random state stay as they are."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

import torch
from transformers import PreTrainedModel

Row = Mapping[str, Any]
Collator = Callable[[list[Any]], Mapping[str, torch.Tensor]]

BATCHES = 3
# A forward pass is about a third of a step (Kaplan et al., 2020: backward costs twice the forward).
FORWARD_SHARE = 1 / 3
_MINUTE, _HOUR = 60, 3600


def seconds_a_step(model: PreTrainedModel, rows: Sequence[Row], batch_size: int, collate: Collator, bf16: bool) -> float:
    """Mean time of an optimizer step over short, middling and long batches of ``rows``, of each the better of two.

    Batches hold rows of like length, as in training. In a run of several processes each times a batch of its own share's size.
    """
    batches = [collate([rows[i] for i in chosen]) for chosen in spread([len(row["input_ids"]) for row in rows], batch_size, BATCHES)]
    device = model.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        twin = copy.deepcopy(model).train()
        optimizer = torch.optim.AdamW(twin.parameters())
        return mean(min(_timed_step(twin, optimizer, batch, bf16) for _ in range(2)) for batch in batches)


def spread(lengths: Sequence[int], size: int, count: int) -> list[list[int]]:
    """``count`` batches of ``size`` indices, each of neighbours in the order of length, from evenly spaced places in it."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    starts = [max(0, len(order) - size) * (2 * k + 1) // (2 * count) for k in range(count)]
    return [order[start : start + size] for start in starts]


def _timed_step(model: Any, optimizer: torch.optim.Optimizer, batch: Mapping[str, torch.Tensor], bf16: bool) -> float:
    start = time.perf_counter()
    with torch.autocast(model.device.type, torch.bfloat16, enabled=bf16):
        loss = model(**{key: tensor.to(model.device) for key, tensor in batch.items()}).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def total(steps: int, evaluated_batches: float, seconds: float) -> float:
    """Seconds for ``steps`` steps of ``seconds`` each, and for evaluations that read so many batches."""
    return (steps + FORWARD_SHARE * evaluated_batches) * seconds


def spoken(seconds: float) -> str:
    """A duration for people: seconds below a minute and a half, minutes below an hour and a half, else hours."""
    for unit, name in ((1, "second"), (_MINUTE, "minute")):
        number = max(1, round(seconds / unit))
        if number < 90:
            return f"{number} {name}{'s' if number > 1 else ''}"
    return f"{seconds / _HOUR:.1f} hours"
