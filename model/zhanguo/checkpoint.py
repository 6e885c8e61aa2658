"""Checkpoints: from a base encoder to a model that can be fine-tuned, and from that to a folder that loads anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertConfig,
    BertForTokenClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from zhanguo import __version__, blocks, card, checksums
from zhanguo.base import WEIGHTS_FILE, write_json
from zhanguo.characters import TOKENIZER_CONFIG
from zhanguo.config import ConfigError, TrainConfig
from zhanguo.encode import Encoder
from zhanguo.history import History
from zhanguo.labels import TAG_IDS, TAGS
from zhanguo.tagger import SETTINGS_FILE

SHARD_SIZE = "25MB"


def load_for_training(config: TrainConfig) -> tuple[PreTrainedModel, Encoder]:
    """Build the token classifier that a recipe asks for, and the encoder that goes with it."""
    folder = Path(config.base)
    if not 0 <= config.overlap < config.window:
        raise ConfigError(f"overlap {config.overlap} must be at least 0 and below the window's {config.window} characters")
    require_intact(folder)
    labels = {
        "num_labels": len(TAGS),
        "id2label": dict(enumerate(TAGS)),
        "label2id": dict(TAG_IDS),
        "hidden_dropout_prob": config.dropout,
        "attention_probs_dropout_prob": 0.0,  # on a CPU it would double the time of a step
    }
    if (folder / WEIGHTS_FILE).is_file():
        model: PreTrainedModel = _from_blocks(folder, config.layers, labels)
        encoder = Encoder.from_file(folder / "tokenizer.json")
    else:
        depth = {"num_hidden_layers": config.layers} if config.layers else {}
        model = AutoModelForTokenClassification.from_pretrained(config.base, ignore_mismatched_sizes=True, **labels, **depth)
        encoder = Encoder.from_vocabulary(AutoTokenizer.from_pretrained(config.base).get_vocab())
    if config.window + 2 > model.config.max_position_embeddings:
        raise ConfigError(f"window {config.window} is too long: {config.base} reads {model.config.max_position_embeddings - 2} characters")
    if not torch.cuda.is_available():
        model.set_attn_implementation("eager")  # twice as fast as SDPA in backward passes on a CPU
    return model.float(), encoder


def require_intact(folder: Path) -> None:
    """Raise ConfigError where a folder's files don't agree with its list of checksums."""
    if problems := checksums.wrong(folder):
        raise ConfigError("; ".join(problems))


def _from_blocks(folder: Path, layers: int, labels: dict[str, Any]) -> PreTrainedModel:
    settings = BertConfig.from_pretrained(folder, **labels)
    settings.architectures = ["BertForTokenClassification"]
    if layers > settings.num_hidden_layers:
        raise ConfigError(f"layers is {layers}, {folder} has {settings.num_hidden_layers}")
    settings.num_hidden_layers = layers or settings.num_hidden_layers
    model = BertForTokenClassification(settings)
    load_blocks(model.bert, folder)
    return model


def load_blocks(encoder: torch.nn.Module, folder: Path) -> None:
    """Fill a BERT encoder with a base folder's weights; layers that it lacks are passed over."""
    wanted = encoder.state_dict()
    tensors = {n: torch.from_numpy(t) for n, t in blocks.load(folder / WEIGHTS_FILE).items() if n in wanted}
    if missing := sorted(set(wanted) - set(tensors)):
        raise ValueError(f"{folder / WEIGHTS_FILE} lacks {', '.join(missing)}")
    encoder.load_state_dict(tensors)


def share_rows(model: PreTrainedModel, encoder: Encoder) -> None:
    """Give each character the embedding row of its canonical form; training reads and changes only the canonical rows."""
    rows = model.get_input_embeddings().weight
    with torch.no_grad():
        rows[list(encoder.shared)] = rows[list(encoder.shared.values())]


def hub_tokenizer(encoder: Encoder, model: PreTrainedModel) -> PreTrainedTokenizerFast:
    """The encoder's tokenizer as ``transformers`` wants it."""
    special = {key: value for key, value in TOKENIZER_CONFIG.items() if key.endswith("_token")}
    return PreTrainedTokenizerFast(tokenizer_object=encoder.tokenizer, model_max_length=model.config.max_position_embeddings, **special)


def save(model: PreTrainedModel, encoder: Encoder, config: TrainConfig, folder: Path, run: History) -> None:
    """Write a checkpoint in half precision, sharded, that ``transformers.pipeline`` loads as it is, and its model card."""
    folder.mkdir(parents=True, exist_ok=True)
    share_rows(model, encoder)
    model.to(torch.float16).save_pretrained(folder, max_shard_size=SHARD_SIZE)
    hub_tokenizer(encoder, model).save_pretrained(folder)
    name = f"zhanguo {__version__} {config.name}"
    write_json({"name": name, "window": config.window, "overlap": config.overlap}, folder / SETTINGS_FILE)
    checksums.write(folder)
    card.write(run, folder)


def use_bf16(precision: str) -> bool:
    """Whether to compute in bf16: as asked, or where the machine has it."""
    if precision == "auto":
        if torch.cuda.is_available():
            return bool(torch.cuda.is_bf16_supported())
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    if precision not in ("bf16", "fp32"):
        raise ConfigError(f"precision is {precision!r}, expected auto, bf16 or fp32")
    return precision == "bf16"
