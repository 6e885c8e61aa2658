"""Linking: from spans to statements. Plain functions of a text and its spans, one small pass for each habit of the genre.

Order of the passes: figures (units, compounds, targets) → second measures of a thing → trends → actions and kinds →
context that gives no record → kinds and things, judged → acting organisations → these, judged → parts of wholes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from zhanguo.actions import NO_KIND
from zhanguo.document import Document, Statement, prepare
from zhanguo.judged_agents import judge_agents
from zhanguo.judged_kinds import judge_kinds
from zhanguo.judged_things import judge_things
from zhanguo.kinds import drop_context, find_actions
from zhanguo.schema import Link, Span
from zhanguo.subjects import distribute_organisations, find_organisations
from zhanguo.tables import fold, pattern, read_rows
from zhanguo.trends import distribute_trends, find_trends
from zhanguo.wholes import find_wholes

_MEASURE = re.compile(
    r"[\s,，、(（]*(?:合计|共计|总)?(?:票面|市场)?(?:价值|市值|总值|价款|折价|估价|估值|山价|净重|毛重|总重|重量?|面积|长|全长|容积|材积)(?:[^,，。；、\d]{0,6})"
)


def link(text: str, spans: Sequence[Span]) -> list[Link]:
    """Return the statements of enforcement work in a labelled text, in the order of their quantities."""
    document = propose(text, spans)
    judge_kinds(document)
    document.statements = [s for s in document.statements if s.kind != NO_KIND]
    judge_things(document)
    for index, statement in enumerate(document.statements):
        statement.index = index
    find_organisations(document)
    distribute_organisations(document)
    judge_agents(document)
    find_wholes(document)
    return [_link(document, statement) for statement in document.statements]


def propose(text: str, spans: Sequence[Span]) -> Document:
    """Prepare a text and run the passes that propose each figure's thing, verb and kind."""
    document = prepare(text, sorted(spans))
    measure_again(document)
    find_trends(document)
    distribute_trends(document)
    find_actions(document)
    drop_context(document)
    return document


def measure_again(document: Document) -> None:
    """价值N元, 净重N, 面积N behind a counted thing measure that thing."""
    for previous, statement in zip(document.statements, document.statements[1:], strict=False):
        gap = document.folded[previous.figure.end : statement.figure.start]
        if not statement.target and previous.sentence == statement.sentence and _MEASURE.fullmatch(gap):
            statement.target = previous.target


def _link(document: Document, statement: Statement) -> Link:
    return Link(
        kind=statement.kind,
        quantities=tuple(statement.figure.quantities),
        units=tuple(statement.figure.units),
        target=statement.target,
        action=statement.action,
        org=statement.org,
        change=statement.change,
        qualifier=qualifier_around(document, statement),
        part_of=statement.whole.index if statement.whole else None,
        sentence=document.sentence(statement).place,
        share=statement.share,
    )


@cache
def _qualifiers(place: str) -> dict[str, str]:
    return {fold(row[1]): row[2] for row in read_rows("qualifiers.tsv") if row[0] == place}


@cache
def _qualifier_before() -> re.Pattern[str]:
    return re.compile(rf"({pattern(_qualifiers('before')).pattern})\s*+(?:人民币|港币|新台币)?\s*+$")


@cache
def _qualifier_behind() -> re.Pattern[str]:
    return pattern(_qualifiers("behind"))


def qualifier_around(document: Document, statement: Statement) -> str | None:
    """约 近 超 … right before the numeral, 左右 以上 … right behind its unit; None where neither stands there."""
    if match := _qualifier_before().search(document.before(statement, 10)):
        return _qualifiers("before")[match[1]]
    if match := _qualifier_behind().match(document.folded, statement.figure.end):
        return _qualifiers("behind")[match[0]]
    return None
