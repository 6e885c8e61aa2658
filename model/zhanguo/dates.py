"""Dates as Chinese reports write them: one expression (今年5月上旬, 二〇一九年, 民國108年1至5月, 昨晚), read as days of the calendar."""

from __future__ import annotations

import calendar
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from zhanguo import numerals
from zhanguo.tables import fold, pattern, read_rows

TABLE = "periods.tsv"
SPACE = r"[ \u3000\u00a0]?"
BETWEEN = rf"{SPACE}(?:一直)?(?:至|到|—{{1,2}}|--?|–|~){SPACE}"
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5F) if not chr(code - 0xFEE0).isalpha()}
_CN = "〇零○一二三四五六七八九"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])"
_DAY = r"(?:[12][0-9]|3[01]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?|卅一?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_COUNT = r"(?:1[0-2]|[1-9]|十[一二]?|[一二两三四五六七八九])"
_FEW = r"(?!步|级|中|次|期|审|查|犯)"
CLOCK = (
    rf"(?:{SPACE}(?:凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|晚间|深夜|夜间|夜|晚|早))?"
    rf"(?:{SPACE}(?:[0-2]?[0-9]|[{_CN}十]{{1,3}})[时点](?:[0-5]?[0-9]分|整|许|半)?|{SPACE}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
)
_WEEKDAYS = "一二三四五六日天"


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from ``start`` to ``end``, both included; None where that end is open or not known."""

    start: date | None = None
    end: date | None = None

    def __str__(self) -> str:
        return f"{self.start or '..'}/{self.end or '..'}"

    @property
    def is_known(self) -> bool:
        """Whether one end at least is known."""
        return bool(self.start or self.end)

    def checked(self) -> Interval:
        """Itself, unknown where it ends before it begins."""
        return UNKNOWN if self.start and self.end and self.end < self.start else self

    def years_on(self, years: int) -> Interval:
        """The same days some years later; 29 February becomes the 28th where there is none."""
        return Interval(*(day and _in_year(day, day.year + years) for day in (self.start, self.end)))


UNKNOWN = Interval()
Words = Mapping[str, str | None]


def plain(text: str) -> str:
    """Simplified and half-width; every code point stays in its place."""
    return fold(text).translate(_HALF_WIDTH)


@cache
def point(prefix: str) -> str:
    """A pattern's source for one expression, its groups named with a prefix. It never matches the empty text."""
    month = rf"(?:(?P<month>{_MONTH}){SPACE}月份?|(?P<month_word>{_words('month')}))"
    months = rf"(?P<from_month>{_MONTH}){SPACE}(?:月份?)?{BETWEEN}(?P<to_month>{_MONTH}){SPACE}月份?(?!{SPACE}{_DAY}{SPACE}[日号])"
    within = rf"(?:{SPACE}(?:(?P<day>{_DAY}){SPACE}[日号]|(?P<month_part>{_words('month_part')}){_FEW}))?"
    part = rf"(?P<year_part>{_words('year_part')}){_FEW}|[前头](?P<count>{_COUNT})个?月"
    year = (
        rf"(?:(?:(?P<year>(?:19|20)[0-9]{{2}}|[一二][{_CN}]{{3}})|民国(?P<roc>[0-9]{{1,3}}|[{_CN}十百]{{1,5}})"
        rf"|(?P<bare_roc>1[0-9]{{2}})(?={SPACE}年{_MONTH}(?:{BETWEEN}{_MONTH})?月)){SPACE}年度?|(?P<year_word>{_words('year')}|{_words('next_year')}(?={_MONTH}月)))"
        rf"(?:的?(?P<year_edge>{_words('year_edge')}){_FEW})?"
    )
    iso = r"(?P<iso>(?:19|20)[0-9]{2}[-/.][01]?[0-9][-/.][0-3]?[0-9](?![0-9]))"
    week = rf"(?P<week>{_words('week')})(?P<weekday>[{_WEEKDAYS}])?"
    inside = rf"(?:{months}|{month}{within}|{part})"
    source = (
        rf"(?<![0-9.])(?:{iso}|{week}|(?P<day_word>{_words('day')})"
        rf"|(?=(?:{_nameless(year)}|(?<![{_CN}十第]){_nameless(inside)}))(?:{year})?(?:{SPACE}{inside})?)"
    )
    return source.replace("(?P<", f"(?P<{prefix}_")


def bare_day(prefix: str) -> str:
    """A pattern's source for a day without its month; only its surroundings tell it from a count of days."""
    return rf"(?P<{prefix}_bare>{_DAY}){SPACE}[日号]"


def words_of(match: re.Match[str], prefix: str) -> Words:
    """The groups of one expression in a match, without the prefix."""
    return {name.removeprefix(prefix + "_"): word for name, word in match.groupdict().items() if name.startswith(prefix + "_")}


def is_day(words: Words) -> bool:
    """Whether an expression names one day."""
    return any(words.get(name) for name in ("iso", "day", "day_word", "weekday", "bare"))


def read(words: Words, today: date | None, after: date | None = None) -> Interval:
    """The days that an expression names.

    ``today`` is the publication date: 今年 and 昨日 count from it, and a month without a year is the latest that has begun by then
    (of several months the last).
    ``after`` is where a range began: its end without a year is the first one that doesn't lie before. Unknown where no year can be told
    or the calendar has no such day.
    """
    try:
        return _read(words, today, after) or UNKNOWN
    except (ValueError, OverflowError):
        return UNKNOWN


