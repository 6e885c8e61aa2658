"""Span F1 against corpus size: ``python benchmarks/learning_curve.py CONFIG OUT [--shares 0.125 0.25 0.5 1]``.

Trains one recipe on growing, nested shares of its reports (in the order of their ids' SHA-256, so by no choice of ours) and scores
each on the seeds and on the test part. A share whose checkpoint is there already is only scored. OUT gets ``curve.json`` and, drawn
from it, ``learning_curve.png``, which the model card of the largest share shows, too; ``--draw`` draws again without scoring.
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from zhanguo import card, evaluate, history, plots
from zhanguo.annotations import example_to_dict, read_examples
from zhanguo.config import TrainConfig, read_config
from zhanguo.extract import Extractor
from zhanguo.schema import LABELS, Example
from zhanguo.write import dumps

TESTS = {"seeds": ["seeds/gold.jsonl"], "test part": ["seeds/corpus/a07.txt", "seeds/corpus/a17.txt"]}


def shared(config: TrainConfig, share: float, folder: Path) -> TrainConfig:
    """The recipe for a share of its reports, which are written into ``folder``."""
    paths = [path for pattern in config.train for path in sorted(glob.glob(pattern))]  # noqa: PTH207  # as train.py does
    reports = [example for path in paths for example in read_examples(Path(path))]
    reports.sort(key=lambda example: hashlib.sha256(example.id.encode()).digest())
    folder.mkdir(parents=True, exist_ok=True)
    kept = reports[: round(share * len(reports))]
    (folder / "reports.jsonl").write_text("".join(dumps(example_to_dict(e)) + "\n" for e in kept), "utf-8")
    return replace(config, train=[str(folder / "reports.jsonl")], output=str(folder))


def train(config: TrainConfig, folder: Path) -> None:
    """Run train.py unless its checkpoint is there."""
    if (folder / "config.json").is_file():
        return
    recipe = folder / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(asdict(config), allow_unicode=True), "utf-8")
    subprocess.run([sys.executable, "train.py", str(recipe)], check=True)


def score(folder: Path) -> dict[str, dict[str, float]]:
    """Span F1 by label and overall, for each test set."""
    tagger = Extractor.from_pretrained(str(folder)).tagger
    found = {}
    for name, paths in TESTS.items():
        gold = [example for path in paths for example in read_examples(Path(path))]
        predicted = [Example(e.id, e.text, tuple(tagger(e.text))) for e in gold]
        found[name] = {label: round(s.f1, 4) for label, s in evaluate.score_spans(gold, predicted).items()}
    return found


def draw(out: Path) -> None:
    """Draw ``OUT/curve.json`` into OUT and into the folder of its largest share, whose card then shows it."""
    curve = json.loads((out / "curve.json").read_text("utf-8"))
    largest = out / max(curve, key=float)
    for folder in (out, largest):
        plots.learning_curve(curve, folder / plots.LEARNING_CURVE)
    card.write(history.read(largest), largest)


def main() -> None:
    """Train, score, print a table, write ``OUT/curve.json`` and draw it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.125, 0.25, 0.5, 1.0])
    parser.add_argument("--draw", action="store_true", help="only draw OUT/curve.json again")
    options = parser.parse_args()
    if options.draw:
        draw(options.out)
        return
    recipe = read_config(options.config, TrainConfig)
    curve = {}
    for share in options.shares:
        folder = options.out / f"{share:g}"
        train(shared(recipe, share, folder), folder)
        curve[f"{share:g}"] = score(folder)
    (options.out / "curve.json").write_text(json.dumps(curve, indent=2) + "\n", "utf-8")
    draw(options.out)
    table = Table("share", *(f"{name}: {label}" for name in TESTS for label in (*LABELS, "overall")), box=None, pad_edge=False)
    for share, scores in curve.items():
        table.add_row(share, *(f"{scores[name][label]:.3f}" for name in TESTS for label in (*LABELS, "overall")))
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
