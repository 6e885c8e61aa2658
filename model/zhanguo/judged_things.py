"""Things, judged: a linear model weighs the targets around a figure, and none, for what it counts or measures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache

from zhanguo.choices import Choice
from zhanguo.document import Document, Statement
from zhanguo.judged_kinds import label
from zhanguo.kinds import groups_of
from zhanguo.linear import ONE, Weights
from zhanguo.schema import Range, Span

_BEFORE, _BEHIND = 4, 2
_GAP = 6
_STOPS = re.compile(r"[，。；、：（）！？¶,;:()]")
_FAR = 12
_LONG = 1000


@cache
def _weights() -> Weights:
    return Weights.read("thing_weights.tsv", ONE)


def judge_things(document: Document) -> None:
    """Give each statement the likeliest target, or none, and its probability."""
    for choice in choices(document):
        choice.statement.share *= choice.decide(document, _weights())


def choices(document: Document) -> Iterator[Choice]:
    """Yield the choice for each statement in turn; each must be settled before the next is asked for."""
    last: Statement | None = None
    for statement in document.statements:
        here = Situation(document, statement, last)
        options = list(_options(here))
        features = [describe_nothing(here), *(describe_thing(here, option) for option in options)]
        yield Choice(statement, "target", [None, *options], features)
        last = statement


class Situation:
    """A figure that looks for its thing: what is the same for all that it may choose."""

    def __init__(self, document: Document, statement: Statement, last: Statement | None) -> None:
        self.document, self.statement = document, statement
        self.figure, self.rule, self.last = statement.figure, statement.target, last
        self.start, self.end, self.bracket = statement.figure.start, statement.figure.end, statement.figure.bracket
        self.place = document.sentence(statement).place
        self.unit = document.name(statement.figure.unit_text)
        self.verb = document.verb(statement.action)
        self.kind = label(statement.kind, statement.change)
        self.dimension = document.dimension(statement)
        self.groups = "+".join(groups_of(document, statement))


def _options(here: Situation) -> Iterator[Span]:
    """The targets next to the figure in its sentence, the one the passes propose, and that of the statement before."""
    targets, last = here.document.targets, here.last
    before = targets.starting(here.place.start, here.start)[-_BEFORE:]
    behind = targets.starting(here.end, here.place.end)[:_BEHIND]
    inherited = [target for target in (here.rule, last and last.target) if target]
    found = {target.start: target for target in itertools.chain(before, behind, inherited)}
    yield from (found[start] for start in sorted(found))


def describe_thing(here: Situation, thing: Span) -> list[str]:
    """List how a target stands to a figure: side, gap, what lies between, and what was chosen before."""
    document, text, last, unit, kind = here.document, here.document.masked, here.last, here.unit, here.kind
    name = document.name(thing)
    before = thing.end <= here.start
    gap = Range(thing.end, here.start) if before else Range(here.end, max(here.end, thing.start))
    if gap.end - gap.start > _LONG:  # a thing carried on from far back: what lies next to the figure is enough
        gap = Range(gap.end - _LONG, gap.end)
    between = text[gap.start : gap.end]
    stops = "".join(dict.fromkeys(_STOPS.findall(between)))[:3]
    labels = [span.label for span in document.spans.starting(*gap)]
    figures, things = min(labels.count("QUANTITY"), 3), min(labels.count("TARGET"), 3)
    verbs = min(document.actions.index(gap.end) - document.actions.index(gap.start), 2)
    side = "before" if before else "behind"
    by_rule = here.rule is not None and here.rule.start == thing.start
    same = last is not None and last.target is not None and last.target.start == thing.start
    near = min(len(between), _FAR) // 2
    bracketed = here.bracket is not None and thing.start < here.bracket.start
    return [
        f"side={side}",
        f"rule={by_rule}",
        f"same={same}",
        f"near={side}|{near}",
        f"here={here.place.start <= thing.start}",
        f"gap={side}|{between[:_GAP]}",
        f"gap_end={side}|{between[-2:]}",
        f"stops={side}|{stops}",
        f"figures={side}|{figures}",
        f"things={side}|{things}",
        f"verbs={side}|{verbs}",
        f"verbs={side}|{verbs}|{by_rule}",
        f"owned={side}|{_owner(document, thing)}|{by_rule}",
        f"bracket={bracketed}",
        f"verb={here.verb}|{side}",
        f"unit={unit}|{name[-1:]}",
        f"unit={unit}|2{name[-2:]}",
        f"unit={unit}|{side}",
        f"kind={kind}|{name[-1:]}",
        f"kind={kind}|2{name[-2:]}",
        f"kind={kind}|{side}|{by_rule}",
        f"rule={by_rule}|{here.rule is None}|{kind}",
        f"stops={stops}|{by_rule}|{kind}",
        f"figures={figures}|{by_rule}|{kind}",
        f"same={same}|{kind}|{here.dimension}",
        f"same={same}|{by_rule}",
        f"name1={name[-1:]}",
        f"name2={name[-2:]}",
        f"groups={here.groups}|{by_rule}",
        f"in_front={text[max(0, thing.start - 1) : thing.start]}|{side}",
        f"after={text[thing.end : thing.end + 2]}|{side}",
        f"dimension={here.dimension}|{name[-1:]}|{side}",
    ]


def describe_nothing(here: Situation) -> list[str]:
    """List what speaks for a figure that names nothing it counts."""
    text, kind, unit, verb, last = here.document.masked, here.kind, here.unit, here.verb, here.last
    inherited = last is not None and last.target is not None and last.sentence == here.statement.sentence
    ruled = here.rule is not None
    return [
        "nothing",
        f"nothing|{kind}",
        f"nothing|unit={unit}",
        f"nothing|rule={ruled}",
        f"nothing|{kind}|rule={ruled}",
        f"nothing|verb={verb}",
        f"nothing|{verb}|{unit}",
        f"nothing|bracket={here.bracket is not None}|{unit}",
        f"nothing|last={inherited}|{kind}",
        f"nothing|dimension={here.dimension}",
        f"nothing|dimension={here.dimension}|{kind}",
        *(f"nothing|left{size}={text[max(0, here.start - size) : here.start]}" for size in (1, 2, 3)),
        *(f"nothing|right{size}={text[here.end : here.end + size]}" for size in (1, 2)),
    ]


def _owner(document: Document, thing: Span) -> str:
    """Whether another figure stands right at a target."""
    behind = document.spans.starting(thing.end, thing.end + 1)
    in_front = document.spans.starting(max(0, thing.start - 3), thing.start)
    return f"{any(s.label == 'QUANTITY' for s in behind)}{any(s.end == thing.start and s.label == 'UNIT' for s in in_front)}"
