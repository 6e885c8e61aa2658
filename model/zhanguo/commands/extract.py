"""The command ``extract``: reports in, records out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress

from zhanguo import read, write
from zhanguo.commands import FAILED, load, model_options, reading_choices, reading_options
from zhanguo.schema import Extraction, Failure, Report

LARGE = 10_000_000  # bytes: some minutes' work


def add_commands(commands: Any) -> None:
    """Add the command to the subparsers of ``zhanguo``."""
    extract = commands.add_parser("extract", parents=[model_options()], help="extract records from reports")
    extract.add_argument("paths", nargs="+", metavar="PATH", help="files, tables, archives, folders, URLs, or - for standard input")
    reading_options(extract)
    extract.add_argument("-o", "--output", type=Path, help="write one JSON object a report to this file")
    extract.add_argument("--no-text", action="store_true", help="leave the report's text out of the output")
    extract.add_argument(
        "--min-score", type=_share, default=0.0, metavar="P", help="leave out spans and records with a score below P (0 to 1)"
    )
    extract.add_argument(
        "--date", type=_day, metavar="YYYY-MM-DD", help="publication date of reports that don't state theirs, or not its year"
    )
    extract.set_defaults(run=_extract)


def _extract(options: argparse.Namespace) -> int:
    extractor = load(options, options.date, large=_is_large(options.paths))
    items, choices = read.inputs(options.paths, options.output), reading_choices(options)
    if options.output:
        with options.output.open("w", encoding="utf-8", newline="\n") as stream:
            results = _confident(extractor.extract_all(_with_progress(items, choices)), options.min_score)
            failures = _write(results, stream, extractor.tagger.name, with_text=not options.no_text)
    else:
        failures = _print(_confident(extractor.extract_all(read.read(items, choices)), options.min_score))
    if failures:
        sys.stderr.write(f"zhanguo: {failures} of the inputs failed\n")
    return FAILED if failures else 0


def _is_large(paths: Iterable[str]) -> bool:
    """Whether the inputs are so large that it pays to find out which engine is fastest."""
    files = (file for path in map(Path, paths) for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    return any(total > LARGE for total in accumulate(file.stat().st_size for file in files))


def _day(text: str) -> date:
    """A day of the calendar, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date of the form YYYY-MM-DD") from error


def _share(text: str) -> float:
    """A number between 0 and 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _confident(results: Iterator[Extraction | Failure], least: float) -> Iterator[Extraction | Failure]:
    """Leave out what scores less than ``least``."""
    for result in results:
        yield result if isinstance(result, Failure) or not least else result.above(least)


def _with_progress(items: read.Inputs, choices: read.Options) -> Iterator[Report | Failure]:
    """Read the inputs; on a terminal show how far it has come."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        yield from read.read(progress.track(items, total=len(items), description="inputs"), choices)


def _write(results: Iterator[Extraction | Failure], stream: IO[str], model: str, *, with_text: bool) -> int:
    failures = 0
    for result in results:
        stream.write(write.dumps(write.to_dict(result, model, with_text=with_text)) + "\n")
        if isinstance(result, Failure):
            failures += 1
            sys.stderr.write(f"zhanguo: {result.source}: {result.error}\n")
    return failures


def _print(results: Iterator[Extraction | Failure]) -> int:
    console, errors = Console(), Console(stderr=True)
    if not console.is_terminal:
        console.width = 160
    failures = 0
    for result in results:
        failed = isinstance(result, Failure)
        failures += failed
        write.print_result(errors if failed else console, result)
    return failures
