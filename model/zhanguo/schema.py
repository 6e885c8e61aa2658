"""The nouns of zhanguo: small frozen types that every other module shares. Imports nothing of ours.

All offsets are code points of the report's text, half-open: ``text[start:end]`` is the thing itself. What is written out says
in ``Annotated`` what each field means, and which values it takes with what meaning; ``zhanguo schema`` prints that.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, NamedTuple, NotRequired, TypedDict, final

LABEL_MEANINGS = {
    "ORG": "an organisation",
    "TARGET": "what a quantity counts or measures",
    "QUANTITY": "a numeral",
    "UNIT": "its unit or measure word",
}
KIND_MEANINGS = {
    "seizure": "things or money taken",
    "case": "cases opened, solved, closed",
    "person": "people caught, held, punished, prosecuted",
    "disruption": "gangs, dens and networks broken",
    "inspection": "things checked, hazards found and put right",
    "deployment": "effort: people sent out, teams set up, meetings and actions held",
    "outreach": "publicity",
    "service": "help to people",
    "trend": "the change of an indicator",
    "indicator": "the level of an indicator",
}
QUALIFIER_MEANINGS = {
    "exact": "the number as it stands",
    "over": "more than that (余, 多, 超, 以上)",
    "nearly": "not quite that (近, 不到)",
    "about": "more or less that (约, 左右)",
    "several": "some times that (数十: value 10)",
}
CHANGE_MEANINGS = {"up": "a rise", "down": "a fall"}
OUTCOME_MEANINGS = {
    "seized": "taken by the agency",
    "found": "found, dug out, searched out",
    "surrendered": "handed in",
    "destroyed": "destroyed",
}
EVIDENCE_MEANINGS = {
    "quantity": "the numeral",
    "unit": "the unit",
    "target": "the thing counted",
    "action": "the verb",
    "org": "the acting organisation",
    "sentence": "the sentence that the numeral stands in",
    "period": "the words for the time",
}
FACT_MEANINGS = {"title": "the title", "issuer": "the organisation", "date": "the date", "campaign": "the name"}
LABELS, KINDS, QUALIFIERS = tuple(LABEL_MEANINGS), tuple(KIND_MEANINGS), tuple(QUALIFIER_MEANINGS)
CHANGES, OUTCOMES = tuple(CHANGE_MEANINGS), tuple(OUTCOME_MEANINGS)


class Range(NamedTuple):
    """A stretch of the text, half-open, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Report:
    """One decoded input. ``warnings`` names what was odd about its bytes, ``date`` is the publication date that came beside the text."""

    id: str
    source: str
    text: str
    warnings: tuple[str, ...] = ()
    date: datetime.date | None = None


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
    (3斤2两, 一吨半). ``part_of`` is the index of another link of the same report. ``share`` is the probability of the kind,
    the target and the organisation together.
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

    ``low`` and ``high`` bound what the words allow (50余: 50 to 60; 近500: up to 500), None where that is open. ``outcome``
    is what became of things seized, None for other kinds. ``period`` is the ISO 8601 interval of days that the figure covers
    (``2019-01-01/2019-05-31``, ``..`` for an end that is open or not told), None where the text and the publication date don't
    tell it; ``evidence["period"]`` is the expression all the same.
    """

    kind: Annotated[str, "what sort of statement the figure is", KIND_MEANINGS]
    action: Annotated[str | None, "the verb, as written"]
    target: Annotated[str | None, "what is counted or measured, as written"]
    value: Annotated[Decimal, "the number (6.55万: 65500), a range's lower end"]
    value_max: Annotated[Decimal | None, "a range's upper end"]
    qualifier: Annotated[str, "how exact the number is", QUALIFIER_MEANINGS]
    unit: Annotated[str | None, "the unit or measure word, as written"]
    change: Annotated[str | None, "for a trend: its direction", CHANGE_MEANINGS]
    org: Annotated[str | None, "the acting organisation, as written"]
    part_of: Annotated[int | None, "number (from 0) of the record of the same report that this one is part of: don't add the two"]
    low: Annotated[Decimal | None, "the least that the words allow, null where that is open"] = None
    high: Annotated[Decimal | None, "the most that the words allow, null where that is open"] = None
    category: Annotated[str | None, "what kind of thing, person or place the target names"] = None
    base_value: Annotated[Decimal | None, "the value in the base unit"] = None
    base_unit: Annotated[str | None, "the base unit: kg, L, m, piece, person, case, CNY …"] = None
    outcome: Annotated[str | None, "for a seizure: what became of the things", OUTCOME_MEANINGS] = None
    period: Annotated[str | None, "the days that the figure covers, an ISO 8601 interval; null where they can't be told"] = None
    score: Annotated[float, "probability that the record is right"] = 1.0
    evidence: Annotated[Mapping[str, Range], "places in the text that say so", EVIDENCE_MEANINGS] = field(default_factory=dict)


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

    title: Annotated[str | None, "the report's title"] = None
    issuer: Annotated[str | None, "the issuing organisation"] = None
    date: Annotated[str | None, "the day of publication, ISO 8601"] = None
    campaign: Annotated[str | None, "the campaign's name"] = None
    evidence: Annotated[Mapping[str, Range], "places in the text that say so", FACT_MEANINGS] = field(default_factory=dict)


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


class SpanRow(TypedDict):
    """A labelled stretch of the text, as it is written out."""

    start: Annotated[int, "where it begins"]
    end: Annotated[int, "where it ends, exclusive"]
    label: Annotated[str, "what it is", LABEL_MEANINGS]
    text: Annotated[str, "the stretch itself"]
    score: Annotated[float, "probability that it is right"]


@final
class ReportRow(TypedDict):
    """What was read out of one report, as it is written out: one line of the output."""

    id: Annotated[
        str, "the file's name without its suffix, or its path where names clash; of a table's row its own id, or its number behind that"
    ]
    source: Annotated[str, "the file as it was named, with the row of a table or the path in an archive behind"]
    chars: Annotated[int, "length of the text in code points"]
    sha256: Annotated[str, "SHA-256 of the text in UTF-8"]
    text: NotRequired[Annotated[str, "the text that all offsets refer to; not there with --no-text"]]
    model: Annotated[str, "what read the report, with its version"]
    spans: Annotated[list[SpanRow], "labelled stretches of the text"]
    facts: Annotated[Facts, "what holds for the whole report"]
    records: Annotated[list[Record], "the figures, in the order of their numerals in the text"]
    warnings: Annotated[list[str], "what was odd about the file or its figures"]


@final
class FailureRow(TypedDict):
    """An input that gave no report, as it is written out."""

    id: Annotated[
        str, "the file's name without its suffix, or its path where names clash; of a table's row its own id, or its number behind that"
    ]
    source: Annotated[str, "the file as it was named, with the row of a table or the path in an archive behind"]
    error: Annotated[str, "why it could not be read"]
