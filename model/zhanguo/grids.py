"""Tables set in plain text: the verb at the head of a column goes with the figures below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zhanguo.actions import Action
from zhanguo.document import Document, Statement
from zhanguo.schema import Range

_LINE = re.compile(r"[^\r\n]+")
_CELL = re.compile(r"[^\t|｜ \u3000]+(?: [^\t|｜ \u3000]+)*")
_FEWEST = 2
_FAR = 60
_LONG = 1000


def column_verbs(document: Document) -> dict[int, Action]:
    """The verb of its column's head for each statement in a table, by the statement's identity."""
    by_line = _by_line(document)
    verbs: dict[int, Action] = {}
    head: list[Range] = []
    since = 0
    for number, match in enumerate(_LINE.finditer(document.folded)) if by_line else ():
        cells = list(_cells(document.folded, *match.span()))
        statements = by_line.get(match.start(), ())
        if not statements and len(cells) >= _FEWEST:
            head, since = cells, number
        elif len(cells) != len(head) or number - since > _FAR:
            head = []
        for statement in statements if head else ():
            verb = _verb(document, statement, cells, head)
            if verb:
                verbs[id(statement)] = verb
    return verbs


def _by_line(document: Document) -> dict[int, list[Statement]]:
    """The statements of each line whose figures stand alone in its cells, by where the line begins; only where there are such lines."""
    found: dict[int, list[Statement]] = {}
    for statement in document.statements:
        figure, text = statement.figure, document.folded
        if _is_edge(text, figure.start - 1) and _is_edge(text, figure.end):
            earliest = max(0, figure.start - _LONG)
            start = max(text.rfind("\n", earliest, figure.start), text.rfind("\r", earliest, figure.start)) + 1
            if start or not earliest:
                found.setdefault(start, []).append(statement)
    return found


def _is_edge(text: str, position: int) -> bool:
    return not 0 <= position < len(text) or text[position] in "\t|｜\r\n \u3000"


def _cells(text: str, start: int, end: int) -> Iterator[Range]:
    """The cells of a line: parted by tabs, bars, wide spaces, or more than one space."""
    return (Range(*match.span()) for match in _CELL.finditer(text, start, end))


def _verb(document: Document, statement: Statement, cells: Sequence[Range], head: Sequence[Range]) -> Action | None:
    """The verb at the head of a statement's column."""
    column = next((n for n, cell in enumerate(cells) if cell.start <= statement.figure.start < cell.end), None)
    verbs = document.actions.starting(*head[column]) if column is not None else ()
    return verbs[-1] if verbs else None
