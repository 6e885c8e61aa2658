"""The Trainer of the tagger: its loss and optimizer, evaluation on whole reports, and a record of how the run goes."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from accelerate.utils import gather_object
from transformers import Trainer

from zhanguo import __version__, checkpoint, evaluate, forecast, history, plots, windows
from zhanguo.config import TrainConfig
from zhanguo.encode import Encoder
from zhanguo.engines import TorchEngine
from zhanguo.schema import Example
from zhanguo.tagger import Tagger

IGNORED = -100


def token_loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Mean cross-entropy over a batch's tokens, those of all processes: the model's own loss knows only its process's.

    Logits are ``[rows, tokens, tags]``, labels ``[rows, tokens]``.
    """
    logits = outputs["logits"].flatten(0, 1).float()
    total = torch.nn.functional.cross_entropy(logits, labels.flatten(), reduction="sum", label_smoothing=smoothing, ignore_index=IGNORED)
    return total / num_items_in_batch


class TaggerTrainer(Trainer):  # type: ignore[misc]
    """Trains on windows; each evaluation tags the ``dev`` reports and writes history and plots into the run's folder.

    ``train`` are the reports behind the windows, without copies; they are only counted.
    """

    def __init__(self, *, encoder: Encoder, config: TrainConfig, train: list[Example], dev: list[Example], **rest: Any) -> None:
        super().__init__(compute_loss_func=partial(token_loss, smoothing=config.label_smoothing), **rest)
        self.accelerator.rng_types = ["torch"]  # all processes draw the same batches, and each takes its part of them
        self.encoder, self.config, self.train_reports, self.dev = encoder, config, train, dev
        self.scored_step: int | None = None
        self.dev_result: dict[str, Any] = {}

    def announce(self, done: int) -> None:
        """Say how long the run will take; ``done`` steps were made before an interruption. Weights and random state stay as they are."""
        config, processes = self.config, self.args.world_size
        steps = math.ceil(config.epochs * math.ceil(len(self.train_dataset) / config.batch_size))
        if steps <= done:
            return
        share = config.batch_size // processes
        seconds = forecast.seconds_a_step(self.model, self.train_dataset, share, self.data_collator, self.args.bf16)
        evaluations = steps // self.args.eval_steps - done // self.args.eval_steps
        dev_windows = sum(len(windows.cut(len(e.text), config.window, config.overlap)) for e in self.dev)
        total = forecast.total(steps - done, evaluations * dev_windows / config.batch_size, seconds)
        if self.is_world_process_zero():
            what = f"{steps - done:,} of {steps:,} steps left" if done else f"{steps:,} steps"
            machine = f"{self.precision}, {processes} process{'es' * (processes > 1)}"
            sys.stderr.write(f"{what}, about {forecast.spoken(total)} on this machine ({machine})\n")

    @property
    def precision(self) -> str:
        """What forward passes compute in."""
        return "bf16" if self.args.bf16 else "fp32"

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Score the dev reports; log and return their micro-averaged precision, recall and F1, and each label's F1."""
        predicted = self.tag_dev()
        self.scored_step, self.dev_result = self.state.global_step, history.result(self.dev, predicted)
        metrics = history.metrics(self.dev_result["scores"])
        self.log(metrics)
        if self.is_world_process_zero():
            sys.stderr.write(f"\n{evaluate.seqeval_report(self.dev, predicted)}\n")
            self.write_history()
        self.control: Any = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def tag_dev(self) -> list[Example]:
        """The dev reports with the spans that the model finds now, the same in all processes; each tags its share."""
        model = self.accelerator.unwrap_model(self.model)
        checkpoint.share_rows(model, self.encoder)
        engine = TorchEngine(model, str(model.device))
        tagger = Tagger(self.encoder, engine, self.config.name, self.config.window, self.config.overlap)
        share = self.dev[self.args.process_index :: self.args.world_size]
        predicted = [Example(e.id, e.text, tuple(tagger(e.text))) for e in share]
        model.train()
        gathered: list[Example] = gather_object(predicted)
        return gathered

    def write_history(self) -> history.History:
        """Write down the run so far, and draw it."""
        run = history.History(
            recipe=asdict(self.config),
            train=history.describe(self.train_reports),
            dev=history.describe(self.dev),
            dev_in_train=len({e.text for e in self.train_reports} & {e.text for e in self.dev}),
            machine={
                "device": self.args.device.type,
                "precision": self.precision,
                "processes": self.args.world_size,
                "zhanguo": __version__,
                "torch": torch.__version__,
                "transformers": transformers.__version__,
            },
            log=self.state.log_history,
            dev_result=self.dev_result,
        )
        history.write(run, Path(self.config.output))
        plots.run(run, Path(self.config.output))
        return run

    def create_optimizer(self, *_: Any, **__: Any) -> Any:
        """AdamW with a learning rate of its own for the new classification head."""
        self.optimizer: Any
        if self.optimizer is None:
            parameters = list(self.model.named_parameters())
            head = [p for name, p in parameters if "classifier" in name]
            body = [p for name, p in parameters if "classifier" not in name]
            groups = [{"params": body, "lr": self.config.learning_rate}, {"params": head, "lr": self.config.head_learning_rate}]
            self.optimizer = torch.optim.AdamW(groups, weight_decay=self.config.weight_decay)
        return self.optimizer
