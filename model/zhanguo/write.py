"""Writing: extractions as JSON lines for machines and as tables for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import simplejson
from rich.console import Console
from rich.table import Table

from zhanguo.schema import Extraction, Facts, Failure, Record

_COLUMNS = ("#", "kind", "action", "target", "value", "unit", "change", "org", "period", "part of", "score")

_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
_FACTS = ("title", "issuer", "date", "campaign")


def dumps(row: Any) -> str:
    """One line of JSON, also for tools that end lines at U+0085 or U+2028; Decimals are written digit for digit."""
    text: str = simplejson.dumps(row, ensure_ascii=False, use_decimal=True)
    return text.translate(_LINE_ENDS)


def to_dict(result: Extraction | Failure, model: str, *, with_text: bool = True) -> dict[str, Any]:
    """The output object of one report, or of one that failed."""
    if isinstance(result, Failure):
        return {"id": result.id, "source": result.source, "error": result.error}
    report = result.report
    text = report.text
    return {
        "id": report.id,
        "source": report.source,
        "chars": len(text),
        "sha256": digest(text),
        **({"text": text} if with_text else {}),
        "model": model,
        "spans": [
            {"start": s.start, "end": s.end, "label": s.label, "text": text[s.start : s.end], "score": s.score} for s in result.spans
        ],
        "facts": to_row(result.facts),
        "records": [to_row(record) for record in result.records],
        "warnings": list(result.warnings),
    }


def digest(text: str) -> str:
    """The SHA-256 of a text's UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def to_row(item: Facts | Record) -> dict[str, Any]:
    """The output object of a report's facts or of a record."""
    row = {field.name: getattr(item, field.name) for field in fields(item)}
    row["evidence"] = {name: list(place) for name, place in item.evidence.items()}
    return row


def print_result(console: Console, result: Extraction | Failure) -> None:
    """Print one report's records as a table."""
    if isinstance(result, Failure):
        console.print(f"{result.id}: error: {result.error}", style="red", markup=False)
        return
    title = f"{result.report.id}  {len(result.report.text)} characters, {len(result.records)} records"
    console.print(title, style="bold", markup=False)
    for warning in result.warnings:
        console.print(f"  warning: {warning}", style="yellow", markup=False)
    told = " · ".join(fact.replace("\n", " ") for fact in (getattr(result.facts, name) for name in _FACTS) if fact)
    if told:
        console.print(f"  {told}", markup=False)
    if result.records:
        table = Table(*_COLUMNS, box=None, pad_edge=False)
        for index, record in enumerate(result.records):
            table.add_row(*_cells(index, record))
        console.print(table)
    console.print()


def _cells(index: int, record: Record) -> Iterator[str]:
    part_of = "" if record.part_of is None else str(record.part_of)
    cells = (index, record.kind, record.action, record.target, _amount(record), record.unit, record.change, record.org, record.period)
    yield from ("" if cell is None else str(cell).replace("\n", " ").replace("[", r"\[") for cell in cells)
    yield from (part_of, f"{record.score:.2f}")


SIGNS = {"exact": "", "over": ">", "nearly": "<", "about": "~", "several": "×"}


def _amount(record: Record) -> str:
    highest = "" if record.value_max is None else f"–{_plain(record.value_max)}"
    return f"{SIGNS[record.qualifier]}{_plain(record.value)}{highest}"


def _plain(value: Decimal) -> str:
    return f"{value:f}"
