"""Acting organisations, judged: a linear model weighs the organisations of a report, and none, for each statement."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from zhanguo.acting import JOINED
from zhanguo.choices import Choice
from zhanguo.document import WITHOUT_AGENT, Document, Statement
from zhanguo.linear import ONE, Weights
from zhanguo.places import Places
from zhanguo.schema import Span
from zhanguo.subjects import sums_up

_NEAR = 12  # organisations before a figure that are weighed
_BEHIND = 2
_MANY = 3
_AROUND = 8
_LONG = 1000
_OPENING_MARKS = "␣¶“”(（"


@cache
def _weights() -> Weights:
    return Weights.read("agent_weights.tsv", ONE)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An organisation of the report, with what about it is the same for every statement."""

    org: Span
    sentence: int
    subject: bool
    frame: tuple[str, ...]


class Candidates:
    """The organisations of a report, in order; stretches of them are found without going through all."""

    def __init__(self, items: list[Candidate]) -> None:
        self.places = Places(items, lambda candidate: candidate.org.start)
        self._subjects = [0, *itertools.accumulate(candidate.subject for candidate in items)]

    def count(self, start: int, end: int) -> tuple[int, int]:
        """How many start within ``[start, end)``, and how many of these can be subjects."""
        first, last = self.places.index(start), max(self.places.index(start), self.places.index(end))
        return last - first, self._subjects[last] - self._subjects[first]

    def weighed(self, start: int, end: int) -> list[Candidate]:
        """The first of the report, those next before ``start``, and those right behind it before ``end``."""
        here = self.places.index(start)
        before = self.places.items[max(1, here - _NEAR) : here]
        return [*self.places.items[: min(1, here)], *before, *self.places.starting(start, end)[:_BEHIND]]


def judge_agents(document: Document) -> None:
    """Give each statement the likeliest organisation, or none, and its probability; changes and levels have none."""
    for choice in choices(document):
        share = choice.decide(_weights())
        choice.statement.share *= share


def choices(document: Document) -> Iterator[Choice]:
    """Yield the choice for each statement in turn; each must be settled before the next is asked for."""
    everyone = find_candidates(document)
    before: Statement | None = None
    for statement in document.statements:
        if statement.kind in WITHOUT_AGENT:
            statement.org = None
            continue
        rule = statement.org
        weighed = everyone.weighed(statement.figure.end, document.sentence(statement).place.end)
        features = [[*c.frame, *describe_agent(document, statement, c, everyone, rule, before)] for c in weighed]
        nobody = list(describe_nobody(document, statement, everyone, rule, before))
        yield Choice(statement, "org", [None, *(c.org for c in weighed)], [nobody, *features])
        before = statement


def find_candidates(document: Document) -> Candidates:
    """Every organisation of the report."""
    orgs = document.agents.orgs.items
    times = Counter(document.name(org) for org in orgs)
    found: list[Candidate] = []
    leader = False
    for number, sentence in enumerate(document.sentences):
        for org in document.agents.orgs.starting(*sentence.place):
            subject = document.agents.is_subject(org, sentence)
            first = f"first={not found}|{subject and not leader}"
            leader = leader or subject
            frame = (
                *_frame(document, org, number, subject=subject, last=found[-1].org if found else None),
                first,
                f"times={min(4, times[document.name(org)])}",
            )
            found.append(Candidate(org, number, subject, frame))
    return Candidates(found)


def _frame(document: Document, org: Span, number: int, *, subject: bool, last: Span | None) -> Iterator[str]:
    """Yield what the words around an organisation, and its own, say of it."""
    text, name = document.masked, document.name(org)
    head, tail = text[max(0, org.start - _AROUND) : org.start], text[org.end : org.end + _AROUND]
    sentence = document.sentences[number]
    opens_clause = not text[sentence.clause_at(org.start).start : org.start].strip(_OPENING_MARKS)
    opens_sentence = not text[sentence.place.start : org.start].strip(_OPENING_MARKS)
    joined = last is not None and JOINED.fullmatch(text[last.end : org.start])
    yield from (f"subject={subject}", f"speaks={document.agents.is_speaker(org)}", f"opens={opens_clause}|{opens_sentence}")
    yield from (f"joined={bool(joined)}", f"title={number == 0}", f"length={min(len(name) // 3, 5)}")
    yield from (f"ending1={name[-1:]}", f"ending2={name[-2:]}")
    yield from (f"head{size}={head[-size:]}" for size in (1, 2, 3))
    yield from (f"tail{size}={tail[:size]}" for size in (1, 2, 3))


def _start(document: Document, statement: Statement) -> int:
    """Where the statement's own words begin: its verb, thing or figure."""
    action, anchor = statement.action, statement.figure.anchor
    return min(anchor, action.start) if action and action.start >= document.sentence(statement).place.start else anchor


