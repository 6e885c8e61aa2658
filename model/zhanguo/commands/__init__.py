"""The commands of ``zhanguo``, one module a group; here what they share: exit codes and the choice of a model."""

from __future__ import annotations

import argparse
import logging
from datetime import date

from zhanguo.engines import ENGINES
from zhanguo.extract import Extractor

FAILED, WRONG_USE = 1, 2


def model_options() -> argparse.ArgumentParser:
    """The options that name a model and what runs it, as a parent parser."""
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", help="a model folder or hub name (default: the one shipped)")
    model.add_argument("--engine", choices=("auto", *ENGINES), default="auto", help="what runs the network")
    model.add_argument("--device", help="cpu or cuda, for the torch engine")
    model.add_argument("--workers", type=int, metavar="N", help="windows computed at once on a CPU (default: one a processor)")
    return model


def load(options: argparse.Namespace, day: date | None = None, *, large: bool = False) -> Extractor:
    """The extractor that the options of ``model_options`` ask for; ``day`` dates undated reports. Raises ModelError.

    For a ``large`` job ``auto`` means the engine that is fastest on this machine, and the choice is logged.
    """
    logging.basicConfig(format="zhanguo: %(message)s")
    logging.getLogger("zhanguo").setLevel(logging.INFO)
    engine = "fastest" if large and options.engine == "auto" else options.engine
    return Extractor.from_pretrained(options.model, engine, options.device, day, options.workers)
