"""Periods: which days a figure covers. Passes over a text find its expressions of time, read them, and give each record its own.

A record takes the last expression before its figure in the paragraph (so its clause's, else its sentence's, else the one carried on from
a sentence before; a line that ends in : ; or , goes on in the next). These set no period: times compared with (较去年同期), the day
of the report itself (6月20日，省公安厅通报), the dateline, dates in 《》. A base figure (去年同期391起) takes the period compared with.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from zhanguo import dates, sentences
from zhanguo.dates import BETWEEN, CLOCK, SPACE, TABLE, UNKNOWN, Interval, Words, bare_day, point
from zhanguo.places import Places
from zhanguo.schema import Facts, Range, Record, Span
from zhanguo.tables import pattern, read_rows, word_pattern

_STOPS = "，,。；;：:、！!？?\n\r（）()"
_LOOK = 30
_TITLE = re.compile(r"《[^《》\n]{1,100}》")
_GOES_ON = re.compile(r"[：:；;，,、]\s*+$")
_OPENING = re.compile(r".*[在于自从经为对]", re.DOTALL)
_NIGHT = "(?=凌晨|清晨|上午|下午|傍晚|晚|深夜)"


@dataclass(frozen=True, slots=True)
class Expression:
    """A time that the text names.

    ``role``: ``plain``; ``since`` (以来, 今年: it ends with the report); ``until`` (截至: its start is told elsewhere); ``base`` (compared
    with); ``day``, ``that_day`` (当天: the one named before) and ``vague`` (these may be the day of the report). ``repeats`` holds the
    year's words of a 同期.
    """

    place: Range
    interval: Interval = UNKNOWN
    role: str = "plain"
    repeats: Words | None = None


def add(text: str, spans: Sequence[Span], records: Sequence[Record], facts: Facts) -> list[Record]:
    """Give the records of a report their periods; its facts tell the publication date."""
    today = date.fromisoformat(facts.date) if facts.date else None
    return assign(text, spans, records, find(text, spans, today, facts.evidence.get("date")))


def find(text: str, spans: Sequence[Span], today: date | None = None, published: Range | None = None) -> list[Expression]:
    """The expressions of time in a text that can set a period or a base, in order.

    ``today`` is the publication date, ``published`` its place in the text.
    """
    folded = dates.plain(text)
    found = [_expression(folded, match, today) for match in _pattern().finditer(folded)]
    found = sorted([*found, *_undated(folded, found, today)], key=lambda e: e.place)
    taken = [*(Range(*m.span()) for m in _TITLE.finditer(folded)), *([published] if published else [])]
    return _without_report_days(folded, _outside(found, taken), spans)


def assign(text: str, spans: Sequence[Span], records: Sequence[Record], expressions: Sequence[Expression]) -> list[Record]:
    """Give each record the period of its figure, and the place of its expression as evidence ``period``."""
    folded = dates.plain(text)
    cut = [sentence.place for sentence in sentences.split(text, sorted(spans))]
    paragraphs = _paragraphs(folded, cut)
    read = _combined(expressions, [place.start for place in cut], paragraphs)
    setting = Places([e for e in read if e.role != "base"], lambda e: e.place.start)
    bases = Places([e for e in read if e.role == "base"], lambda e: e.place.start)
    return [_with_period(folded, record, paragraphs, setting, bases) for record in records]


def _with_period(folded: str, record: Record, paragraphs: Sequence[int], setting: Places[Expression], bases: Places[Expression]) -> Record:
    if "quantity" not in record.evidence:
        return record
    position = record.evidence["quantity"].start
    found, base = setting.last_before(position), bases.last_before(position)
    if base and record.kind != "trend" and _is_base(folded, base, position):
        found = base
    if found is None or found.place.start < _last(paragraphs, position):
        return record
    period = str(found.interval) if found.interval.is_known else None
    return replace(record, period=period, evidence={**record.evidence, "period": found.place})


def _is_base(folded: str, base: Expression, position: int) -> bool:
    """Whether a figure behind a time compared with is that time's own: in its clause, no word of change between."""
    if position - base.place.end > _LOOK:
        return False
    gap = folded[base.place.end : position]
    return not any(stop in gap for stop in _STOPS) and not _changes().search(gap)


