"""Sentences and clauses: where a statement can begin and end."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from zhanguo.schema import Range, Span

_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*|\n+")
_CLAUSE_END = re.compile(r"(?<!\d)[，,]|(?<=\d)[，,](?!\d{3})|[；;：:]")
_UNFINISHED_LINE = 30
_FINISHED = "。！？!?：:；;”’」』)）…"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its clauses, as ranges that follow one another without gaps. ``opens_line``: it begins a line."""

    place: Range
    clauses: tuple[Range, ...]
    opens_line: bool

    def clause_at(self, position: int) -> Range:
        """The clause that holds a position."""
        return next((clause for clause in self.clauses if position < clause.end), self.clauses[-1])


def split(text: str, spans: Sequence[Span]) -> list[Sentence]:
    """Cut a text into sentences; together they cover it.

    A line break ends a sentence, unless the page broke it: inside a span, between a quantity and its unit, or behind a
    long line without closing punctuation.
    """
    glued = _glued(text, spans)
    sentences: list[Sentence] = []
    start = line_start = 0
    opens_line = True
    for match in _SENTENCE_END.finditer(text):
        line_ends = match[0][0] == "\n"
        if line_ends:
            line = text[line_start : match.start()].rstrip()
            line_start = match.end()
            if match.start() in glued or (_is_broken(line) and match.end() < len(text)):
                continue
        sentences.append(_sentence(text, start, match.end(), opens_line))
        start, opens_line = match.end(), line_ends or text[match.end() : match.end() + 1] == "\n"
    if start < len(text):
        sentences.append(_sentence(text, start, len(text), opens_line))
    return sentences


def _is_broken(line: str) -> bool:
    return len(line) >= _UNFINISHED_LINE and line[-1] not in _FINISHED


def _glued(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """Places of line breaks inside a span, or between a quantity and its unit."""
    stretches = [(span.start, span.end) for span in spans]
    for left, right in itertools.pairwise(spans):
        if left.label == "QUANTITY" and right.label == "UNIT":
            stretches.append((left.end, right.start))
    return frozenset(i for start, end in stretches for i in range(start, end) if text[i] == "\n")


def _sentence(text: str, start: int, end: int, opens_line: bool) -> Sentence:
    cuts = [match.end() for match in _CLAUSE_END.finditer(text, start, end)]
    edges = [start, *cuts, *([end] if not cuts or cuts[-1] < end else [])]
    clauses = tuple(Range(a, b) for a, b in itertools.pairwise(edges))
    return Sentence(Range(start, end), clauses, opens_line)
