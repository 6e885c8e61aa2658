"""Linking: from spans to statements. Plain functions of a text and its spans, one small pass for each habit of the genre.

Order of the passes: figures (units, compounds, targets) → trends → actions and kinds → context that gives no record →
acting organisations → parts of wholes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from zhanguo import actions, categories, figures, sentences, units
from zhanguo.acting import Agents, is_agentless
from zhanguo.actions import CRIME, NO_KIND, Action
from zhanguo.figures import Figure
from zhanguo.places import Places
from zhanguo.schema import Link, Range, Span
from zhanguo.sentences import Sentence
from zhanguo.tables import fold, pattern, read_rows, read_words

UNMEASURED = ("place_name", "temperature")
VALUE_GROUPS = ("value", "rate")
_GROUPS_OF_UNITS = dict.fromkeys(("mass", "volume", "length", "area", "piece"), "thing")
WITHOUT_AGENT = ("trend", "indicator")
_HEADING = 16
_OPENING = 24
_AFTER_TREND = re.compile(r"(?:[\s了近约逾超达的]|幅度|将近|超过|不到|多达|高达|接近|率|均|各|分别|共|:|：)*$")
_COMPARED = re.compile(r"同比|环比|比[去上前]|较[去上前同]|比同期|按年|比|较")
_NEXT_CHANGE = re.compile(r"\s*[、和与及,，]?\s*[近约逾超]?过?\s*")
_LAST_YEAR = re.compile(r"(?:去年|上年|前年|往年)(?:同期|全年|同时段)?(?:[的为是有共仅达约]|只有)*$")
_CHANGING = "(?:下降|上升|降低|降|升|提高|增长|增加|减少|攀升|激增|回落|压降|缩短|扩大|增设|恢复|变)"
_RISEN_TO = re.compile(rf"{_CHANGING}[至到为成]\s*$")
_RESPECTIVELY = re.compile("分[别別]")
_FROM = re.compile(r"[由从][^,，。、]{0,12}$")
_RISING_TO = re.compile(rf"[^,，。、0-9]{{0,4}}{_CHANGING}[至到为成]")
_TIMES_LAST_YEAR = re.compile(r"[是为][去上前]年[^,，。]{0,4}$")
_PLACE = re.compile(r"[在从向到往距沿自与]$")
_PLACE_PHRASE = re.compile(r"[在从向到往赴于与][^,，。；、]{0,12}$")
_PATIENT = re.compile(r"[对将把给令为](?:其中|另外)?[^,，。]{0,4}$")
_MEASURE = re.compile(
    r"[\s,，、(（]*(?:合计|共计|总)?(?:票面|市场)?(?:价值|市值|总值|价款|折价|估价|估值|山价|净重|毛重|总重|重量?|面积|长|全长|容积|材积)(?:[^,，。；、\d]{0,6})"
)
_THESE = re.compile(r"[\s●·\-—□>]*(?:其中|当中)")
_CRIMINAL_MONEY = re.compile("涉案|获利|损失|流水|税款")


@dataclass(slots=True, eq=False)
class Statement:
    """A figure with what is said about it."""

    figure: Figure
    sentence: int
    index: int = 0
    kind: str = NO_KIND
    action: Range | None = None
    change: str | None = None
    target: Span | None = None
    org: Span | None = None
    whole: Statement | None = None


@dataclass(slots=True)
class Document:
    """A text prepared for linking; ``folded`` has Traditional characters simplified in place."""

    text: str
    folded: str
    spans: Places[Span]
    targets: Places[Span]
    sentences: list[Sentence]
    actions: Places[Action]
    agents: Agents
    statements: list[Statement] = field(default_factory=list)

    def slice(self, span: Span | Range | None) -> str:
        """The folded text of a place; empty for None."""
        return self.folded[span.start : span.end] if span else ""

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


def link(text: str, spans: Sequence[Span]) -> list[Link]:
    """Return the statements of enforcement work in a labelled text, in the order of their quantities."""
    document = prepare(text, sorted(spans))
    measure_again(document)
    find_trends(document)
    distribute_trends(document)
    find_actions(document)
    drop_context(document)
    document.statements = [s for s in document.statements if s.kind != NO_KIND]
    for index, statement in enumerate(document.statements):
        statement.index = index
    find_organisations(document)
    distribute_organisations(document)
    find_wholes(document)
    return [_link(document, statement) for statement in document.statements]


def prepare(text: str, spans: list[Span]) -> Document:
    """Fold the text, cut it into sentences, find its verbs, and join its quantities with units and targets."""
    folded = fold(text)
    found = Places(actions.find(folded, spans), lambda a: a.place.start)
    labelled = {label: Places([s for s in spans if s.label == label], lambda s: s.start) for label in ("ORG", "TARGET")}
    document = Document(
        text,
        folded,
        Places(spans, lambda s: s.start),
        labelled["TARGET"],
        sentences.split(text, spans),
        found,
        Agents(folded, labelled["ORG"], found),
    )
    for number, sentence in enumerate(document.sentences):
        inside = document.spans.starting(*sentence.place)
        if inside:
            built = figures.build(text, folded, sentence, inside)
            document.statements += [Statement(figure, number, target=figure.target) for figure in built]
    return document


@cache
def _changes() -> dict[str, str]:
    return {row[0]: row[1] for row in read_rows("trends.tsv")}


@cache
def _change_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<word>{pattern(_changes()).pattern})(?P<gap>[^,，。；;、]{{0,8}})$")


def measure_again(document: Document) -> None:
    """价值N元, 净重N, 面积N behind a counted thing measure that thing."""
    for previous, statement in zip(document.statements, document.statements[1:], strict=False):
        gap = document.folded[previous.figure.end : statement.figure.start]
        if not statement.target and previous.sentence == statement.sentence and _MEASURE.fullmatch(gap):
            statement.target = previous.target


def find_trends(document: Document) -> None:
    """同比下降21.8%: a word of change right before the figure. 是上年的3倍 counts as up."""
    previous: Statement | None = None
    for statement in document.statements:
        head = document.before(statement, 14)
        match = _change_pattern().search(head)
        ratio = document.dimension(statement) == "ratio"
        if match and _AFTER_TREND.fullmatch(match["gap"]) and (len(match["word"]) > 1 or ratio or _COMPARED.search(head)):
            place = statement.figure.start - len(head) + match.start("word")
            statement.kind, statement.change = "trend", _changes()[match["word"]]
            statement.action = Range(place, place + len(match["word"]))
        elif ratio and _TIMES_LAST_YEAR.search(head):
            statement.kind, statement.change = "trend", "up"
        elif previous and previous.kind == "trend" and _goes_on(document, previous, statement):
            statement.kind, statement.change, statement.action = "trend", previous.change, previous.action
        if statement.kind == "trend":
            inherit_indicator(document, statement, previous)
        if statement.target or previous is None or previous.sentence < statement.sentence - 1:
            previous = statement


def distribute_trends(document: Document) -> None:
    """A11万辆、B4千列,同比分别增长62%、8%: the changes behind 分别 belong to the things counted before, in order."""
    statements = document.statements
    for first, statement in enumerate(statements):
        if statement.kind != "trend" or first == 0 or not _RESPECTIVELY.search(document.before(statement, 14)):
            continue
        last = first + 1
        while last < len(statements) and statements[last].kind == "trend" and statements[last].sentence == statement.sentence:
            last += 1
        size = last - first
        counted = [s for s in statements[max(0, first - size) : first] if s.kind != "trend" and s.sentence == statement.sentence]
        if size > 1 and len(counted) == size and all(s.figure.target is None for s in statements[first:last]):
            for change, thing in zip(statements[first:last], counted, strict=True):
                change.target = thing.target


def _goes_on(document: Document, previous: Statement, statement: Statement) -> bool:
    """下降7%和27%: a further figure of the same change."""
    gap = document.folded[previous.figure.end : statement.figure.start]
    return document.dimension(statement) == "ratio" and bool(_NEXT_CHANGE.fullmatch(gap))


def inherit_indicator(document: Document, statement: Statement, previous: Statement | None) -> None:
    """A change without an indicator of its own is one of what was named last."""
    figure, action = statement.figure, statement.action
    if figure.target and (figure.target_before or not action):
        return
    named = document.targets.last_before(action.start if action else figure.start)
    near = document.sentences[max(0, statement.sentence - 1)].place.start
    last = previous.figure.end if previous and previous.sentence >= statement.sentence - 1 else 0
    if named and named.start >= near and (named.end > last or (previous and named is previous.target)):
        statement.target = named
    elif previous and last:
        statement.target = previous.target


def _groups(document: Document, statement: Statement) -> list[str]:
    """The classes of what is counted: by the target's head, then by the unit."""
    category = categories.find(document.slice(statement.target)) if statement.target else None
    dimension = document.dimension(statement) or ""
    by_unit = "money" if dimension.startswith("money") else _GROUPS_OF_UNITS.get(dimension, dimension)
    if by_unit == "item":
        by_unit = "" if statement.target else "case"
    if by_unit == "thing" and category:
        by_unit = ""
    return [group for group in (category and category.group, by_unit) if group]


