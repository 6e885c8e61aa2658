"""Actions: verbs of enforcement in a text, and the kind of record that their figures give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from zhanguo.schema import Range, Span
from zhanguo.tables import pattern, read_rows

NO_KIND = "none"
CRIME = "crime"
PEOPLE_TOO = ("case", "disruption")


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

    A verb of one character (缴, 立, 破) counts only right before a span, 了 aside.
    """
    masked = list(folded)
    for span in spans:
        masked[span.start : span.end] = "\0" * (span.end - span.start)
    starts = {span.start for span in spans if span.label in ("TARGET", "QUANTITY")}
    actions: list[Action] = []
    for match in _pattern().finditer("".join(masked)):
        if len(match[0]) == 1 and match.end() + (folded[match.end() : match.end() + 1] == "了") not in starts:
            continue
        verb = _verbs()[match[0]]
        if actions and actions[-1].place.end == match.start():
            before = actions.pop()
            actions.append(Action(Range(before.place.start, match.end()), (*before.verbs, verb)))
        else:
            actions.append(Action(Range(*match.span()), (verb,)))
    return actions
