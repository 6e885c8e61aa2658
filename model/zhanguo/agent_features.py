"""What speaks for an organisation as the one that acts in a statement, as named features for the model that judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from zhanguo.candidates import Candidate, Candidates, anaphor_before, scope_before
from zhanguo.document import Document, Statement, words
from zhanguo.schema import Span
from zhanguo.subjects import sums_up

_MANY = 3
_NEAR = 12
_LONG = 1000
_REMEMBERED = 24


class Relation(NamedTuple):
    """How a candidate stands to what was chosen before: the same place, the same name, how often the name was used and whether first."""

    same: bool
    same_name: bool
    used: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was chosen for the statements before: the last organisation, the first one's name, how often each of the latest names."""

    begun: bool = False
    last: Span | None = None
    last_name: str = ""
    leader: str = ""
    used: Mapping[str, int] = field(default_factory=dict)

    def then(self, org: Span | None, name: str) -> Past:
        """The past after one more choice."""
        if org is None:
            return Past(True, None, "", self.leader, self.used)
        used = dict(self.used)
        used[name] = used.pop(name, 0) + 1
        if len(used) > _REMEMBERED:
            del used[next(iter(used))]
        return Past(True, org, name, self.leader or name, used)

    def relation(self, candidate: Candidate) -> Relation:
        """How a candidate stands to it."""
        same = self.last is not None and self.last.start == candidate.org.start
        used = f"{min(self.used.get(candidate.name, 0), 2)}|{self.leader == candidate.name}"
        return Relation(same, self.last is not None and self.last_name == candidate.name, used)

    @property
    def state(self) -> str:
        """Whether anything was chosen, and whether that was an organisation."""
        return "org" if self.last else "nobody" if self.begun else "start"


class Situation:
    """A statement that looks for its organisation: what is the same for all that it may choose."""

    def __init__(self, document: Document, statement: Statement, everyone: Candidates) -> None:
        self.document, self.statement, self.everyone = document, statement, everyone
        self.figure, self.action, self.kind = statement.figure, statement.action, statement.kind
        sentence = document.sentence(statement)
        self.place, self.opens_line = sentence.place, sentence.opens_line
        self.clause = document.clause(statement)
        anchor, action = statement.figure.anchor, statement.action
        own = action if statement.has_own_verb and action and action.start >= self.place.start else None
        self.start = min(anchor, own.start) if own else anchor
        self.number = everyone.places.index(self.start)
        self.verbs, self.breaks = document.actions.index(self.start), everyone.breaks(self.start)
        self.verb = document.verb(action)
        self.sums_up = sums_up(document, sentence)
        self.opening = document.masked[self.place.start : self.place.start + 2]
        self.anaphor = anaphor_before(document, self.place.start, self.start)
        self.scope = scope_before(document, self.place.start, self.start)
        line = everyone.line(document, self.start)
        self.we = words("we").search(document.folded, max(line.start, self.start - _LONG), self.start) is not None
        self.rule, self.rule_name = statement.org, document.name(statement.org)

    def candidates(self) -> list[Candidate]:
        """The organisations that the statement may choose."""
        return self.everyone.weighed(self.figure.end, self.place.end)

    def nobody(self) -> list[str]:
        """List what speaks for no acting organisation."""
        text, start, figure, action = self.document.masked, self.start, self.figure, self.action
        behind = bool(action and action.start > figure.start)
        passive = behind and action is not None and text[action.start - 1] == "被"
        last = max(figure.end, figure.target.end if figure.target else 0)
        before, after = text[max(self.clause.start, start - _NEAR) : start], text[last : min(last + _NEAR, max(last, self.clause.end))]
        ruled, named = self.rule is not None, self.everyone.places.index(self.place.start) < self.number
        return [
            *("nobody", f"nobody|{self.kind}", f"nobody|rule={ruled}", f"nobody|{self.kind}|rule={ruled}"),
            *(f"nobody|verb={self.verb}", f"nobody|unit={self.document.name(figure.unit_text)}", f"nobody|opening={self.opening}"),
            *(f"nobody|left1={text[max(0, start - 1) : start]}", f"nobody|left2={text[max(0, start - 2) : start]}"),
            *(f"nobody|right={text[figure.end : figure.end + 2]}", f"nobody|behind={behind}", f"nobody|passive={passive}"),
            *(f"nobody|title={self.statement.sentence == 0}", f"nobody|bracket={bool(figure.bracket)}"),
            *(f"nobody|here={named}", f"nobody|any={self.number > 0}", f"nobody|empty={not self.everyone.places.items}"),
            *(f"nobody|scope={self.scope}", f"nobody|anaphor={bool(self.anaphor)}", f"nobody|verb={self.verb}|{behind}"),
            *{f"nobody|before={before[i : i + 2]}" for i in range(len(before) - 1)},
            *{f"nobody|after={after[i : i + 2]}" for i in range(len(after) - 1)},
            *(
                f"nobody|next={after[:1]}",
                f"nobody|被={'被' in after}|{self.kind}",
                f"nobody|we={self.we}",
            ),
        ]


