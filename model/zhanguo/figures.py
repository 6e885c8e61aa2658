"""Figures: quantities joined with their units and with the targets that they count. First half of linking."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from zhanguo import units
from zhanguo.numerals import DIGITS
from zhanguo.schema import Range, Span
from zhanguo.sentences import Sentence
from zhanguo.tables import word_pattern

PREFIX_UNITS = ("百分之", "千分之", "万分之")
FAR = 15
NEAR_BEHIND = 8

_HALF = "半"
_PLAIN_GAP = re.compile(r"[\s“”\"'‘’「」『』《》的个\u200b]*")


@dataclass(slots=True, eq=False)
class Figure:
    """One amount of a sentence while it is being linked. ``clause`` is an index into the sentence's clauses."""

    quantities: list[Span]
    units: list[Span | None]
    clause: int
    bracket: Range | None
    target: Span | None = None
    target_before: bool = False
    taken: list[Span] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where the amount begins, a unit in front (百分之) included."""
        unit, start = self.units[0], self.quantities[0].start
        return unit.start if unit and unit.start < start else start

    @property
    def end(self) -> int:
        """Where the amount ends, its last unit included."""
        unit, end = self.units[-1], self.quantities[-1].end
        return unit.end if unit and unit.end > end else end

    @property
    def anchor(self) -> int:
        """Where the statement's own words begin: the target in front, or the amount."""
        return self.target.start if self.target and self.target_before else self.start

    @property
    def unit_text(self) -> Span | None:
        """The unit that the record names: that of the first part."""
        return self.units[0]


@cache
def _filler() -> re.Pattern[str]:
    fillers = word_pattern("contexts.tsv", "filler").pattern
    # Possessive: 共计 is also 共 and 计, and trying every way to part a row of them takes forever.
    return re.compile(rf"(?:[\s(（:：、“”\"'‘’《》「」『』\-—]|{fillers})*+")


def build(text: str, folded: str, sentence: Sentence, spans: Sequence[Span]) -> list[Figure]:
    """Join a sentence's quantities with units, parts of compound amounts and targets."""
    figures = merge_compounds(text, attach_units(text, sentence, spans))
    targets = [span for span in spans if span.label == "TARGET"]
    distribute(folded, sentence, figures, targets)
    attach_targets(folded, sentence, figures, targets)
    return figures


def attach_units(text: str, sentence: Sentence, spans: Sequence[Span]) -> list[Figure]:
    """Quantity and unit: the unit right behind it, or 百分之 right before."""
    unit_spans = [span for span in spans if span.label == "UNIT"]
    behind = {span.start: span for span in unit_spans}
    before = {span.end: span for span in unit_spans if text[span.start : span.end] in PREFIX_UNITS}
    figures = []
    for quantity in (span for span in spans if span.label == "QUANTITY"):
        unit = before.get(quantity.start) or behind.get(_skip_space(text, quantity.end))
        clause = sentence.clauses.index(sentence.clause_at(quantity.start))
        figures.append(Figure([quantity], [unit], clause, bracket_around(text, sentence.place, quantity.start)))
    return figures


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def bracket_around(text: str, place: Range, position: int) -> Range | None:
    """The innermost bracket of the sentence that holds the position."""
    opened: list[int] = []
    for index in range(place.start, position):
        if text[index] in "(（":
            opened.append(index)
        elif text[index] in ")）" and opened:
            opened.pop()
    if not opened:
        return None
    end = next((i for i in range(position, place.end) if text[i] in ")）"), place.end)
    return Range(opened[-1], end)


def merge_compounds(text: str, figures: list[Figure]) -> list[Figure]:
    """3斤2两, 123元1角, 一吨半, 6成4: neighbouring parts of one amount become one figure."""
    merged: list[Figure] = []
    for figure in figures:
        last = merged[-1] if merged else None
        if last and last.end == figure.start and _continues(text, last, figure):
            last.quantities += figure.quantities
            last.units += figure.units
        else:
            merged.append(figure)
    return merged


def _continues(text: str, last: Figure, figure: Figure) -> bool:
    unit, part = _unit(text, last.units[-1]), _unit(text, figure.units[0])
    if unit is None or last.units[-1] is None:
        return False
    if part is None:
        rest = text[figure.quantities[0].start : figure.quantities[0].end]
        return figure.units[0] is None and (
            rest == _HALF or (unit.dimension == "ratio" and (rest in DIGITS or (rest.isdecimal() and len(rest) == 1)))
        )
    return unit.dimension == part.dimension and part.factor < unit.factor


