"""What a training run writes down about itself, ``history.json``: its plots and its model card are made from that alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from zhanguo import calibration, evaluate
from zhanguo.files import replacing
from zhanguo.schema import LABELS, Example

FILE = "history.json"
LOSS, RATE, OVERALL = "loss", "learning_rate", "overall"


class HistoryError(ValueError):
    """A ``history.json`` that can't be read; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class History:
    """One run.

    ``recipe`` holds the recipe's keys, ``train`` and ``dev`` what ``describe`` says of the reports, ``dev_in_train`` how many texts they
    share, ``machine`` what the run was computed with, ``log`` the Trainer's ``log_history``, ``dev_result`` what ``result`` says of the
    last evaluation.
    """

    recipe: dict[str, Any]
    train: dict[str, Any]
    dev: dict[str, Any]
    dev_in_train: int
    machine: dict[str, Any]
    log: list[dict[str, Any]]
    dev_result: dict[str, Any]


def describe(examples: Sequence[Example]) -> dict[str, Any]:
    """How many reports, characters and, by label, spans."""
    spans = Counter(span.label for example in examples for span in example.spans)
    characters = sum(len(example.text) for example in examples)
    return {"reports": len(examples), "characters": characters, "spans": {label: spans[label] for label in LABELS}}


def result(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Any]:
    """Strict span scores by label, the confusion of labels, and how well the spans' scores say how often they are right."""
    bins = calibration.reliability(*evaluate.pooled_answers(gold, predicted))
    return {
        "scores": {label: score.as_dict() for label, score in evaluate.score_spans(gold, predicted).items()},
        "confusion": evaluate.confuse_spans(gold, predicted),
        "reliability": [asdict(b) for b in bins],
    }


def metrics(scores: dict[str, Any]) -> dict[str, float]:
    """A result's ``scores`` as the Trainer logs them: ``eval_precision``, ``eval_recall``, and ``f1_key`` of each label."""
    overall = {f"eval_{rate}": scores[OVERALL][rate] for rate in ("precision", "recall")}
    return overall | {f1_key(label): score["f1"] for label, score in scores.items()}


def f1_key(label: str) -> str:
    """Under which name a label's F1 on the development reports stands in the log."""
    return "eval_f1" if label == OVERALL else f"eval_{label}_f1"


def write(history: History, folder: Path) -> None:
    """Write ``history.json`` into the run's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / FILE) as path:
        path.write_text(json.dumps(asdict(history), ensure_ascii=False, indent=1) + "\n", "utf-8")


def read(folder: Path) -> History:
    """Read a run's ``history.json``. Raises HistoryError where there is none, or none of this version."""
    path = folder / FILE
    try:
        stored = json.loads(path.read_text("utf-8"))
        return History(**{field.name: stored[field.name] for field in fields(History)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"{path}: {error}; the folder that train.py wrote is wanted") from error
