"""The nouns of zhanguo: small frozen types that every other module shares. Imports nothing of ours.

All offsets are code points of the report's text, half-open: ``text[start:end]`` is the thing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

LABELS = ("ORG", "TARGET", "QUANTITY", "UNIT")

KINDS = (
    "seizure",
    "case",
    "person",
    "disruption",
    "inspection",
    "deployment",
    "outreach",
    "service",
    "trend",
    "indicator",
)
QUALIFIERS = ("exact", "over", "nearly", "about", "several")
CHANGES = ("up", "down")


class Range(NamedTuple):
    """A stretch of the text, half-open, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Report:
    """One decoded input. ``warnings`` names what was odd about its bytes."""

    id: str
    source: str
    text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no report, and why."""

    id: str
    source: str
    error: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of text; ``score`` is the tagger's probability, 1.0 for gold."""

    start: int
    end: int
    label: str
    score: float = field(default=1.0, compare=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a numeral says: ``value`` (a range's lower end), ``value_max`` (its upper end), ``qualifier``."""

    value: Decimal
    value_max: Decimal | None = None
    qualifier: str = "exact"


@dataclass(frozen=True, slots=True)
class Link:
    """One statement about one quantity, still as places in the text.

    ``quantities`` and ``units`` run parallel and hold more than one pair only for a compound amount
    (3斤2两, 一吨半). ``part_of`` is the index of another link of the same report. ``share`` is the probability of the kind
    and the organisation together.
    """

    kind: str
    quantities: tuple[Span, ...]
    units: tuple[Span | None, ...]
    target: Span | None
    action: Range | None
    org: Span | None
    change: str | None
    qualifier: str | None
    part_of: int | None
    sentence: Range
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Record:
    """One figure of enforcement work, as ``annotation.md`` section 5 defines its fields.

    ``low`` and ``high`` bound what the words allow (50余: 50 to 60; 近500: up to 500), None where that is open. ``period`` is the
    ISO 8601 interval of days that the figure covers (``2019-01-01/2019-05-31``, ``..`` for an end that is open or not told), None
    where the text and the publication date don't tell it; ``evidence["period"]`` is the expression all the same.
    """

    kind: str
    action: str | None
    target: str | None
    value: Decimal
    value_max: Decimal | None
    qualifier: str
    unit: str | None
    change: str | None
    org: str | None
    part_of: int | None
    low: Decimal | None = None
    high: Decimal | None = None
    category: str | None = None
    base_value: Decimal | None = None
    base_unit: str | None = None
    period: str | None = None
    score: float = 1.0
    evidence: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """An annotated report. ``records`` is None where only spans were annotated."""

    id: str
    text: str
    spans: tuple[Span, ...]
    records: tuple[Record, ...] | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for a whole report; each None when not stated, ``evidence`` has the places in the text.

    ``issuer`` is the issuing organisation, ``date`` the day of publication (``2019-06-20``), None where its year can't be told, without
    evidence where only the caller named it. The others are as written.
    """

    title: str | None = None
    issuer: str | None = None
    date: str | None = None
    campaign: str | None = None
    evidence: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one report."""

    report: Report
    spans: tuple[Span, ...]
    records: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)

    def above(self, least: float) -> Extraction:
        """Leave out spans and records that score less; ``part_of`` follows, null where the whole is left out."""
        kept = [number for number, record in enumerate(self.records) if record.score >= least]
        moved = {number: place for place, number in enumerate(kept)}
        records = (self.records[number] for number in kept)
        return replace(
            self,
            spans=tuple(span for span in self.spans if span.score >= least),
            records=tuple(replace(r, part_of=None if r.part_of is None else moved.get(r.part_of)) for r in records),
        )
