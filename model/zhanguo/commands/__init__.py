"""The commands of ``zhanguo``, one module a group; here what they share: exit codes and the choice of a model."""

from __future__ import annotations

import argparse
from datetime import date

from zhanguo.extract import Extractor

FAILED, WRONG_USE = 1, 2


def model_options() -> argparse.ArgumentParser:
    """The options that name a model and what runs it, as a parent parser."""
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", help="a model folder or hub name (default: the one shipped)")
    model.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto", help="what runs the network")
    model.add_argument("--device", help="cpu or cuda, for the torch engine")
    return model


def load(options: argparse.Namespace, day: date | None = None) -> Extractor:
    """The extractor that the options of ``model_options`` ask for; ``day`` dates undated reports. Raises ModelError."""
    return Extractor.from_pretrained(options.model, options.engine, options.device, day)
