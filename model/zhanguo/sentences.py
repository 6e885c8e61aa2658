"""Sentences and clauses: where a statement can begin and end."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from zhanguo.schema import Range

_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*|\n+")
_CLAUSE_END = re.compile(r"(?<!\d)[，,](?!\d)|(?<=\d)[，](?!\d{3})|(?<=\d),(?!\d{3})|(?<!\d),(?=\d)|[；;：:]")
_UNFINISHED_LINE = 30
_FINISHED = "。！？!?：:；;”’」』)）…"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its clauses, as ranges that follow one another without gaps."""

    place: Range
    clauses: tuple[Range, ...]


def split(text: str) -> list[Sentence]:
    """Cut a text into sentences; together they cover it.

    A line break ends a sentence, unless a long line without closing punctuation stands before it: then the page
    broke the sentence.
    """
    sentences: list[Sentence] = []
    start = line_start = 0
    for match in _SENTENCE_END.finditer(text):
        if match[0][0] == "\n":
            line = text[line_start : match.start()].rstrip()
            line_start = match.end()
            if len(line) >= _UNFINISHED_LINE and line[-1] not in _FINISHED and match.end() < len(text):
                continue
        sentences.append(_sentence(text, start, match.end()))
        start = match.end()
    if start < len(text):
        sentences.append(_sentence(text, start, len(text)))
    return sentences


def _sentence(text: str, start: int, end: int) -> Sentence:
    cuts = [match.end() for match in _CLAUSE_END.finditer(text, start, end)]
    edges = [start, *cuts, *([end] if not cuts or cuts[-1] < end else [])]
    return Sentence(Range(start, end), tuple(Range(a, b) for a, b in zip(edges, edges[1:], strict=False)))


def index_of(places: list[int], position: int) -> int:
    """The index of the last start in ``places`` (ascending) that is not behind ``position``."""
    return max(0, bisect_right(places, position) - 1)
