"""Progress: how far a run is, drawn on a terminal, else as a line a minute; and what it came to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from zhanguo.schema import Extraction, Failure

EVERY = 60.0


@dataclass
class Counts:
    """What a run has done: ``reports`` includes ``failures``; ``characters`` are those of reports that were read."""

    reports: int = 0
    failures: int = 0
    records: int = 0
    characters: int = 0

    def add(self, result: Extraction | Failure) -> None:
        """Count one result."""
        self.reports += 1
        if isinstance(result, Failure):
            self.failures += 1
        else:
            self.records += len(result.records)
            self.characters += len(result.report.text)

    def __str__(self) -> str:
        return f"reports {self.reports:,}, records {self.records:,}, failures {self.failures:,}, characters {self.characters:,}"


class Watch:
    """Counts the results of a run and tells people about it on standard error.

    ``total`` is the number of inputs (each holds one report or more), ``before`` what an earlier run had done.
    """

    def __init__(self, console: Console, total: int, before: Counts | None = None, every: float = EVERY) -> None:
        self.counts, self._console, self._every = before or Counts(), console, every
        self._already = self.counts.characters
        self._begun = self._told = time.monotonic()
        columns = BarColumn(10), MofNCompleteColumn(), TextColumn("inputs: {task.description}"), TimeElapsedColumn()
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("reading", total=total)

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def see(self, result: Extraction | Failure) -> None:
        """Count a result and show it; a failure is named at once."""
        self.counts.add(result)
        if isinstance(result, Failure):
            self.say(f"{result.source}: {result.error}")
        if self._console.is_terminal:
            self._bar.update(self._task, description=f"{self.counts.reports:,} reports, {self.counts.failures:,} failures, {self._pace()}")
        elif time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            self.say(str(self))

    def reach(self, inputs: int) -> None:
        """So many inputs are behind us, or the last of them is being read."""
        self._bar.update(self._task, completed=inputs)

    def say(self, line: str) -> None:
        """Print a line on standard error."""
        self._console.print(f"zhanguo: {line}", markup=False, highlight=False, soft_wrap=True)

    def end(self) -> Counts:
        """Say what the run came to."""
        self.say(str(self))
        return self.counts

    def __str__(self) -> str:
        return f"{self.counts}, {self._pace()}"

    def _pace(self) -> str:
        return f"{(self.counts.characters - self._already) / max(time.monotonic() - self._begun, 1e-9):,.0f} characters/s"
