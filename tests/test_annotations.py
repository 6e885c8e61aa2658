"""Annotated reports: inline and stored form, there and back, and mistakes named."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.annotations import (
    AnnotationError,
    example_from_dict,
    example_to_dict,
    format_inline,
    parse_block,
    parse_inline,
    parse_record,
    read_examples,
)
from zhanguo.check import check_example
from zhanguo.schema import Span
from zhanguo.write import dumps

BLOCK = """id: x-1
agency: 派出所
----
[[ORG|东岭派出所]]查获
[[TARGET|硫磺]][[QUANTITY|2.50]][[UNIT|公斤]]。
----
seizure | 查获 | 硫磺 | 2.50 | exact | 公斤 | - | 东岭派出所 | -
"""


def test_a_block() -> None:
    example = parse_block(BLOCK)
    assert example.text == "东岭派出所查获\n硫磺2.50公斤。"
    assert [example.text[s.start : s.end] for s in example.spans] == ["东岭派出所", "硫磺", "2.50", "公斤"]
    assert example.meta == {"agency": "派出所"}
    assert example.records
    assert example.records[0].value == Decimal("2.50")
    assert not list(check_example(example))


def test_stored_form_there_and_back() -> None:
    import json

    example = parse_block(BLOCK)
    assert example_from_dict(json.loads(dumps(example_to_dict(example)), parse_float=Decimal)) == example


@given(st.text("警方支3\n |]", max_size=30), st.sets(st.integers(0, 30), max_size=8))
def test_inline_there_and_back(text: str, edges: set[int]) -> None:
    cuts = sorted(edge for edge in edges if edge <= len(text))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b and "]" not in text[a:b]]
    spans = tuple(Span(a, b, "ORG") for a, b in pairs)
    assert parse_inline(format_inline(text, spans)) == (text, spans)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: x-1", "no id", "header line without a colon"),
        ("id: x-1\n", "", "the header has no id"),
        (" | - | 东岭派出所 | -", " | - | 东岭派出所", "8 fields, expected 9"),
        ("| 2.50 |", "| viel |", "bad record"),
        ("----", "====", "expected one or two"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text(BLOCK.replace(old, new), "utf-8")
    with pytest.raises(AnnotationError, match=message):
        list(read_examples(path))


def test_a_broken_line_of_a_stored_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text('\n{"id": "a", "text": "", "spans": [{"start": 0, "end": 1, "label": "WAFFE"}]}\n', "utf-8")
    with pytest.raises(AnnotationError, match=r"file\.jsonl, report 1.*WAFFE"):
        list(read_examples(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "a", "text": "警", "spans": [{"start": 0, "end": 2, "label": "ORG"}]}', "leaves the text"),
        ('{"id": "a", "text": "警"}', "not an annotated report"),
        ('{"id": "a", "text": "警", "spans": [], "records": [3]}', "bad record 3"),
        ("[]", "expected an object"),
        ("{", "line 1"),
    ],
)
def test_broken_rows_are_named(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(AnnotationError, match=message):
        list(read_examples(path))


def test_ranges_and_nulls_in_a_record_line() -> None:
    record = parse_record("deployment | - | - | 10~20 | exact | 人 | - | - | 0")
    assert (record.value, record.value_max, record.action, record.part_of) == (10, 20, None, 0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[ORG|东岭派出所]]", "[[ORG|东岭派出所", "broken mark"),
        ("[[TARGET|硫磺]]", "[[TARGET|硫磺 ]]", "begins or ends with white space"),
        ("[[QUANTITY|2.50]]", "[[QUANTITY|许多]]", "QUANTITY '许多'"),
        ("seizure | 查获", "theft | 查获", "kind 'theft'"),
        ("seizure | 查获", "trend | 查获", "kind trend with change None"),
        ("| 查获 |", "| 缴获 |", "action '缴获' is not in the text"),
        ("| 硫磺 |", "| 炸药 |", "target '炸药' is no TARGET span"),
        ("| 2.50 |", "| 3.5 |", "value 3.5 is no QUANTITY"),
        ("| -\n", "| 0\n", "part_of 0 is no other record"),
    ],
)
def test_check_finds(old: str, new: str, message: str) -> None:
    assert any(message in problem for problem in check_example(parse_block(BLOCK.replace(old, new))))
