"""Fuzz the whole way for long: bytes, a toy tagger's spans, rows, read back. The cases and what must hold stand in ``tests/fuzzing.py``.

Run: ``python benchmarks/fuzz.py LOG [--chunks 500] [--cases 2000] [--first 0] [--workers 2]``; needs ``'.[dev]'``.

A chunk is one seed's run of that many cases. LOG receives a JSON line a chunk: its seed, how many cases ran, and the smallest case that
fails, if one does. Started again with the same LOG it goes on with the chunks that are not there yet. ``--seed N`` runs one
chunk and shows its failure in full.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import traceback
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fuzzing import CASES, Case, check


def run_chunk(number: int, cases: int) -> dict[str, Any]:
    """Run one seed's cases; its row for the log."""
    row: dict[str, Any] = {"seed": number, "cases": 0, "records": 0, "version": version()}
    with tempfile.TemporaryDirectory() as folder:

        @seed(number)
        @settings(
            max_examples=cases, deadline=None, database=None, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck)
        )
        @given(CASES)
        def run(case: Case) -> None:
            row["cases"] += 1
            row["records"] += len(check(case, Path(folder)).get("records", ()))

        try:
            run()
        except Exception as error:  # a finding; the other chunks go on
            row["failure"] = "".join([*traceback.format_exception_only(error), *getattr(error, "__notes__", ())])[-2000:]
    return row


def version() -> str:
    """The commit that is tested, with a plus sign where the working tree differs."""
    result = subprocess.run(["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False)  # noqa: S607
    return result.stdout.strip()


def main() -> int:
    """Run what the log does not hold yet; 1 where a case failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first chunk's seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, help="run only this seed's chunk")
    options = parser.parse_args()
    if options.seed is not None:
        print(json.dumps(run_chunk(options.seed, options.cases), ensure_ascii=False, indent=2))
        return 0
    done = {json.loads(line)["seed"] for line in options.log.read_text("utf-8").splitlines()} if options.log.exists() else set()
    seeds = [number for number in range(options.first, options.first + options.chunks) if number not in done]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the workers end, too
    with Pool(options.workers, signal.signal, (signal.SIGTERM, signal.SIG_DFL)) as pool, options.log.open("a", encoding="utf-8") as log:
        for row in pool.imap_unordered(partial(run_chunk, cases=options.cases), seeds):
            log.write(json.dumps(row, ensure_ascii=False) + "\n")
            log.flush()
    rows = [json.loads(line) for line in options.log.read_text("utf-8").splitlines()]
    failures = [row for row in rows if "failure" in row]
    print(f"{sum(row['cases'] for row in rows)} cases, {sum(row['records'] for row in rows)} records, {len(failures)} seeds with a failure")
    for row in failures:
        print(f"seed {row['seed']}: {row['failure']}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
