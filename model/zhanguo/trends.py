"""Changes and levels: what went up or down, and where it stood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from zhanguo.document import Document, Statement
from zhanguo.schema import Range, Span
from zhanguo.tables import pattern, read_rows

_AFTER_TREND = re.compile(r"(?:[\s了近约逾超达的]|幅度|将近|超过|不到|多达|高达|接近|率|均|各|分别|共|:|：)*$")
_COMPARED = re.compile(r"同比|环比|比[去上前]|较[去上前同]|比同期|按年|比|较")
_NEXT_CHANGE = re.compile(r"\s*+[、和与及,，]?\s*+[近约逾超]?过?\s*+")
_LAST_YEAR = re.compile(r"(?:去年|上年|前年|往年)(?:同期|全年|同时段)?(?:[的为是有共仅达约]|只有)*$")
_CHANGING = "(?:下降|上升|降低|降|升|提高|增长|增加|减少|攀升|激增|回落|压降|缩短|扩大|增设|恢复|变|落|跌|涨)"
_RISEN_TO = re.compile(rf"{_CHANGING}[至到为成]\s*+$")
RESPECTIVELY = re.compile("分[别別]")
_FROM = re.compile(r"[由从][^,，。、]{0,12}$")
_RISING_TO = re.compile(rf"[^,，。、0-9]{{0,4}}{_CHANGING}[至到为成]")
_TIMES_LAST_YEAR = re.compile(r"[是为][去上前]年[^,，。]{0,4}$")


@cache
def _changes() -> dict[str, str]:
    return {row[0]: row[1] for row in read_rows("trends.tsv")}


@cache
def _nouns() -> frozenset[str]:
    return frozenset(row[0] for row in read_rows("trends.tsv") if row[2:] == ["noun"])


@cache
def _change_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<word>{pattern(_changes()).pattern})(?P<gap>[^,，。；;、]{{0,8}})$")


def find_trends(document: Document) -> None:
    """同比下降21.8%: a word of change right before the figure. 是上年的3倍 counts as up."""
    previous: Statement | None = None
    for statement in document.statements:
        head = document.before(statement, 14)
        match = _change_pattern().search(head)
        ratio = document.dimension(statement) == "ratio"
        if match and _AFTER_TREND.fullmatch(match["gap"]) and (len(match["word"]) > 1 or ratio or _COMPARED.search(head)):
            place = statement.figure.start - len(head) + match.start("word")
            statement.kind, statement.change = "trend", _changes()[match["word"]]
            statement.action = None if match["word"] in _nouns() else Range(place, place + len(match["word"]))
        elif ratio and _TIMES_LAST_YEAR.search(head):
            statement.kind, statement.change = "trend", "up"
        elif previous and previous.kind == "trend" and _goes_on(document, previous, statement):
            statement.kind, statement.change, statement.action = "trend", previous.change, previous.action
        if statement.kind == "trend":
            inherit_indicator(document, statement, previous)
        if statement.target or previous is None or previous.sentence < statement.sentence - 1:
            previous = statement


def distribute_trends(document: Document) -> None:
    """A11万辆、B4千列,同比分别增长62%、8%: the changes behind 分别 belong to the things counted before, in order."""
    statements = document.statements
    for first, statement in enumerate(statements):
        if statement.kind != "trend" or first == 0 or not RESPECTIVELY.search(document.before(statement, 14)):
            continue
        last = first + 1
        while last < len(statements) and statements[last].kind == "trend" and statements[last].sentence == statement.sentence:
            last += 1
        size = last - first
        counted = _counted_before(statements, first, size)
        if size > 1 and len(counted) == size and all(s.figure.target is None for s in statements[first:last]):
            for change, thing in zip(statements[first:last], counted, strict=True):
                change.target = thing.target


def _counted_before(statements: Sequence[Statement], first: int, size: int) -> list[Statement]:
    """The ``size`` counts before a statement in its sentence; where it has none, those of the sentence before, if it has just so many."""
    here = statements[first].sentence
    before = [s for s in statements[max(0, first - size) : first] if s.kind != "trend"]
    inside = [s for s in before if s.sentence == here]
    if inside or first == 0 or statements[first - 1].sentence != here - 1:
        return inside
    return [] if first > size and statements[first - size - 1].sentence == here - 1 else [s for s in before if s.sentence == here - 1]


def _goes_on(document: Document, previous: Statement, statement: Statement) -> bool:
    """下降7%和27%: a further figure of the same change."""
    gap = document.folded[previous.figure.end : statement.figure.start]
    return document.dimension(statement) == "ratio" and bool(_NEXT_CHANGE.fullmatch(gap))


def inherit_indicator(document: Document, statement: Statement, previous: Statement | None) -> None:
    """A change without an indicator of its own is one of what was named last."""
    figure, action = statement.figure, statement.action
    if figure.target and (figure.target_before or not action):
        return
    named = document.targets.last_before(action.start if action else figure.start)
    near = document.sentences[max(0, statement.sentence - 1)].place.start
    last = previous.figure.end if previous and previous.sentence >= statement.sentence - 1 else 0
    if named and named.start >= near and (named.end > last or (previous and named is previous.target)):
        statement.target = named
    elif previous and last:
        statement.target = previous.target


def is_level(document: Document, statement: Statement) -> bool:
    """去年同期1282人, 由27起降为8起: the level of an indicator then or now."""
    head = document.before(statement, 14)
    return bool(
        _LAST_YEAR.search(head)
        or _RISEN_TO.search(head)
        or (_FROM.search(head) and _RISING_TO.match(document.folded, statement.figure.end))
    )


def last_named(document: Document, statement: Statement) -> Span | None:
    """The target named last in the sentence before the figure."""
    named = document.targets.last_before(statement.figure.start)
    return named if named and named.start >= document.sentence(statement).place.start else None
