"""The forecast of a run's length: it changes nothing, and says the time as people do."""

import random
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np
import torch
from transformers import BertConfig, BertForTokenClassification

from zhanguo import forecast


def collate(rows: list[Any]) -> dict[str, Any]:
    longest = max(len(row["input_ids"]) for row in rows)
    return {key: torch.tensor([row[key] + [0] * (longest - len(row[key])) for row in rows]) for key in rows[0]}


def test_weights_and_random_states_stay() -> None:
    shape = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "num_labels": 3}
    model = BertForTokenClassification(BertConfig(hidden_dropout_prob=0.5, **shape))
    rows = [{"input_ids": [1] * n, "attention_mask": [1] * n, "labels": [2] * n} for n in range(1, 12)]
    torch.manual_seed(7), random.seed(7), np.random.seed(7)
    states = torch.get_rng_state(), random.getstate(), repr(np.random.get_state())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert forecast.seconds_a_step(model, rows, 4, collate, bf16=False) > 0
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1:] == (random.getstate(), repr(np.random.get_state()))


def test_batches_are_spread_over_the_lengths() -> None:
    batches = forecast.spread([50, 10, 30, 20, 40, 60], 2, 3)
    assert batches == [[1, 3], [2, 4], [4, 0]]
    assert forecast.spread([5, 4], 8, 3) == [[1, 0]] * 3


def test_evaluations_count_as_forward_passes() -> None:
    assert forecast.total(10, 6, 2.0) == 24


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (1.4, "1 second"),
        (89.4, "89 seconds"),
        (90, "2 minutes"),
        (1860, "31 minutes"),
        (5400, "1.5 hours"),
        (36000, "10.0 hours"),
    ],
)
def test_spoken(seconds: float, words: str) -> None:
    assert forecast.spoken(seconds) == words
