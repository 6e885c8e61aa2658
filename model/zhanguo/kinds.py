"""Kinds: the verb that governs a figure, the kind of record it gives, and the context that gives none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from zhanguo import categories, figures
from zhanguo.actions import CRIME, NO_KIND, Action
from zhanguo.document import WITHOUT_AGENT, Document, Statement, words
from zhanguo.grids import column_verbs
from zhanguo.trends import is_level, last_named

UNMEASURED = ("place_name", "temperature")
VALUE_GROUPS = ("value", "rate")
_GROUPS_OF_UNITS = dict.fromkeys(("mass", "volume", "length", "area", "piece"), "thing")
_HEADING = 16
_PLACE = re.compile(r"[在从向到往距沿自与]$")
_PLACE_PHRASE = re.compile(r"[在从向到往赴于与][^,，。；、]{0,12}$")
_PATIENT = re.compile(r"[对将把给令为](?:其中|另外)?[^,，。]{0,4}$")
_THESE = re.compile(r"[\s●·\-—□>]*(?:其中|当中)")
_CRIMINAL_MONEY = re.compile("涉案|获利|损失|流水|税款")


def find_actions(document: Document) -> None:
    """Give each statement its verb and kind: a verb of its clause, else the one carried on from before."""
    carried: Action | None = None
    last_sentence = -1
    heads = column_verbs(document)
    for statement in document.statements:
        if statement.sentence != last_sentence:
            carried = carried_over(document, statement, carried if last_sentence == statement.sentence - 1 else None)
            last_sentence = statement.sentence
        if statement.kind == "trend":
            continue
        groups = groups_of(document, statement)
        own = own_action(document, statement) or heads.get(id(statement))
        statement.has_own_verb = own is not None
        chosen = own or carried
        if is_level(document, statement):
            statement.kind = "indicator"
            statement.target = statement.target or last_named(document, statement)
        elif set(groups) & set(VALUE_GROUPS) or document.dimension(statement) == "ratio":
            settle_indicator(statement, own)
        elif chosen and not (own is None and _is_criminal_money(document, statement, groups)):
            statement.kind, statement.action = chosen.kind_for(groups), chosen.place
            carried = chosen
        elif _is_criminal_money(document, statement, groups):
            statement.kind = "indicator"
        elif _are_cases(groups):
            statement.kind = "case"
        settle_crime(document, statement)
        statement.proposed = statement.kind


def groups_of(document: Document, statement: Statement) -> list[str]:
    """The classes of what is counted: by the target's head, then by the unit."""
    category = categories.find(document.slice(statement.target)) if statement.target else None
    dimension = document.dimension(statement) or ""
    by_unit = "money" if dimension.startswith("money") else _GROUPS_OF_UNITS.get(dimension, dimension)
    if by_unit == "item":
        by_unit = "" if statement.target else "case"
    if by_unit == "thing" and category:
        by_unit = ""
    return [group for group in (category and category.group, by_unit) if group]


def _are_cases(groups: list[str]) -> bool:
    """Whether target and unit both say that cases are counted: 凶杀案20宗 needs no verb."""
    return groups == ["case", "case"]


def settle_crime(document: Document, statement: Statement) -> None:
    """Facts of a crime give no record; its money is an indicator."""
    if statement.kind == CRIME:
        money = (document.dimension(statement) or "").startswith("money")
        statement.kind = "indicator" if money else NO_KIND


def _is_criminal_money(document: Document, statement: Statement, groups: Sequence[str]) -> bool:
    """涉案资金, 非法获利: money of a crime that nobody took."""
    return bool({"money", "loss"} & set(groups)) and bool(_CRIMINAL_MONEY.search(document.slice(statement.target)))


def settle_indicator(statement: Statement, own: Action | None) -> None:
    """案值, 破案率, 占46.8%: the level of an indicator, unless a verb right before takes the money itself."""
    target = statement.target
    if own and target and own.place.end == target.start and own.kind_for(["money"]) in ("seizure", "service"):
        statement.kind, statement.action = own.kind_for(["money"]), own.place
    elif target or own:
        statement.kind = "indicator"


def carried_over(document: Document, statement: Statement, last: Action | None) -> Action | None:
    """The verb that a sentence starts with: that of a heading above (收缴情况), or the last one before 其中 or in a list."""
    sentence = document.sentence(statement)
    if last and _THESE.match(document.folded, sentence.place.start):
        return last
    if not sentence.opens_line or not statement.sentence:
        return None
    place = document.sentences[statement.sentence - 1].place
    above = document.folded[place.start : place.end].strip()
    if len(above) > _HEADING:
        return None if above[-1] in "。！？!?" else last
    verbs = document.actions.starting(*place)
    return verbs[-1] if verbs else last


def own_action(document: Document, statement: Statement) -> Action | None:
    """The verb of the statement's own clause: before the figure, or behind it (281支枪被收缴, 对261人采取措施).

    A clause behind a colon (收缴：枪支3支) has the verb before the colon.
    """
    figure = statement.figure
    sentence = document.sentence(statement)
    clause = document.clause(statement)
    start = sentence.clause_at(figure.anchor).start
    inside = [a for a in document.actions.starting(start, clause.end) if a.place.end <= clause.end]
    limit = figure.start if not figure.target_before or not figure.target else figure.anchor
    between = [a for a in inside if a.place.start >= figure.anchor and a.place.end <= figure.start]
    before = [a for a in inside if a.place.end <= limit]
    behind = [a for a in inside if a.place.start >= figure.end]
    if between:
        return between[-1]
    if behind and (not before or _PATIENT.search(document.folded[start : figure.anchor])):
        return next((a for a in behind if a.kind_for(()) != "deployment"), behind[0])
    if before:
        return before[-1]
    if document.folded[start - 1 : start] in ("：", ":") and start > sentence.place.start:
        head = document.actions.starting(sentence.clause_at(start - 1).start, start)
        return head[-1] if head else None
    return None


@cache
def _each() -> re.Pattern[str]:
    return re.compile(rf"(?:{words('each').pattern})[^,，。、]{{0,4}}$")


@cache
def _abstract() -> re.Pattern[str]:
    return re.compile(rf"(?:{words('abstract').pattern})$")


def drop_context(document: Document) -> None:
    """Aims, figures per piece, members of a body, thresholds, places and the reach of a case give no record."""
    for statement in document.statements:
        figure = statement.figure
        head = document.folded[document.clause(statement).start : figure.start]
        target = document.slice(statement.target)
        if (
            _each().search(document.before(statement, 8))
            or words("plan").search(head)
            or figures.is_limit(document.folded, figure)
            or document.dimension(statement) in UNMEASURED
            or _abstract().search(target)
            or "scope" in groups_of(document, statement)
            or _abstract().fullmatch(document.slice(figure.unit_text))
            or (not figure.target_before and statement.kind not in WITHOUT_AGENT and _is_spot(statement, head))
        ):
            statement.kind = NO_KIND


def _is_spot(statement: Statement, head: str) -> bool:
    """在一家宾馆抓获2人: the figure counts the place where the clause's verb, which follows, does its work."""
    action = statement.action
    follows = action is not None and action.start > statement.figure.end
    return bool(_PLACE.search(head) or (follows and _PLACE_PHRASE.search(head)))
