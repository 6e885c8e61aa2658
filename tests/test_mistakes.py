"""Mistakes: fields and patterns are scored where amounts agree, and every difference is written down."""

from dataclasses import replace
from pathlib import Path

from zhanguo import mistakes
from zhanguo.__main__ import main
from zhanguo.annotations import parse_block
from zhanguo.schema import Example, Span

BLOCK = """id: {id}
pattern: 其中, 被动
----
[[ORG|清河县公安局]]收缴[[TARGET|枪支]][[QUANTITY|3]][[UNIT|支]]，抓获[[QUANTITY|5]][[UNIT|人]]，其中刑拘[[QUANTITY|2]][[UNIT|人]]。
----
seizure | 收缴 | 枪支 | 3 | exact | 支 | - | 清河县公安局 | -
person | 抓获 | - | 5 | exact | 人 | - | 清河县公安局 | -
person | 刑拘 | - | 2 | exact | 人 | - | 清河县公安局 | 1
"""
GOLD = [parse_block(BLOCK.format(id=f"r{number}")) for number in range(5)]


def spoilt(example: Example) -> Example:
    """The organisation cut short, the second record's too, the third missing; one span too many."""
    spans = tuple(Span(2, s.end, s.label) if s.label == "ORG" else s for s in example.spans)
    first, second, _ = example.records or ()
    return replace(example, spans=(*spans, Span(6, 8, "TARGET")), records=(first, replace(second, org=None)))


def test_fields_are_scored_where_the_amount_is_right() -> None:
    scores = mistakes.score_fields(GOLD, [spoilt(GOLD[0]), *GOLD[1:]])
    assert (scores["org"].correct, scores["org"].gold) == (13, 14)
    assert scores["kind"].f1 == scores["part_of"].f1 == 1


def test_patterns() -> None:
    scores = mistakes.score_patterns(GOLD, [spoilt(example) for example in GOLD])
    assert set(scores) == {"其中", "被动"}
    assert (scores["其中"].correct, scores["其中"].predicted, scores["其中"].gold) == (5, 10, 15)
    assert mistakes.score_patterns(GOLD[:4], GOLD) == {}


def test_every_difference_is_written_down() -> None:
    page = mistakes.describe(GOLD[:2], [spoilt(GOLD[0]), GOLD[1]])
    assert "| ORG | ORG, other edges | 1 |" in page
    assert "| nothing | TARGET | 1 |" in page
    assert "missed ORG: **清河县公安局**收缴" in page
    assert "missed record: person | 刑拘 | - | 2 | exact | 人 | - | 清河县公安局" in page
    assert "superfluous record: person | 抓获 | - | 5 | exact | 人 | - | -" in page
    assert "## r1" not in page


def test_a_report_without_prediction_is_all_missed() -> None:
    page = mistakes.describe(GOLD[:1], [])
    assert page.count("missed record") == 3


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "gold.txt").write_text(BLOCK.format(id="r"), "utf-8")
    main(["evaluate", str(tmp_path / "gold.txt"), "--gold-spans", "--errors", str(tmp_path / "errors.md")])
    assert (tmp_path / "errors.md").read_text("utf-8").startswith("# Mistakes")
