"""The acting organisation: which ORG did what a clause reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from zhanguo.schema import Range, Span
from zhanguo.tables import pattern, read_words

_JOINED = re.compile(r"\s*(?:、|和|与|及|以及|联合|会同|协同|配合|协助|,|，)?\s*")
_LOOK = 10


@cache
def _ending(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern(read_words('contexts.tsv', role)).pattern})[\s“”的]*$")


@cache
def _beginning(role: str) -> re.Pattern[str]:
    return re.compile(rf"[\s“”的]*(?:{pattern(read_words('contexts.tsv', role)).pattern})")


def is_speaker(folded: str, org: Span) -> bool:
    """Whether the organisation only speaks or is the source: 从公安部获悉, 省公安厅副厅长介绍."""
    head, tail = folded[max(0, org.start - _LOOK) : org.start], folded[org.end : org.end + _LOOK]
    return bool(_ending("source").search(head) or _beginning("title").match(tail) or _beginning("said").match(tail))


def is_subject(folded: str, org: Span) -> bool:
    """Whether the organisation can be the subject of the clause it stands in."""
    head, tail = folded[max(0, org.start - _LOOK) : org.start], folded[org.end : org.end + _LOOK]
    if is_speaker(folded, org) or _beginning("ordered").match(tail) and not tail.startswith("、"):
        return False
    return not (_ending("order").search(head) or _ending("passive").search(head))


def agent(folded: str, orgs: Sequence[Span], clause: Range, sentence: Range, position: int) -> Span | None:
    """The organisation that acts at ``position``, if the sentence names it: subject of the clause or passive agent."""
    before = [org for org in orgs if sentence.start <= org.start and org.end <= position]
    for index in range(len(before) - 1, -1, -1):
        org = before[index]
        head = folded[max(0, org.start - _LOOK) : org.start]
        passive = org.start >= clause.start and _ending("passive").search(head)
        if passive or is_subject(folded, org):
            return first_of_row(folded, before[: index + 1])
    return None


def first_of_row(folded: str, orgs: Sequence[Span]) -> Span:
    """Of joint subjects (A和B, A、B) that end with the last of ``orgs``, the first."""
    first = orgs[-1]
    for org in reversed(orgs[:-1]):
        if not _JOINED.fullmatch(folded[org.end : first.start]):
            break
        first = org
    return first


def subject(folded: str, orgs: Sequence[Span]) -> Span | None:
    """The first organisation of a sentence that can be its subject; later sentences may carry it on."""
    return next((org for org in orgs if is_subject(folded, org)), None)
