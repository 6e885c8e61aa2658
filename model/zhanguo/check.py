"""Checks of annotated files: broken marks, bad edges, records that don't fit their spans, passages and frames used twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from zhanguo import numerals, overlap
from zhanguo.annotations import AnnotationError, read_examples
from zhanguo.labels import is_loose
from zhanguo.schema import CHANGES, KINDS, QUALIFIERS, Example, Record

_LEFTOVER = re.compile(r"\[\[|\]\]|\b(?:ORG|TARGET|QUANTITY|UNIT)\|")


def check_files(paths: Iterable[Path], seeds: overlap.Seeds) -> Iterator[str]:
    """Yield every problem of annotated files that belong together, as ``file: id: what is wrong``."""
    found: list[Example] = []
    for path in paths:
        try:
            for example in read_examples(path):
                for problem in check_example(example):
                    yield f"{path}: {example.id}: {problem}"
                for passage in seeds.passages(example.text):
                    yield f"{path}: {example.id}: shares {passage!r} with a seed"
                found.append(example)
        except AnnotationError as error:
            yield str(error)
    for name, times in Counter(example.id for example in found).items():
        if times > 1:
            yield f"{name}: id used {times} times"
    for one, other, share in overlap.near_copies(found):
        yield f"{other.id}: shares {share:.0%} of its runs of {overlap.SHINGLE} characters with {one.id}, figures aside"


def check_example(example: Example) -> Iterator[str]:
    """Yield every problem of one annotated report."""
    if match := _LEFTOVER.search(example.text):
        yield f"broken mark near {example.text[max(0, match.start() - 10) : match.end() + 10]!r}"
    yield from _check_spans(example)
    if example.records is not None:
        yield from _check_records(example)


def _check_spans(example: Example) -> Iterator[str]:
    last = 0
    for span in example.spans:
        inner = example.text[span.start : span.end]
        if not inner or span.start < last or span.end > len(example.text):
            yield f"span {span.start}:{span.end} is empty, overlaps or leaves the text"
            continue
        last = span.end
        if is_loose(inner[0]) or is_loose(inner[-1]):
            yield f"{span.label} begins or ends with white space or punctuation: {inner!r}"
        if span.label == "QUANTITY":
            try:
                numerals.parse(inner)
            except numerals.NumeralError as error:
                yield f"QUANTITY {inner!r}: {error}"


def _check_records(example: Example) -> Iterator[str]:
    texts = {(s.label, example.text[s.start : s.end]) for s in example.spans}
    records = example.records or ()
    for index, record in enumerate(records):
        where = f"record {index} ({record.kind} {record.value} {record.unit or ''})"
        for name, allowed in (("kind", KINDS), ("qualifier", QUALIFIERS), ("change", (None, *CHANGES))):
            if getattr(record, name) not in allowed:
                yield f"{where}: {name} {getattr(record, name)!r} is none of {allowed}"
        for name, label in (("target", "TARGET"), ("unit", "UNIT"), ("org", "ORG")):
            value = getattr(record, name)
            if value is not None and (label, value) not in texts:
                yield f"{where}: {name} {value!r} is no {label} span of the report"
        if record.action is not None and record.action not in example.text:
            yield f"{where}: action {record.action!r} is not in the text"
        if (record.kind == "trend") != (record.change is not None):
            yield f"{where}: kind {record.kind} with change {record.change}"
        if record.part_of is not None and not (0 <= record.part_of < len(records) and record.part_of != index):
            yield f"{where}: part_of {record.part_of} is no other record"
    yield from _check_order(example)


def _check_order(example: Example) -> Iterator[str]:
    """Every record must find its number among the QUANTITY spans, in order."""
    quantities = [example.text[s.start : s.end] for s in example.spans if s.label == "QUANTITY"]
    position = 0
    for index, record in enumerate(example.records or ()):
        found = next((i for i in range(position, len(quantities)) if _says(quantities, i, record)), None)
        if found is None:
            yield f"record {index}: value {record.value} is no QUANTITY of the text, or stands out of order"
        else:
            position = found + 1


def _says(quantities: list[str], index: int, record: Record) -> bool:
    """Whether the numeral at ``index`` gives the record's value, alone or as the head of a compound amount (3斤2两)."""
    try:
        amount = numerals.parse(quantities[index])
    except numerals.NumeralError:
        return False
    same = (amount.value, amount.value_max) == (record.value, record.value_max)
    has_more = index + 1 < len(quantities) and record.value_max is None
    return same or (has_more and amount.value < record.value < amount.value + 1)
