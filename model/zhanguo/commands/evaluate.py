"""The commands on annotated reports: ``evaluate`` scores against them, ``check`` finds their mistakes."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from zhanguo import calibration, check, evaluate, mistakes, overlap, plots
from zhanguo.annotations import AnnotationError, example_from_dict, read_examples, read_rows
from zhanguo.commands import FAILED, load, model_options
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.schema import Example, Extraction
from zhanguo.stopping import Console

# The test reports are in the repository, not in the wheel.
SEEDS = (Path("seeds/gold.jsonl"), Path(__file__).parents[3] / "seeds" / "gold.jsonl")


def add_commands(commands: Any) -> None:
    """Add the commands to the subparsers of ``zhanguo``."""
    scores = commands.add_parser("evaluate", parents=[model_options()], help="extract from annotated reports and score the result")
    scores.add_argument("gold", type=Path, metavar="GOLD", help="annotated reports, .jsonl or .txt")
    source = scores.add_mutually_exclusive_group()
    source.add_argument("--pred", type=Path, help="score this output of extract instead of extracting")
    source.add_argument("--gold-spans", action="store_true", help="give the gold's spans to the linker: scores it alone")
    scores.add_argument("--json", type=Path, help="write the scores to this file, too")
    scores.add_argument("--errors", type=Path, metavar="FILE.md", help="write every mistake to this file, for reading")
    scores.add_argument("--plots", type=Path, metavar="FOLDER", help="draw confusion of labels and reliability of scores into this folder")
    scores.set_defaults(run=_evaluate)

    checks = commands.add_parser("check", help="find mistakes in annotated files")
    checks.add_argument("files", nargs="+", type=Path, metavar="FILE", help="annotated reports, .jsonl or .txt")
    checks.add_argument("--seeds", type=Path, help="test reports that no other may share a passage with (default: the repository's)")
    checks.set_defaults(run=_check)


def _evaluate(options: argparse.Namespace) -> int:
    if options.plots:
        plots.check_installed()
    gold = list(read_examples(options.gold))
    if options.pred:
        predicted = _read_output(options.pred, gold)
    elif options.gold_spans:
        predicted = [_linked(example) for example in gold]
    else:
        extractor = load(options)
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
    if options.plots:
        plots.answers(evaluate.confuse_spans(gold, predicted), reliability, options.plots)
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
    answers = {"spans": evaluate.pooled_answers(gold, predicted), "records": evaluate.record_answers(gold, predicted)}
    return {name: calibration.reliability(*pair) for name, pair in answers.items()}


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


def _check(options: argparse.Namespace) -> int:
    gold = options.seeds or next((path for path in SEEDS if path.is_file()), None)
    seeds = overlap.Seeds(read_examples(gold) if gold else [])
    found = False
    for problem in check.check_files(options.files, seeds):
        sys.stdout.write(problem + "\n")
        found = True
    return FAILED if found else 0
