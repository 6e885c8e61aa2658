"""Linking: from spans to statements. Plain functions of a text and its spans, one small pass for each habit of the genre.

Order of the passes: figures (units, compounds, targets) → trends → actions and kinds → context that gives no record →
acting organisations → parts of wholes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from zhanguo import acting, actions, categories, figures, sentences, units
from zhanguo.actions import NO_KIND, Action
from zhanguo.figures import Figure
from zhanguo.schema import Link, Range, Span
from zhanguo.sentences import Sentence
from zhanguo.tables import fold, pattern, read_rows, read_words

UNMEASURED = ("place_name", "temperature")
VALUE_GROUPS = ("value", "rate")
_LEVEL = re.compile(r"[至到为]\s*$")
_AFTER_TREND = re.compile(r"(?:[\s了近约逾超达的]|幅度|将近|超过|不到|多达|高达|接近|率|均|各|分别|共|:|：)*$")
_COMPARED = re.compile(r"同比|环比|比[去上前]|较[去上前同]|比同期|按年|比|较")
_LIST_HEAD = re.compile(r"[:：]\s*$")


@dataclass(slots=True, eq=False)
class Statement:
    """A figure with what is said about it."""

    figure: Figure
    sentence: int
    kind: str = NO_KIND
    action: Range | None = None
    own_action: bool = False
    change: str | None = None
    target: Span | None = None
    org: Span | None = None
    whole: Statement | None = None


@dataclass(slots=True)
class Document:
    """A text prepared for linking; ``folded`` has Traditional characters simplified in place."""

    text: str
    folded: str
    spans: list[Span]
    sentences: list[Sentence]
    actions: list[Action]
    orgs: list[Span]
    statements: list[Statement] = field(default_factory=list)

    def slice(self, span: Span | Range | None) -> str:
        """The folded text of a place; empty for None."""
        return self.folded[span.start : span.end] if span else ""

    def clause(self, statement: Statement) -> Range:
        """The clause that a statement's figure stands in."""
        return self.sentences[statement.sentence].clauses[statement.figure.clause]


def link(text: str, spans: Sequence[Span]) -> list[Link]:
    """Return the statements of enforcement work in a labelled text, in the order of their quantities."""
    document = prepare(text, sorted(spans))
    for number, sentence in enumerate(document.sentences):
        inside = [s for s in document.spans if sentence.place.start <= s.start < sentence.place.end]
        found = figures.build(document.text, document.folded, sentence, inside)
        document.statements += [Statement(figure, number, target=figure.target) for figure in found]
    find_trends(document)
    find_actions(document)
    drop_context(document)
    document.statements = [s for s in document.statements if s.kind != NO_KIND]
    find_organisations(document)
    find_wholes(document)
    return [_link(document, statement) for statement in document.statements]


def prepare(text: str, spans: list[Span]) -> Document:
    """Fold the text, cut it into sentences and find its verbs."""
    folded = fold(text)
    orgs = [span for span in spans if span.label == "ORG"]
    return Document(text, folded, spans, sentences.split(text), actions.find(folded, spans), orgs)


@cache
def _changes() -> dict[str, str]:
    return {row[0]: row[1] for row in read_rows("trends.tsv")}


@cache
def _change_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<word>{pattern(_changes()).pattern})(?P<gap>[^,，。；;、]{{0,8}})$")


def find_trends(document: Document) -> None:
    """同比下降21.8%: a word of change right before the figure. 是上年的3倍 counts as up."""
    previous: Statement | None = None
    for statement in document.statements:
        figure = statement.figure
        low = max(document.sentences[statement.sentence].place.start, figure.start - 14)
        head = document.folded[low : figure.start]
        ratio = _dimension(document, figure) == "ratio"
        match = _change_pattern().search(head)
        same_sentence = previous is not None and previous.sentence == statement.sentence
        if match and _AFTER_TREND.fullmatch(match["gap"]) and (len(match["word"]) > 1 or _COMPARED.search(head)):
            statement.kind, statement.change = "trend", _changes()[match["word"]]
            place = low + match.start("word")
            statement.action = Range(place, place + len(match["word"]))
        elif ratio and re.search(r"[是为][去上前]年[^,，。]{0,4}$", head):
            statement.kind, statement.change = "trend", "up"
        elif same_sentence and previous and previous.kind == "trend" and _follows(document, previous, statement):
            statement.kind, statement.change, statement.action = "trend", previous.change, previous.action
        if statement.kind == "trend":
            inherit_indicator(document, statement, previous)
        previous = statement


def _follows(document: Document, previous: Statement, statement: Statement) -> bool:
    """下降7%和27%: a further figure of the same change."""
    gap = document.folded[previous.figure.end : statement.figure.start]
    return _dimension(document, statement.figure) == "ratio" and bool(re.fullmatch(r"\s*[、和与及,，]?\s*", gap))