def describe_agent(
    document: Document, statement: Statement, candidate: Candidate, everyone: Candidates, rule: Span | None, before: Statement | None
) -> Iterator[str]:
    """Yield how an organisation stands to a statement: distance, what lies between, and what was chosen before."""
    org, text, start = candidate.org, document.masked, _start(document, statement)
    name, verb = document.name(org), document.name(statement.action)
    clause, place = document.clause(statement), document.sentence(statement).place
    same_name = bool(before and before.org and document.name(before.org) == name)
    same = bool(before and before.org and before.org.start == org.start)
    by_rule = bool(rule and rule.start == org.start)
    named_by_rule = bool(rule and document.name(rule) == name)
    between, rivals = everyone.count(org.end, start)
    rank, rivals = min(between, _MANY + 1), min(rivals, _MANY)
    verbs = min(document.actions.index(start) - document.actions.index(org.end), _MANY + 1) if org.end <= start else -1
    far = _far(statement.sentence - candidate.sentence)
    here = f"{rank}" if far == "0" else "-"
    line = org.end <= start and text.find("¶", org.end, min(start, org.end + _LONG)) < 0
    subject, sum_up = candidate.subject, sums_up(document, document.sentence(statement))
    yield from (
        f"far={far}",
        f"here={here}",
        f"rank={rank}",
        f"clause={clause.start <= org.start < clause.end}",
        f"behind={org.start >= start}",
    )
    yield from (f"same={same}", f"same_name={same_name}", f"rule={by_rule}", f"rule_name={named_by_rule}", f"verbs={verbs}", f"line={line}")
    yield from (f"here={here}|head={text[max(0, org.start - 1) : org.start]}", f"here={far == '0'}|tail={text[org.end : org.end + 2]}")
    yield from (f"kind={statement.kind}|{name[-1:]}", f"kind={statement.kind}|{name[-2:]}", f"verb={verb}|{name[-1:]}")
    yield from (f"far={far}|{subject}|{by_rule}", f"far={far}|{same}", f"here={here}|{subject}", f"here={here}|verbs={verbs}")
    yield from (f"far={far}|line={line}", f"far={far}|{same}|{by_rule}", f"far={far}|frame={candidate.frame[2]}|{subject}")
    yield from (f"far={far}|{candidate.frame[1]}", f"far={far}|{candidate.frame[-2]}", f"same={same}|{candidate.frame[-2]}")
    yield from (f"by_rule={by_rule}|{candidate.frame[3]}", f"by_rule={by_rule}|{named_by_rule}|{subject}|{candidate.frame[1]}")
    yield from (
        f"behind={org.start >= start}|{text[max(0, org.start - 1) : org.start]}",
        f"sums_up={sum_up}|{same}",
        f"sums_up={sum_up}|{candidate.frame[-2]}",
    )
    yield from (f"verb={bool(verb)}|{same}", f"opening={text[place.start : place.start + 2]}|{same}")
    yield from (f"new_line={document.sentence(statement).opens_line}|{same}", f"rivals={rivals}|{subject}", f"rivals={rivals}|{far}")


def describe_nobody(
    document: Document, statement: Statement, everyone: Candidates, rule: Span | None, before: Statement | None
) -> Iterator[str]:
    """Yield what speaks for a statement without an acting organisation."""
    text, start, figure = document.masked, _start(document, statement), statement.figure
    place, verb, action = document.sentence(statement).place, document.name(statement.action), statement.action
    behind = bool(action and action.start > figure.start)
    last = "start" if before is None else "org" if before.org else "nobody"
    yield from ("nobody", f"nobody|{statement.kind}", f"nobody|rule={rule is not None}", f"nobody|last={last}", f"nobody|verb={verb}")
    yield from (f"nobody|left1={text[max(0, start - 1) : start]}", f"nobody|left2={text[max(0, start - 2) : start]}")
    yield from (f"nobody|right={text[figure.end : figure.end + 2]}", f"nobody|behind={behind}", f"nobody|title={statement.sentence == 0}")
    yield from (
        f"nobody|passive={behind and action is not None and text[action.start - 1] == '被'}",
        f"nobody|bracket={bool(figure.bracket)}",
    )
    yield from (
        f"nobody|here={everyone.count(place.start, start)[0] > 0}",
        f"nobody|any={everyone.count(0, start)[0] > 0}",
    )
    yield from (
        f"nobody|opening={text[place.start : place.start + 2]}",
        f"nobody|unit={document.name(figure.unit_text)}",
        f"nobody|empty={not everyone.places.items}",
    )


def _far(sentences: int) -> str:
    """How many sentences lie between an organisation and a statement."""
    return "behind" if sentences < 0 else str(sentences) if sentences < _MANY else "3-5" if sentences < 2 * _MANY else "6+"
