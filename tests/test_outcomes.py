"""Outcomes: by the last verb of the action, handing in before taking; only for seizures."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import outcomes
from zhanguo.annotations import parse_inline
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.schema import OUTCOMES
from zhanguo.tables import read_rows

LINES = (Path(__file__).parent / "cases" / "outcomes.tsv").read_text("utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if line[0] != "#"]
ROWS = list(read_rows("outcomes.tsv"))


@pytest.mark.parametrize(("action", "around", "outcome"), CASES)
def test_the_verb_decides(action: str, around: str, outcome: str) -> None:
    assert (outcomes.find(action or None, around) or "-") == outcome


def test_the_table_is_whole() -> None:
    assert [row[0] for row in ROWS] == [*OUTCOMES, "giver", "manner"]
    assert [word for word, n in Counter(word for row in ROWS for word in row[1].split()).items() if n > 1] == []
    for row in ROWS:
        for verb in row[1].split():
            assert row[0] not in OUTCOMES or outcomes.find(verb, "") == row[0]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("收缴[[TARGET|枪支]][[QUANTITY|5]][[UNIT|支]]，抓获[[TARGET|嫌疑人]][[QUANTITY|2]][[UNIT|名]]。", ["seized", None]),
        (
            "收缴[[TARGET|枪支]][[QUANTITY|5]][[UNIT|支]]，其中群众主动上交[[QUANTITY|3]][[UNIT|支]]，收缴[[TARGET|子弹]][[QUANTITY|40]][[UNIT|发]]。",
            ["seized", "surrendered", "seized"],
        ),
        (
            "共收缴群众主动上交的[[TARGET|猎枪]][[QUANTITY|9]][[UNIT|支]]、[[TARGET|子弹]][[QUANTITY|80]][[UNIT|发]]。",
            ["surrendered", "surrendered"],
        ),
        ("集中销毁[[TARGET|假烟]][[QUANTITY|800]][[UNIT|条]]。", ["destroyed"]),
    ],
)
def test_records_have_outcomes(marked: str, expected: list[str | None]) -> None:
    text, spans = parse_inline(marked)
    assert [record.outcome for record in normalise(text, link(text, spans))[0]] == expected


@given(st.text(max_size=10), st.text(max_size=30))
def test_any_action_has_a_known_outcome_or_none(action: str, around: str) -> None:
    assert outcomes.find(action, around) in (None, *OUTCOMES)
