"""Annotated reports on disk: the inline form for people (``.txt``) and the stored form (``.jsonl``).

An inline file holds reports parted by a line ``====``; each is a header of ``key: value`` lines, the text with its
``[[LABEL|text]]`` marks, and one line a record, nine fields parted by ``|``; lines ``----`` part the three. Lines end as the
editor likes it; a text whose own lines end in CR LF has ``line-ends: CRLF`` in its header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from zhanguo.schema import LABELS, Example, Record, Span

RECORD_FIELDS = ("kind", "action", "target", "value", "qualifier", "unit", "change", "org", "part_of")
NULL = "-"
LINE_ENDS, CRLF = "line-ends", "CRLF"

_MARK = re.compile(r"\[\[(ORG|TARGET|QUANTITY|UNIT)\|(.*?)\]\]", re.DOTALL)
_REPORT_RULE = re.compile(r"^====[ \t]*$\n?", re.MULTILINE)
_PART_RULE = re.compile(r"^----[ \t]*$\n?", re.MULTILINE)


class AnnotationError(ValueError):
    """An annotated report that can't be read; the message names the report."""


def parse_inline(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Split a marked text into the plain text and its spans."""
    pieces: list[str] = []
    spans: list[Span] = []
    length = last = 0
    for match in _MARK.finditer(marked):
        label, inner = match.groups()
        before = marked[last : match.start()]
        start = length + len(before)
        pieces += [before, inner]
        length = start + len(inner)
        spans.append(Span(start, length, label))
        last = match.end()
    return "".join([*pieces, marked[last:]]), tuple(spans)


def format_inline(text: str, spans: Iterable[Span]) -> str:
    """Write a text with its spans as marks; the reverse of ``parse_inline``."""
    pieces: list[str] = []
    last = 0
    for span in sorted(spans):
        pieces += [text[last : span.start], f"[[{span.label}|{text[span.start : span.end]}]]"]
        last = span.end
    return "".join([*pieces, text[last:]])


def read_examples(path: Path) -> Iterator[Example]:
    """Yield the annotated reports of a ``.txt`` (inline) or ``.jsonl`` (stored) file.

    Raises AnnotationError naming file and report where one is malformed, OSError where the file can't be read.
    """
    parts: Iterable[str | Mapping[str, Any]] = read_rows(path) if path.suffix == ".jsonl" else read_blocks(path)
    for number, part in enumerate(parts, 1):
        try:
            yield parse_block(part) if isinstance(part, str) else example_from_dict(part)
        except AnnotationError as error:
            raise AnnotationError(f"{path}, report {number}: {error}") from error


def read_blocks(path: Path) -> list[str]:
    """The reports of an inline file, still marked. Raises AnnotationError where it is not UTF-8."""
    try:
        return _split_blocks(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8: {error}") from error


def _split_blocks(marked: str) -> list[str]:
    return [part for part in _REPORT_RULE.split(marked) if part.strip()]


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a JSONL file, numbers as Decimals. Raises AnnotationError naming the line."""
    for _, row in read_numbered_rows(path):
        yield row


def read_numbered_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the objects of a JSONL file with their line numbers, from 1; holds one line at a time. Raises AnnotationError."""
    for number, line in enumerate(_read_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except ValueError as error:
            raise AnnotationError(f"{path}, line {number}: {error}") from error
        if not isinstance(row, dict):
            raise AnnotationError(f"{path}, line {number}: expected an object")
        yield number, row


def _read_lines(path: Path) -> Iterator[str]:
    """Yield lines that end in LF, as JSONL has them."""
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8: {error}") from error


def parse_block(block: str) -> Example:
    """Read one report of an inline file."""
    parts = _PART_RULE.split(block)
    if len(parts) not in (2, 3):
        raise AnnotationError(f"{len(parts) - 1} lines '----', expected one or two")
    header = _parse_header(parts[0])
    body = parts[1].removesuffix("\n")
    text, spans = parse_inline(body.replace("\n", "\r\n") if header.pop(LINE_ENDS, None) == CRLF else body)
    records = None
    if len(parts) == 3:
        lines = [line for line in parts[2].splitlines() if line.strip()]
        records = tuple(parse_record(line) for line in lines)
    return Example(header.pop("id"), text, spans, records, header)


def format_block(example: Example) -> str:
    """Write one report of an inline file; the reverse of ``parse_block``.

    Raises AnnotationError where reading it back would not give the same: a text with rules, marks or mixed line ends, a record
    with ``|`` in a field.
    """
    whole = "\r\n" in example.text
    header = {"id": example.id, **({LINE_ENDS: CRLF} if whole else {}), **example.meta}
    body = format_inline(example.text, example.spans)
    parts = ["".join(f"{key}: {value}\n" for key, value in header.items()), (body.replace("\r\n", "\n") if whole else body) + "\n"]
    if example.records is not None:
        parts.append("".join(format_record(record) + "\n" for record in example.records))
    block = "----\n".join(parts)
    if "\r" in block or not _reads_as(block, example):
        raise AnnotationError("the inline form can't hold this report, its text, header or records having marks of the form; use .jsonl")
    return block


def _reads_as(block: str, example: Example) -> bool:
    try:
        return [parse_block(part) for part in _split_blocks(block)] == [example]
    except AnnotationError:
        return False


def format_record(record: Record) -> str:
    """Write a record line; the reverse of ``parse_record``."""
    row = record_to_dict(record)
    highest = row.pop("value_max", None)
    value = str(record.value) if highest is None else f"{record.value}~{highest}"
    return " | ".join(NULL if field is None else str(field) for field in {**row, "value": value}.values())


def _parse_header(head: str) -> dict[str, str]:
    header = dict(_parse_pair(line) for line in head.splitlines() if line.strip())
    if "id" not in header:
        raise AnnotationError("the header has no id")
    return header


def _parse_pair(line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        raise AnnotationError(f"header line without a colon: {line!r}")
    return key.strip(), value.strip()


def parse_record(line: str) -> Record:
    """Read a record line: nine fields parted by ``|``, ``-`` for null, ``low~high`` for a range."""
    fields = [field.strip() for field in line.split("|")]
    if len(fields) != len(RECORD_FIELDS):
        raise AnnotationError(f"{len(fields)} fields, expected {len(RECORD_FIELDS)}: {line!r}")
    row: dict[str, Any] = {name: None if field == NULL else field for name, field in zip(RECORD_FIELDS, fields, strict=True)}
    low, _, high = (row["value"] or "").partition("~")
    return record_from_dict({**row, "value": low, "value_max": high or None})


def record_from_dict(row: Mapping[str, Any]) -> Record:
    """Build a gold record from its stored fields; missing ones are null."""
    try:
        part_of = row.get("part_of")
        return Record(
            kind=row["kind"],
            action=row.get("action"),
            target=row.get("target"),
            value=Decimal(str(row["value"])),
            value_max=None if row.get("value_max") is None else Decimal(str(row["value_max"])),
            qualifier=row.get("qualifier") or "exact",
            unit=row.get("unit"),
            change=row.get("change"),
            org=row.get("org"),
            part_of=None if part_of is None else int(part_of),
        )
    except (AttributeError, KeyError, TypeError, InvalidOperation, ValueError) as error:
        raise AnnotationError(f"bad record {row!r}: {error!r}") from error


def example_from_dict(row: Mapping[str, Any]) -> Example:
    """Build an example from one stored object. Raises AnnotationError."""
    try:
        text = row["text"]
        spans = tuple(sorted(Span(s["start"], s["end"], _label(s["label"])) for s in row["spans"]))
        records = row.get("records")
        parsed = None if records is None else tuple(map(record_from_dict, records))
        example = Example(row["id"], text, spans, parsed, row.get("meta") or {})
    except (AttributeError, KeyError, TypeError) as error:
        raise AnnotationError(f"not an annotated report: {error!r}") from error
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise AnnotationError(f"{example.id}: span {span.start}:{span.end} leaves the text of {len(text)} characters")
    return example


def _label(name: str) -> str:
    if name in LABELS:
        return name
    raise AnnotationError(f"unknown label {name!r}, expected one of {', '.join(LABELS)}")


def example_to_dict(example: Example) -> dict[str, Any]:
    """The stored form of an example; numbers stay Decimals (``write.dumps`` prints them exactly)."""
    row: dict[str, Any] = {
        "id": example.id,
        "text": example.text,
        "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in example.spans],
    }
    if example.records is not None:
        row["records"] = [record_to_dict(record) for record in example.records]
    return {**row, "meta": dict(example.meta)}


def record_to_dict(record: Record) -> dict[str, Any]:
    """The compared fields of a record; ``value_max`` only where it is set."""
    names = [*RECORD_FIELDS[:4], *(["value_max"] if record.value_max is not None else []), *RECORD_FIELDS[4:]]
    return {name: getattr(record, name) for name in names}
