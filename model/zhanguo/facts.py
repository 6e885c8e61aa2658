"""Facts of a whole report: title, issuing organisation, publication date, campaign. Small rules over its lines and its ORG spans.

What the genre puts around a report decides: its first and last lines, the dateline, 从X获悉, X通报, X召开新闻发布会. A line is a
title only if it speaks of work (an action, a campaign, a document) and names nobody who wrote or edited; a campaign's name
holds no rank. So no person's name is taken for a fact, unless a title itself tells of that person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from zhanguo import actions, dates
from zhanguo.dates import BETWEEN, CLOCK, UNKNOWN, bare_day, point
from zhanguo.places import Places
from zhanguo.schema import Facts, Range, Span
from zhanguo.tables import read_words, word_pattern

TABLE = "facts.tsv"
_HEAD, _FOOT, _LONGEST_LINE, _INDENT = 8, 6, 80, 40
_TITLE_LENGTHS = range(4, 46)
_UNFINISHED = "。；;，,、：:"
_LINE = re.compile(r"[^\r\n]+")
_NOTICE = re.compile(r"\s*(?:关于|[：:】])")
_HAN = r"\u4e00-\u9fff0-9"


def read_facts(text: str, spans: Sequence[Span], given: date | None = None) -> Facts:
    """The facts of a report; ``given`` is the publication date where the text leaves it, or its year, out."""
    folded = dates.plain(text)
    lines = [_trimmed(text, *match.span()) for match in _LINE.finditer(text)]
    lines = [line for line in lines if line.end > line.start]
    orgs = [span for span in sorted(spans) if span.label == "ORG"]
    day, published = publication(folded, lines, given)
    places = {
        "title": _title(folded, lines),
        "issuer": _issuer(folded, lines, orgs),
        "date": published,
        "campaign": _campaign(folded, orgs),
    }
    evidence = {name: place for name, place in places.items() if place}
    words = {name: text[place.start : place.end] for name, place in evidence.items() if name != "date"}
    return Facts(date=day.isoformat() if day else None, evidence=evidence, **words)


def publication(folded: str, lines: Sequence[Range], given: date | None = None) -> tuple[date | None, Range | None]:
    """The day of publication and its place: the dateline, else a date in the first or the last lines, else the given day.

    A dateline without a year (or month) is the last such day before those.
    """
    stated = next(_dates_alone(folded, [*lines[:_HEAD], *lines[-_FOOT:]]), None)
    latest = stated[0] if stated else given
    dateline = _dateline().search(folded)
    if dateline:
        return dates.read(dates.words_of(dateline, "d"), latest).end, Range(*dateline.span("date"))
    return stated or (given, None)


def _dates_alone(folded: str, lines: Sequence[Range]) -> Iterator[tuple[date, Range]]:
    """The full dates in short lines that are not prose: 2019年6月20日, 发布时间：2019-06-20 08:15, （二〇〇二年四月十八日）."""
    for line in lines:
        if line.end - line.start > _LONGEST_LINE or any(mark in folded[line.start : line.end] for mark in "。，,"):
            continue
        for match in _full_date().finditer(folded, line.start, line.end):
            found = dates.read(dates.words_of(match, "d"), None)
            if found != UNKNOWN and found.end:
                yield found.end, Range(*match.span("date"))


def _title(folded: str, lines: Sequence[Range]) -> Range | None:
    """The first line, if it is short, closed by no full stop and no byline; navigation, dates and sources above it don't count."""
    for number, line in enumerate(lines[:_HEAD]):
        words = folded[line.start : line.end]
        if _has("skipped").match(words) or _full_date().fullmatch(words):
            continue
        last = number + 1 == len(lines)
        length = sum(not sign.isspace() for sign in words)
        no_title = (
            last
            or length not in _TITLE_LENGTHS
            or words[-1] in _UNFINISHED
            or "。" in words
            or _is_byline(words)
            or not _says_something(words)
        )
        return None if no_title else line
    return None


def _is_byline(words: str) -> bool:
    return bool(_has("no_title").match(words) or _byline().search(words) or _dateline().search(words))


def _says_something(words: str) -> bool:
    """Whether a line speaks of work or is a document's heading; a row of names does not."""
    plain = "".join(words.split())
    return bool(_has("title_sign").search(plain) or _has("campaign").search(plain) or actions.find(plain, ()))


def _issuer(folded: str, lines: Sequence[Range], orgs: Sequence[Span]) -> Range | None:
    """The organisation that heads a notice, else the one that signs it, else the source, else the first that speaks. Media don't issue."""
    issuing = [org for org in orgs if lines and not _media().search(folded[org.start : org.end])]
    by_start = Places(lines, lambda line: line.start)
    for rule in (_heads, _signs, _tells, _speaks):
        for org in issuing:
            line = by_start.last_before(org.start + 1) or Range(0, len(folded))
            if rule(folded, org, line, lines):
                return Range(org.start, org.end)
    return None


def _heads(folded: str, org: Span, line: Range, lines: Sequence[Range]) -> bool:
    """X关于…的通知, X：…, 【X】 in one of the first lines."""
    opens = org.start - line.start <= _INDENT and not folded[line.start : org.start].strip("【 ")
    return opens and line.start <= lines[min(_HEAD, len(lines)) - 1].start and bool(_NOTICE.match(folded, org.end, line.end))


