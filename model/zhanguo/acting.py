"""The acting organisation: which ORG did what a clause reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from zhanguo.actions import Action
from zhanguo.places import Places
from zhanguo.schema import Range, Span
from zhanguo.sentences import Sentence
from zhanguo.tables import word_pattern

JOINED = re.compile(r"[\s)）]*+(?:、|和|与|及|以及|暨|同|联合|会同|协同|联同|连同|配合|协助|携手|,|，)?[\s(（]*+")
_LOOK = 12


@cache
def _ending(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{word_pattern('contexts.tsv', role).pattern})[\s“”的]*$")


@cache
def _beginning(role: str) -> re.Pattern[str]:
    return re.compile(rf"[\s“”的]*(?:{word_pattern('contexts.tsv', role).pattern})")


@cache
def _no_agent() -> re.Pattern[str]:
    """Endings of organisations that report or are visited, but do no enforcement work."""
    return re.compile(rf"(?:{word_pattern('contexts.tsv', 'no_agent').pattern})$")


class Agents:
    """Finds the acting organisation at a place of a folded text."""

    def __init__(self, folded: str, orgs: Places[Span], actions: Places[Action]) -> None:
        self.folded = folded
        self.orgs = orgs
        self.actions = actions

    def is_speaker(self, org: Span) -> bool:
        """Whether the organisation only speaks or is the source: 从公安部获悉, 省公安厅副厅长介绍."""
        head, tail = self._around(org)
        return bool(_ending("source").search(head) or _beginning("title").match(tail) or _beginning("said").match(tail))

    def is_subject(self, org: Span, sentence: Sentence) -> bool:
        """Whether the organisation can be the subject of its clause: no verb before it there, and no preposition."""
        head, tail = self._around(org)
        if _no_agent().search(self.folded, org.start, org.end):
            return False
        if self.is_speaker(org) or _beginning("ordered").match(tail) or _ending("order").search(head):
            return False
        if _ending("passive").search(head):
            return False
        if _ending("causative").search(head):
            return bool(self.actions.starting(org.end, org.end + _LOOK)) or _beginning("toward").match(tail) is not None
        clause = sentence.clause_at(org.start)
        return not any(action.place.end <= org.start for action in self.actions.starting(clause.start, org.start))

    def at(self, position: int, sentence: Sentence) -> Span | None:
        """The organisation that acts at ``position``, if the sentence names it: subject or passive agent."""
        before = [org for org in self.orgs.starting(sentence.place.start, position) if org.end <= position]
        for index in range(len(before) - 1, -1, -1):
            org = before[index]
            row = self._first_of_row(before[: index + 1])
            passive = bool(_ending("passive").search(self._around(org)[0]))
            if passive or self.is_subject(row, sentence):
                return row
        return None

    def passive(self, start: int, end: int) -> Span | None:
        """The agent of a passive behind a figure: 嫌疑人8名被河东警方抓获."""
        orgs = self.orgs.starting(start, end)
        return next((org for org in orgs if _ending("passive").search(self._around(org)[0])), None)

    def subject(self, sentence: Sentence) -> Span | None:
        """The first organisation of a sentence that can be a subject; later sentences may carry it on."""
        orgs = self.orgs.starting(*sentence.place)
        return next((org for org in orgs if self.is_subject(org, sentence)), None)

    def source(self) -> Span | None:
        """The first organisation that speaks."""
        return next((org for org in self.orgs.items if self.is_speaker(org)), None)

    def row_before(self, position: int) -> list[Span]:
        """The organisations in a row (A、B和C) that end right before a position."""
        row: list[Span] = []
        for org in reversed(self.orgs.starting(max(0, position - 200), position)):
            gap = self.folded[org.end : row[0].start if row else position]
            if not (JOINED.fullmatch(gap) if row else not gap.strip()):
                break
            row.insert(0, org)
        return row

    def _around(self, org: Span) -> tuple[str, str]:
        return self.folded[max(0, org.start - _LOOK) : org.start], self.folded[org.end : org.end + _LOOK]

    def _first_of_row(self, orgs: Sequence[Span]) -> Span:
        """Of joint subjects (A和B, A、B) that end with the last of ``orgs``, the first."""
        first = orgs[-1]
        for org in reversed(orgs[:-1]):
            if not JOINED.fullmatch(self.folded[org.end : first.start]):
                break
            first = org
        return first


def is_agentless(folded: str, action: Range | None, figure_start: int) -> bool:
    """A passive that names nobody: 98人被公诉."""
    return bool(action and action.start > figure_start and folded[action.start - 1] == "被")
