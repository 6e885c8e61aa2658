"""Training recipes: one YAML file each, read into a frozen type; a key too many or too few is an error that names it."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml


class ConfigError(ValueError):
    """A recipe that can't be used; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How a rewritten copy of a report differs from it: shares between 0 and 1.

    ``organisations``, ``things``, ``units`` and ``numbers`` are the shares of spans put in another's place, ``numerals`` that of
    figures in another notation; the rest are shares of copies: regional Traditional forms, other widths of marks and
    digits, wrong punctuation, spaces, wrapped lines, page furniture.
    """

    organisations: float
    things: float
    units: float
    numbers: float
    numerals: float
    regional: float
    width: float
    punctuation: float
    spaces: float
    wraps: float
    furniture: float


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A fine-tuning recipe. Paths are relative to the working folder.

    ``base`` is a folder made by ``zhanguo.base``, a checkpoint folder or a hub name; ``layers`` keeps its first N
    (0: all). Each report is learnt from as it is and in ``copies`` rewritten copies, so an epoch holds it 1 + ``copies``
    times. ``window`` and ``overlap`` count characters. ``batch_size`` counts the windows of a step, over all processes
    together. ``report_to`` names what the Trainer reports to besides, such as ``tensorboard``; ``license`` is that of the
    model, for its card, as model hubs name licences. ``precision`` is ``auto`` (bf16 where the machine has it), ``bf16``
    or ``fp32``.
    """

    name: str
    base: str
    layers: int
    train: list[str]
    dev: list[str]
    copies: int
    augmentation: Augmentation
    output: str
    window: int
    overlap: int
    epochs: float
    batch_size: int
    learning_rate: float
    head_learning_rate: float
    warmup: float
    weight_decay: float
    dropout: float
    label_smoothing: float
    precision: str
    evaluate_every: int
    report_to: list[str]
    license: str
    seed: int


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    """A recipe for adapting the base encoder to a text by masked-language-model training.

    ``text`` has one paragraph a line (plain, ``.gz`` or ``.xz``); ``length`` counts characters with [CLS] and [SEP];
    ``masked`` is the share of characters that are hidden, in runs of one to four.
    """

    text: str
    base: str
    output: str
    length: int
    batch_size: int
    steps: int
    learning_rate: float
    warmup: int
    weight_decay: float
    masked: float
    dropout: float
    precision: str
    save_every: int
    seed: int


Recipe = TypeVar("Recipe", TrainConfig, PretrainConfig)


def read_config(path: Path, kind: type[Recipe]) -> Recipe:
    """Read a recipe. Raises ConfigError for a missing file, wrong YAML, or a key unknown, missing or of a wrong type."""
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values")
    return kind(**_fields(path, kind, values))


def _fields(path: Path, kind: Any, values: dict[Any, Any]) -> dict[str, Any]:
    types = get_type_hints(kind)
    known = [field.name for field in fields(kind)]
    if unknown := [str(key) for key in values if key not in known]:
        raise ConfigError(f"{path}: unknown key {', '.join(unknown)}; known are {', '.join(known)}")
    if missing := [key for key in known if key not in values]:
        raise ConfigError(f"{path}: missing key {', '.join(missing)}")
    return {key: _typed(path, key, values[key], types[key]) for key in known}


def _typed(path: Path, key: str, value: Any, wanted: Any) -> Any:
    if is_dataclass(wanted) and isinstance(wanted, type) and isinstance(value, dict):
        return wanted(**_fields(path, wanted, value))
    if wanted is float and isinstance(value, int | str):
        try:
            return float(value)  # YAML reads 1e-4 as a string
        except ValueError:
            pass
    if wanted == list[str] and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if isinstance(wanted, type) and isinstance(value, wanted) and not isinstance(value, bool):
        return value
    raise ConfigError(f"{path}: {key} is {value!r}, expected {getattr(wanted, '__name__', wanted)}")
