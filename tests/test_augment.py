"""Augmentation: labels move with their characters, the same seed gives the same rewriting."""

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("yaml")
pytest.importorskip("opencc")

from zhanguo import numerals, units
from zhanguo.annotations import parse_inline
from zhanguo.augment import Augmenter, Piece, join, split
from zhanguo.check import check_example
from zhanguo.config import Augmentation
from zhanguo.schema import LABELS, Example
from zhanguo.tables import fold

LAYOUT = {"punctuation": 1.0, "spaces": 1.0, "wraps": 1.0, "furniture": 1.0}
TEXT, SPANS = parse_inline(
    "今年以来，[[ORG|清河县公安局]]共收缴[[TARGET|非法枪支]][[QUANTITY|120]][[UNIT|支]]、[[TARGET|子弹]][[QUANTITY|35000]][[UNIT|发]]；"
    "[[ORG|东岭派出所]]抓获[[TARGET|嫌疑人]][[QUANTITY|十二]][[UNIT|名]]，查获[[TARGET|炸药]][[QUANTITY|15]][[UNIT|公斤]]。" * 3
)
REPORT = Example("r", TEXT, SPANS)

words = st.text("枪支收缴了 3十万，。、\n公斤A", min_size=1, max_size=8)
inner = words.map(str.strip).filter(lambda text: text.strip("，。、 \n"))
rows = st.lists(st.tuples(words, inner, st.sampled_from(LABELS)), max_size=8)


def rates(**chosen: float) -> Augmentation:
    given_rates: dict[str, Any] = {field.name: chosen.get(field.name, 0.0) for field in fields(Augmentation)}
    return Augmentation(**given_rates)


def labelled(example: Example) -> list[tuple[str, str]]:
    return [(span.label, example.text[span.start : span.end]) for span in example.spans]


def without_spaces(example: Example) -> list[tuple[str, str]]:
    return [(label, re.sub(r"\s", "", text)) for label, text in labelled(example)]


def build(cells: list[tuple[str, str, str]]) -> Example:
    return join("r", [piece for before, text, label in cells for piece in (Piece(before, None), Piece(text, label))])


@given(rows, st.integers())
def test_layout_never_parts_a_label_from_its_characters(cells: list[tuple[str, str, str]], seed: int) -> None:
    report = build(cells)
    rewritten = Augmenter([report], rates(**LAYOUT))(report, str(seed))
    assert without_spaces(rewritten) == without_spaces(report)


@given(rows, st.integers())
def test_other_characters_keep_their_labels(cells: list[tuple[str, str, str]], seed: int) -> None:
    report = build(cells)
    rewritten = Augmenter([report], rates(regional=1.0, **LAYOUT))(report, str(seed))
    assert [span.label for span in rewritten.spans] == [span.label for span in report.spans]
    assert [fold(text) for _, text in without_spaces(rewritten)] == [text for _, text in without_spaces(report)]


@given(rows)
def test_splitting_and_joining_change_nothing(cells: list[tuple[str, str, str]]) -> None:
    report = build(cells)
    assert join("r", split(report)) == report


@given(st.integers())
def test_a_rewritten_report_is_a_clean_one(seed: int) -> None:
    full = dict.fromkeys((field.name for field in fields(Augmentation)), 0.7)
    rewritten = Augmenter([REPORT], rates(**full))(REPORT, str(seed))
    assert list(check_example(rewritten)) == []
    assert [span.label for span in rewritten.spans] == [span.label for span in REPORT.spans]


@given(st.integers())
def test_swaps_stay_within_a_class(seed: int) -> None:
    rewritten = Augmenter([REPORT], rates(organisations=1.0, things=1.0, units=1.0, numbers=1.0))(REPORT, str(seed))
    for (label, old), (_, new) in zip(labelled(REPORT), labelled(rewritten), strict=True):
        if label == "UNIT":
            assert base_unit(old) == base_unit(new)
        elif label == "ORG":
            assert old[-1] == new[-1]
        elif label == "QUANTITY":
            numerals.parse(new)
        else:
            assert new in ("非法枪支", "子弹", "炸药", "嫌疑人")
            assert (new == "嫌疑人") == (old == "嫌疑人")


@given(st.integers())
def test_another_notation_is_the_same_number(seed: int) -> None:
    rewritten = Augmenter([REPORT], rates(numerals=1.0))(REPORT, str(seed))
    assert values(rewritten) == values(REPORT)
    assert rewritten.text != REPORT.text


def base_unit(surface: str) -> str:
    unit = units.find(surface)
    assert unit
    return unit.base


def values(example: Example) -> list[Any]:
    return [numerals.parse(text).value for label, text in labelled(example) if label == "QUANTITY"]


def test_the_seed_decides() -> None:
    augment = Augmenter([REPORT], rates(**LAYOUT, things=0.5, organisations=0.5))
    assert augment(REPORT, "a") == augment(REPORT, "a")
    assert augment(REPORT, "a") != augment(REPORT, "b")


def test_nothing_asked_nothing_changed() -> None:
    assert Augmenter([REPORT], rates())(REPORT, "a") == REPORT