def _signs(folded: str, org: Span, line: Range, lines: Sequence[Range]) -> bool:
    """An organisation alone on a line, with a date alone on the next or among the last lines."""
    if (org.start, org.end) != line:
        return False
    return line.start >= lines[-min(2, len(lines))].start or bool(_date_line().match(folded, org.end))


def _tells(folded: str, org: Span, _line: Range, _lines: Sequence[Range]) -> bool:
    """从X获悉, X(27日)召开新闻发布会."""
    behind = re.split(r"[。；;\n]", folded[org.end : org.end + 40], maxsplit=1)[0]
    clause = _clause(behind)
    if folded[max(0, org.start - 3) : org.start].rstrip().endswith(("从", "据")) and _has("learnt").search(behind):
        return True
    return bool(_has("meets").search(clause) and _has("conference").search(clause))


def _speaks(folded: str, org: Span, _line: Range, _lines: Sequence[Range]) -> bool:
    """X(副局长)通报."""
    return bool(_has("speaks").search(_clause(folded[org.end : org.end + 16])))


def _clause(behind: str) -> str:
    return re.split(r"[，,：:、。；;\n]", behind, maxsplit=1)[0]


def _campaign(folded: str, orgs: Sequence[Span]) -> Range | None:
    """The campaign that is named most often, at its first place; of equals the first."""
    by_start = Places(orgs, lambda org: org.start)
    found = [place for match in _campaigns().finditer(folded) if (place := _name(folded, match, by_start))]
    if not found:
        return None
    names = Counter(folded[place.start : place.end] for place in found)
    best = names.most_common(1)[0][0]
    return next(place for place in found if folded[place.start : place.end] == best)


def _name(folded: str, match: re.Match[str], orgs: Places[Span]) -> Range | None:
    """The name in a match: quoted as a whole, in quotes with its ending, or the modifiers of its ending; None for the bare ending."""
    if match["quoted"]:
        return Range(*match.span("quoted"))
    if match["opened"]:
        return Range(*match.span())
    start, end = match.span("plain")
    inside = orgs.starting(max(0, start - _LONGEST_LINE), match.end())
    start = max([start, *(org.end for org in inside if org.end <= match.end())])
    opening = _before_name().match(folded, start, end)
    start = opening.end() if opening else start
    return Range(start, match.end()) if end - start > 1 and not _has("rank").search(folded, start, match.end()) else None


def _trimmed(text: str, start: int, end: int) -> Range:
    line = text[start:end]
    left = len(line) - len(line.lstrip())
    return Range(start + left, max(start + left, start + len(line.rstrip())))


@cache
def _dateline() -> re.Pattern[str]:
    wrong = "".join(read_words(TABLE, "undatelined"))
    return re.compile(rf"^[^，。；！？\n]{{0,30}}?(?P<date>{_day('d')}|{bare_day('d')}){CLOCK}\s?[电讯](?![{wrong}])", re.MULTILINE)


@cache
def _full_date() -> re.Pattern[str]:
    """A date that opens or closes its line or stands apart in it."""
    return re.compile(
        rf"(?:^|(?<=[\s（(：:【|]))[（(]?(?:中华)?(?P<date>{_day('d')}){CLOCK}[）)】]?(?=\s|$|[|】）)])(?!{BETWEEN})", re.MULTILINE
    )


@cache
def _date_line() -> re.Pattern[str]:
    return re.compile(rf"[^\S\n]*\n\s*(?:中华)?(?:{_day('d')})[^\S\n]*$", re.MULTILINE)


def _day(prefix: str) -> str:
    """One expression that ends in a day."""
    return rf"(?=[^\n]{{0,20}}[日号0-9]){point(prefix)}(?<=[日号0-9])"


@cache
def _campaigns() -> re.Pattern[str]:
    endings = word_pattern(TABLE, "campaign").pattern
    named = word_pattern(TABLE, "named").pattern
    quoted = rf"[“「『\"](?P<quoted>[^“”「」『』\"\n，。]{{1,18}}(?:{named}))[”」』\"](?!的?[{_HAN}]{{0,8}}?(?:{endings}))"
    opened = rf"(?P<opened>[“「『\"][^“”「」『』\"\n，。]{{1,18}}[”」』\"](?:的?[{_HAN}]{{0,8}}?))(?:{endings})"
    return re.compile(rf"{quoted}|{opened}|(?P<plain>[{_HAN}]{{0,24}}?)(?:{endings})")


@cache
def _before_name() -> re.Pattern[str]:
    return re.compile(rf".*(?:{word_pattern(TABLE, 'before_name').pattern})", re.DOTALL)


def _has(role: str) -> re.Pattern[str]:
    return word_pattern(TABLE, role)


@cache
def _byline() -> re.Pattern[str]:
    role = rf"(?:{_has('writer').pattern})"
    return re.compile(
        rf"{role}\W*[{_HAN}A-Za-z·\s、,，]{{0,16}}$|^\W*{role}|[文图摄][\s/／|丨｜:：]|[\s/／|丨｜][文图摄]$"
        r"|^\W*[一-鿿]{2,3}(?:[\s、]+[一-鿿]{2,3})*\W*$"
    )


@cache
def _media() -> re.Pattern[str]:
    media = word_pattern("contexts.tsv", "no_agent").pattern
    return re.compile(rf"(?:{media})$|^新华|^中新|^央视")