def find_actions(document: Document) -> None:
    """Give each statement its verb and kind: a verb of its clause, else the one carried on from before."""
    carried: Action | None = None
    last_sentence = -1
    for statement in document.statements:
        if statement.sentence != last_sentence:
            carried = carried_over(document, statement, carried if last_sentence == statement.sentence - 1 else None)
            last_sentence = statement.sentence
        if statement.kind == "trend":
            continue
        groups = _groups(document, statement)
        own = own_action(document, statement)
        chosen = own or carried
        if is_level(document, statement):
            statement.kind = "indicator"
            statement.target = statement.target or last_named(document, statement)
        elif set(groups) & set(VALUE_GROUPS) or document.dimension(statement) == "ratio":
            settle_indicator(statement, own)
        elif chosen and not (own is None and _is_criminal_money(document, statement, groups)):
            statement.kind, statement.action = chosen.kind_for(groups), chosen.place
            carried = chosen
        elif _is_criminal_money(document, statement, groups):
            statement.kind = "indicator"
        elif _are_cases(groups):
            statement.kind = "case"
        settle_crime(document, statement)


def _are_cases(groups: list[str]) -> bool:
    """Whether target and unit both say that cases are counted: 凶杀案20宗 needs no verb."""
    return groups == ["case", "case"]


