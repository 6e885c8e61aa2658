"""The organisations of a report as candidates: what about each is the same for every statement that may choose it."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from zhanguo.acting import JOINED
from zhanguo.document import Document
from zhanguo.places import Places
from zhanguo.schema import Range, Span
from zhanguo.tables import word_pattern

_NEAR = 12  # organisations before a figure that are weighed
_BEHIND = 2
_AROUND = 8
_HEADING = 24
_OPENING_MARKS = "␣¶“”(（"
_PLACES = re.compile("[国部省市县区州旗镇乡村]")
_ALIAS = re.compile(r"[\s“”\"「」]*[(（](?:以?下?[简統统]称|即)?[:：\s“”\"「」]*")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An organisation: its ``number`` and place in the report, whether it can be a subject, its features.

    ``level`` is the scope that its name begins with (全市), else the last kind of place in it (县); ``verbs`` and ``breaks`` count
    those of the report that begin before it ends.
    """

    org: Span
    number: int
    sentence: int
    clause: int
    name: str
    level: str
    subject: bool
    verbs: int
    breaks: int
    opens: str
    first: str
    heading: bool
    head: str
    tail: str
    speaks: str
    joined: str
    frame: tuple[str, ...]


class Candidates:
    """The organisations of a report, in order; stretches of them are found without going through all."""

    def __init__(self, document: Document) -> None:
        self._breaks = [match.start() for match in re.finditer("¶", document.masked)]
        items = list(self._find(document))
        self.places = Places(items, lambda candidate: candidate.org.start)
        self._subjects = [0, *itertools.accumulate(candidate.subject for candidate in items)]

    def breaks(self, position: int) -> int:
        """How many line breaks the report has before a position."""
        return bisect_left(self._breaks, position)

    def line(self, document: Document, position: int) -> Range:
        """The line that a position stands in."""
        number = self.breaks(position)
        start = self._breaks[number - 1] + 1 if number else 0
        return Range(start, self._breaks[number] if number < len(self._breaks) else len(document.text))

    def subjects(self, first: int, last: int) -> int:
        """How many of the candidates from number ``first`` up to ``last`` can be subjects."""
        return self._subjects[max(first, last)] - self._subjects[first]

    def weighed(self, start: int, end: int) -> list[Candidate]:
        """The first of the report, those next before ``start``, and those right behind it before ``end``."""
        here = self.places.index(start)
        before = self.places.items[max(1, here - _NEAR) : here]
        return [*self.places.items[: min(1, here)], *before, *self.places.starting(start, end)[:_BEHIND]]

    def _find(self, document: Document) -> Iterator[Candidate]:
        orgs = document.agents.orgs
        times = Counter(document.name(org) for org in orgs.items)
        last: Span | None = None
        leader = False
        for number, sentence in enumerate(document.sentences):
            for org in orgs.starting(*sentence.place):
                subject = document.agents.is_subject(org, sentence)
                first = f"{last is None}|{subject and not leader}"
                yield self._candidate(document, org, number, last, times[document.name(org)], first, subject=subject)
                last, leader = org, leader or subject

    def _candidate(
        self, document: Document, org: Span, sentence: int, last: Span | None, times: int, first: str, *, subject: bool
    ) -> Candidate:
        text, name = document.masked, document.name(org)
        place = document.sentences[sentence]
        starts = (place.clause_at(org.start).start, place.place.start)
        opens = "|".join(str(not text[start : org.start].strip(_OPENING_MARKS)) for start in starts)
        gap = None if last is None else document.folded[last.end : org.start]
        joined = str(gap is not None and bool(JOINED.fullmatch(gap)))
        alias = gap is not None and bool(_ALIAS.fullmatch(gap))
        level, speaks = level_of(name), str(document.agents.is_speaker(org))
        head, tail = text[max(0, org.start - _AROUND) : org.start], text[org.end : org.end + _AROUND]
        frame = (
            *(f"subject={subject}", f"speaks={speaks}", f"opens={opens}", f"joined={joined}", f"alias={alias}", f"title={sentence == 0}"),
            *(f"length={min(len(name) // 3, 5)}", f"ending1={name[-1:]}", f"ending2={name[-2:]}", f"level={level}"),
            *(
                f"head1={head[-1:]}",
                f"head2={head[-2:]}",
                f"head3={head[-3:]}",
                f"tail1={tail[:1]}",
                f"tail2={tail[:2]}",
                f"tail3={tail[:3]}",
            ),
            *(f"first={first}", f"times={min(4, times)}"),
        )
        line = self.line(document, org.start)
        heading = line.end - line.start <= _HEADING and not any(s.label == "QUANTITY" for s in document.spans.starting(*line))
        verbs, breaks = document.actions.index(org.end), self.breaks(org.end)
        number = document.agents.orgs.index(org.start)
        clause = place.clauses.index(place.clause_at(org.start))
        return Candidate(
            org,
            number,
            sentence,
            clause,
            name,
            level,
            subject,
            verbs,
            breaks,
            opens,
            first,
            heading,
            head[-1:],
            tail[:2],
            speaks,
            joined,
            frame,
        )


@cache
def _scope() -> re.Pattern[str]:
    return word_pattern("contexts.tsv", "scope")


def level_of(name: str) -> str:
    """The scope word that a name begins with, else the last kind of place in it."""
    if match := _scope().match(name):
        return match[0]
    kinds = _PLACES.findall(name)
    return kinds[-1] if kinds else "-"


def scope_before(document: Document, start: int, end: int) -> str:
    """The last scope word (全市, 各地) of a stretch that is no part of an organisation's name; empty where there is none."""
    for match in reversed(list(_scope().finditer(document.folded, start, end))):
        org = document.agents.orgs.last_before(match.start() + 1)
        if org is None or org.end <= match.start():
            return match[0]
    return ""


@cache
def _anaphor() -> re.Pattern[str]:
    roles = ("anaphor", "body")
    pronoun, body = (word_pattern("contexts.tsv", role).pattern for role in roles)
    return re.compile(rf"(?:{pronoun})(?P<body>[总分支]?(?:{body}))")


def anaphor_before(document: Document, start: int, end: int) -> str:
    """The kind of body that the last 该局, 我院, 全所 of a stretch names (局); empty where there is none."""
    matches = list(_anaphor().finditer(document.folded, start, end))
    return matches[-1]["body"] if matches else ""
