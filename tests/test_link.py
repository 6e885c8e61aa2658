"""Linking and normalising: one case a habit of the genre, with gold spans."""

from dataclasses import replace
from pathlib import Path

import pytest

from zhanguo.annotations import read_examples
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.schema import Example, Record, Span

CASES = list(read_examples(Path(__file__).parent / "cases" / "link.txt"))


def compared(record: Record) -> Record:
    """Only the fields that gold records have."""
    return replace(record, category=None, base_value=None, base_unit=None, score=1.0, evidence={})


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


def test_long_texts_take_linear_time() -> None:
    """A text ten times as long has ten times the links, and the same ones."""
    case = CASES[0]
    text = case.text * 300
    shift = len(case.text)
    spans = [replace(s, start=s.start + i * shift, end=s.end + i * shift) for i in range(300) for s in case.spans]
    assert len(link(text, spans)) == 300 * len(case.records or ())
