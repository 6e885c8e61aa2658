"""Our own forms: inline files, stored rows, and outputs of extract, which are rows with a model and scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zhanguo.annotations import (
    AnnotationError,
    example_to_dict,
    format_block,
    parse_block,
    read_blocks,
    read_numbered_rows,
)
from zhanguo.forms.carried import fields_of, text_of
from zhanguo.forms.draft import Annotated, Draft, Mark, Place
from zhanguo.write import dumps


def inline_blocks(path: Path) -> Iterator[tuple[Place, str]]:
    """The reports of an inline file."""
    for number, block in enumerate(read_blocks(path), 1):
        yield Place(path, "report", number), block


def parse_marked(block: str, _: Place) -> Draft:
    """One report of an inline file. Raises AnnotationError."""
    example = parse_block(block)
    marks = tuple(Mark(span.start, span.end, span.label) for span in example.spans)
    return Draft(example.id, example.text, marks, example.records, example.meta)


def compose_block(item: Annotated) -> str:
    """One report of an inline file. Raises AnnotationError where the form can't hold it."""
    return format_block(item.example)


def rows(path: Path) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The objects of a JSONL file. Raises AnnotationError naming the line."""
    for number, row in read_numbered_rows(path):
        yield Place(path, "line", number), row


def parse_row(row: Mapping[str, Any], place: Place) -> Draft:
    """A stored row, or one of extract's output: its spans have texts and scores. Raises AnnotationError."""
    if "error" in row:
        raise AnnotationError(f"extract could not read {row.get('source')!r}: {row['error']}")
    if not isinstance(row.get("spans"), list):
        raise AnnotationError(f"no list of spans; fields are {', '.join(map(str, row))}")
    try:
        marks = tuple(Mark(s.get("start"), s.get("end"), s.get("label"), s.get("text"), float(s.get("score", 1))) for s in row["spans"])
    except (AttributeError, TypeError, ValueError) as error:
        raise AnnotationError(f"a span that is none: {error}") from error
    model = row.get("model")
    known = fields_of(row, place)
    if model is not None:
        known["meta"] = {"source": str(row.get("source"))}
    text = None if model is not None and "text" not in row else text_of(row)
    return Draft(text=text, marks=marks, model=model, **known)


def compose_row(item: Annotated) -> str:
    """A stored row."""
    return dumps(example_to_dict(item.example)) + "\n"
