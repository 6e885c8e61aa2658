"""Kinds, judged: a linear model weighs what the passes found against the words around a figure, and decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from zhanguo.actions import NO_KIND
from zhanguo.document import Document, Statement
from zhanguo.kinds import groups_of
from zhanguo.linear import Weights, probabilities
from zhanguo.schema import CHANGES, KINDS

CLASSES = (NO_KIND, *(kind for kind in KINDS if kind != "trend"), *(f"trend:{change}" for change in CHANGES))
START = "start"
_LEFT, _RIGHT, _MIDDLE = 12, 10, 6
_LEFT_BEHIND = "遗"  # an indicator keeps 遗留 as its verb


@cache
def _weights() -> Weights:
    return Weights.read("kind_weights.tsv", CLASSES)


def judge_kinds(document: Document) -> None:
    """Give each statement the likeliest kind, ``none`` included, and its probability."""
    before = START
    for statement in document.statements:
        shares = probabilities(_weights().scores(describe_kind(document, statement, before)))
        best = max(range(len(CLASSES)), key=shares.__getitem__)
        before = CLASSES[best]
        statement.share = shares[best]
        settle(document, statement, before)


def settle(document: Document, statement: Statement, judged: str) -> None:
    """Take over a judged kind; only changes have a direction, and levels no verb."""
    kind, _, change = judged.partition(":")
    if statement.kind == "trend" and kind != "trend":
        statement.action = None
    statement.kind, statement.change = kind, change or None
    if kind == "indicator" and not document.name(statement.action).startswith(_LEFT_BEHIND):
        statement.action = None


def label(kind: str, change: str | None) -> str:
    """The class of a record: its kind, a change with its direction."""
    return f"{kind}:{change}" if kind == "trend" else kind


def describe_kind(document: Document, statement: Statement, before: str) -> Iterator[str]:
    """Yield a statement's features: what the passes propose, verb, thing, unit, the words around; the class judged before."""
    figure, text = statement.figure, document.masked
    place = document.sentence(statement).place
    target, unit = document.name(figure.target), document.name(figure.unit_text)
    verb, dimension = document.name(statement.action), document.dimension(statement) or ""
    rule = label(statement.kind, statement.change)
    groups = "+".join(groups_of(document, statement))
    yield from (
        "bias",
        f"rule={rule}",
        f"proposed={statement.proposed}",
        f"own={statement.has_own_verb}|{rule}",
        f"bracket={bool(figure.bracket)}",
    )
    yield from (f"verb={verb}", f"verb2={verb[-2:]}", f"unit={unit}", f"dimension={dimension}", f"groups={groups}")
    yield from (f"target={target}", f"target1={target[-1:]}", f"target2={target[-2:]}", f"side={side(statement)}")
    yield from (f"rule={rule}|{dimension}", f"rule={rule}|{unit}", f"rule={rule}|{verb}", f"rule={rule}|2{target[-2:]}")
    yield from (f"verb={verb}|{dimension}", f"before={before}", f"before={before}|{rule}")
    left = text[max(place.start, figure.anchor - _LEFT) : figure.anchor]
    last = figure.target.end if figure.target and not figure.target_before else figure.end
    right = text[last : min(last + _RIGHT, max(last, place.end))]
    yield f"middle={middle(document, statement)[:_MIDDLE]}"
    for size in (1, 2, 3, 4):
        yield from (f"left{size}={left[-size:]}", f"right{size}={right[:size]}")
    for size in (2, 3):
        yield from (f"left={run}" for run in _runs(left, size))
        yield from (f"right={run}" for run in _runs(right, size))
    clause = document.clause(statement)
    yield from (f"clause={run}" for run in _runs(text[clause.start : clause.end], 2))
    yield from (f"opening={text[place.start : min(place.start + size, figure.anchor)]}" for size in (2, 4))


def side(statement: Statement) -> str:
    """On which side of the figure its thing stands."""
    return "none" if statement.figure.target is None else "before" if statement.figure.target_before else "behind"


def middle(document: Document, statement: Statement) -> str:
    """What stands between a thing and its figure."""
    figure = statement.figure
    if figure.target is None:
        return ""
    start, end = (figure.target.end, figure.start) if figure.target_before else (figure.end, figure.target.start)
    return document.masked[start:end]


def _runs(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(len(text) - size + 1)}
