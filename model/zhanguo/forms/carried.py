"""What a tool's file carries of ours beside text and spans, so that it comes back: id, header, records, carriage returns, units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhanguo.annotations import AnnotationError, record_from_dict, record_to_dict
from zhanguo.forms.draft import UNITS, Annotated, Place
from zhanguo.schema import Record


def carried(item: Annotated) -> dict[str, Any]:
    """The fields (report, meta, records) that hold an example's id, header and records.

    Predicted records are left out: no tool shows them for correction.
    """
    example = item.example
    records = None if item.model or example.records is None else [record_to_dict(record) for record in example.records]
    return {"report": example.id, "meta": dict(example.meta), "records": records}


def records_of(row: Mapping[str, Any]) -> tuple[Record, ...] | None:
    """The annotated records of a row, None where it has none. Raises AnnotationError."""
    rows = row.get("records")
    if rows is None:
        return None
    if not isinstance(rows, list):
        raise AnnotationError(f"records is no list: {rows!r:.60}")
    return tuple(map(record_from_dict, rows))


def fields_of(row: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What ``carried`` and the writers of tools' forms wrote, as fields of ``Draft``; a foreign row gets its own id or its place."""
    name = next((str(row[key]) for key in ("report", "id") if row.get(key) is not None), place.id)
    meta, returns, stated = row.get("meta") or {}, row.get("carriage_returns") or [], row.get("offsets")
    if not isinstance(meta, Mapping):
        raise AnnotationError(f"meta is no object: {meta!r:.60}")
    if not isinstance(returns, list) or not all(type(at) is int for at in returns):
        raise AnnotationError(f"carriage_returns is no list of places: {returns!r:.60}")
    return {
        "id": name,
        "records": records_of(row),
        "meta": meta,
        "stated": stated if stated in UNITS else None,
        "carriage_returns": tuple(returns),
    }


def text_of(row: Mapping[str, Any]) -> str:
    """A row's text. Raises AnnotationError."""
    text = row.get("text")
    if not isinstance(text, str):
        raise AnnotationError(f"text is {text!r:.60}, expected a string")
    return text
