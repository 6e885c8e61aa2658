"""Totals of records by kind, category and base unit, without what would count twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact

from zhanguo.results import MOST_DIGITS
from zhanguo.schema import KINDS, FailureRow, Record, ReportRow

NOT_ADDED = ("trend", "indicator")
ADDED, PART, REPEATED, LEFT_OUT = STANDINGS = "records", "parts", "repeated", "left_out"
_EXACT = Context(prec=3 * MOST_DIGITS, traps=[Inexact])

Key = tuple[str, str | None, str | None]


@dataclass(slots=True)
class Total:
    """What all reports together say of one kind, category and unit.

    ``unit`` is the base unit, or the unit as written where its base is not known. ``records`` were added to ``sum``, each by the
    lower end of its range; ``ranges`` of them have an upper end, too. Left out: ``parts`` of other records, and figures ``repeated``
    within a report.
    """

    kind: str
    category: str | None
    unit: str | None
    records: int = 0
    reports: int = 0
    sum: Decimal = Decimal(0)
    ranges: int = 0
    parts: int = 0
    repeated: int = 0


@dataclass(slots=True)
class Summary:
    """The totals, how many records of the kinds that don't add up were left out, and how many inputs there were."""

    totals: list[Total]
    left_out: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NOT_ADDED, 0))
    reports: int = 0
    failures: int = 0


def summarise(results: Iterable[ReportRow | FailureRow]) -> Summary:
    """Add up the records of all reports, exactly."""
    totals: dict[Key, Total] = {}
    summary = Summary([])
    for row in results:
        if "error" in row:
            summary.failures += 1
            continue
        summary.reports += 1
        _add(summary, totals, row["records"])
    summary.totals = sorted(totals.values(), key=lambda t: (KINDS.index(t.kind), t.category or "", t.unit or ""))
    return summary


def _add(summary: Summary, totals: dict[Key, Total], records: list[Record]) -> None:
    """Add one report's records."""
    counted = set()
    for record, standing in with_standings(records):
        if standing == LEFT_OUT:
            summary.left_out[record.kind] += 1
            continue
        key = (record.kind, record.category, record.base_unit or record.unit)
        total = totals.setdefault(key, Total(*key))
        setattr(total, standing, getattr(total, standing) + 1)
        if standing == ADDED:
            counted.add(key)
            total.ranges += record.value_max is not None
            total.sum = _EXACT.add(total.sum, record.value if record.base_value is None else record.base_value)
    for key in counted:
        totals[key].reports += 1


def with_standings(records: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """Each record of one report, and how it stands to the totals: one of ``STANDINGS``.

    A figure is repeated where the report has given it before, as a part or not.
    """
    seen = set()
    for record in records:
        if record.kind in NOT_ADDED:
            yield record, LEFT_OUT
            continue
        figure = (record.kind, record.target, record.value, record.unit)
        yield record, PART if record.part_of is not None else REPEATED if figure in seen else ADDED
        seen.add(figure)
