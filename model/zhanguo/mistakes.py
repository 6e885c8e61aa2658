"""Mistakes: where predictions differ from the gold, field by field, pattern by pattern, and report by report for a person to read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from zhanguo.evaluate import Score, score_records
from zhanguo.schema import Example, Record, Span

FIELDS = ("kind", "action", "target", "qualifier", "change", "org", "part_of")
_AROUND = 12
_PATTERN_STOP = re.compile(r"[,，、;；\s]+")
_FEWEST = 5


def pair(gold: Sequence[Record], predicted: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Yield the records of a report that state the same amount, matched in order."""
    amounts = [[(record.value, record.value_max, record.unit) for record in side] for side in (gold, predicted)]
    matcher = SequenceMatcher(a=amounts[0], b=amounts[1], autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        yield from zip(gold[first : first + size], predicted[second : second + size], strict=True)


def score_fields(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Score]:
    """How often each field is right in records whose amount is; ``part_of`` is right if both or neither have a whole."""
    found = {example.id: example.records or () for example in predicted}
    pairs = [pairs for e in gold if e.records is not None for pairs in pair(e.records, found.get(e.id, ()))]
    return {name: Score(sum(_same(name, *both) for both in pairs), len(pairs), len(pairs)) for name in FIELDS}


def _same(name: str, ours: Record, theirs: Record) -> bool:
    if name == "part_of":
        return (ours.part_of is None) == (theirs.part_of is None)
    return bool(getattr(ours, name) == getattr(theirs, name))


def score_patterns(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[str, Score]:
    """Whole records (with organisation) in the reports whose header names a pattern; patterns of few reports are left out."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in gold:
        for name in set(filter(None, _PATTERN_STOP.split(example.meta.get("pattern", "")))):
            groups[name].append(example)
    scores = {name: score_records(group, predicted)["record+org"] for name, group in groups.items() if len(group) >= _FEWEST}
    return dict(sorted(scores.items(), key=lambda item: item[1].f1))


def describe(gold: Sequence[Example], predicted: Sequence[Example]) -> str:
    """All differences in Markdown: the commonest confusions first, then each report's missed and superfluous spans and records."""
    found = {example.id: example for example in predicted}
    pairs = [(example, found.get(example.id) or Example(example.id, example.text, (), ())) for example in gold]
    confusions = Counter(confusion for ours, theirs in pairs for confusion in _confusions(ours, theirs))
    lines = ["# Mistakes", "", "| gold | predicted | times |", "| --- | --- | --- |"]
    lines += [f"| {a} | {b} | {times} |" for (a, b), times in confusions.most_common()]
    for ours, theirs in pairs:
        differences = [*_span_lines(ours, theirs), *_record_lines(ours, theirs)]
        if differences:
            lines += ["", f"## {ours.id}", "", *differences]
    return "\n".join(lines) + "\n"


def _confusions(ours: Example, theirs: Example) -> Iterator[tuple[str, str]]:
    """Each wrong span as a pair: same place with another label, another edge, missed, superfluous."""
    missed, extra = set(ours.spans) - set(theirs.spans), set(theirs.spans) - set(ours.spans)
    for span in sorted(missed):
        rival = next((other for other in sorted(extra) if other.start < span.end and span.start < other.end), None)
        if rival is None:
            yield span.label, "nothing"
            continue
        extra.discard(rival)
        yield span.label, f"{span.label}, other edges" if rival.label == span.label else rival.label
    yield from (("nothing", span.label) for span in sorted(extra))


def _span_lines(ours: Example, theirs: Example) -> Iterator[str]:
    for title, spans in (("missed", set(ours.spans) - set(theirs.spans)), ("superfluous", set(theirs.spans) - set(ours.spans))):
        yield from (f"- {title} {span.label}: {_in_context(ours.text, span)}" for span in sorted(spans))


def _in_context(text: str, span: Span) -> str:
    before, behind = text[max(0, span.start - _AROUND) : span.start], text[span.end : span.end + _AROUND]
    return " ".join(f"{before}**{text[span.start : span.end]}**{behind}".split())


def _record_lines(ours: Example, theirs: Example) -> Iterator[str]:
    if ours.records is None:
        return
    gold, found = Counter(map(_line, ours.records)), Counter(map(_line, theirs.records or ()))
    yield from (f"- missed record: {line}" for line in (gold - found).elements())
    yield from (f"- superfluous record: {line}" for line in (found - gold).elements())


def _line(record: Record) -> str:
    value = f"{record.value}" if record.value_max is None else f"{record.value}~{record.value_max}"
    parts = (record.kind, record.action, record.target, value, record.qualifier, record.unit, record.change, record.org)
    return " | ".join("-" if part is None else str(part) for part in parts)