def _unit(text: str, span: Span | None) -> units.Unit | None:
    return units.find(text[span.start : span.end]) if span else None


def distribute(folded: str, sentence: Sentence, figures: list[Figure], targets: list[Span]) -> None:
    """A、B分别收缴2吨、300枚: members before 分别 and figures behind it are paired in order."""
    for match in word_pattern("contexts.tsv", "respectively").finditer(folded, *sentence.place):
        behind = [f for f in figures if f.start >= match.end()]
        share_target(folded, match.end(), behind, targets)
        members = _run_before(folded, targets, match.start())
        run = behind[: len(members)]
        if len(members) < 2 or len(run) < 2 or match[0] == "各":
            continue
        if len(run) == len(members) and _is_run(folded, run):
            for figure, target in zip(run, members, strict=True):
                figure.target, figure.target_before = target, True
                figure.taken = members


def share_target(folded: str, start: int, behind: list[Figure], targets: list[Span]) -> None:
    """分别收缴炸药310公斤、265公斤和190公斤: one target for all the figures of the row."""
    if len(behind) < 2 or not _is_run(folded, behind[:2]):
        return
    target = next((t for t in targets if start <= t.start and t.end <= behind[0].start), None)
    if target is None or not _filler().fullmatch(folded[target.end : behind[0].start]):
        return
    behind[0].target, behind[0].target_before, behind[0].taken = target, True, [target]
    for left, right in itertools.pairwise(behind):
        if not re.fullmatch(r"\s*+[、,，和与及]\s*+", folded[left.end : right.start]):
            break
        right.target, right.target_before = target, True


def _run_before(folded: str, targets: list[Span], position: int) -> list[Span]:
    """The targets in a row (A、B和C) that end shortly before a position."""
    run: list[Span] = []
    for target in reversed([t for t in targets if t.end <= position]):
        gap = folded[target.end : run[0].start if run else position]
        if run and not re.fullmatch(r"\s*+(?:[、,，和与及]|以及)?\s*+", gap):
            break
        if not run and (len(gap) > FAR or re.search(r"[。；;]", gap)):
            break
        run.insert(0, target)
    return run


def _is_run(folded: str, figures: list[Figure]) -> bool:
    gaps = (folded[a.end : b.start] for a, b in itertools.pairwise(figures))
    return all(len(gap) <= NEAR_BEHIND and not re.search(r"[。；;]", gap) for gap in gaps)


@cache
def _limit() -> re.Pattern[str]:
    return word_pattern("contexts.tsv", "threshold")


def is_limit(folded: str, figure: Figure) -> bool:
    """5人以上的团伙: the figure is a threshold and counts nothing."""
    return bool(_limit().match(folded, figure.end))


def attach_targets(folded: str, sentence: Sentence, figures: list[Figure], targets: list[Span]) -> None:
    """Quantity and target on either side; each target serves one figure.

    In order of trust: right before (枪支281支), right behind (281支枪), further before in the clause, further behind.
    """
    used = {target for figure in figures for target in figure.taken}
    for index, figure in enumerate(figures):
        if figure.target or is_limit(folded, figure):
            continue
        low = figures[index - 1].end if index else sentence.place.start
        high = figures[index + 1].start if index + 1 < len(figures) else sentence.place.end
        before = next((t for t in reversed(targets) if low <= t.start and t.end <= figure.start and t not in used), None)
        behind = next((t for t in targets if figure.end <= t.start and t.end <= high and t not in used), None)
        chosen = _choose(folded, sentence, figure, before, behind)
        if chosen:
            figure.target, figure.target_before = chosen, chosen is before
            used.add(chosen)


def _choose(folded: str, sentence: Sentence, figure: Figure, before: Span | None, behind: Span | None) -> Span | None:
    clause = sentence.clauses[figure.clause]
    gap_before = folded[before.end : figure.start] if before else ""
    gap_behind = folded[figure.end : behind.start] if behind else ""
    if before and figure.bracket and before.end <= figure.bracket.start:
        return before if not folded[before.end : figure.bracket.start].strip() else None
    if before and _filler().fullmatch(gap_before):
        return before
    if behind and _PLAIN_GAP.fullmatch(gap_behind):
        return behind
    if before and before.start >= clause.start and len(gap_before) <= FAR:
        return before
    if behind and behind.end <= clause.end and len(gap_behind) <= NEAR_BEHIND and not re.search("[、)）(（]", gap_behind):
        return behind
    return None