def is_level(document: Document, statement: Statement) -> bool:
    """去年同期1282人, 由27起降为8起: the level of an indicator then or now."""
    head = document.before(statement, 14)
    return bool(
        _LAST_YEAR.search(head)
        or _RISEN_TO.search(head)
        or (_FROM.search(head) and _RISING_TO.match(document.folded, statement.figure.end))
    )


def last_named(document: Document, statement: Statement) -> Span | None:
    """The target named last in the sentence before the figure."""
    named = document.targets.last_before(statement.figure.start)
    return named if named and named.start >= document.sentence(statement).place.start else None


def settle_crime(document: Document, statement: Statement) -> None:
    """Facts of a crime give no record; its money is an indicator."""
    if statement.kind == CRIME:
        money = (document.dimension(statement) or "").startswith("money")
        statement.kind = "indicator" if money else NO_KIND
    if statement.kind == "indicator" and statement.action and not document.slice(statement.action).startswith("遗"):
        statement.action = None


def _is_criminal_money(document: Document, statement: Statement, groups: Sequence[str]) -> bool:
    """涉案资金, 非法获利: money of a crime that nobody took."""
    return bool({"money", "loss"} & set(groups)) and bool(_CRIMINAL_MONEY.search(document.slice(statement.target)))


def settle_indicator(statement: Statement, own: Action | None) -> None:
    """案值, 破案率, 占46.8%: the level of an indicator, unless a verb right before takes the money itself."""
    target = statement.target
    if own and target and own.place.end == target.start and own.kind_for(["money"]) in ("seizure", "service"):
        statement.kind, statement.action = own.kind_for(["money"]), own.place
    elif target or own:
        statement.kind = "indicator"


def carried_over(document: Document, statement: Statement, last: Action | None) -> Action | None:
    """The verb that a sentence starts with: that of a heading above (收缴情况), or the last one before 其中 or in a list."""
    sentence = document.sentence(statement)
    if last and _THESE.match(document.folded, sentence.place.start):
        return last
    if not sentence.opens_line or not statement.sentence:
        return None
    place = document.sentences[statement.sentence - 1].place
    above = document.folded[place.start : place.end].strip()
    if len(above) > _HEADING:
        return None if above[-1] in "。！？!?" else last
    verbs = document.actions.starting(*place)
    return verbs[-1] if verbs else last