def _combined(expressions: Sequence[Expression], cut: Sequence[int], paragraphs: Sequence[int]) -> list[Expression]:
    """Complete what leans on the expressions before it in the paragraph.

    截至 starts where the last 以来 does, 以来 ends where a 截至 of its sentence does, 同期 repeats the last period in its year, 当天 is
    the day named last.
    """
    read: list[Expression] = []
    paragraph = -1
    since = until = current = Expression(Range(-1, -1))
    for expression in expressions:
        start = expression.place.start
        if _last(paragraphs, start) != paragraph:
            paragraph = _last(paragraphs, start)
            since = until = current = Expression(Range(-1, -1))
        if expression.repeats is not None:
            expression = replace(expression, interval=dates.repeat(expression.repeats, current.interval))
        elif expression.role == "that_day" and current.interval.start == current.interval.end:
            expression = replace(expression, interval=current.interval)
        elif expression.role == "until":
            expression = until = replace(expression, interval=Interval(since.interval.start, expression.interval.end).checked())
        elif expression.role == "since":
            if until.place.start >= _last(cut, start) and until.interval.end:
                expression = replace(expression, interval=Interval(expression.interval.start, until.interval.end).checked())
            since = expression
        current = current if expression.role == "base" else expression
        read.append(expression)
    return read


def _expression(folded: str, match: re.Match[str], today: date | None) -> Expression:
    place = Range(*match.span())
    if match["until"]:
        end = today if match["now_u"] else dates.read(dates.words_of(match, "u"), today).end
        return Expression(place, Interval(None, end), "until")
    if match["low"]:
        return Expression(place, Interval(date(int(match["low"]), 1, 1), date(int(match["high"]), 12, 31)).checked())
    if match["to"]:
        return _range(place, match, today)
    words = dates.words_of(match, "s")
    interval = dates.read(words, today)
    if match["since"]:
        return Expression(place, _until_today(interval.start, today), "since")
    place = Range(place.start + len(match["opening"]), place.end)
    if match["same"]:
        return Expression(place, interval, "base", words)
    if _is_compared(folded, place):
        return Expression(place, interval, "base")
    if dates.is_day(words):
        return Expression(place, interval, "day")
    return Expression(place, interval, "since" if today and interval.end == today else "plain")


def _range(place: Range, match: re.Match[str], today: date | None) -> Expression:
    low = dates.words_of(match, "a")
    high = dates.words_of(match, "b")
    start = dates.read(low, today).start
    if match["now_b"]:
        return Expression(place, _until_today(start, today), "since")
    end = dates.read(high, today, start).end if start else None
    return Expression(place, Interval(start, end).checked() if start and end else UNKNOWN)


def _until_today(start: date | None, today: date | None) -> Interval:
    return Interval(start, today).checked() if start else UNKNOWN


def _undated(folded: str, dated: Sequence[Expression], today: date | None) -> Iterator[Expression]:
    """Times that no calendar tells: 近日, 行动期间, “夏季行动”开展以来; of the last two the phrase back to its clause's beginning."""
    starts = [e.place.start for e in dated]
    for match in _vague().finditer(folded):
        before = bisect_right(starts, match.start()) - 1
        free = dated[before].place.end if before >= 0 else 0
        if free > match.start() or (before + 1 < len(dated) and starts[before + 1] < match.end()):
            continue
        if not match["open"]:
            yield Expression(Range(*match.span()), UNKNOWN, "that_day" if match["that_day"] else "vague")
            continue
        start = _phrase(folded, max(free, match.start() - _LOOK), match.start())
        since = match["open"] == "以来"
        yield Expression(Range(start, match.end()), Interval(None, today) if since else UNKNOWN, "since" if since else "plain")


def _phrase(folded: str, start: int, end: int) -> int:
    """Where the phrase that ends at ``end`` begins: behind the last punctuation mark or preposition."""
    start = max([start, *(folded.rfind(stop, start, end) + 1 for stop in _STOPS)])
    opening = _OPENING.match(folded, start, end)
    start = opening.end() if opening else start
    while start < end and folded[start].isspace():
        start += 1
    return start


