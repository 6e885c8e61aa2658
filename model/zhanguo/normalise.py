"""Normalising: from linked places to records with exact numbers, base units and categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from zhanguo import categories, numerals, outcomes, units
from zhanguo.schema import Amount, Link, Range, Record, Span

PLACES = 4
TENTH = Fraction(1, 10)
_REACH = 40
_CLAUSE_END = re.compile(r"[,，。；;：:！？\r\n]")


def normalise(text: str, links: Sequence[Link]) -> tuple[list[Record], list[str]]:
    """Turn links into records; also return warnings about numerals that could not be read.

    A link with such a numeral is left out, and ``part_of`` follows.
    """
    records: list[Record] = []
    warnings: list[str] = []
    moved: dict[int, int] = {}
    for index, link in enumerate(links):
        whole = None if link.part_of is None else moved.get(link.part_of)
        try:
            record = _record(text, link, total(text, link), whole)
        except (numerals.NumeralError, ArithmeticError) as error:
            warnings.append(f"no record for the figure at {link.quantities[0].start}: {error or type(error).__name__}")
            continue
        moved[index] = len(records)
        records.append(record)
    return records, warnings


def total(text: str, link: Link) -> Amount:
    """The amount of a link, with the qualifier of the words around it."""
    amount = total_of(text, link.quantities, link.units)
    if amount.qualifier != "exact" or amount.value_max is not None or link.qualifier is None:
        return amount
    return Amount(amount.value, None, link.qualifier)


def total_of(text: str, quantities: Sequence[Span], unit_spans: Sequence[Span | None]) -> Amount:
    """The amount of a figure; parts of a compound amount (3斤2两, 6成4) are summed in the first unit."""
    first = numerals.parse(_slice(text, quantities[0]) or "")
    unit = units.find(_slice(text, unit_spans[0]))
    value, value_max = first.value, first.value_max
    for quantity, part_unit in zip(quantities[1:], unit_spans[1:], strict=True):
        part = part_of_amount(text, quantity, part_unit, unit)
        value = numerals.EXACT.add(value, part)
        value_max = None if value_max is None else numerals.EXACT.add(value_max, part)
    return Amount(value, value_max, first.qualifier if value_max is None else "exact")


def part_of_amount(text: str, quantity: Span, part_unit: Span | None, unit: units.Unit | None) -> Decimal:
    """A further part of a compound amount, in the first unit: 2两 of 3斤, 半 of 一吨, 4 of 6成."""
    written = _slice(text, quantity) or ""
    smaller = units.find(_slice(text, part_unit))
    if smaller and unit:
        share = smaller.factor / unit.factor
    else:
        share = Fraction(1) if written == "半" else TENTH
    return units.to_decimal(Fraction(numerals.parse(written).value) * share, PLACES)


def _record(text: str, link: Link, amount: Amount, whole: int | None) -> Record:
    target = _slice(text, link.target)
    unit = _slice(text, link.units[0])
    known = units.find(unit)
    category = categories.find(target) if target else None
    low, high = _bounds(text, link, amount)
    spans = [*link.quantities, *(u for u in link.units if u), *(s for s in (link.target, link.org) if s)]
    return Record(
        kind=link.kind,
        action=_slice(text, link.action),
        target=target,
        value=amount.value,
        value_max=amount.value_max,
        qualifier=amount.qualifier,
        unit=unit,
        change=link.change,
        org=_slice(text, link.org),
        part_of=whole,
        low=low,
        high=high,
        category=category.name if category else None,
        base_value=known.to_base(amount.value) if known else None,
        base_unit=known.base if known else None,
        outcome=_outcome(text, link),
        score=round(min(span.score for span in spans) * link.share, 4),
        evidence=_evidence(link),
    )


def _bounds(text: str, link: Link, amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    """Between which values the amount lies; the last part of a compound one tells how exact it is."""
    low, high = numerals.bounds(_slice(text, link.quantities[-1]) or "", amount)
    return (_plain(low), _plain(high))


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else units.to_decimal(Fraction(value), max(0, -int(value.as_tuple().exponent)))


def _outcome(text: str, link: Link) -> str | None:
    """What became of things seized: by the verb, and by the words of its clause and the figure's, up to the figure's end."""
    if link.kind != "seizure" or link.action is None:
        return None
    figure = Range(link.quantities[0].start, link.quantities[-1].end)
    clauses = (_clause(text, place, figure.end) for place in (link.action, figure))
    return outcomes.find(_slice(text, link.action), ",".join(clauses))


def _clause(text: str, place: Range, end: int) -> str:
    """The clause around a place, up to ``end``."""
    head = _CLAUSE_END.split(text[max(0, place.start - _REACH) : place.start])[-1]
    tail = _CLAUSE_END.split(text[place.end : min(end, place.end + _REACH)])[0]
    return head + text[place.start : place.end] + tail


def _evidence(link: Link) -> dict[str, Range]:
    places: dict[str, Span | Range | None] = {
        "quantity": Range(link.quantities[0].start, link.quantities[-1].end),
        "unit": link.units[0],
        "target": link.target,
        "action": link.action,
        "org": link.org,
        "sentence": link.sentence,
    }
    return {name: Range(place.start, place.end) for name, place in places.items() if place}


def _slice(text: str, place: Span | Range | None) -> str | None:
    return text[place.start : place.end] if place else None
