"""Kills ``zhanguo extract`` with SIGKILL at random moments and resumes it: ``python benchmarks/soak.py [--kills 50] [--seed 1]``.

Every finished output must be, byte for byte, that of a run that nobody disturbed. A third of the kills come at any time after the start, a
third at any time after the first row, a third just when the file of rows grows, before the journal vouches for it. Takes the tiny model, so
that most of the time goes into what is tested. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from toy_model import made_up, make_model, write_reports


@dataclass
class Soak:
    """A folder with a model and inputs, the output that is right, and what has happened."""

    folder: Path
    reports: int
    name: str = "out.jsonl"
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        make_model(self.folder / "toy")
        write_reports(self.folder / "in", made_up(self.reports))
        (self.folder / "in" / "binary.bin").write_bytes(bytes(range(256)))  # a failure, too, has its row
        self.out = self.folder / self.name
        begun = time.monotonic()
        self._start().wait()
        self.took = time.monotonic() - begun
        self.right = self.out.read_bytes()
        self.out.unlink()

    def kill(self, random: Random) -> None:
        """Start or go on, and kill it; where it ends before that, compare and begin anew."""
        process, moment = self._start(), random.choice((self._any_time, self._at_work, self._growing))
        moment(process, random)
        if process.poll() is not None:
            self.check(process)
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._look()

    def _any_time(self, process: subprocess.Popen[bytes], random: Random) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, self.took))

    def _at_work(self, process: subprocess.Popen[bytes], random: Random) -> None:
        self._wait_while(process, lambda: self._size() == 0)
        with suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, self.took / 2))

    def _growing(self, process: subprocess.Popen[bytes], random: Random) -> None:
        for _ in range(random.randint(1, 3)):
            before = self._size()
            self._wait_while(process, lambda before=before: self._size() <= before)

    def _wait_while(self, process: subprocess.Popen[bytes], same: Callable[[], bool]) -> None:
        while process.poll() is None and same():
            time.sleep(0.0005)

    def _size(self) -> int:
        """The bytes of the unfinished file, 0 where there is none."""
        part = self._beside(".part")
        try:
            return part.stat().st_size
        except OSError:
            return 0

    def check(self, process: subprocess.Popen[Any] | None = None) -> None:
        """Let it end, and compare what it wrote."""
        process = process or self._start()
        code = process.wait()
        expected = {0, 1} if self.finished else {1}  # 1 for the failure; 0 where there was nothing left to do
        if code not in expected or self.out.read_bytes() != self.right:
            raise SystemExit(f"{self.name} is not that of an undisturbed run, or its exit code {code} is not in {expected}")
        left = sorted(path.name for path in self.folder.iterdir() if path.name not in (self.name, "in", "toy"))
        if left:
            raise SystemExit(f"left behind: {left}")
        self.out.unlink()
        self.seen["outputs compared, all right"] += 1

    def _start(self) -> subprocess.Popen[bytes]:
        self.finished = self.out.exists()
        arguments = ["extract", "in", "--model", "toy", "-o", self.name, "--resume"]
        command = [sys.executable, "-m", "zhanguo", *arguments]
        return subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL, start_new_session=True)

    def _look(self) -> None:
        """Count in what state the kill left the files."""
        self.seen["kills"] += 1
        if self.out.exists():
            self.seen["kills after the output was finished"] += 1
            return
        if not self._beside(".journal").exists():
            self.seen["kills before the journal was begun"] += 1
            return
        whole = [json.loads(line) for line in self._beside(".journal").read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n")]
        part = self._beside(".part")
        self.seen["kills between chunks" if whole else "kills before the first chunk"] += 1
        if part.exists() and part.stat().st_size > (whole[-1]["length"] if whole else 0):
            self.seen["of these with rows to cut off"] += 1

    def _beside(self, ending: str) -> Path:
        return self.folder / f".{self.name}{ending}"


def soak(folder: Path, kills: int, seed: int, reports: int, name: str = "out.jsonl") -> Counter[str]:
    """Kill until it has been done ``kills`` times, then let it end; raises SystemExit for an output that is wrong."""
    it, random = Soak(folder, reports, name), Random(seed)  # noqa: S311
    while it.seen["kills"] < kills:
        it.kill(random)
    it.check()
    return it.seen


def main() -> None:
    """Soak and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reports", type=int, default=1500)
    parser.add_argument("--gz", action="store_true", help="write compressed output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = soak(Path(folder), options.kills, options.seed, options.reports, "out.jsonl.gz" if options.gz else "out.jsonl")
    print(f"seed {options.seed}, reports {options.reports}")
    for what, times in seen.items():
        print(f"{what}: {times}")


if __name__ == "__main__":
    main()