def _outside(expressions: Sequence[Expression], taken: Sequence[Range]) -> list[Expression]:
    """Leave out expressions within 《》 and the publication date itself."""
    places = Places(sorted(taken), lambda place: place.start)
    kept = []
    for expression in expressions:
        before = places.last_before(expression.place.end)
        if before is None or before.end <= expression.place.start:
            kept.append(expression)
    return kept


def _without_report_days(folded: str, expressions: Sequence[Expression], spans: Sequence[Span]) -> list[Expression]:
    """Leave out the day on which the report was made: 6月20日，记者从县公安局获悉."""
    figures = Places([span for span in spans if span.label == "QUANTITY"], lambda span: span.start)
    kept = []
    for number, expression in enumerate(expressions):
        end = expression.place.end
        limits = [end + _LOOK, *(e.place.start for e in expressions[number + 1 : number + 2])]
        limits += [span.start for span in figures.starting(end, end + _LOOK)[:1]]
        behind = re.split(r"[。！!？?\n\r]", folded[end : min(limits)], maxsplit=1)[0]
        if expression.role not in ("day", "that_day", "vague") or not word_pattern(TABLE, "told").search(behind):
            kept.append(expression)
    return kept


def _is_compared(folded: str, place: Range) -> bool:
    before, behind = folded[max(0, place.start - 4) : place.start].rstrip(), folded[place.end : place.end + 4]
    return bool(_before_base().search(before) or word_pattern(TABLE, "compare_behind").match(behind))


def _paragraphs(folded: str, cut: Sequence[Range]) -> list[int]:
    """Where paragraphs begin; a line that closes with : ; , goes on in the next."""
    starts = [0]
    for place in cut:
        closing = folded[max(0, place.end - 20) : place.end]
        if "\n" in closing[len(closing.rstrip()) :] and not _GOES_ON.search(closing):
            starts.append(place.end)
    return starts


def _last(starts: Sequence[int], position: int) -> int:
    """The last of the starts that doesn't lie behind a position."""
    return starts[max(0, bisect_right(starts, position) - 1)] if starts else 0


@cache
def _pattern() -> re.Pattern[str]:
    now = f"(?:{word_pattern(TABLE, 'now').pattern})"
    until = rf"(?P<until>截至|截止|截到){SPACE}[到至]?{SPACE}(?:(?:{point('u')}|{bare_day('u')}){CLOCK}|(?P<now_u>{now}))(?:为止|止)?"
    years = rf"(?<![0-9])(?P<low>(?:19|20)[0-9]{{2}}){BETWEEN}(?P<high>(?:19|20)[0-9]{{2}}){SPACE}年度?"
    other = rf"(?P<to>(?:{point('b')}|{bare_day('b')}){CLOCK}|(?P<now_b>{now}))"
    began = rf"(?(from)[^{_STOPS}0-9]{{0,12}}?|(?:起|开始)?)"
    stretch = rf"(?P<from>[自从由])?{point('a')}{CLOCK}{began}{BETWEEN}{other}(?:期间|间|止)?"
    since = rf"(?:(?![今去]年)[^{_STOPS}0-9]){{0,{_LOOK}}}?以来|(?:起|开始)(?![诉获运草火义])|迄今|来(?=[，,])"
    moment = rf"(?P<opening>[自从由]?)(?:{point('s')}|(?<![0-9.]){bare_day('s')}{_NIGHT}){CLOCK}"
    single = rf"{moment}(?:(?P<same>的?(?:同期|同一时期))|(?P<since>{since})|期间)?"
    return re.compile("|".join((until, years, stretch, single)))


@cache
def _vague() -> re.Pattern[str]:
    number = r"(?:[0-9]{1,3}|[一二两三四五六七八九十几数半]{1,3})(?:多|余)?"
    lasting = rf"(?:近|这|过去|最近)?{number}个?(?:年|月|周|天|半月|星期|季度)(?:多|半)?(?:以来|来(?=[，,]))"
    words = (word_pattern(TABLE, role).pattern for role in ("vague", "that_day"))
    return re.compile(rf"{next(words)}|(?P<that_day>{next(words)})|{lasting}|(?P<open>以来|期间)")


@cache
def _before_base() -> re.Pattern[str]:
    return re.compile(f"(?:{word_pattern(TABLE, 'compare_before').pattern})$")


@cache
def _changes() -> re.Pattern[str]:
    return pattern(row[0] for row in read_rows("trends.tsv"))
