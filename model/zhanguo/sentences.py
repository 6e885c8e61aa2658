"""Sentences and clauses: where a statement can begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from zhanguo.schema import Range, Span

_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*(?:[ \t\u3000]*\r?\n)*|(?:\r?\n[ \t\u3000]*)+")
_CLAUSE_END = re.compile(r"(?<!\d)[，,]|(?<=\d)[，,](?!\d{3})|[；;：:]")
_STOP = re.compile(r"[，,；;、\s]")
_UNFINISHED_LINE = 30
_FINISHED = "。！？!?：:；;”’」』)）…"
LONGEST = 1000


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
    long line without closing punctuation. What runs on for more than a thousand characters is cut at a comma, and anywhere after two
    thousand, so that the work for a text grows with its length and no faster.
    """
    glued = _glued(spans)
    sentences: list[Sentence] = []
    start, opens_line = 0, True
    for end, line_ends in _ends(text, glued):
        for stop in _stops(text, start, end, glued):
            sentences.append(_sentence(text, start, stop, opens_line))
            start, opens_line = stop, False
        opens_line = line_ends
    return sentences


def _ends(text: str, glued: frozenset[int]) -> Iterator[tuple[int, bool]]:
    """Where sentences end, and whether a line ends there, too."""
    line_start = 0
    for match in _SENTENCE_END.finditer(text):
        line_ends = "\n" in match[0]
        if line_ends:
            line = text[line_start : match.start()].rstrip()
            line_start = match.end()
            if match[0][0] in "\r\n" and (not glued.isdisjoint(range(*match.span())) or _is_broken(line)):
                continue
        yield match.end(), line_ends
    yield len(text), True


def _stops(text: str, start: int, end: int, glued: frozenset[int]) -> Iterator[int]:
    """Cut an overlong sentence at commas, or where none is near, anywhere, never inside a span; then its own end."""
    while end - start > LONGEST:
        limit = start + LONGEST
        commas = (m for m in _STOP.finditer(text, limit, min(end, limit + LONGEST)))
        stop = next((m.end() for m in commas if m.start() not in glued and m.end() not in glued), 0)
        stop = stop or next((place for place in range(limit + LONGEST, end) if place not in glued), end)
        if stop >= end:
            break
        yield stop
        start = stop
    if start < end:
        yield end


def _is_broken(line: str) -> bool:
    return len(line) >= _UNFINISHED_LINE and line[-1] not in _FINISHED


def _glued(spans: Sequence[Span]) -> frozenset[int]:
    """The places inside a span, or between a quantity and its unit, where nothing may be cut."""
    stretches = [(span.start + 1, span.end) for span in spans]
    for left, right in pairwise(spans):
        if left.label == "QUANTITY" and right.label == "UNIT" and right.start - left.end < LONGEST:
            stretches.append((left.end, right.start + 1))
    return frozenset(i for start, end in stretches for i in range(start, end))


def _sentence(text: str, start: int, end: int, opens_line: bool) -> Sentence:
    cuts = [match.end() for match in _CLAUSE_END.finditer(text, start, end)]
    edges = [start, *cuts, *([end] if not cuts or cuts[-1] < end else [])]
    clauses = tuple(Range(a, b) for a, b in pairwise(edges))
    return Sentence(Range(start, end), clauses, opens_line)
