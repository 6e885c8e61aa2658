"""The command ``extract``: reports in, records out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from zhanguo import read, write
from zhanguo.chunks import ChangedInputError, Chunks, Reader
from zhanguo.commands import FAILED, load, model_options, reading_choices, reading_options
from zhanguo.engines import ENGINES
from zhanguo.extract import Extractor
from zhanguo.fingerprint import fingerprint
from zhanguo.journal import Journal, JournalError, Start, begun_with, check_folder
from zhanguo.progress import Counts, Watch
from zhanguo.run import COMPRESSED, Form, Stream, confident, resume, run
from zhanguo.schema import Failure
from zhanguo.stopping import Console

STDIN = "-"

LARGE = 10_000_000  # bytes: some minutes' work


def add_commands(commands: Any) -> None:
    """Add the command to the subparsers of ``zhanguo``."""
    extract = commands.add_parser("extract", parents=[model_options()], help="extract records from reports")
    extract.add_argument("paths", nargs="+", metavar="PATH", help="files, tables, archives, folders, URLs, or - for standard input")
    reading_options(extract)
    extract.add_argument(
        "-o", "--output", type=Path, help="write one JSON object a report to this file (.gz: compressed), or to standard output (-)"
    )
    start = extract.add_mutually_exclusive_group()
    start.add_argument(
        "--resume", dest="start", action="store_const", const=Start.RESUME, help="go on with an output that was cut off, if there is one"
    )
    start.add_argument("--overwrite", dest="start", action="store_const", const=Start.OVERWRITE, help="begin an unfinished output anew")
    extract.add_argument("--no-text", action="store_true", help="leave the report's text out of the output")
    extract.add_argument(
        "--min-score", type=_share, default=0.0, metavar="P", help="leave out spans and records with a score below P (0 to 1)"
    )
    extract.add_argument(
        "--date", type=_day, metavar="YYYY-MM-DD", help="publication date of reports that don't state theirs, or not its year"
    )
    extract.set_defaults(run=_extract, start=Start.NEW)


def _extract(options: argparse.Namespace) -> int:
    output: Path | None = options.output
    if output is None:
        return _exit_code(_print(options))
    if str(output) == STDIN:
        return _exit_code(_stream(options, sys.stdout.buffer))
    if output.exists() and not output.is_file() and not output.is_dir():  # a pipe or a device
        with output.open("wb") as stream:
            return _exit_code(_stream(options, stream))
    _check_paths(options)
    return _exit_code(_keep(options))


def _exit_code(counts: Counts) -> int:
    if counts.failures:
        sys.stderr.write(f"zhanguo: {counts.failures} of the inputs failed\n")
    return FAILED if counts.failures else 0


def _print(options: argparse.Namespace) -> Counts:
    """Print each report's records as a table."""
    console, errors, counts = Console(), Console(stderr=True), Counts()
    if not console.is_terminal:
        console.width = 160
    extractor = _load(options)
    items, reader = _reading(options)
    for result in confident(extractor.extract_all(reader(items)), options.min_score):
        counts.add(result)
        write.print_result(errors if isinstance(result, Failure) else console, result)
    return counts


def _stream(options: argparse.Namespace, stream: IO[bytes]) -> Counts:
    """Write rows to what can't be gone on with."""
    extractor, (items, reader) = _load(options), _reading(options)
    with Watch(Console(stderr=True), len(items)) as watch:
        run(extractor, Chunks(items, reader), Stream(stream), _form(options), watch)
    return watch.end()


def _keep(options: argparse.Namespace) -> Counts:
    """Write rows to a file, journalled."""
    extractor = _load(options, begun_with(options.output).get("engine") if options.start is Start.RESUME else None)
    marks = fingerprint(extractor.tagger, options.paths, _settings(options))
    with Journal(options.output, marks, options.start) as journal:
        if journal.finished:
            sys.stderr.write(f"zhanguo: {options.output} is finished already; --overwrite makes it again\n")
            return Counts()
        try:
            counts = _fill(options, extractor, journal)
        except ChangedInputError:
            raise
        except BaseException:
            how = "; go on with the same command and --resume" if STDIN not in options.paths else ""
            sys.stderr.write(f"zhanguo: unfinished: the rows so far are in {journal.part}{how}\n")
            raise
        journal.finish()
    return counts


def _fill(options: argparse.Namespace, extractor: Extractor, journal: Journal) -> Counts:
    form, (items, reader) = _form(options), _reading(options)
    chunks = Chunks(items, reader)
    with Watch(Console(stderr=True), len(items), resume(chunks, journal, form)) as watch:
        if journal.done:
            watch.say(f"going on after {watch.counts}")
        run(extractor, chunks, journal, form, watch)
    return watch.end()


def _load(options: argparse.Namespace, before: str | None = None) -> Extractor:
    """The extractor; where no engine is asked for, that of the run ``before`` if there is one, else by the size of the job."""
    if before and options.engine == "auto":
        options.engine = next((name for name in ENGINES if before.startswith(name)), "auto")
    return load(options, options.date, large=_is_large(options.paths))


def _reading(options: argparse.Namespace) -> tuple[read.Inputs, Reader]:
    return read.inputs(options.paths, options.output), partial(read.read, options=reading_choices(options))


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """The options that rows hang on, besides the model: all but these, so that a new one is not forgotten."""
    names = sorted(vars(options).keys() - {"run", "paths", "output", "start", "model", "engine", "device", "workers"})
    return {"--" + name.replace("_", "-"): getattr(options, name) for name in names}


def _form(options: argparse.Namespace) -> Form:
    return Form(options.min_score, not options.no_text, options.output.suffix == COMPRESSED)


def _check_paths(options: argparse.Namespace) -> None:
    """Refuse what would go wrong after hours: no folder to write into, an output among the inputs, standard input to resume from."""
    output: Path = options.output
    check_folder(output)
    for path in options.paths:
        if path == STDIN:
            if options.start is Start.RESUME:
                raise JournalError("standard input can't be read a second time: save it to a file, and give that from the beginning")
        elif output.exists() and Path(path).exists() and output.samefile(path):
            raise JournalError(f"{path} is to be read: write to another file")


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