def own_action(document: Document, statement: Statement) -> Action | None:
    """The verb of the statement's own clause: before the figure, or behind it (281支枪被收缴, 对261人采取措施).

    A clause behind a colon (收缴：枪支3支) has the verb before the colon.
    """
    figure = statement.figure
    sentence = document.sentence(statement)
    clause = document.clause(statement)
    start = sentence.clause_at(figure.anchor).start
    inside = [a for a in document.actions.starting(start, clause.end) if a.place.end <= clause.end]
    limit = figure.start if not figure.target_before or not figure.target else figure.anchor
    between = [a for a in inside if a.place.start >= figure.anchor and a.place.end <= figure.start]
    before = [a for a in inside if a.place.end <= limit]
    behind = [a for a in inside if a.place.start >= figure.end]
    if between:
        return between[-1]
    if behind and (not before or _PATIENT.search(document.folded[start : figure.anchor])):
        return next((a for a in behind if a.kind_for(()) != "deployment"), behind[0])
    if before:
        return before[-1]
    if document.folded[start - 1 : start] in ("：", ":") and start > sentence.place.start:
        head = document.actions.starting(sentence.clause_at(start - 1).start, start)
        return head[-1] if head else None
    return None


@cache
def _words(role: str) -> re.Pattern[str]:
    return pattern(read_words("contexts.tsv", role))


@cache
def _each() -> re.Pattern[str]:
    return re.compile(rf"(?:{_words('each').pattern})[^,，。、]{{0,4}}$")


@cache
def _abstract() -> re.Pattern[str]:
    return re.compile(rf"(?:{_words('abstract').pattern})$")


def drop_context(document: Document) -> None:
    """Aims, figures per piece, members of a body, thresholds, places and the reach of a case give no record."""
    for statement in document.statements:
        figure = statement.figure
        head = document.folded[document.clause(statement).start : figure.start]
        target = document.slice(statement.target)
        if (
            _each().search(document.before(statement, 8))
            or _words("plan").search(head)
            or figures.is_limit(document.folded, figure)
            or document.dimension(statement) in UNMEASURED
            or _abstract().search(target)
            or "scope" in _groups(document, statement)
            or _abstract().fullmatch(document.slice(figure.unit_text))
            or (not figure.target_before and statement.kind not in WITHOUT_AGENT and _is_spot(statement, head))
        ):
            statement.kind = NO_KIND


def _is_spot(statement: Statement, head: str) -> bool:
    """在一家宾馆抓获2人: the figure counts the place where the clause's verb, which follows, does its work."""
    action = statement.action
    follows = action is not None and action.start > statement.figure.end
    return bool(_PLACE.search(head) or (follows and _PLACE_PHRASE.search(head)))


def distribute_organisations(document: Document) -> None:
    """甲所、乙所分别收缴31公斤、26公斤: each organisation of the row did what stands in its place."""
    for number, group in groupby(document.statements, key=lambda statement: statement.sentence):
        statements = list(group)
        for match in _RESPECTIVELY.finditer(document.folded, *document.sentences[number].place):
            row = document.agents.row_before(match.start())
            behind = [s for s in statements if s.figure.start >= match.end()]
            if 2 <= len(row) <= len(behind):
                for org, statement in zip(row, behind, strict=False):
                    statement.org = None if statement.kind in WITHOUT_AGENT else org


def find_organisations(document: Document) -> None:
    """Subject of the clause, passive agent, or the subject that the text still speaks of; none for trends and levels."""
    carried: Span | None = None
    leading: Span | None = None
    position = 0
    for number, sentence in enumerate(document.sentences):
        named: Span | None = None
        if leading and sums_up(document, sentence):
            carried = leading
        while position < len(document.statements) and document.statements[position].sentence == number:
            statement = document.statements[position]
            position += 1
            action, start = statement.action, statement.figure.anchor
            place = min(start, action.start) if action and action.start >= sentence.place.start else start
            behind = document.agents.passive(statement.figure.end, action.start) if action else None
            named = behind or document.agents.at(place, sentence) or named
            if statement.kind not in WITHOUT_AGENT and not is_agentless(document.folded, action, statement.figure.start):
                statement.org = named or carried
        carried = named or document.agents.subject(sentence) or carried
        leading = leading or named
    if not any(statement.org for statement in document.statements):
        speak_for_itself(document)


