"""Offsets of other tools: what they count, and what to do when they don't fit the text. Nothing is moved on a guess.

Label Studio counts code points (early versions: UTF-16 code units), doccano UTF-16 code units; either may have been given a text
whose lines end in CR LF and have counted without the CR. A report's offsets are read in every such way; one that puts every span on
the text that the tool says it has is taken, if there is only one; so is the only place where a span's text stands.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from zhanguo.annotations import AnnotationError
from zhanguo.forms.draft import CODE_POINTS, UNITS, Annotated, Draft, Mark
from zhanguo.schema import LABELS, Example, Range, Span
from zhanguo.write import dumps

CR = "\r"
_Ranges = tuple[Range, ...]


def edges(text: str, unit: str) -> Sequence[int]:
    """The offset in ``unit`` of each code point, and that of the end: ``len(text) + 1`` in all."""
    if unit == CODE_POINTS:
        return range(len(text) + 1)
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))


class Alignment:
    """Carries ranges from one print of a text to another that differs in CRs and in white space around it. Raises AnnotationError."""

    def __init__(self, source: str, target: str) -> None:
        self.same = source == target
        if self.same:
            return
        self.source, self.target = ([i for i, char in enumerate(text) if char != CR] for text in (source, target))
        ours, theirs = (text.replace(CR, "") for text in (target, source))
        self.shift = 0 if ours == theirs else _leading_space(ours) - _leading_space(theirs)
        if ours != theirs and ours.strip() != theirs.strip():
            at = next((i for i, pair in enumerate(zip(ours, theirs, strict=False)) if len(set(pair)) > 1), min(len(ours), len(theirs)))
            raise AnnotationError(f"its text differs from the original's at character {at}, CRs aside: {theirs[at : at + 10]!r}")

    def __call__(self, place: Range) -> Range | None:
        """The same characters in the target; None where it lacks them."""
        if self.same:
            return place
        start, end = (bisect_left(self.source, edge) + self.shift for edge in place)
        if not 0 <= start < end <= len(self.target):
            return None
        return Range(self.target[start], self.target[end - 1] + 1)


def _leading_space(text: str) -> int:
    return len(text) - len(text.lstrip())


def without_returns(example: Example) -> tuple[str, tuple[Span, ...], list[int]]:
    """Text and spans without CRs, as tools want them, and the CRs' places. Raises AnnotationError where a span has one at an edge."""
    text = example.text.replace(CR, "")
    there, back = Alignment(example.text, text), Alignment(text, example.text)
    spans = []
    for span in example.spans:
        place = there(Range(span.start, span.end))
        if place is None or back(place) != (span.start, span.end):
            raise AnnotationError(f"span {span.start}:{span.end} {span.label} begins or ends with a carriage return")
        spans.append(Span(place.start, place.end, span.label, span.score))
    return text, tuple(spans), [i for i, char in enumerate(example.text) if char == CR]


def settle(draft: Draft, original: str | None = None, unit: str | None = None) -> Annotated:
    """Check a report's spans and give them as code points of its original text; ``unit`` overrules what the file says.

    Raises AnnotationError naming a span with an unknown label, one that is empty, leaves the text or overlaps another, and one whose
    place can't be told.
    """
    text = _restore(draft) if original is None else original
    if text is None:
        raise AnnotationError("the text is not in the file; give it with --original")
    for mark in draft.marks:
        _check(mark)
    places, remarks = _place(draft, text, unit)
    pairs = zip(places, draft.marks, strict=True)
    spans = tuple(sorted(Span(place.start, place.end, mark.label, mark.score) for place, mark in pairs))
    for one, other in pairwise(spans):
        if other.start < one.end:
            raise AnnotationError(f"{_name(text, one)} and {_name(text, other)} overlap")
    example = Example(draft.id, text, spans, draft.records, draft.meta)
    try:
        dumps([draft.id, text, draft.meta]).encode()
    except UnicodeEncodeError as error:
        raise AnnotationError("it holds half a surrogate pair, which is no character") from error
    return Annotated(example, draft.model, (*draft.remarks, *remarks))


def _name(text: str, span: Span) -> str:
    return f"span {span.start}:{span.end} {span.label} {text[span.start : span.end]!r}"


def _check(mark: Mark) -> None:
    if mark.label not in LABELS:
        raise AnnotationError(f"{mark}: unknown label {mark.label!r}, expected one of {', '.join(LABELS)}")
    if type(mark.start) is not int or type(mark.end) is not int:
        raise AnnotationError(f"{mark}: offsets must be whole numbers")
    if mark.end <= mark.start:
        raise AnnotationError(f"{mark} is empty")
    if mark.start < 0:
        raise AnnotationError(f"{mark} leaves the text")


