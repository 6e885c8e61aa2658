"""Actions: verbs of enforcement in a text, and the kind of record that their figures give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from zhanguo.places import Places
from zhanguo.schema import Range, Span
from zhanguo.tables import pattern, read_rows

NO_KIND = "none"
CRIME = "crime"
PEOPLE_TOO = ("case", "disruption")
_REACH = 5
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])(?:[ \t\u3000]{1,2}|[ \t\u3000]?\r?\n)(?=[\u4e00-\u9fff])")
_HAN, _HAN_ENDING = re.compile(r"[\u4e00-\u9fff]+"), re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]+$")


@dataclass(frozen=True, slots=True)
class Verb:
    """An entry of ``actions.tsv``: its usual kind, and the kinds it has with certain classes of things counted."""

    kind: str
    exceptions: tuple[tuple[str, str], ...]

    def kind_for(self, groups: Sequence[str]) -> str:
        """The kind of a figure that counts things of the classes ``groups``; the first that is an exception decides.

        People under a verb of cases or dens (审结87件112人) are people dealt with.
        """
        exceptions = dict(self.exceptions)
        kind = next((exceptions[group] for group in groups if group in exceptions), self.kind)
        return "person" if kind in PEOPLE_TOO and "person" in groups and "person" not in exceptions else kind


@dataclass(frozen=True, slots=True)
class Action:
    """One or more neighbouring verbs (清查收缴) at a place of the text."""

    place: Range
    verbs: tuple[Verb, ...]

    def kind_for(self, groups: Sequence[str]) -> str:
        """The kind that the last verb with a kind gives."""
        kinds = [verb.kind_for(groups) for verb in self.verbs]
        return next((kind for kind in reversed(kinds) if kind not in (NO_KIND, CRIME)), kinds[-1])


@cache
def _verbs() -> dict[str, Verb]:
    return {row[0]: Verb(row[1], tuple(_exception(e) for e in " ".join(row[2:]).split())) for row in read_rows("actions.tsv")}


def _exception(text: str) -> tuple[str, str]:
    group, _, kind = text.partition("=")
    return group, kind


@cache
def _pattern() -> re.Pattern[str]:
    return pattern(_verbs())


def find(folded: str, spans: Sequence[Span]) -> list[Action]:
    """Find the actions of a folded text outside its spans, in order.

    A verb of one character (缴, 立, 破) counts only right before a span, 了 aside. White space that the page has put inside a verb
    (查 出) is passed over.
    """
    masked = list(folded)
    for span in spans:
        masked[span.start : span.end] = "\0" * (span.end - span.start)
    starts = {span.start for span in spans if span.label in ("TARGET", "QUANTITY")}
    actions: list[Action] = []
    for place, verb in _matches("".join(masked)):
        if place.end - place.start == 1 and place.end + (folded[place.end : place.end + 1] == "了") not in starts:
            continue
        if actions and actions[-1].place.end == place.start:
            before = actions.pop()
            actions.append(Action(Range(before.place.start, place.end), (*before.verbs, verb)))
        else:
            actions.append(Action(place, (verb,)))
    return actions


def _matches(text: str) -> Iterator[tuple[Range, Verb]]:
    """The verbs of a text with their places; one that the page has broken counts where no other reaches into it from outside."""
    whole = [(Range(*match.span()), _verbs()[match[0]]) for match in _pattern().finditer(text)]
    broken = list(_broken(text))
    if not broken:
        yield from whole
        return
    places = Places(whole, lambda item: item[0].start)
    free = [(place, verb) for place, verb in broken if _holds(place, places)]
    taken = Places(free, lambda item: item[0].start)
    for place, verb in whole:
        last = taken.last_before(place.start + 1)
        if last is None or last[0].end <= place.start:
            free.append((place, verb))
    yield from sorted(free, key=lambda item: item[0])


def _holds(place: Range, whole: Places[tuple[Range, Verb]]) -> bool:
    """Whether every verb that touches a place lies within it."""
    last = whole.last_before(place.start)
    inside = whole.starting(*place)
    return (last is None or last[0].end <= place.start) and all(other.end <= place.end for other, _ in inside)


def _broken(text: str) -> Iterator[tuple[Range, Verb]]:
    """The verbs with one or two signs of white space between Chinese characters in them."""
    for gap in _GAP.finditer(text):
        start, end = max(0, gap.start() - _REACH), gap.end() + _REACH
        left, right = _HAN_ENDING.search(text, start, gap.start()), _HAN.match(text, gap.end(), end)
        if left is None or right is None:
            continue
        joined, middle = left[0] + right[0], gap.start() - left.start()
        for match in _pattern().finditer(joined):
            if match.start() < middle < match.end():
                yield Range(left.start() + match.start(), gap.end() + match.end() - middle), _verbs()[match[0]]
