"""A text prepared for linking, and the statements that the passes fill in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from zhanguo import actions, figures, sentences, units
from zhanguo.acting import Agents
from zhanguo.actions import NO_KIND, Action
from zhanguo.figures import Figure
from zhanguo.places import Places
from zhanguo.schema import Range, Span
from zhanguo.sentences import Sentence
from zhanguo.tables import fold, word_pattern

_DIGIT, _SPACE, _LINE = re.compile(r"\d"), re.compile(r"[^\S\r\n]"), re.compile(r"[\r\n]")
_NO_SPACE = dict.fromkeys(map(ord, "␣¶"))
WITHOUT_AGENT = ("trend", "indicator")


@dataclass(slots=True, eq=False)
class Statement:
    """A figure with what is said about it.

    ``proposed`` is the kind that its verb and thing suggest, ``has_own_verb`` whether its clause holds that verb, ``share``
    the probability of what was judged.
    """

    figure: Figure
    sentence: int
    index: int = 0
    kind: str = NO_KIND
    proposed: str = NO_KIND
    has_own_verb: bool = False
    action: Range | None = None
    change: str | None = None
    target: Span | None = None
    org: Span | None = None
    whole: Statement | None = None
    share: float = 1.0


@dataclass(slots=True)
class Document:
    """A text prepared for linking.

    ``folded`` has Traditional characters simplified in place; ``masked`` also has 0 for digits and signs for white space.
    """

    text: str
    folded: str
    masked: str
    spans: Places[Span]
    targets: Places[Span]
    sentences: list[Sentence]
    actions: Places[Action]
    agents: Agents
    statements: list[Statement] = field(default_factory=list)

    def slice(self, span: Span | Range | None) -> str:
        """The folded text of a place; empty for None."""
        return self.folded[span.start : span.end] if span else ""

    def name(self, span: Span | Range | None) -> str:
        """The masked text of a place; empty for None."""
        return self.masked[span.start : span.end] if span else ""

    def verb(self, action: Range | None) -> str:
        """The masked text of a verb, without the white space that a page has put inside it."""
        return self.name(action).translate(_NO_SPACE)

    def sentence(self, statement: Statement) -> Sentence:
        """The sentence that a statement's figure stands in."""
        return self.sentences[statement.sentence]

    def clause(self, statement: Statement) -> Range:
        """The clause that a statement's figure stands in."""
        return self.sentence(statement).clauses[statement.figure.clause]

    def before(self, statement: Statement, length: int) -> str:
        """Up to ``length`` characters of the sentence that stand before the figure."""
        start = max(self.sentence(statement).place.start, statement.figure.start - length)
        return self.folded[start : statement.figure.start]

    def dimension(self, statement: Statement) -> str | None:
        """What the figure's unit measures."""
        unit = statement.figure.unit_text
        known = units.find(self.text[unit.start : unit.end]) if unit else None
        return known.dimension if known else None


def prepare(text: str, spans: list[Span]) -> Document:
    """Fold the text, cut it into sentences, find its verbs, and join its quantities with units and targets."""
    folded = fold(text)
    parts = sentences.split(text, spans)
    edges = {sentence.place.start for sentence in parts}
    within = (a for a in actions.find(folded, spans) if edges.isdisjoint(range(a.place.start + 1, a.place.end)))
    found = Places(within, lambda a: a.place.start)
    labelled = {label: Places([s for s in spans if s.label == label], lambda s: s.start) for label in ("ORG", "TARGET")}
    document = Document(
        text,
        folded,
        _LINE.sub("¶", _SPACE.sub("␣", _DIGIT.sub("0", folded))),
        Places(spans, lambda s: s.start),
        labelled["TARGET"],
        parts,
        found,
        Agents(folded, labelled["ORG"], found),
    )
    for number, sentence in enumerate(document.sentences):
        inside = document.spans.starting(*sentence.place)
        if inside:
            built = figures.build(text, folded, sentence, inside)
            document.statements += [Statement(figure, number, target=figure.target) for figure in built]
    return document


def words(role: str) -> re.Pattern[str]:
    """A pattern for the words of one role in ``contexts.tsv``."""
    return word_pattern("contexts.tsv", role)
