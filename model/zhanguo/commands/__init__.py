"""The commands of ``zhanguo``, one module a group; here what they share: exit codes, how to read and what model to use."""

from __future__ import annotations

import argparse
import logging
from datetime import date

from zhanguo import read
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


def reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how inputs are read."""
    tables = parser.add_argument_group("tables (JSONL, CSV, Parquet, Excel)")
    tables.add_argument("--text-column", metavar="NAME", help="the column of the text (default: text, content, 正文 and the like)")
    tables.add_argument(
        "--id-column", metavar="NAME", help="the column of the id (default: id, 编号, url; else the file's name and the row)"
    )
    tables.add_argument(
        "--date-column", metavar="NAME", help="the column of the publication date (default: date, 日期, 发布时间 and the like)"
    )
    most = read.Options().max_size >> 20
    parser.add_argument("--max-size", type=_megabytes, default=most, metavar="MB", help=f"most that one report may take, unpacked ({most})")


def reading_choices(options: argparse.Namespace) -> read.Options:
    """What the options of ``reading_options`` ask for."""
    return read.Options(options.text_column, options.id_column, options.date_column, int(options.max_size * 2**20))


def _megabytes(text: str) -> float:
    """A positive number."""
    value = float(text)
    if not 0 < value < 2**20:
        raise argparse.ArgumentTypeError(f"{text} is no size in megabytes")
    return value
