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
        choice.statement.share *= choice.decide(_weights())


def choices(document: Document) -> Iterator[Choice]:
    """Yield the choice for each statement in turn; each must be settled before the next is asked for."""
    last: Statement | None = None
    for statement in document.statements:
        rule = statement.target
        options = list(_options(document, statement, rule, last))
        features = [list(describe_thing(document, statement, option, rule, last)) for option in options]
        nothing = list(describe_nothing(document, statement, rule, last))
        yield Choice(statement, "target", [None, *options], [nothing, *features])
        last = statement


def _options(document: Document, statement: Statement, rule: Span | None, last: Statement | None) -> Iterator[Span]:
    """The targets next to the figure in its sentence, the one the passes propose, and that of the statement before."""
    place, figure = document.sentence(statement).place, statement.figure
    before = document.targets.starting(place.start, figure.start)[-_BEFORE:]
    behind = document.targets.starting(figure.end, place.end)[:_BEHIND]
    inherited = [target for target in (rule, last and last.target) if target]
    found = {target.start: target for target in itertools.chain(before, behind, inherited)}
    yield from (found[start] for start in sorted(found))


def describe_thing(document: Document, statement: Statement, thing: Span, rule: Span | None, last: Statement | None) -> Iterator[str]:
    """Yield how a target stands to a figure: side, gap, what lies between, and what was chosen before."""
    figure, text = statement.figure, document.masked
    name, unit = document.name(thing), document.name(figure.unit_text)
    before = thing.end <= figure.start
    gap = Range(thing.end, figure.start) if before else Range(figure.end, max(figure.end, thing.start))
    if gap.end - gap.start > _LONG:  # a thing carried on from far back: what lies next to the figure is enough
        gap = Range(gap.end - _LONG, gap.end)
    between = text[gap.start : gap.end]
    stops = "".join(dict.fromkeys(_STOPS.findall(between)))[:3]
    figures = sum(span.label == "QUANTITY" for span in document.spans.starting(*gap))
    things = sum(span.label == "TARGET" for span in document.spans.starting(*gap))
    verbs = min(len(document.actions.starting(*gap)), 2)
    side = "before" if before else "behind"
    kind = label(statement.kind, statement.change)
    by_rule = rule is not None and rule.start == thing.start
    same = last is not None and last.target is not None and last.target.start == thing.start
    near = min(len(between), _FAR) // 2
    here = document.sentence(statement).place.start <= thing.start
    owned = _owner(document, thing)
    yield from (f"side={side}", f"rule={by_rule}", f"same={same}", f"near={side}|{near}", f"here={here}", f"kind={kind}|{side}|{by_rule}")
    yield from (
        f"gap={side}|{between[:_GAP]}",
        f"gap_end={side}|{between[-2:]}",
        f"stops={side}|{stops}",
        f"figures={side}|{min(figures, 3)}",
    )
    yield from (
        f"things={side}|{min(things, 3)}",
        f"verbs={side}|{verbs}",
        f"verbs={side}|{verbs}|{by_rule}",
        f"owned={side}|{owned}|{by_rule}",
    )
    yield from (
        f"unit={unit}|{name[-1:]}",
        f"unit={unit}|{name[-2:]}",
        f"unit={unit}|{side}",
        f"kind={kind}|{name[-1:]}",
        f"kind={kind}|{name[-2:]}",
    )
    yield from (f"rule={by_rule}|{rule is None}|{kind}", f"stops={stops}|{by_rule}|{kind}", f"figures={min(figures, 3)}|{by_rule}|{kind}")
    yield from (f"same={same}|{kind}|{document.dimension(statement)}", f"same={same}|{by_rule}", f"name1={name[-1:]}", f"name2={name[-2:]}")
    yield from (
        f"bracket={figure.bracket is not None and thing.start < figure.bracket.start}",
        f"verb={document.name(statement.action)}|{side}",
    )
    yield from (
        f"groups={'+'.join(groups_of(document, statement))}|{by_rule}",
        f"in_front={text[max(0, thing.start - 1) : thing.start]}|{side}",
    )
    yield from (f"after={text[thing.end : thing.end + 2]}|{side}", f"dimension={document.dimension(statement)}|{name[-1:]}|{side}")


def describe_nothing(document: Document, statement: Statement, rule: Span | None, last: Statement | None) -> Iterator[str]:
    """Yield what speaks for a figure that names nothing it counts."""
    figure, text = statement.figure, document.masked
    kind, unit, verb = label(statement.kind, statement.change), document.name(figure.unit_text), document.name(statement.action)
    inherited = last is not None and last.target is not None and last.sentence == statement.sentence
    yield from (
        "nothing",
        f"nothing|{kind}",
        f"nothing|{unit}",
        f"nothing|rule={rule is not None}",
        f"nothing|{kind}|rule={rule is not None}",
    )
    yield from (
        f"nothing|{verb}",
        f"nothing|{verb}|{unit}",
        f"nothing|bracket={figure.bracket is not None}|{unit}",
        f"nothing|last={inherited}|{kind}",
    )
    yield from (f"nothing|dimension={document.dimension(statement)}", f"nothing|dimension={document.dimension(statement)}|{kind}")
    yield from (f"nothing|left={text[max(0, figure.start - size) : figure.start]}" for size in (1, 2, 3))
    yield from (f"nothing|right={text[figure.end : figure.end + size]}" for size in (1, 2))


def _owner(document: Document, thing: Span) -> str:
    """Whether another figure stands right at a target."""
    behind = document.spans.starting(thing.end, thing.end + 1)
    in_front = document.spans.starting(max(0, thing.start - 3), thing.start)
    return f"{any(s.label == 'QUANTITY' for s in behind)}{any(s.end == thing.start and s.label == 'UNIT' for s in in_front)}"
