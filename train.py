"""Fine-tune the tagger: ``python train.py configs/NAME.yaml [--resume]``, or the same under ``accelerate launch``.

config → examples and rewritten copies → windows with tag ids → Trainer → checkpoint folder → seqeval report on the dev files.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import sys
from pathlib import Path
from typing import Any

import datasets
import torch
from transformers import DataCollatorForTokenClassification, Trainer, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from zhanguo import checkpoint, evaluate, windows
from zhanguo.annotations import AnnotationError, example_to_dict, read_examples
from zhanguo.augment import Augmenter
from zhanguo.config import ConfigError, TrainConfig, read_config
from zhanguo.encode import Encoder
from zhanguo.engines import TorchEngine
from zhanguo.labels import TAG_IDS, spans_to_tags
from zhanguo.schema import Example, Span
from zhanguo.tagger import Tagger

IGNORED = -100


def read_all(patterns: list[str]) -> list[Example]:
    """Read annotated files, inline or JSONL; a path may hold wildcards, and each must match a file."""
    found = [(pattern, sorted(glob.glob(pattern))) for pattern in patterns]  # noqa: PTH207  # Path.glob refuses absolute ones
    if missing := [pattern for pattern, paths in found if not paths]:
        raise ConfigError(f"no annotated file matches {', '.join(missing)}")
    return [example for _, paths in found for path in paths for example in read_examples(Path(path))]


def with_copies(examples: list[Example], config: TrainConfig) -> list[Example]:
    """The reports and their rewritten copies."""
    augment = Augmenter(examples, config.augmentation)
    copies = [augment(example, f"{config.seed}/{copy}/{example.id}") for copy in range(config.copies) for example in examples]
    return [*examples, *copies]


def load_rows(examples: list[Example], folder: Path) -> datasets.Dataset:
    """Bring the examples' spans into stored form (JSONL) and read that with ``datasets``."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = folder / "train.jsonl"
    rows = ({**example_to_dict(example), "records": None, "meta": None} for example in examples)
    stored.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return datasets.load_dataset("json", data_files=str(stored), split="train", cache_dir=str(folder / "cache"))


def encode_rows(rows: datasets.Dataset, encoder: Encoder, config: TrainConfig) -> datasets.Dataset:
    """Turn reports into windows of ids and tag ids; count the gold spans that no token edge can express."""
    lost: set[tuple[str, Span]] = set()

    def windows_of(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        encoded: dict[str, list[Any]] = {"input_ids": [], "attention_mask": [], "labels": []}
        for name, text, stored in zip(batch["id"], batch["text"], batch["spans"], strict=True):
            spans = [Span(span["start"], span["end"], span["label"]) for span in stored]
            places = [window.read for window in windows.cut(len(text), config.window, config.overlap)]
            for encoding in encoder(text, places):
                tags, unfit = spans_to_tags(encoding.offsets, spans)
                lost.update((name, span) for span in unfit)
                encoded["input_ids"].append([encoder.shared.get(number, number) for number in encoding.ids])
                encoded["attention_mask"].append([1] * len(encoding.ids))
                encoded["labels"].append([IGNORED, *(TAG_IDS[tag] for tag in tags), IGNORED])
        return encoded

    windowed = rows.map(windows_of, batched=True, remove_columns=rows.column_names, load_from_cache_file=False)
    if lost:
        sys.stderr.write(f"warning: {len(lost)} gold spans lie inside tokens and can't be learnt\n")
    return windowed


class TaggerTrainer(Trainer):
    """A Trainer whose evaluation tags whole reports and prints seqeval's report."""

    def __init__(self, *, encoder: Encoder, config: TrainConfig, dev: list[Example], **rest: Any) -> None:
        super().__init__(**rest)
        self.encoder, self.config, self.dev = encoder, config, dev

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        """Score the dev reports; log and return their micro-averaged precision, recall and F1."""
        model = self.accelerator.unwrap_model(self.model)
        checkpoint.share_rows(model, self.encoder)
        engine = TorchEngine(model, str(model.device))
        tagger = Tagger(self.encoder, engine, self.config.name, self.config.window, self.config.overlap)
        predicted = [Example(e.id, e.text, tuple(tagger(e.text))) for e in self.dev]
        total = evaluate.seqeval_report(self.dev, predicted, output_dict=True)["micro avg"]
        if self.is_world_process_zero():
            sys.stderr.write(f"\n{evaluate.seqeval_report(self.dev, predicted)}\n")
        metrics = {f"{metric_key_prefix}_{key.removesuffix('-score')}": float(total[key]) for key in ("precision", "recall", "f1-score")}
        model.train()
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def create_optimizer(self, *_: Any, **__: Any) -> Any:
        """AdamW with a learning rate of its own for the new classification head."""
        if self.optimizer is None:
            parameters = list(self.model.named_parameters())
            head = [p for name, p in parameters if "classifier" in name]
            body = [p for name, p in parameters if "classifier" not in name]
            groups = [{"params": body, "lr": self.config.learning_rate}, {"params": head, "lr": self.config.head_learning_rate}]
            self.optimizer = torch.optim.AdamW(groups, weight_decay=self.config.weight_decay)
        return self.optimizer


def training_arguments(config: TrainConfig, steps_per_epoch: int) -> TrainingArguments:
    """Return the Trainer's settings for a recipe."""
    every = max(1, steps_per_epoch * config.evaluate_every)
    return TrainingArguments(
        output_dir=f"{config.output}/steps",
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        warmup_steps=int(config.warmup * config.epochs * steps_per_epoch),
        lr_scheduler_type="linear",
        weight_decay=config.weight_decay,
        label_smoothing_factor=config.label_smoothing,
        bf16=checkpoint.use_bf16(config.precision),
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="steps",
        eval_steps=every,
        save_steps=every,
        save_total_limit=1,
        logging_steps=10,
        train_sampling_strategy="group_by_length",
        report_to="none",
        seed=config.seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def train(config: TrainConfig, resume: bool) -> None:
    """Fine-tune and save the checkpoint folder to ``config.output``."""
    set_seed(config.seed)
    model, encoder = checkpoint.load_for_training(config)
    examples, dev = read_all(config.train), read_all(config.dev)
    rows = encode_rows(load_rows(with_copies(examples, config), Path(config.output) / "data"), encoder, config)
    together = config.batch_size * int(os.environ.get("WORLD_SIZE", "1"))
    arguments = training_arguments(config, -(-len(rows) // together))
    trainer = TaggerTrainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        eval_dataset=rows,  # only asked whether it is there: evaluate() reads the dev reports whole
        data_collator=DataCollatorForTokenClassification(checkpoint.hub_tokenizer(encoder, model)),
        encoder=encoder,
        config=config,
        dev=dev,
    )
    last = get_last_checkpoint(arguments.output_dir) if resume and Path(arguments.output_dir).is_dir() else None
    trainer.train(resume_from_checkpoint=last)
    if trainer.is_world_process_zero():
        checkpoint.save(trainer.accelerator.unwrap_model(trainer.model), encoder, config, Path(config.output))


def main() -> int:
    """Read the command line and train; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("config", type=Path, help="a recipe, such as configs/zhanguo.yaml")
    parser.add_argument("--resume", action="store_true", help="go on from the last saved step")
    options = parser.parse_args()
    try:
        train(read_config(options.config, TrainConfig), options.resume)
    except (AnnotationError, ConfigError, OSError) as error:
        sys.stderr.write(f"train.py: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
