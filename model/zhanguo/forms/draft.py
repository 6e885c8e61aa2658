"""What readers of forms give and writers take: reports as a tool wrote them, and reports with their spans settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from zhanguo.schema import Example, Record

CODE_POINTS, UTF_16 = "code-points", "utf-16"
UNITS = (CODE_POINTS, UTF_16)


class Place(NamedTuple):
    """Where a report stands in a file: its number there, from 1, of ``kind`` (line, report, task)."""

    path: Path
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.path}, {self.kind} {self.number}"

    @property
    def id(self) -> str:
        """An id for a report that has none of its own."""
        return f"{self.path.stem}-{self.number}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A span as a tool wrote it, half-open, in the tool's units; nothing of it is checked. ``text`` is None where it doesn't say."""

    start: Any
    end: Any
    label: Any
    text: str | None = None
    score: float = 1.0

    def __str__(self) -> str:
        said = "" if self.text is None else f" {self.text!r}"
        return f"span {self.start}:{self.end} {self.label}{said}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as a tool wrote it.

    ``units`` are those that the tool may count in, its usual one first; ``stated`` is the one that the file names.
    ``carriage_returns`` are places in the original text that had one and were taken out for the tool. ``model`` made the spans; None:
    people did. ``remarks`` say what is not carried over.
    """

    id: str
    text: str | None
    marks: tuple[Mark, ...]
    records: tuple[Record, ...] | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    units: tuple[str, ...] = (CODE_POINTS,)
    stated: str | None = None
    carriage_returns: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """A report with checked spans; ``model`` as in ``Draft``, ``remarks`` for the user."""

    example: Example
    model: str | None = None
    remarks: tuple[str, ...] = ()
