"""Subjects: gives each statement the organisation that acts in it."""

from __future__ import annotations

from itertools import groupby

from zhanguo.acting import is_agentless
from zhanguo.document import WITHOUT_AGENT, Document, words
from zhanguo.schema import Span
from zhanguo.sentences import Sentence
from zhanguo.trends import RESPECTIVELY

_OPENING = 24


def find_organisations(document: Document) -> None:
    """Subject of the clause, passive agent, or the subject that the text still speaks of; none for trends and levels."""
    carried: Span | None = None
    leading: Span | None = None
    position = 0
    for number, sentence in enumerate(document.sentences):
        named: Span | None = None
        if leading and sums_up(document, sentence):
            carried = leading
        while position < len(document.statements) and document.statements[position].sentence == number:
            statement = document.statements[position]
            position += 1
            action, start = statement.action, statement.figure.anchor
            place = min(start, action.start) if action and statement.has_own_verb and action.start >= sentence.place.start else start
            behind = document.agents.passive(statement.figure.end, action.start) if action else None
            named = behind or document.agents.at(place, sentence) or named
            if statement.kind not in WITHOUT_AGENT and not is_agentless(document.folded, action, statement.figure.start):
                statement.org = named or carried
        carried = named or document.agents.subject(sentence) or carried
        leading = leading or named
    if not any(statement.org for statement in document.statements):
        speak_for_itself(document)


def distribute_organisations(document: Document) -> None:
    """甲所、乙所分别收缴31公斤、26公斤: each organisation of the row did what stands in its place."""
    for number, group in groupby(document.statements, key=lambda statement: statement.sentence):
        statements = list(group)
        for match in RESPECTIVELY.finditer(document.folded, *document.sentences[number].place):
            row = document.agents.row_before(match.start())
            behind = [s for s in statements if s.figure.start >= match.end()]
            if 2 <= len(row) <= len(behind):
                for org, statement in zip(row, behind, strict=False):
                    statement.org = None if statement.kind in WITHOUT_AGENT else org


def sums_up(document: Document, sentence: Sentence) -> bool:
    """Whether a sentence turns back to the whole report's work (截至目前,全市共…)."""
    return bool(words("summary").search(document.folded, sentence.place.start, min(sentence.place.end, sentence.place.start + _OPENING)))


def speak_for_itself(document: Document) -> None:
    """Where nobody else acts in the whole report, the organisation that reports does."""
    source = document.agents.source()
    for statement in document.statements:
        agentless = is_agentless(document.folded, statement.action, statement.figure.start)
        if source and source.end <= statement.figure.start and statement.kind not in WITHOUT_AGENT and not agentless:
            statement.org = source
