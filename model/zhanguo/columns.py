"""The table of records that every format holds: its columns, and the cells of one record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simplejson

from zhanguo.fields import Field, fields_of
from zhanguo.schema import EVIDENCE_MEANINGS, Facts, FailureRow, Range, Record, ReportRow

Cell = str | int | float | Decimal | None
TEXT, INTEGER, DECIMAL, NUMBER, JSON = "text", "integer", "decimal", "number", "json"
_TYPES = {str: TEXT, int: INTEGER, Decimal: DECIMAL, float: NUMBER}
_APART = ("text", "spans", "facts", "records", "evidence")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``type`` is one of text, integer, decimal, number (a float), json (a list or an object, as JSON text)."""

    name: str
    type: str
    description: str


def _column(field: Field) -> Column:
    return Column(field.name, _TYPES.get(field.type, JSON), field.description)


def _evidence(name: str, meaning: str) -> tuple[Column, Column, Column]:
    return (
        Column(f"{name}_text", TEXT, f"evidence, quoted: {meaning}"),
        Column(f"{name}_start", INTEGER, "where that begins in the text, in code points"),
        Column(f"{name}_end", INTEGER, "where that ends, exclusive"),
    )


REPORT = tuple(_column(field) for field in fields_of(ReportRow) if field.name not in _APART)
FACTS = tuple(_column(field) for field in fields_of(Facts) if field.name not in _APART)
RECORD = tuple(_column(field) for field in fields_of(Record) if field.name not in _APART)
RECORDS = (
    *REPORT,
    *FACTS,
    Column("record", INTEGER, "number of the record in its report, from 0; part_of refers to it"),
    *RECORD,
    *(column for name, meaning in EVIDENCE_MEANINGS.items() for column in _evidence(name, meaning)),
)
FAILURES = tuple(_column(field) for field in fields_of(FailureRow))


def record_cells(report: ReportRow) -> list[list[Cell]]:
    """The cells of each record of a report, in the order of ``RECORDS``."""
    head = [_cell(column, report[column.name]) for column in REPORT]  # type: ignore[literal-required]
    head += [_cell(column, getattr(report["facts"], column.name)) for column in FACTS]
    quoted = {Range(span["start"], span["end"]): span["text"] for span in report["spans"]}
    return [
        [*head, number, *(_cell(column, getattr(record, column.name)) for column in RECORD), *_quotes(record, quoted, report.get("text"))]
        for number, record in enumerate(report["records"])
    ]


def failure_cells(failure: FailureRow) -> list[Cell]:
    """The cells of a failed input, in the order of ``FAILURES``."""
    return [_cell(column, failure[column.name]) for column in FAILURES]  # type: ignore[literal-required]


def _cell(column: Column, value: Any) -> Cell:
    if column.type != JSON:
        cell: Cell = value
        return cell
    return simplejson.dumps(value, ensure_ascii=False, use_decimal=True) if value else None


def _quotes(record: Record, quoted: dict[Range, str], text: str | None) -> list[Cell]:
    """Text, start and end of each piece of evidence; without the report's text as its spans or the record's own fields have it."""
    cells: list[Cell] = []
    for name in EVIDENCE_MEANINGS:
        place = record.evidence.get(name)
        if place is None:
            cells += [None, None, None]
        elif text is not None:
            cells += [text[place.start : place.end], *place]
        else:
            cells += [quoted.get(place) or getattr(record, name, None), *place]
    return cells