def repeat(words: Words, current: Interval) -> Interval:
    """The period that 去年同期 or 2018年同期 names: the current one in that year, 去年 being the year before the current one's."""
    day = current.start or current.end
    try:
        year = _year(words, day, None) if day else None
        return current.years_on(year - day.year) if day and year else UNKNOWN
    except (ValueError, OverflowError):
        return UNKNOWN


def _read(words: Words, today: date | None, after: date | None) -> Interval | None:
    if iso := words.get("iso"):
        day = date(*(int(number) for number in re.split(r"[-/.]", iso)))
        return Interval(day, day)
    if words.get("day_word") or words.get("week"):
        return _near(words, today) if today else None
    if bare := words.get("bare"):
        return _day_of_month(_number(bare), today, after)
    year = _year(words, today, after)
    if words.get("month_word"):
        return _month_from(words, today) if today else None
    if year is None and words.get("year_word"):
        return None
    if year is not None:
        found = _within(words, year)
        return replace(found, end=today) if today and _is_running(words, found, today) else found
    return _latest(words, today, after)


def _is_running(words: Words, found: Interval, today: date) -> bool:
    """今年 is not over: it ends today."""
    whole = not any(words.get(name) for name in ("month", "from_month", "year_part", "year_edge", "count"))
    return bool(whole and words.get("year_word")) and found == _days(today.year, (1, 1), (12, 31))


def _near(words: Words, today: date) -> Interval:
    if word := words.get("day_word"):
        day = today + timedelta(_meaning("day")[word][0])
        return Interval(day, day)
    monday = today - timedelta(today.weekday()) + 7 * timedelta(_meaning("week")[words["week"] or ""][0])
    if weekday := words.get("weekday"):
        day = monday + timedelta(min(_WEEKDAYS.index(weekday), 6))
        return Interval(day, day)
    return Interval(monday, min(monday + timedelta(6), today))


def _day_of_month(day: int, today: date | None, after: date | None) -> Interval | None:
    """A bare day: behind a range's start in its month or the next one, else the latest before today."""
    if after:
        months = (after.replace(day=1), after.replace(day=28) + timedelta(4))
        possible = [month for month in months if day <= calendar.monthrange(month.year, month.month)[1]]
        found = (_days(month.year, (month.month, day), (month.month, day)) for month in possible)
        return next((days for days in found if days.start and days.start >= after), None)
    if not today:
        return None
    month = today if day <= today.day else today.replace(day=1) - timedelta(1)
    return _days(month.year, (month.month, day), (month.month, day))


def _year(words: Words, today: date | None, after: date | None) -> int | None:
    if year := words.get("year"):
        return int(year) if year.isascii() else int("".join(str(numerals.DIGITS[sign]) for sign in year))
    if roc := words.get("roc") or words.get("bare_roc"):
        return 1911 + _number(roc)
    word = words.get("year_word")
    if not word:
        return None
    if word in _meaning("next_year"):
        return after.year + _meaning("next_year")[word][0] if after else None
    return today.year + _meaning("year")[word][0] if today else None


def _month_from(words: Words, today: date) -> Interval:
    months = 12 * today.year + today.month - 1 + _meaning("month")[words["month_word"] or ""][0]
    found = _within({**words, "month": str(months % 12 + 1)}, months // 12)
    whole = not words.get("day") and not words.get("month_part") and found.end
    return replace(found, end=min(found.end, today)) if whole and found.end else found


def _latest(words: Words, today: date | None, after: date | None) -> Interval | None:
    """An expression without a year: the first behind a range's start, else the latest whose last month has begun today."""
    if after:
        found = _within(words, after.year)
        return found if found.end and found.end >= after else _within(words, after.year + 1)
    if not today:
        return None
    found = _within(words, today.year)
    begun = found.start and found.end and max(found.start, found.end.replace(day=1)) <= today
    return found if begun else _within(words, today.year - 1)


def _within(words: Words, year: int) -> Interval:
    """The days of a year that an expression names: a day, part of a month, months, part of a year, the year."""
    if month := words.get("month"):
        number = 1 if month == "元" else _number(month)
        if day := words.get("day"):
            return _exactly(year, number, _number(day))
        first, last = _meaning("month_part")[words["month_part"] or ""] if words.get("month_part") else (1, 31)
        return _days(year, (number, first), (number, last))
    if words.get("from_month"):
        low, high = (1 if words[name] == "元" else _number(words[name] or "") for name in ("from_month", "to_month"))
        start_year = year if low <= high else year - 1
        return Interval(_days(start_year, (low, 1), (low, 1)).start, _days(year, (high, 1), (high, 31)).end)
    if count := words.get("count"):
        return _days(year, (1, 1), (_number(count), 31))
    for role in ("year_part", "year_edge"):
        if part := words.get(role):
            first, last = _meaning(role)[part]
            return _days(year, (first, 1), (last, 31))
    return _days(year, (1, 1), (12, 31))


def _exactly(year: int, month: int, day: int) -> Interval:
    found = date(year, month, day)
    return Interval(found, found)


def _days(year: int, first: tuple[int, int], last: tuple[int, int]) -> Interval:
    """From a day to another; a last day that the month doesn't have is its last."""
    return Interval(date(year, *first), date(year, last[0], min(last[1], monthrange(year, last[0])[1])))


def _in_year(day: date, year: int) -> date | None:
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _number(written: str) -> int:
    return int(numerals.parse(written).value)


@cache
def _meaning(role: str) -> dict[str, tuple[int, ...]]:
    return {word: tuple(map(int, row[2:])) for row in read_rows(TABLE) if row[0] == role for word in row[1].split()}


@cache
def _words(role: str) -> str:
    return f"(?:{pattern(_meaning(role)).pattern})"


def _nameless(source: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", source)