def inherit_indicator(document: Document, statement: Statement, previous: Statement | None) -> None:
    """A change without an indicator of its own is one of what was named last."""
    figure, action = statement.figure, statement.action
    if figure.target and figure.target_before:
        return
    if figure.target and not action:
        return
    place = action.start if action else figure.start
    named = [s for s in document.spans if s.label == "TARGET" and s.end <= place]
    last = previous.figure.end if previous and previous.sentence >= statement.sentence - 1 else 0
    if named and (not previous or named[-1].end > last or named[-1] is previous.target):
        if _same_or_previous(document, statement, named[-1]):
            statement.target = named[-1]
    elif previous and last:
        statement.target = previous.target


def _same_or_previous(document: Document, statement: Statement, span: Span) -> bool:
    return span.start >= document.sentences[max(0, statement.sentence - 1)].place.start


def _dimension(document: Document, figure: Figure) -> str | None:
    unit = units.find(document.text[figure.unit_text.start : figure.unit_text.end]) if figure.unit_text else None
    return unit.dimension if unit else None


def _group(document: Document, statement: Statement) -> str | None:
    """The class of what is counted: by the target's head, else by the unit."""
    category = categories.find(document.slice(statement.target)) if statement.target else None
    dimension = _dimension(document, statement.figure) or ""
    if category:
        return category.group
    return "money" if dimension.startswith("money") else dimension or None


def find_actions(document: Document) -> None:
    """Give each statement its verb and kind: a verb of its clause, else the one carried on from before."""
    carried: Action | None = None
    last_sentence = -1
    for statement in document.statements:
        if statement.sentence != last_sentence:
            carried = carried_over(document, statement) if carried else None
            last_sentence = statement.sentence
        if statement.kind == "trend":
            continue
        group = _group(document, statement)
        own = own_action(document, statement)
        statement.own_action = own is not None
        chosen = own or carried
        if group in VALUE_GROUPS or _dimension(document, statement.figure) == "ratio":
            settle_indicator(document, statement, own)
        elif chosen:
            statement.kind = chosen.kind_for(group)
            statement.action = chosen.place if statement.kind != "indicator" or own else None
            carried = chosen
        elif group == "money" and is_criminal_money(document, statement):
            statement.kind = "indicator"


def is_criminal_money(document: Document, statement: Statement) -> bool:
    """涉案资金, 非法获利: money of a crime that nobody took."""
    return bool(re.search("涉案|获利|损失|流水", document.slice(statement.target)))


def settle_indicator(document: Document, statement: Statement, own: Action | None) -> None:
    """案值, 破案率, 占46.8%: the level of an indicator, unless a verb right before takes the money itself."""
    target = statement.target
    if own and target and own.place.end == target.start and own.kind_for("money") in ("seizure", "service"):
        statement.kind, statement.action = own.kind_for("money"), own.place
    elif target or own:
        statement.kind = "indicator"


def carried_over(document: Document, statement: Statement) -> Action | None:
    """The verb of a heading or of a list's first line (抓获:), for the items below it."""
    start = document.sentences[statement.sentence].place.start
    before = [action for action in document.actions if action.place.end <= start]
    if before and _LIST_HEAD.match(document.folded[before[-1].place.end : start]):
        return before[-1]
    return None


def own_action(document: Document, statement: Statement) -> Action | None:
    """The verb of the statement's own clause: before the figure, or behind it (281支枪被收缴, 对261人采取措施)."""
    clause = document.clause(statement)
    anchor = statement.figure.anchor
    start = min(clause.start, anchor)
    inside = [a for a in document.actions if start <= a.place.start and a.place.end <= clause.end]
    before = [a for a in inside if a.place.end <= anchor or a.place.end <= statement.figure.start and not statement.figure.target_before]
    behind = [a for a in inside if a.place.start >= statement.figure.end]
    between = [a for a in inside if anchor < a.place.start and a.place.end <= statement.figure.start]
    if between:
        return between[-1]
    marker = re.search(r"[对将把给令](?:其中|另外)?[^,，。]{0,4}$", document.folded[start : anchor])
    if behind and (marker or not before):
        return behind[0]
    return before[-1] if before else None


@cache
def _words(role: str) -> re.Pattern[str]:
    return pattern(read_words("contexts.tsv", role))


def drop_context(document: Document) -> None:
    """Aims, figures per piece, members of a body, thresholds and the reach of a case give no record."""
    for statement in document.statements:
        figure = statement.figure
        clause = document.clause(statement)
        head, tail = document.folded[clause.start : figure.start], document.folded[figure.end : figure.end + 8]
        each = re.search(rf"(?:{_words('each').pattern})[^,，。、]{{0,4}}$", document.folded[max(0, figure.start - 8) : figure.start])
        if (
            each
            or _words("plan").search(head)
            or _words("threshold").match(tail)
            or _dimension(document, figure) in UNMEASURED
            or statement.target
            and _words("member").search(document.slice(statement.target))
        ):
            statement.kind = NO_KIND


