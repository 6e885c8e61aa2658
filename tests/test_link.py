"""Linking and normalising: one case a habit of the genre, with gold spans."""

from dataclasses import replace
from pathlib import Path

import pytest

from zhanguo.annotations import read_examples
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.schema import Example, Record, Span
from zhanguo.sentences import LONGEST, split

CASES = list(read_examples(Path(__file__).parent / "cases" / "link.txt"))


def compared(record: Record) -> Record:
    """Only the fields that gold records have."""
    return replace(record, low=None, high=None, category=None, base_value=None, base_unit=None, outcome=None, score=1.0, evidence={})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Example) -> None:
    records, warnings = normalise(case.text, link(case.text, case.spans))
    assert [compared(record) for record in records] == list(case.records or ())
    assert not warnings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_evidence_is_the_text_itself(case: Example) -> None:
    for record in normalise(case.text, link(case.text, case.spans))[0]:
        for name in ("action", "target", "unit", "org"):
            place = record.evidence.get(name)
            assert (place and case.text[place.start : place.end]) == getattr(record, name)
        start, end = record.evidence["sentence"]
        assert start <= record.evidence["quantity"].start < end


def test_a_numeral_that_cannot_be_read_is_a_warning() -> None:
    text = "收缴枪支4,15支、子弹30发。"
    spans = [Span(2, 4, "TARGET"), Span(4, 8, "QUANTITY"), Span(8, 9, "UNIT"), Span(10, 12, "TARGET"), Span(12, 14, "QUANTITY")]
    records, warnings = normalise(text, link(text, spans))
    assert [record.target for record in records] == ["子弹"]
    assert len(warnings) == 1
    assert "at 4" in warnings[0]


def test_order_and_number_of_spans_do_not_matter() -> None:
    text = CASES[0].text
    shuffled = list(reversed(CASES[0].spans))
    assert link(text, shuffled) == link(text, CASES[0].spans)
    assert link("", []) == []
    assert link(text, []) == []


def test_a_long_text_has_the_links_of_its_parts() -> None:
    case = CASES[0]
    text = case.text * 300
    shift = len(case.text)
    spans = [replace(s, start=s.start + i * shift, end=s.end + i * shift) for i in range(300) for s in case.spans]
    assert len(link(text, spans)) == 300 * len(case.records or ())


def test_a_sentence_without_end_is_cut_at_commas() -> None:
    """Ten thousand items in one sentence: each keeps its target, and no sentence is much longer than the limit."""
    item = "枪支12支、"
    parts = ((0, 2, "TARGET"), (2, 4, "QUANTITY"), (4, 5, "UNIT"))
    spans = [Span(6 * i + start, 6 * i + end, label) for i in range(10_000) for start, end, label in parts]
    text = item * 10_000
    sentences = split(text, spans)
    assert max(s.place.end - s.place.start for s in sentences) <= LONGEST + len(item)
    assert [i for s in sentences for i in s.place] == sorted(i for s in sentences for i in s.place)
    assert "".join(text[s.place.start : s.place.end] for s in sentences) == text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_windows_line_ends_change_nothing(case: Example) -> None:
    """The same text with CRLF gives the same records, save for the breaks inside their strings."""
    moved = [i + case.text[:i].count("\n") for i in range(len(case.text) + 1)]
    spans = [replace(s, start=moved[s.start], end=moved[s.end]) for s in case.spans]
    text = case.text.replace("\n", "\r\n")
    plain = [compared(record) for record in normalise(case.text, link(case.text, case.spans))[0]]
    assert [compared(record) for record in normalise(text, link(text, spans))[0]] == plain


def test_figures_of_any_length_do_not_break_a_report() -> None:
    for figure, unit in (("9" * 100, "吨"), ("1" * 40 + "/3", "支"), ("1" * 40, "斤")):
        text = f"收缴枪支{figure}{unit}{'9' * 30}两。"
        middle = 4 + len(figure)
        end = middle + len(unit)
        spans = [Span(4, middle, "QUANTITY"), Span(middle, end, "UNIT"), Span(end, end + 30, "QUANTITY"), Span(end + 30, end + 31, "UNIT")]
        records, warnings = normalise(text, link(text, spans))
        assert len(records) + len(warnings) >= 1


@pytest.mark.parametrize("tail", ["以及另外一些没有统计的物品若干。", "甲" * (LONGEST + 1), ""])
def test_nothing_behind_a_long_sentence_is_lost(tail: str) -> None:
    text = "收缴枪支5支。" + "子弹30发、" * 300 + tail
    sentences = split(text, [])
    assert "".join(text[sentence.place.start : sentence.place.end] for sentence in sentences) == text
