"""The data dictionary as a Markdown page: the fields of the output, their values, and the tables made from it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args

from zhanguo.columns import DECIMAL, FAILURES, INTEGER, JSON, NUMBER, RECORDS, TEXT, Column
from zhanguo.fields import Field, fields_of, is_object
from zhanguo.formats import EXCEL_DIGITS, PRECISION, SCALE
from zhanguo.markdown import table
from zhanguo.schema import FailureRow, Range, Record, ReportRow, SpanRow

_NAMES = {str: "text", int: "integer", Decimal: "decimal", float: "number", Range: "[start, end]"}
_STORED = (
    (TEXT, "text; `'` in front of = + - @", "string", "TEXT", "text"),
    (INTEGER, "digits", "int64", "INTEGER", "number"),
    (
        DECIMAL,
        "exact digits",
        f"decimal128({PRECISION}, {SCALE})",
        "TEXT, exact digits",
        f"number; text where it has more than {EXCEL_DIGITS} digits",
    ),
    (NUMBER, "digits", "double", "REAL", "number"),
    (JSON, "JSON text", "string, JSON", "TEXT, JSON", "text, JSON"),
)
_INTRODUCTION = """# Data dictionary

`zhanguo extract -o FILE.jsonl` writes one JSON object a line: a report, or an input that failed. Numbers are exact decimals;
read them as decimals, not as floats. Offsets are code points of the report's `text`, half-open."""
_TABLES = """## Tables

`zhanguo export FILE.jsonl -o TABLE` writes one row a record, with the facts of its report and the quoted evidence. SQLite and Excel
files also hold the inputs that failed, as `failures`; CSV and Parquet have records only. How each type is stored:"""
_NOTES = """SQLite has no decimal type: the table `records` keeps the digits as text, which SQLite compares and sorts as text. The view
`records_real` has the same columns as floats, for sorting and quick sums; `decimal_sum(base_value)` in the sqlite3 shell adds exactly.
Excel has floats only, of 15 digits. CSV and Excel show null as an empty cell. Without the report's text (`--no-text`) a quoted
text is that of the span in the same place, or the record's own field; the sentence is null."""


def markdown() -> str:
    """The whole page."""
    parts = [_INTRODUCTION]
    for name, cls in (("A report", ReportRow), ("`spans`", SpanRow), ("`records`", Record), ("An input that failed", FailureRow)):
        parts += [f"## {name}", table(("field", "type", "meaning"), map(_row, fields_of(cls)))]
        parts += [part for field in fields_of(cls) if field.meanings for part in (f"### `{field.name}`", _meanings(field))]
    parts += [_TABLES, table(("type", "CSV", "Parquet", "SQLite", "Excel"), _STORED), _NOTES]
    for name, columns in (("records", RECORDS), ("failures", FAILURES)):
        parts += [f"### Columns of `{name}`", _columns(columns)]
    return "\n\n".join(parts) + "\n"


def _row(field: Field) -> tuple[str, str, str]:
    null = " or null" if field.nullable else ""
    return f"`{field.name}`", _type_name(field.type) + null, field.description


def _type_name(type_: Any) -> str:
    if type_ in _NAMES:
        return _NAMES[type_]
    if is_object(type_):
        return "object"
    *keys, inner = (argument for argument in get_args(type_) if argument is not Ellipsis)
    return f"object of {_type_name(inner)}" if keys else f"list of {_type_name(inner)}s"


def _meanings(field: Field) -> str:
    return table(("key" if field.type is not str else "value", "meaning"), ((f"`{name}`", text) for name, text in field.meanings.items()))


def _columns(columns: Sequence[Column]) -> str:
    return table(("column", "type", "meaning"), ((f"`{column.name}`", column.type, column.description) for column in columns))
