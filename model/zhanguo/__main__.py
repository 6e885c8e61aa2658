"""The command ``zhanguo``: extract records, evaluate them, check annotated files; ``outputs`` adds what works on results."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from zhanguo import __version__, calibration, check, evaluate, mistakes, outputs, overlap, read, write
from zhanguo.annotations import AnnotationError, example_from_dict, read_examples, read_rows
from zhanguo.extract import Extractor
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.results import ResultError
from zhanguo.schema import Example, Extraction, Failure, Report
from zhanguo.tagger import ModelError

FAILED, WRONG_USE = 1, 2
# The test reports are in the repository, not in the wheel.
SEEDS = (Path("seeds/gold.jsonl"), Path(__file__).parents[2] / "seeds" / "gold.jsonl")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 where an input failed, 2 where nothing could be done."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (ModelError, AnnotationError, ResultError, OSError) as error:
        sys.stderr.write(f"zhanguo: {error}\n")
        return WRONG_USE
    except KeyboardInterrupt:
        sys.stderr.write("zhanguo: interrupted\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhanguo", description="Read Chinese enforcement reports; give back records.")
    parser.add_argument("--version", action="version", version=f"zhanguo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", help="a model folder or hub name (default: the one shipped)")
    model.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto", help="what runs the network")
    model.add_argument("--device", help="cpu or cuda, for the torch engine")

    extract = commands.add_parser("extract", parents=[model], help="extract records from reports")
    extract.add_argument("paths", nargs="+", metavar="PATH", help="files, folders, or - for standard input")
    extract.add_argument("-o", "--output", type=Path, help="write one JSON object a report to this file")
    extract.add_argument("--no-text", action="store_true", help="leave the report's text out of the output")
    extract.add_argument(
        "--min-score", type=_share, default=0.0, metavar="P", help="leave out spans and records with a score below P (0 to 1)"
    )
    extract.add_argument(
        "--date", type=_day, metavar="YYYY-MM-DD", help="publication date of reports that don't state theirs, or not its year"
    )
    extract.set_defaults(run=_extract)

    scores = commands.add_parser("evaluate", parents=[model], help="extract from annotated reports and score the result")
    scores.add_argument("gold", type=Path, metavar="GOLD", help="annotated reports, .jsonl or .txt")
    source = scores.add_mutually_exclusive_group()
    source.add_argument("--pred", type=Path, help="score this output of extract instead of extracting")
    source.add_argument("--gold-spans", action="store_true", help="give the gold's spans to the linker: scores it alone")
    scores.add_argument("--json", type=Path, help="write the scores to this file, too")
    scores.add_argument("--errors", type=Path, metavar="FILE.md", help="write every mistake to this file, for reading")
    scores.set_defaults(run=_evaluate)

    checks = commands.add_parser("check", help="find mistakes in annotated files")
    checks.add_argument("files", nargs="+", type=Path, metavar="FILE", help="annotated reports, .jsonl or .txt")
    checks.add_argument("--seeds", type=Path, help="test reports that no other may share a passage with (default: the repository's)")
    checks.set_defaults(run=_check)

    outputs.add_commands(commands)
    return parser


def _check(options: argparse.Namespace) -> int:
    gold = options.seeds or next((path for path in SEEDS if path.is_file()), None)
    seeds = overlap.Seeds(read_examples(gold) if gold else [])
    found = False
    for problem in check.check_files(options.files, seeds):
        sys.stdout.write(problem + "\n")
        found = True
    return FAILED if found else 0


def _extract(options: argparse.Namespace) -> int:
    extractor = Extractor.from_pretrained(options.model, options.engine, options.device, options.date)
    items = read.inputs(options.paths)
    if options.output:
        with options.output.open("w", encoding="utf-8", newline="\n") as stream:
            results = _confident(extractor.extract_all(_with_progress(items)), options.min_score)
            failures = _write(results, stream, extractor.tagger.name, with_text=not options.no_text)
    else:
        failures = _print(_confident(extractor.extract_all(read.read(items)), options.min_score))
    if failures:
        sys.stderr.write(f"zhanguo: {failures} of the inputs failed\n")
    return FAILED if failures else 0


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


def _with_progress(items: list[read.Input]) -> Iterator[Report | Failure]:
    """Read the inputs; on a terminal show how far it has come."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        yield from progress.track(read.read(items), total=len(items), description="reports")


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


