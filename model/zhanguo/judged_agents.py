"""Acting organisations, judged: a linear model weighs the organisations of a report, and none, for each statement.

A choice leans on those before it, so one wrong choice would carry on through a report. Several paths of choices are therefore followed
side by side (beam search), and the likeliest is taken in the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from zhanguo.agent_features import Option, Past, Relation, Situation
from zhanguo.candidates import Candidate, Candidates
from zhanguo.choices import Choice
from zhanguo.document import WITHOUT_AGENT, Document, Statement
from zhanguo.linear import ONE, Weights, probabilities
from zhanguo.schema import Span

_PATHS = 4
_UNLIKELY = 5.0
NOBODY = ""
START = Past()


@cache
def _weights() -> Weights:
    return Weights.read("agent_weights.tsv", ONE)


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Choices up to a statement: the last of them, the path before it, and the logarithm of their probability."""

    likelihood: float = 0.0
    past: Past = START
    org: Span | None = None
    name: str = NOBODY
    before: Path | None = None

    def backwards(self) -> Iterator[Path]:
        """Yield the path after each choice, the last first."""
        path: Path | None = self
        while path:
            yield path
            path = path.before


def judge_agents(document: Document) -> None:
    """Give each statement the likeliest organisation, or none, and its probability; changes and levels have none."""
    judge = _Judge(document)
    steps: list[tuple[Statement, dict[str, float]]] = []
    for statement in document.statements:
        if statement.kind in WITHOUT_AGENT:
            statement.org = None
        else:
            steps.append((statement, judge.go_on(statement)))
    for (statement, shares), path in zip(reversed(steps), judge.paths[0].backwards(), strict=False):
        statement.org = path.org
        statement.share *= shares[path.name]


class _Judge:
    """Follows the likeliest paths of choices through a document."""

    def __init__(self, document: Document) -> None:
        self.document, self.everyone, self.paths = document, Candidates(document), [Path()]
        self._frames: dict[int, float] = {}

    def go_on(self, statement: Statement) -> dict[str, float]:
        """Prolong the paths by the choice for a statement; return the probability of each name, all paths together."""
        here = Situation(self.document, statement, self.everyone)
        options = [Option(here, candidate) for candidate in here.candidates()]
        weigher = _Weigher(options, [self._frame(option.candidate) for option in options], _weights().score(here.nobody()))
        total = math.log(sum(math.exp(path.likelihood - self.paths[0].likelihood) for path in self.paths)) + self.paths[0].likelihood
        shares: dict[str, float] = {}
        found: list[Path] = []
        for path in self.paths:
            for name, (share, org) in weigher.weigh(path.past).items():
                shares[name] = shares.get(name, 0.0) + share * math.exp(path.likelihood - total)
                found.append(Path(path.likelihood + math.log(share), path.past, org, name, path))
        found.sort(key=lambda path: -path.likelihood)
        likely = [path for path in found[:_PATHS] if path.likelihood > found[0].likelihood - _UNLIKELY]
        self.paths = [Path(p.likelihood, p.past.then(p.org, p.name), p.org, p.name, p.before) for p in likely]
        return shares

    def _frame(self, candidate: Candidate) -> float:
        """What the features of a candidate weigh that are the same everywhere."""
        if candidate.number not in self._frames:
            self._frames[candidate.number] = _weights().score(candidate.frame)
        return self._frames[candidate.number]


class _Weigher:
    """Weighs the options of one statement; what doesn't depend on the path is weighed once."""

    def __init__(self, options: list[Option], frames: list[float], nobody: float) -> None:
        self.options, self.nobody = options, nobody
        self.scores = [frame + _weights().score(option.features()) for option, frame in zip(options, frames, strict=True)]
        self._carried: dict[tuple[int, Relation], float] = {}

    def weigh(self, past: Past) -> dict[str, tuple[float, Span | None]]:
        """The probability of each name, wherever the report has it, with its likeliest place."""
        scores = [self.nobody + _weights().score([carried_nobody(past)])]
        scores += [score + self._relation(number, past) for number, score in enumerate(self.scores)]
        found: dict[str, tuple[float, Span | None, float]] = {}
        places = [(NOBODY, None), *((option.candidate.name, option.candidate.org) for option in self.options)]
        for share, (name, org) in zip(probabilities(scores), places, strict=True):
            total, best, highest = found.get(name, (0.0, None, 0.0))
            found[name] = (total + share, org, share) if share > highest else (total + share, best, highest)
        return {name: (total, org) for name, (total, org, _) in found.items() if total > 0}

    def _relation(self, number: int, past: Past) -> float:
        option = self.options[number]
        key = number, past.relation(option.candidate)
        if key not in self._carried:
            self._carried[key] = _weights().score(option.carried(key[1]))
        return self._carried[key]


def carried_nobody(past: Past) -> str:
    """What was chosen before, as a feature of no organisation."""
    return f"nobody|last={past.state}"


def choices(document: Document) -> Iterator[Choice]:
    """Yield the choice for each statement in turn, with all features; each must be settled before the next is asked for."""
    everyone, past = Candidates(document), START
    for statement in document.statements:
        if statement.kind in WITHOUT_AGENT:
            statement.org = None
            continue
        here = Situation(document, statement, everyone)
        options = [Option(here, candidate) for candidate in here.candidates()]
        features = [[*here.nobody(), carried_nobody(past)]]
        features += [[*o.candidate.frame, *o.features(), *o.carried(past.relation(o.candidate))] for o in options]
        yield Choice(statement, "org", [None, *(option.candidate.org for option in options)], features)
        past = past.then(statement.org, document.name(statement.org))
