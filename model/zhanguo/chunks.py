"""Chunks: the reports of a run in fixed portions, always the same for the same inputs, and a way past those that are done.

A chunk ends after 64 reports or a million characters, whichever comes first: that much is held in memory, tagged together and
lost at most when a run is cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from zhanguo import write
from zhanguo.journal import Chunk
from zhanguo.read import Input
from zhanguo.schema import Failure, Report

REPORTS, CHARACTERS = 64, 1_000_000
Reader = Callable[[Iterable[Input]], Iterable[Report | Failure]]


class ChangedInputError(RuntimeError):
    """Inputs are no longer what they were when a run began; the message names the first."""


class Portion(NamedTuple):
    """The reports of a chunk, and where it ends: inputs begun, reports taken of the last of them, seal of those it is made from."""

    reports: list[Report | Failure]
    inputs: int
    within: int
    seal: str


class Chunks:
    """Iterates over the chunks of inputs, which ``read`` reads one after the other; ``skip`` first, to leave out those done."""

    def __init__(self, items: Iterable[Input], read: Reader) -> None:
        self._items, self._read = iter(items), read
        self._reports: Iterator[Report | Failure] = iter(())
        self._open: list[Input] = []  # the input that is being read
        self._begun = self._within = 0

    def __iter__(self) -> Iterator[Portion]:
        while True:
            inputs = [*self._open]
            reports = list(self._take(inputs))
            if not reports:
                return
            yield Portion(reports, self._begun, self._within, seal(inputs))

    def skip(self, done: Sequence[Chunk], rows: Callable[[int], bytes]) -> None:
        """Go past the chunks done before. Files are not read again where their size and time are as they were.

        ``rows`` gives the rows of a chunk, to which its inputs are compared where they aren't. Raises ChangedInputError.
        """
        for number, chunk in enumerate(done):
            begun = list(islice(self._items, chunk.inputs - self._begun))
            if seal([*self._open, *begun]) != chunk.seal:
                again = chain(islice(self._reports_of(self._open), self._within, None), self._reports_of(begun))
                _compare(islice(again, chunk.reports), rows(number))
            self._open = begun[-1:] or self._open
            self._begun, self._within = chunk.inputs, chunk.within
        self._reports = islice(self._reports_of(self._open), self._within, None)

    def _take(self, inputs: list[Input]) -> Iterator[Report | Failure]:
        """The reports of one chunk; adds the inputs begun for it to ``inputs``."""
        reports = characters = 0
        while reports < REPORTS and characters < CHARACTERS:
            report = next(self._reports, None)
            if report is not None:
                reports += 1
                characters += len(report.text) if isinstance(report, Report) else 0
                self._within += 1
                yield report
                continue
            self._open = list(islice(self._items, 1))
            if not self._open:
                return
            inputs += self._open
            self._begun, self._within = self._begun + 1, 0
            self._reports = self._reports_of(self._open)

    def _reports_of(self, items: Iterable[Input]) -> Iterator[Report | Failure]:
        """The reports of inputs; whatever an input does to the reader, the others go on."""
        for item in items:
            try:
                yield from self._read([item])
            except Exception as error:
                yield Failure(item.id, item.source, f"{type(error).__name__}: {error}")


def seal(items: Iterable[Input]) -> str:
    """A hash over names, sizes and times of inputs: equal as long as nobody touches them. What is no local file has only its name."""
    digest = hashlib.sha256()
    for item in items:
        try:
            stat = Path(item.source).stat()
        except (OSError, ValueError):
            told: tuple[str | int, ...] = (item.id, item.source)
        else:
            told = (item.id, item.source, stat.st_size, stat.st_mtime_ns)
        digest.update(json.dumps(told).encode())
    return digest.hexdigest()[:16]


def _compare(reports: Iterable[Report | Failure], rows: bytes) -> None:
    """Raise ChangedInputError unless reports are those that the rows were made from; of a row that failed only the id is known."""
    reports = iter(reports)
    for line in rows.splitlines():
        row, report = json.loads(line), next(reports, None)
        same = report is not None and report.id == row["id"] and report.source == row["source"]
        if same and "sha256" in row:
            same = isinstance(report, Report) and write.digest(report.text) == row["sha256"]
        if not same:
            raise ChangedInputError(f"{row['source']} (report {row['id']}) is not what it was when the run began")
