"""Periods: the expression of time that each figure takes, and the days it names."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import periods
from zhanguo.schema import Facts, Range, Record, Span
from zhanguo.tables import read_rows

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "periods.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
_FIGURE = re.compile(r"\{(~?)([^}]*)\}")


def record(kind: str, start: int, end: int) -> Record:
    evidence = {"quantity": Range(start, end)}
    return Record(kind, None, None, Decimal(1), None, "exact", None, None, None, None, evidence=evidence)


def marked(written: str) -> tuple[str, Record]:
    """The text without marks, and its figure's record."""
    written = written.replace("\\n", "\n")
    mark = _FIGURE.search(written)
    assert mark
    text = written[: mark.start()] + mark[2] + written[mark.end() :]
    return text, record("trend" if mark[1] else "case", mark.start(), mark.start() + len(mark[2]))


def dated(text: str, records: list[Record], facts: Facts) -> list[Record]:
    spans = [Span(*r.evidence["quantity"], "QUANTITY") for r in records]
    return periods.add(text, spans, records, facts)


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize(("today", "written", "period", "expression"), CASES)
def test_case(today: str, written: str, period: str, expression: str) -> None:
    text, figure = marked(written)
    (found,) = dated(text, [figure], Facts(date=None if today == "-" else today))
    place = found.evidence.get("period")
    assert (found.period or "-", text[slice(*place)] if place else "-") == (period, expression)


def test_the_dateline_sets_no_period() -> None:
    text = "本报河西6月20日电 县公安局收缴气枪12支。"
    place = Range(4, 9)
    (found,) = dated(text, [record("seizure", 19, 21)], Facts(date="2019-06-20", evidence={"date": place}))
    assert (found.period, "period" in found.evidence) == (None, False)


def test_a_record_without_a_place_stays_as_it_is() -> None:
    figure = Record("case", None, None, Decimal(1), None, "exact", None, None, None, None)
    assert periods.add("今年破案1起。", [], [figure], Facts(date="2019-06-20")) == [figure]


WORDS = [word for row in read_rows("periods.tsv") for word in row[1].split()]
PIECES = [
    *WORDS,
    *"0123456789０１〇零一二三十年月日至到—-起以来同期期间民国民國\n：，。《》 　",
    "截至",
    "2019",
    "13月",
    "32日",
    "２０",
    "9999年",
    "电",
]


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["case", "trend", "indicator"]))),
    st.none() | st.dates(),
)
def test_any_text_gives_whole_intervals_in_the_text(text: str, figures: list[tuple[int, str]], today: date | None) -> None:
    records = [record(kind, start, start + 1) for start, kind in sorted(figures) if start < len(text)]
    for found in dated(text, records, Facts(date=today.isoformat() if today else None)):
        place = found.evidence.get("period")
        if place is None:
            assert found.period is None
            continue
        assert 0 <= place.start < place.end <= len(text)
        if found.period is not None:
            start, end = found.period.split("/")
            days = [date.fromisoformat(day) for day in (start, end) if day != ".."]
            assert days == sorted(days)
            assert days
