"""What correcting ten reports gains: ``python benchmarks/correct_ten.py CONFIG OUT [--pool FILE] [--reports N]``.

Walks the way of docs/annotate.md with reports that no training has seen: extract with CONFIG's base, the least certain N as a Label
Studio file, corrections (the annotation of FILE stands in for the person), back, on from there with train.py. Beside it the same with N
reports by chance (by their ids' SHA-256). Prints span F1 on the reports that neither took.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from zhanguo import evaluate
from zhanguo.__main__ import main as zhanguo
from zhanguo.annotations import read_examples
from zhanguo.config import TrainConfig, read_config
from zhanguo.extract import Extractor
from zhanguo.forms.labelstudio import FROM, TO
from zhanguo.schema import LABELS, Example

CORRECTED = "corrected.jsonl"
Gold = Mapping[str, Example]


def run(*arguments: str | Path) -> None:
    """Run a command of ``zhanguo``; stop where it fails."""
    if code := zhanguo([str(argument) for argument in arguments]):
        sys.exit(code)


def extract_pool(gold: Gold, model: str, out: Path) -> Path:
    """Write the pool's texts as files, and extract from them with the model to go on from."""
    (out / "pool").mkdir(parents=True, exist_ok=True)
    for example in gold.values():
        (out / "pool" / f"{example.id}.txt").write_text(example.text, "utf-8", newline="")
    run("extract", out / "pool", "-o", out / "pool.jsonl", "--model", model)
    return out / "pool.jsonl"


def by_chance(pool: Path, count: int, chosen: Path) -> None:
    """Copy the rows of ``count`` reports, by no choice of ours."""
    rows = pool.read_text("utf-8").splitlines(keepends=True)
    rows.sort(key=lambda row: hashlib.sha256(json.loads(row)["id"].encode()).digest())
    chosen.write_text("".join(rows[:count]), "utf-8")


def correct(tasks: Path, gold: Gold, export: Path) -> set[str]:
    """Do what a person does in Label Studio: accept each task's prediction after it has been made right. Returns the reports' ids."""
    rows = json.loads(tasks.read_text("utf-8"))
    for row in rows:
        example = gold[row["data"]["report"]]
        values = [{"start": s.start, "end": s.end, "text": example.text[s.start : s.end], "labels": [s.label]} for s in example.spans]
        row["annotations"] = [{"result": [{"from_name": FROM, "to_name": TO, "type": "labels", "value": value} for value in values]}]
    export.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return {row["data"]["report"] for row in rows}


def train(config: TrainConfig, folder: Path) -> Path:
    """Run train.py on the folder's corrected reports, in place of the recipe's; the checkpoint's folder."""
    others = [path for path in config.train if path != CORRECTED]
    recipe = folder / "recipe.yaml"
    mine = replace(config, train=[str(folder / CORRECTED), *others], output=str(folder / "model"))
    recipe.write_text(yaml.safe_dump(asdict(mine), allow_unicode=True), "utf-8")
    subprocess.run([sys.executable, "train.py", str(recipe)], check=True)
    return folder / "model"


def score(model: Path, gold: list[Example]) -> dict[str, float]:
    """Span F1 by label and overall, half-precision checkpoint."""
    tagger = Extractor.from_pretrained(str(model), "torch").tagger
    predicted = [Example(e.id, e.text, tuple(tagger(e.text))) for e in gold]
    return {label: round(s.f1, 4) for label, s in evaluate.score_spans(gold, predicted).items()}


def main() -> None:
    """Walk both ways, print a table and write ``OUT/gain.json``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pool", type=Path, default=Path("seeds/corpus/a17.txt"))
    parser.add_argument("--reports", type=int, default=10)
    options = parser.parse_args()
    config = read_config(options.config, TrainConfig)
    gold = {example.id: example for example in read_examples(options.pool)}
    pool = extract_pool(gold, config.base, options.out)
    taken: set[str] = set()
    ways = {"least certain": ["--order", "uncertain", "--limit", str(options.reports)], "by chance": []}
    folders = {way: options.out / way.replace(" ", "-") for way in ways}
    for way, order in ways.items():
        folder = folders[way]
        folder.mkdir(exist_ok=True)
        by_chance(pool, len(gold) if order else options.reports, folder / "chosen.jsonl")
        run("convert", folder / "chosen.jsonl", "-o", folder / "tasks.json", *order)
        taken |= correct(folder / "tasks.json", gold, folder / "export.json")
        run("convert", folder / "export.json", "-o", folder / CORRECTED)
    rest = [example for example in gold.values() if example.id not in taken]
    scores = {"before": score(Path(config.base), rest)}
    scores |= {way: score(train(config, folder), rest) for way, folder in folders.items()}
    (options.out / "gain.json").write_text(json.dumps({"reports": len(rest), "f1": scores}, indent=2) + "\n", "utf-8")
    table = Table("model", *LABELS, "overall", box=None, pad_edge=False)
    for name, row in scores.items():
        table.add_row(name, *(f"{row[label]:.3f}" for label in (*LABELS, "overall")))
    Console().print(table)


if __name__ == "__main__":
    main()
