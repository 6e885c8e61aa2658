"""Adapts the base encoder to Chinese characters: masked-language-model training on plain text.

Run: ``python -m zhanguo.pretrain configs/pretrain.yaml [--resume]``

The character rows of a multilingual encoder were never trained to stand alone; this teaches them to. Runs of one to
four characters are hidden (SpanBERT, Joshi et al. 2020), 80 % as [MASK], 10 % as another character, 10 % unchanged.
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertForMaskedLM, Trainer, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from zhanguo import blocks, checksums
from zhanguo.base import WEIGHTS_FILE
from zhanguo.characters import CLS, MASK, SEP, SPECIAL, UNK, shared_rows
from zhanguo.checkpoint import load_blocks, require_intact, use_bf16
from zhanguo.config import ConfigError, PretrainConfig, read_config
from zhanguo.encode import Encoder

RUN_LENGTHS, RUN_SHARES = (1, 2, 3, 4), (0.3, 0.4, 0.2, 0.1)
IGNORED = -100
COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json")

Ids = NDArray[np.int64]


def read_rows(path: Path, vocabulary: dict[str, int], length: int) -> Ids:
    """Read a text whole and cut it into rows ``[rows, length]``, each between [CLS] and [SEP]."""
    opener: Any = {".xz": lzma.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as stream:
        text = stream.read()
    shared = shared_rows(vocabulary)
    rows_of = {char: shared.get(number, number) for char, number in vocabulary.items()}
    ids = np.fromiter((rows_of.get(char, vocabulary[UNK]) for char in text), dtype=np.int64, count=len(text))
    inner = length - 2
    rows = np.empty((len(ids) // inner, length), dtype=np.int64)
    rows[:, 0], rows[:, -1] = vocabulary[CLS], vocabulary[SEP]
    rows[:, 1:-1] = ids[: len(rows) * inner].reshape(-1, inner)
    return rows


class Masker:
    """Hides runs of characters; the Trainer's collator."""

    def __init__(self, vocabulary: dict[str, int], share: float, seed: int) -> None:
        self.mask_id = vocabulary[MASK]
        self.first_character, self.size = len(SPECIAL), len(vocabulary)
        self.share = share
        self.random = np.random.default_rng(seed)

    def __call__(self, rows: list[Ids]) -> dict[str, torch.Tensor]:
        """Return ``input_ids`` and ``labels``, each ``[batch, length]``; labels are -100 where nothing is hidden."""
        ids = np.stack(rows)
        hidden = np.stack([self._hide(ids.shape[1]) for _ in rows])
        labels = np.where(hidden, ids, IGNORED)
        fate = self.random.random(ids.shape)
        other = self.random.integers(self.first_character, self.size, ids.shape)
        ids = np.where(hidden & (fate < 0.8), self.mask_id, np.where(hidden & (fate > 0.9), other, ids))
        return {"input_ids": torch.from_numpy(ids), "labels": torch.from_numpy(labels)}

    def _hide(self, length: int) -> NDArray[np.bool_]:
        hidden = np.zeros(length, dtype=np.bool_)
        wanted = self.share * (length - 2)
        while hidden.sum() < wanted:
            run = int(self.random.choice(RUN_LENGTHS, p=RUN_SHARES))
            start = int(self.random.integers(1, max(2, length - run)))
            hidden[start : min(start + run, length - 1)] = True
        return hidden


def pretrain(config: PretrainConfig, resume: bool) -> None:
    """Adapt ``config.base`` and write the result, in 8-bit blocks, to ``config.output``."""
    set_seed(config.seed)
    base, output = Path(config.base), Path(config.output)
    require_intact(base)
    vocabulary = Encoder.from_file(base / "tokenizer.json").tokenizer.get_vocab()
    dropout = {"hidden_dropout_prob": config.dropout, "attention_probs_dropout_prob": config.dropout}
    model = BertForMaskedLM(BertConfig.from_pretrained(base, attn_implementation="eager", **dropout))
    load_blocks(model.bert, base)
    arguments = TrainingArguments(
        output_dir=str(output / "steps"),
        max_steps=config.steps,
        per_device_train_batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        warmup_steps=config.warmup,
        weight_decay=config.weight_decay,
        adam_beta2=0.98,
        bf16=use_bf16(config.precision),
        use_cpu=not torch.cuda.is_available(),
        save_steps=config.save_every,
        save_total_limit=1,
        logging_steps=50,
        report_to="none",
        remove_unused_columns=False,
        seed=config.seed,
    )
    rows: Any = read_rows(Path(config.text), vocabulary, config.length)
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=Masker(vocabulary, config.masked, config.seed))
    last = get_last_checkpoint(arguments.output_dir) if resume and Path(arguments.output_dir).is_dir() else None
    trainer.train(resume_from_checkpoint=last)
    tensors = {name: tensor.float().cpu().numpy() for name, tensor in model.bert.state_dict().items()}
    blocks.save(tensors, output / WEIGHTS_FILE)
    for name in COMPANIONS:
        shutil.copyfile(base / name, output / name)
    checksums.write(output)


def main(arguments: list[str] | None = None) -> int:
    """Adapt a base encoder; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.pretrain", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("config", type=Path, help="a recipe, such as configs/pretrain.yaml")
    parser.add_argument("--resume", action="store_true", help="go on from the last saved step")
    options = parser.parse_args(arguments)
    try:
        pretrain(read_config(options.config, PretrainConfig), options.resume)
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"zhanguo.pretrain: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
