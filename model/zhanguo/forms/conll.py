r"""CoNLL's columns: a character, a tab and its tag (IOB2) a line, a blank line between reports, ``# id = …`` before each.

White space, invisible characters, ``#`` and ``\`` are written as ``\u3000``, ``\\`` and the like, so that each text survives. Others' files
may hold longer tokens, which are joined without space, and more columns: the first is the token, the last the tag.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from zhanguo.annotations import AnnotationError
from zhanguo.forms.carried import carried, fields_of
from zhanguo.forms.draft import Annotated, Draft, Mark, Place
from zhanguo.labels import TagError, read_tags, spans_to_tags
from zhanguo.schema import Range
from zhanguo.write import dumps

_COMMENT = re.compile(r"# *(\w[\w ]*?) = (.*)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\\)")
_OURS = ("id", "meta", "records")
_Line = tuple[int, str]


def blocks(path: Path) -> Iterator[tuple[Place, list[_Line]]]:
    """The reports of a file as their numbered lines. Raises AnnotationError where it is not UTF-8."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8: {error}") from error
    block: list[_Line] = []
    number = 0
    for line in [*enumerate(lines, 1), (0, "")]:
        stripped = line[1].removesuffix("\r")
        if stripped and not stripped.startswith("-DOCSTART-"):
            block.append((line[0], stripped))
        elif block:
            number += 1
            yield Place(path, "report", number), block
            block = []


def parse(block: list[_Line], place: Place) -> Draft:
    """One report. Raises AnnotationError naming the line."""
    known: dict[str, Any] = {}
    tokens: list[tuple[int, str, str]] = []
    for number, line in block:
        if (comment := _COMMENT.fullmatch(line)) and "\t" not in line:
            if comment[1] in _OURS:
                known[comment[1]] = _json(comment[2])
        else:
            tokens.append((number, *_columns(line, number)))
    ends = list(accumulate((len(token) for _, token, _ in tokens), initial=0))
    try:
        spans = read_tags([Range(*pair) for pair in pairwise(ends)], [tag for *_, tag in tokens])
    except TagError as error:
        raise AnnotationError(f"line {tokens[error.index][0]}: {error}") from error
    marks = tuple(Mark(span.start, span.end, span.label) for span in spans)
    return Draft(text="".join(token for _, token, _ in tokens), marks=marks, **fields_of(known, place))


def _json(value: str) -> Any:
    """A comment's value: JSON as we write it, or the words themselves."""
    try:
        return json.loads(value, parse_float=Decimal)
    except ValueError:
        return value


def _columns(line: str, number: int) -> tuple[str, str]:
    columns = line.split("\t") if "\t" in line else line.split()
    if len(columns) < 2 or not columns[0]:
        raise AnnotationError(f"line {number}: expected a token and a tag, not {line!r:.40}")
    return _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)) if match[1] or match[2] else "\\", columns[0]), columns[-1].strip()


def compose(item: Annotated) -> str:
    """One report."""
    text = item.example.text
    tags, _ = spans_to_tags([Range(i, i + 1) for i in range(len(text))], item.example.spans)
    comments = [f"# {name} = {dumps(value)}\n" for name, value in zip(_OURS, carried(item).values(), strict=True)]
    return "".join([*comments, *(f"{_escape(char)}\t{tag}\n" for char, tag in zip(text, tags, strict=True))])


def _escape(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if char == "#" or unicodedata.category(char)[0] in "ZC":
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char
