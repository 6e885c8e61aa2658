"""Scoring: strict span F1 per label, and record F1 at growing strictness. Micro averages over the gold's full denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhanguo.labels import spans_to_tags
from zhanguo.schema import LABELS, Example, Range, Record


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one comparison; the three rates are 0 where they are undefined."""

    correct: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predictions that are right."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.correct / (self.predicted + self.gold) if self.predicted + self.gold else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        rates = {name: round(getattr(self, name), 4) for name in ("precision", "recall", "f1")}
        return {**rates, "correct": self.correct, "predicted": self.predicted, "gold": self.gold}


def _amount(record: Record) -> tuple[Hashable, ...]:
    return _number(record.value), _number(record.value_max), record.unit


def _number(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value).normalize()


LEVELS: dict[str, Callable[[Record], tuple[Hashable, ...]]] = {
    "amount": _amount,
    "object": lambda r: (*_amount(r), r.target),
    "record": lambda r: (*_amount(r), r.target, r.kind, r.change),
    "record+org": lambda r: (*_amount(r), r.target, r.kind, r.change, r.org),
}


def score_spans(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Score]:
    """Exact matches of start, end and label, per label and overall."""
    pairs = _pair(gold, predicted)
    scores = {label: _count(pairs, _spans_of(label)) for label in LABELS}
    scores["overall"] = _count(pairs, lambda e: [(s.start, s.end, s.label) for s in e.spans])
    return scores


def _spans_of(label: str) -> Callable[[Example], list[Any]]:
    return lambda example: [(span.start, span.end) for span in example.spans if span.label == label]


def score_records(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Score]:
    """Records of a report matched as multisets, at each level; reports without gold records are left out."""
    pairs = [(g, p) for g, p in _pair(gold, predicted) if g.records is not None]
    return {name: _count(pairs, _records_by(key)) for name, key in LEVELS.items()}


def _records_by(key: Callable[[Record], tuple[Hashable, ...]]) -> Callable[[Example], list[Any]]:
    return lambda example: [key(record) for record in example.records or ()]


def confuse_spans(gold: Sequence[Example], predicted: Sequence[Example]) -> list[list[int]]:
    """Spans matched by place: row the gold's label, column the prediction's, in the order of LABELS; the last of each is no span there.

    A span with wrong edges counts twice: as one missed, and as one where there is none.
    """
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for ours, theirs in _pair(gold, predicted):
        sides = [{(span.start, span.end): span.label for span in side.spans} for side in (ours, theirs)]
        counts.update((sides[0].get(place), sides[1].get(place)) for place in sides[0].keys() | sides[1].keys())
    return [[counts[row, column] for column in (*LABELS, None)] for row in (*LABELS, None)]


Answers = tuple[list[float], list[bool]]


def span_answers(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Answers]:
    """The score of each predicted span, and whether it is right, by label."""
    answers: dict[str, Answers] = {label: ([], []) for label in LABELS}
    for ours, theirs in _pair(gold, predicted):
        true = set(ours.spans)
        for span in theirs.spans:
            answers[span.label][0].append(span.score)
            answers[span.label][1].append(span in true)
    return answers


def pooled_answers(gold: Sequence[Example], predicted: Sequence[Example]) -> Answers:
    """``span_answers`` of all labels together."""
    by_label = span_answers(gold, predicted).values()
    return [score for scores, _ in by_label for score in scores], [right for _, rights in by_label for right in rights]


def record_answers(gold: Sequence[Example], predicted: Sequence[Example]) -> Answers:
    """The score of each predicted record, and whether the whole of it is right."""
    key = LEVELS["record+org"]
    scores: list[float] = []
    right: list[bool] = []
    for ours, theirs in _pair(gold, predicted):
        if ours.records is None:
            continue
        left = Counter(map(key, ours.records))
        for record in theirs.records or ():
            scores.append(record.score)
            right.append(left[key(record)] > 0)
            left[key(record)] -= 1
    return scores, right


def _pair(gold: Sequence[Example], predicted: Sequence[Example]) -> list[tuple[Example, Example]]:
    """Pair by id; a report without a prediction counts as one with nothing found."""
    by_id = {example.id: example for example in predicted}
    return [(example, by_id.get(example.id) or Example(example.id, example.text, (), ())) for example in gold]


def _count(pairs: Iterable[tuple[Example, Example]], items: Callable[[Example], list[Any]]) -> Score:
    correct = predicted = total = 0
    for gold, guess in pairs:
        ours, theirs = Counter(items(gold)), Counter(items(guess))
        correct += (ours & theirs).total()
        predicted += theirs.total()
        total += ours.total()
    return Score(correct, predicted, total)


def seqeval_report(gold: Sequence[Example], predicted: Sequence[Example], **form: Any) -> Any:
    """Seqeval's strict IOB2 report over whole reports, one tag a character; ``form`` goes to it. Needs ``zhanguo[train]``."""
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    pairs = _pair(gold, predicted)
    true, guessed = ([_character_tags(pair[side]) for pair in pairs] for side in (0, 1))
    return classification_report(true, guessed, mode="strict", scheme=IOB2, digits=4, zero_division=0, **form)


def _character_tags(example: Example) -> list[str]:
    places = [Range(i, i + 1) for i in range(len(example.text))]
    return spans_to_tags(places, example.spans)[0]


def seqeval_f1(gold: Sequence[Example], predicted: Sequence[Example]) -> float | None:
    """Seqeval's micro-averaged F1; None where seqeval is not installed."""
    try:
        report = seqeval_report(gold, predicted, output_dict=True)
    except ImportError:
        return None
    return float(report["micro avg"]["f1-score"])