def sums_up(document: Document, sentence: Sentence) -> bool:
    """Whether a sentence turns back to the whole report's work (截至目前,全市共…)."""
    return bool(_words("summary").search(document.folded, sentence.place.start, min(sentence.place.end, sentence.place.start + _OPENING)))


def speak_for_itself(document: Document) -> None:
    """Where nobody else acts in the whole report, the organisation that reports does."""
    source = document.agents.source()
    for statement in document.statements:
        agentless = is_agentless(document.folded, statement.action, statement.figure.start)
        if source and source.end <= statement.figure.start and statement.kind not in WITHOUT_AGENT and not agentless:
            statement.org = source


def find_wholes(document: Document) -> None:
    """其中 and brackets: the figure is part of an earlier one."""
    for index, statement in enumerate(document.statements):
        near = [s for s in document.statements[max(0, index - 40) : index] if s.sentence >= statement.sentence - 1]
        statement.whole = whole_of_these(document, statement, near) or whole_of_bracket(statement, near)


def whole_of_these(document: Document, statement: Statement, near: list[Statement]) -> Statement | None:
    """The last whole of the same measure before 其中, in the same or the preceding sentence."""
    sentence = document.sentence(statement).place
    marks = [m.start() for m in _words("of_these").finditer(document.folded, sentence.start, statement.figure.start)]
    if not marks or re.search("[；;]", document.folded[marks[-1] : statement.figure.start]):
        return None
    wholes = [s for s in near if s.figure.start < marks[-1] and not s.whole and _same_measure(document, s, statement)]
    return wholes[-1] if wholes else None


def _same_measure(document: Document, whole: Statement, part: Statement) -> bool:
    if (whole.kind == "trend") != (part.kind == "trend"):
        return False
    ours, theirs = document.dimension(part), document.dimension(whole)
    same_unit = document.slice(whole.figure.unit_text) == document.slice(part.figure.unit_text)
    return same_unit or (ours == theirs and ours not in (None, "piece", "item"))


def whole_of_bracket(statement: Statement, near: list[Statement]) -> Statement | None:
    """硝酸钾250公斤(五袋): a further figure of the thing before the bracket."""
    bracket = statement.figure.bracket
    outside = [s for s in near if bracket and s.figure.end <= bracket.start and s.sentence == statement.sentence]
    if not bracket or not outside or bracket.start - outside[-1].figure.end > figures.FAR:
        return None
    own = statement.figure.target
    return None if own and own.end <= bracket.start else outside[-1]


def _link(document: Document, statement: Statement) -> Link:
    return Link(
        kind=statement.kind,
        quantities=tuple(statement.figure.quantities),
        units=tuple(statement.figure.units),
        target=statement.target,
        action=statement.action,
        org=statement.org,
        change=statement.change,
        qualifier=qualifier_around(document, statement),
        part_of=statement.whole.index if statement.whole else None,
        sentence=document.sentence(statement).place,
    )


@cache
def _qualifiers(place: str) -> dict[str, str]:
    return {fold(row[1]): row[2] for row in read_rows("qualifiers.tsv") if row[0] == place}


@cache
def _qualifier_before() -> re.Pattern[str]:
    return re.compile(rf"({pattern(_qualifiers('before')).pattern})\s*(?:人民币|港币|新台币)?\s*$")


@cache
def _qualifier_behind() -> re.Pattern[str]:
    return pattern(_qualifiers("behind"))


def qualifier_around(document: Document, statement: Statement) -> str | None:
    """约 近 超 … right before the numeral, 左右 以上 … right behind its unit; None where neither stands there."""
    if match := _qualifier_before().search(document.before(statement, 10)):
        return _qualifiers("before")[match[1]]
    if match := _qualifier_behind().match(document.folded, statement.figure.end):
        return _qualifiers("behind")[match[0]]
    return None