def find_organisations(document: Document) -> None:
    """Subject of the clause, passive agent, or the subject that the text still speaks of; none for trends and levels."""
    carried: Span | None = None
    by_sentence: dict[int, list[Statement]] = {}
    for statement in document.statements:
        by_sentence.setdefault(statement.sentence, []).append(statement)
    for number, sentence in enumerate(document.sentences):
        orgs = [org for org in document.orgs if sentence.place.start <= org.start < sentence.place.end]
        for statement in by_sentence.get(number, ()):
            position = min(statement.figure.anchor, statement.action.start if statement.action else statement.figure.start)
            found = acting.agent(document.folded, orgs, document.clause(statement), sentence.place, position)
            if statement.kind not in ("trend", "indicator") and not is_agentless(document, statement):
                statement.org = found or carried
            carried = found or carried
        carried = carried if by_sentence.get(number) and orgs else acting.subject(document.folded, orgs) or carried
    if not any(statement.org for statement in document.statements):
        source = next((org for org in document.orgs if acting.is_speaker(document.folded, org)), None)
        for statement in document.statements:
            if statement.kind not in ("trend", "indicator") and source and source.end <= statement.figure.start:
                statement.org = source


def is_agentless(document: Document, statement: Statement) -> bool:
    """A passive that names nobody: 98人被公诉."""
    action = statement.action
    return bool(action and action.start > statement.figure.start and document.folded[: action.start].endswith("被"))


def find_wholes(document: Document) -> None:
    """其中 and brackets: the figure is part of an earlier one."""
    for index, statement in enumerate(document.statements):
        earlier = document.statements[:index]
        statement.whole = whole_of_these(document, statement, earlier) or whole_of_bracket(document, statement, earlier)


def whole_of_these(document: Document, statement: Statement, earlier: list[Statement]) -> Statement | None:
    """The last whole of the same measure before 其中, in the same or the preceding sentence."""
    sentence = document.sentences[statement.sentence].place
    marks = [m.start() for m in _words("of_these").finditer(document.folded, sentence.start, statement.figure.start)]
    if not marks or re.search("[；;]", document.folded[marks[-1] : statement.figure.start]):
        return None
    near = [s for s in earlier if s.figure.start < marks[-1] and s.sentence >= statement.sentence - 1]
    return next((s for s in reversed(near) if not s.whole and _same_measure(document, s, statement)), None)


def _same_measure(document: Document, whole: Statement, part: Statement) -> bool:
    if (whole.kind == "trend") != (part.kind == "trend"):
        return False
    ours, theirs = _dimension(document, part.figure), _dimension(document, whole.figure)
    same_unit = document.slice(whole.figure.unit_text) == document.slice(part.figure.unit_text)
    return same_unit or ours == theirs and ours not in (None, "piece")


def whole_of_bracket(document: Document, statement: Statement, earlier: list[Statement]) -> Statement | None:
    """硝酸钾250公斤(五袋): a further figure of the thing before the bracket."""
    bracket = statement.figure.bracket
    if not bracket:
        return None
    outside = [s for s in earlier if s.figure.end <= bracket.start and s.sentence == statement.sentence]
    if not outside or bracket.start - outside[-1].figure.end > figures.FAR:
        return None
    return None if statement.target and statement.target.end <= bracket.start else outside[-1]


def _link(document: Document, statement: Statement) -> Link:
    whole = statement.whole
    return Link(
        kind=statement.kind,
        quantities=tuple(statement.figure.quantities),
        units=tuple(statement.figure.units),
        target=statement.target,
        action=statement.action,
        org=statement.org,
        change=statement.change,
        qualifier=qualifier_around(document, statement.figure),
        part_of=document.statements.index(whole) if whole else None,
        sentence=document.sentences[statement.sentence].place,
    )


@cache
def _qualifiers(place: str) -> dict[str, str]:
    return {fold(row[1]): row[2] for row in read_rows("qualifiers.tsv") if row[0] == place}


def qualifier_around(document: Document, figure: Figure) -> str | None:
    """约 近 超 … right before the numeral, 左右 以上 … right behind its unit; None where neither stands there."""
    before, behind = _qualifiers("before"), _qualifiers("behind")
    head = document.folded[: figure.start].rstrip()
    if match := re.search(rf"(?:{pattern(before).pattern})(?:人民币|人民幣)?$", head[-8:]):
        return before[match[0].removesuffix("人民币")]
    if match := pattern(behind).match(document.folded, figure.end):
        return behind[match[0]]
    return None
