"""Peak memory of ``zhanguo extract`` at 1,000 and at 100,000 reports: ``python benchmarks/memory.py [--reports 1000 100000]``.

The tiny model shows whether memory grows with the number of reports; the shipped one, on the smaller number, how much is needed at all.
Memory is the resident set of the process and its children together, sampled every 20 ms, or the highest of one of them as the kernel
counts it, whichever is more. Needs ``psutil``, which comes with the extra ``train``. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from toy_model import made_up, make_model, write_reports

MEGABYTE = 1 << 20
KILOBYTE = 1 if sys.platform == "darwin" else 1 << 10  # the unit of ru_maxrss
EVERY = 0.02


def peak(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Run a command; its peak memory in megabytes and its seconds."""
    begun, most = time.monotonic(), 0
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            most = max(most, resident(watched))
            time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return max(most, usage.ru_maxrss * KILOBYTE) / MEGABYTE, time.monotonic() - begun


def resident(process: psutil.Process) -> int:
    """The resident sets of a process and all below it, in bytes; pages they share count for each."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.Error:  # it has just ended
        pass
    return total


def extract(folder: Path, source: str, *options: str) -> tuple[float, float]:
    """Extract from a folder or file of made-up reports."""
    result = peak([sys.executable, "-m", "zhanguo", "extract", source, "-o", "out.jsonl", *options], folder)
    (folder / "out.jsonl").unlink()
    return result


def write_lines(path: Path, reports: int) -> None:
    """Write made-up reports as JSON lines."""
    with path.open("w", encoding="utf-8") as stream:
        for number, text in enumerate(short(reports)):
            stream.write(json.dumps({"id": f"{number:06}", "text": text}, ensure_ascii=False) + "\n")


def short(reports: int) -> Iterator[str]:
    """Reports of a sentence, most of them without a figure, so that a hundred thousand don't take all day."""
    figures = made_up(reports, sentences=1)
    for number in range(reports):
        yield next(figures) if number % 10 == 0 else f"第{number}号简报：民警走访群众。"


def write_files(folder: Path, reports: int) -> None:
    """Write made-up reports as text files."""
    write_reports(folder, short(reports))


WRITERS = {"files": write_files, "lines": write_lines}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, nargs=2, default=(1_000, 100_000), metavar="N")
    parser.add_argument("--kinds", nargs="+", choices=tuple(WRITERS), default=list(WRITERS))
    options = parser.parse_args()
    print("| model | reports | MB | seconds |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_model(folder / "toy")
        for kind in options.kinds:
            most = []
            for count in options.reports:
                source = f"{kind}-{count}" + (".jsonl" if kind == "lines" else "")
                WRITERS[kind](folder / source, count)
                megabytes, seconds = extract(folder, source, "--model", "toy")
                most.append(megabytes)
                print(f"| tiny | {count:,} {kind} | {megabytes:.0f} | {seconds:.0f} |", flush=True)
            print(f"| tiny | ratio, {kind} | {most[1] / most[0]:.3f} | |")
            source = f"{kind}-{options.reports[0]}" + (".jsonl" if kind == "lines" else "")
            megabytes, seconds = extract(folder, source)
            print(f"| shipped | {options.reports[0]:,} {kind} | {megabytes:.0f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