class Option:
    """A candidate in a situation."""

    def __init__(self, here: Situation, candidate: Candidate) -> None:
        org = candidate.org
        self.here, self.candidate = here, candidate
        self.by_rule = bool(here.rule and here.rule.start == org.start)
        self.behind = org.start >= here.start
        self.far = _far(here.statement.sentence - candidate.sentence)
        self.means = not self.behind and candidate.name.endswith(here.anaphor)

    def features(self) -> list[str]:
        """List how the organisation stands to the statement: distance, what lies between, what the words say."""
        here, candidate, far, behind, by_rule = self.here, self.candidate, self.far, self.behind, self.by_rule
        org, name, subject, first, speaks = candidate.org, candidate.name, candidate.subject, candidate.first, candidate.speaks
        named_by_rule = bool(here.rule and here.rule_name == name)
        rank = min(max(0, here.number - candidate.number - 1), _MANY + 1)
        rivals = min(here.everyone.subjects(candidate.number + 1, here.number), _MANY)
        verbs = -1 if org.end > here.start else min(here.verbs - candidate.verbs, _MANY + 1)
        lines = -1 if org.end > here.start else min(here.breaks - candidate.breaks, _MANY)
        step = f"{rank}" if far == "0" else "-"
        clauses = min(here.figure.clause - candidate.clause, _MANY) if far == "0" else -1
        head, tail, heading = candidate.head, candidate.tail, candidate.heading
        features = [
            *(
                f"far={far}",
                f"here={step}",
                f"rank={rank}",
                f"clause={here.clause.start <= org.start < here.clause.end}",
                f"behind={behind}",
            ),
            *(f"rule={by_rule}", f"rule_name={named_by_rule}", f"verbs={verbs}", f"lines={lines}", f"lines={lines}|{head}"),
            *(f"here={step}|head={head}", f"here={far == '0'}|tail={tail}", f"behind={behind}|{head}"),
            *(f"kind={here.kind}|{name[-1:]}", f"kind={here.kind}|2{name[-2:]}", f"kind={here.kind}|level={candidate.level}"),
            *(f"verb={here.verb}|{name[-1:]}", f"verb={here.verb}|2{name[-2:]}"),
            *(f"far={far}|{subject}|{by_rule}", f"here={step}|{subject}", f"here={step}|verbs={verbs}", f"clauses={clauses}|{subject}"),
            *(
                f"far={far}|lines={lines}",
                f"far={far}|opens={candidate.opens}|{subject}",
                f"far={far}|speaks={speaks}",
                f"far={far}|first={first}",
            ),
            *(f"by_rule={by_rule}|joined={candidate.joined}", f"by_rule={by_rule}|{named_by_rule}|{subject}|{speaks}"),
            *(f"sums_up={here.sums_up}|first={first}", f"rivals={rivals}|{subject}", f"rivals={rivals}|far={far}"),
            *(f"heading={heading}|lines={lines}", f"heading={heading}|far={far}"),
        ]
        if here.anaphor:
            features += (f"anaphor={self.means}", f"anaphor={self.means}|{subject}", f"anaphor={self.means}|far={far}")
        if here.we:
            features += (f"we={speaks}|lines={lines}", f"we={heading}|{head}")
        if here.scope:
            features += (f"scope={here.scope}|{candidate.level}", f"scope={here.scope[-1:] in name}|{subject}")
        return features

    def carried(self, relation: Relation) -> list[str]:
        """List how the organisation stands to what was chosen before."""
        here, far, first = self.here, self.far, self.candidate.first
        same, same_name, used = relation
        features = [
            *(f"same={same}", f"same_name={same_name}", f"far={far}|same={same}", f"far={far}|same={same}|{self.by_rule}"),
            *(f"same={same}|first={first}", f"sums_up={here.sums_up}|{same}", f"verb={bool(here.verb)}|{same}"),
            *(f"opening={here.opening}|{same}", f"new_line={here.opens_line}|{same}", f"used={used}|{same_name}", f"used={used}|far={far}"),
        ]
        if here.anaphor:
            features.append(f"anaphor={self.means}|same={same}")
        if here.we:
            features.append(f"we={self.candidate.speaks}|same={same}")
        if here.scope:
            features.append(f"scope={here.scope}|same={same}")
        return features


def _far(sentences: int) -> str:
    """How many sentences lie between an organisation and a statement."""
    return "behind" if sentences < 0 else str(sentences) if sentences < _MANY else "3-5" if sentences < 2 * _MANY else "6+"
