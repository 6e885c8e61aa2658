"""Fine-tune the tagger: ``python train.py configs/NAME.yaml [--resume]``, or the same under ``accelerate launch --multi_gpu``.

config → examples and rewritten copies → windows with tag ids → Trainer → checkpoint folder. Each evaluation prints seqeval's report on
the dev files and brings ``history.json`` and the plots in the folder up to date.
"""

from __future__ import annotations

import argparse
import glob
import json
import math
import sys
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub.constants
import torch
from accelerate import PartialState
from transformers import DataCollatorForTokenClassification, TrainingArguments, set_seed
from transformers.integrations import get_available_reporting_integrations
from transformers.trainer_utils import get_last_checkpoint

from zhanguo import checkpoint, plots, windows
from zhanguo.annotations import AnnotationError, example_to_dict, read_examples
from zhanguo.augment import Augmenter
from zhanguo.config import ConfigError, TrainConfig, read_config
from zhanguo.encode import Encoder
from zhanguo.labels import TAG_IDS, spans_to_tags
from zhanguo.schema import Example, Span
from zhanguo.trainer import IGNORED, TaggerTrainer


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


def training_arguments(config: TrainConfig, steps_per_epoch: int) -> TrainingArguments:
    """Return the Trainer's settings for a recipe."""
    every = max(1, steps_per_epoch * config.evaluate_every)
    return TrainingArguments(
        output_dir=f"{config.output}/steps",
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        accelerator_config={"split_batches": True},  # a batch is shared by the processes: their number changes no step
        learning_rate=config.learning_rate,
        warmup_steps=int(config.warmup * config.epochs * steps_per_epoch),
        lr_scheduler_type="linear",
        weight_decay=config.weight_decay,
        bf16=checkpoint.use_bf16(config.precision),
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="steps",
        eval_steps=every,
        save_steps=every,
        save_total_limit=1,
        logging_steps=10,
        train_sampling_strategy="group_by_length",
        ddp_find_unused_parameters=False,
        report_to=config.report_to,
        seed=config.seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def check(config: TrainConfig, processes: int) -> None:
    """Refuse what would fail only after the reports are read."""
    plots.check_installed()
    if config.batch_size % processes:
        raise ConfigError(f"batch_size {config.batch_size} can't be shared by {processes} processes; make it a multiple of {processes}")
    if missing := [name for name in config.report_to if name not in get_available_reporting_integrations()]:
        raise ConfigError(
            f"report_to names {', '.join(missing)}: misspelt or not installed (for tensorboard: pip install 'zhanguo[tensorboard]')"
        )


def train(config: TrainConfig, resume: bool) -> None:
    """Fine-tune and save the checkpoint folder to ``config.output``."""
    state = PartialState(cpu=not torch.cuda.is_available())
    check(config, state.num_processes)
    if Path(config.base).exists():  # nothing is to be fetched, and nobody to be told
        datasets.config.HF_HUB_OFFLINE = huggingface_hub.constants.HF_HUB_OFFLINE = True
    set_seed(config.seed)
    model, encoder = checkpoint.load_for_training(config)
    examples, dev = read_all(config.train), read_all(config.dev)
    folder = Path(config.output) / "data" / str(state.process_index)  # one each: they may be on different machines, or share a disk
    rows = encode_rows(load_rows(with_copies(examples, config), folder), encoder, config)
    arguments = training_arguments(config, math.ceil(len(rows) / config.batch_size))
    trainer = TaggerTrainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        eval_dataset=rows,  # only asked whether it is there: evaluate() reads the dev reports whole
        data_collator=DataCollatorForTokenClassification(checkpoint.hub_tokenizer(encoder, model)),
        encoder=encoder,
        config=config,
        train=examples,
        dev=dev,
    )
    last = get_last_checkpoint(arguments.output_dir) if resume and Path(arguments.output_dir).is_dir() else None
    trainer.announce(int(last.rsplit("-", 1)[1]) if last else 0)
    trainer.train(resume_from_checkpoint=last)
    if trainer.scored_step != trainer.state.global_step:
        trainer.evaluate()
    if trainer.is_world_process_zero():
        run = trainer.write_history()
        checkpoint.save(trainer.accelerator.unwrap_model(trainer.model), encoder, config, Path(config.output), run)
    state.wait_for_everyone()  # gloo may hang where a group is destroyed right after a gather
    state.destroy_process_group()


def main() -> int:
    """Read the command line and train; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("config", type=Path, help="a recipe, such as configs/zhanguo.yaml")
    parser.add_argument("--resume", action="store_true", help="go on from the last saved step")
    options = parser.parse_args()
    try:
        train(read_config(options.config, TrainConfig), options.resume)
    except (AnnotationError, ConfigError, plots.PlotError, OSError) as error:
        sys.stderr.write(f"train.py: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
