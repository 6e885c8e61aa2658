"""Wholes: figures that 其中 or a bracket makes parts of earlier ones."""

from __future__ import annotations

import re

from zhanguo.document import Document, Statement, words
from zhanguo.figures import FAR


def find_wholes(document: Document) -> None:
    """其中 and brackets: the figure is part of an earlier one."""
    for index, statement in enumerate(document.statements):
        near = [s for s in document.statements[max(0, index - 40) : index] if s.sentence >= statement.sentence - 1]
        statement.whole = whole_of_these(document, statement, near) or whole_of_bracket(statement, near)
        if statement.whole and not statement.has_own_verb and statement.kind == statement.whole.kind != "trend":
            statement.action = statement.whole.action


def whole_of_these(document: Document, statement: Statement, near: list[Statement]) -> Statement | None:
    """The last whole of the same measure before 其中, in the same or the preceding sentence."""
    sentence = document.sentence(statement).place
    marks = [m.start() for m in words("of_these").finditer(document.folded, sentence.start, statement.figure.start)]
    if not marks or re.search("[；;]", document.folded[marks[-1] : statement.figure.start]):
        return None
    wholes = [s for s in near if s.figure.start < marks[-1] and not s.whole and _same_measure(document, s, statement)]
    return wholes[-1] if wholes else None


def _same_measure(document: Document, whole: Statement, part: Statement) -> bool:
    if (whole.kind == "trend") != (part.kind == "trend"):
        return False
    ours, theirs = document.dimension(part), document.dimension(whole)
    same_unit = document.slice(whole.figure.unit_text) == document.slice(part.figure.unit_text)
    return same_unit or (ours == theirs and ours not in (None, "piece", "item"))


def whole_of_bracket(statement: Statement, near: list[Statement]) -> Statement | None:
    """硝酸钾250公斤(五袋): a further figure of the thing before the bracket."""
    bracket = statement.figure.bracket
    outside = [s for s in near if bracket and s.figure.end <= bracket.start and s.sentence == statement.sentence]
    if not bracket or not outside or bracket.start - outside[-1].figure.end > FAR:
        return None
    own = statement.figure.target
    return None if own and own.end <= bracket.start else outside[-1]
