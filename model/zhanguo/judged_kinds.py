"""Kinds, judged: a linear model weighs what the passes found against the words around a figure, and decides."""

from __future__ import annotations

from functools import cache

from zhanguo import categories
from zhanguo.actions import NO_KIND
from zhanguo.document import Document, Statement, words
from zhanguo.kinds import groups_of
from zhanguo.linear import Weights, probabilities
from zhanguo.schema import CHANGES, KINDS

CLASSES = (NO_KIND, *(kind for kind in KINDS if kind != "trend"), *(f"trend:{change}" for change in CHANGES))
START = "start"
_LEFT, _RIGHT, _MIDDLE, _NEAR, _FAR = 12, 10, 6, 24, 300
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
    if kind == "indicator" and not document.verb(statement.action).startswith(_LEFT_BEHIND):
        statement.action = None


def label(kind: str, change: str | None) -> str:
    """The class of a record: its kind, a change with its direction."""
    return f"{kind}:{change}" if kind == "trend" else kind


def describe_kind(document: Document, statement: Statement, before: str) -> list[str]:
    """List a statement's features: what the passes propose, verb, thing, unit, the words around; the class judged before."""
    figure, text = statement.figure, document.masked
    place, clause = document.sentence(statement).place, document.clause(statement)
    target, unit = document.name(figure.target), document.name(figure.unit_text)
    verb, dimension = document.verb(statement.action), document.dimension(statement) or ""
    rule = label(statement.kind, statement.change)
    groups = "+".join(groups_of(document, statement))
    category = categories.find(document.slice(statement.target))
    sort = category.name if category else "-"
    anchor = figure.anchor
    left = text[max(place.start, anchor - _LEFT) : anchor]
    last = figure.target.end if figure.target and not figure.target_before else figure.end
    right = text[last : min(last + _RIGHT, max(last, place.end))]
    near = text[max(clause.start, anchor - _NEAR) : min(clause.end, last + _NEAR)]
    planned = words("plan").search(document.folded, max(place.start, anchor - _FAR), anchor) is not None
    return [
        "bias",
        f"rule={rule}",
        f"proposed={statement.proposed}",
        f"own={statement.has_own_verb}|{rule}",
        f"bracket={bool(figure.bracket)}",
        *(f"verb={verb}", f"verb2={verb[-2:]}", f"unit={unit}", f"dimension={dimension}", f"groups={groups}"),
        *(f"target={target}", f"target1={target[-1:]}", f"target2={target[-2:]}", f"side={side(statement)}"),
        *(f"rule={rule}|{dimension}", f"rule={rule}|unit={unit}", f"rule={rule}|verb={verb}", f"rule={rule}|2{target[-2:]}"),
        *(f"verb={verb}|{dimension}", f"before={before}", f"before={before}|{rule}"),
        *(f"plan={planned}", f"plan={planned}|{rule}", f"sort={sort}", f"sort={sort}|{verb}", f"sort={sort}|{rule}"),
        f"middle={middle(document, statement)[:_MIDDLE]}",
        *(f"left1={left[-1:]}", f"left2={left[-2:]}", f"left3={left[-3:]}", f"left4={left[-4:]}"),
        *(f"right1={right[:1]}", f"right2={right[:2]}", f"right3={right[:3]}", f"right4={right[:4]}"),
        *_runs("left=", left, 2),
        *_runs("left=", left, 3),
        *_runs("right=", right, 2),
        *_runs("right=", right, 3),
        *_runs("clause=", near, 2),
        *{f"opening={text[place.start : min(place.start + size, anchor)]}" for size in (2, 4)},
    ]


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


def _runs(name: str, text: str, size: int) -> set[str]:
    return {name + text[i : i + size] for i in range(len(text) - size + 1)}