def _restore(draft: Draft) -> str | None:
    """The original text: with the CRs that were taken out for the tool."""
    if not draft.carriage_returns or draft.text is None:
        return draft.text
    chars = list(draft.text.replace(CR, ""))
    for place in draft.carriage_returns:
        if not 0 <= place <= len(chars):
            raise AnnotationError(f"carriage return at {place}, behind the end of the text: it was cut")
        chars.insert(place, CR)
    return "".join(chars)


def _place(draft: Draft, text: str, unit: str | None) -> tuple[_Ranges, list[str]]:
    """Where the spans stand in ``text``, and what the user should know of it."""
    given = text if draft.text is None else draft.text
    stated = unit or draft.stated
    readings = _readings(draft, given, text, unit)
    usual = readings[stated or draft.units[0], given]
    fits = {_all(places): name for name, places in reversed(readings.items()) if None not in places}
    if None not in usual and (stated or len(fits) == 1):
        return _all(usual), []
    if not fits or (None in usual and any(mark.text is None for mark in draft.marks)):
        return _search(draft, given, text, usual)
    if len(fits) > 1:
        raise AnnotationError(f"{_unclear(draft, list(fits))}; say with --offsets what the tool counts")
    [(places, (counted, base))] = fits.items()
    returns = "" if base == given else ", without carriage returns" if CR not in base else ", with carriage returns"
    return places, [f"its {len(places)} spans put where their text stands: offsets were {counted}{returns}"]


def _readings(draft: Draft, given: str, text: str, unit: str | None) -> dict[tuple[str, str], list[Range | None]]:
    """Each way to read the offsets: what is counted, in which print of the text, and the places in ``text`` that gives."""
    units = [unit] if unit else [u for u in UNITS if u in (*draft.units, draft.stated)]
    prints = dict.fromkeys([given, given.replace(CR, ""), text] if len(draft.units) > 1 else [given])
    return {(u, base): list(_read(draft.marks, base, u, Alignment(base, text))) for base in prints for u in units}


def _read(marks: Iterable[Mark], base: str, unit: str, align: Alignment) -> Iterator[Range | None]:
    """The place of each mark, None where it does not fit."""
    points = {offset: index for index, offset in enumerate(edges(base, unit))}
    for mark in marks:
        start, end = points.get(mark.start), points.get(mark.end)
        fits = start is not None and end is not None and (mark.text is None or _alike(base[start:end], mark.text))
        yield align(Range(start, end)) if fits and start is not None and end is not None else None


def _alike(one: str, other: str) -> bool:
    r"""Whether two prints of a span are the same; tools write a line feed as ``\n`` and join white space."""
    return one == other or _squeeze(one) == _squeeze(other) != ""


def _squeeze(text: str) -> str:
    return "".join(text.replace("\\n", "\n").split())


def _all(places: Iterable[Range | None]) -> _Ranges:
    return tuple(place for place in places if place is not None)


def _unclear(draft: Draft, fits: list[_Ranges]) -> str:
    one, other = fits[:2]
    mark, first, second = next(row for row in zip(draft.marks, one, other, strict=True) if row[1] != row[2])
    return f"{mark} may stand at {first.start}:{first.end} or at {second.start}:{second.end}"


def _search(draft: Draft, given: str, text: str, usual: Sequence[Range | None]) -> tuple[_Ranges, list[str]]:
    """Spans that no one reading explains: each where it says, or at the only place that has its text."""
    align = Alignment(given, text)
    found: list[Range] = []
    moved: list[str] = []
    for mark, place in zip(draft.marks, usual, strict=True):
        if place is None:
            place = align(_only(given, mark, draft))
            if place is None:
                raise AnnotationError(f"{mark} is not in the original text")
            moved.append(f"{mark} moved to {place.start}:{place.end}, the only place of its text")
        found.append(place)
    return tuple(found), moved


def _only(text: str, mark: Mark, draft: Draft) -> Range:
    if mark.text is None:
        what = "leaves the text" if mark.end > len(text) else f"is no place in the text, counted in {draft.stated or draft.units[0]}"
        raise AnnotationError(f"{mark} {what}, and the file doesn't say the span's text")
    places = [i for i in range(len(text)) if text.startswith(mark.text, i)]
    if len(places) != 1:
        there = text[mark.start : mark.end]
        raise AnnotationError(f"{mark}: {there!r} stands there, and its text stands at {len(places)} places")
    return Range(places[0], places[0] + len(mark.text))