def _evaluate(options: argparse.Namespace) -> int:
    gold = list(read_examples(options.gold))
    if options.pred:
        predicted = _read_output(options.pred, gold)
    elif options.gold_spans:
        predicted = [_linked(example) for example in gold]
    else:
        extractor = Extractor.from_pretrained(options.model, options.engine, options.device)
        predicted = [_predicted(extractor(example.text, example.id)) for example in gold]
    scores = {
        "spans": evaluate.score_spans(gold, predicted),
        "records": evaluate.score_records(gold, predicted),
        "fields": mistakes.score_fields(gold, predicted),
        "patterns": mistakes.score_patterns(gold, predicted),
    }
    if options.errors:
        options.errors.write_text(mistakes.describe(gold, predicted), "utf-8")
    _print_scores(scores)
    reliability = {} if options.gold_spans else _reliability(gold, predicted)
    _print_reliability(reliability)
    if options.json:
        rows: dict[str, Any] = {name: {key: score.as_dict() for key, score in part.items()} for name, part in scores.items()}
        rows["reliability"] = {name: [asdict(b) for b in bins] for name, bins in reliability.items()}
        options.json.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    return _cross_check(gold, predicted, scores["spans"]["overall"])


def _linked(example: Example) -> Example:
    records, _ = normalise(example.text, link(example.text, example.spans))
    return Example(example.id, example.text, example.spans, tuple(records))


def _predicted(result: Extraction) -> Example:
    return Example(result.report.id, result.report.text, result.spans, result.records)


def _read_output(path: Path, gold: list[Example]) -> list[Example]:
    """Read extract's output (or annotated reports); an id that failed counts as nothing found."""
    texts = {example.id: example.text for example in gold}
    predicted = []
    for row in read_rows(path):
        if "error" in row:
            continue
        example = example_from_dict({"text": texts.get(str(row.get("id")), ""), **row})
        if texts.get(example.id, example.text) != example.text:
            raise AnnotationError(f"{path}: the text of {example.id!r} differs from the gold's; offsets would not agree")
        predicted.append(example)
    return predicted


def _print_scores(scores: dict[str, dict[str, evaluate.Score]]) -> None:
    console = Console()
    for name, part in scores.items():
        if not part:
            continue
        table = Table(name, "precision", "recall", "F1", "correct", "predicted", "gold", box=None, pad_edge=False)
        for key, score in part.items():
            rates = (f"{rate:.4f}" for rate in (score.precision, score.recall, score.f1))
            table.add_row(key, *rates, *map(str, (score.correct, score.predicted, score.gold)))
        console.print(table)
        console.print()


def _reliability(gold: list[Example], predicted: list[Example]) -> dict[str, list[calibration.Bin]]:
    """How often answers of a score are right, for spans and for records."""
    by_label = evaluate.span_answers(gold, predicted).values()
    spans = [score for scores, _ in by_label for score in scores], [right for _, rights in by_label for right in rights]
    return {"spans": calibration.reliability(*spans), "records": calibration.reliability(*evaluate.record_answers(gold, predicted))}


def _print_reliability(reliability: dict[str, list[calibration.Bin]]) -> None:
    console = Console()
    for name, bins in reliability.items():
        table = Table(f"{name}: score", "answers", "mean score", "right", box=None, pad_edge=False)
        for b in bins:
            table.add_row(f"{b.low:.2f} to {b.high:.2f}", str(b.count), f"{b.score:.3f}", f"{b.right:.3f}")
        console.print(table)
        console.print(f"expected calibration error {calibration.expected_calibration_error(bins):.4f}\n")


def _cross_check(gold: list[Example], predicted: list[Example], ours: evaluate.Score) -> int:
    """With seqeval installed, its strict IOB2 score must be the same as ours."""
    theirs = evaluate.seqeval_f1(gold, predicted)
    if theirs is None or abs(theirs - ours.f1) < 1e-9:
        return 0
    sys.stderr.write(f"zhanguo: seqeval gives F1 {theirs:.6f}, we give {ours.f1:.6f}\n")
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
