"""Scores: counted by hand, and the same as seqeval's."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.annotations import parse_record, read_examples
from zhanguo.evaluate import Score, score_records, score_spans, seqeval_f1
from zhanguo.schema import LABELS, Example, Span

A = parse_record("seizure | 收缴 | 枪支 | 281 | exact | 支 | - | 警方 | -")
B = parse_record("person | 抓获 | - | 10~20 | exact | 人 | - | - | -")


def example(*records: object, spans: tuple[Span, ...] = (), name: str = "x") -> Example:
    return Example(name, "字" * 30, spans, records)  # type: ignore[arg-type]


def test_records_at_growing_strictness() -> None:
    gold = [example(A, A, B)]
    predicted = [example(A, replace(A, org="海关"), replace(B, kind="case"), replace(A, value=A.value + 1))]
    scores = score_records(gold, predicted)
    assert {name: score.correct for name, score in scores.items()} == {"amount": 3, "object": 3, "record": 2, "record+org": 1}
    assert {(score.predicted, score.gold) for score in scores.values()} == {(4, 3)}


def test_qualifier_and_action_do_not_count() -> None:
    assert score_records([example(A)], [example(replace(A, qualifier="over", action=None))])["record+org"].f1 == 1


def test_spans_and_missing_reports() -> None:
    spans = (Span(0, 2, "ORG"), Span(3, 4, "UNIT"))
    gold = [example(spans=spans), example(spans=spans, name="y")]
    predicted = [example(spans=(Span(0, 2, "ORG", 0.5), Span(3, 4, "TARGET")))]
    scores = score_spans(gold, predicted)
    assert scores["ORG"] == Score(1, 1, 2)
    assert scores["overall"] == Score(1, 2, 4)
    assert scores["overall"].f1 == pytest.approx(1 / 3)


def test_nothing_at_all() -> None:
    assert Score(0, 0, 0).f1 == Score(0, 0, 0).precision == Score(0, 0, 0).recall == 0


def test_reports_without_records_are_left_out() -> None:
    assert score_records([Example("x", "字", (), None)], [example(A)])["record"].predicted == 0


@st.composite
def annotated(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 30), min_size=2, max_size=14)))
    return tuple(Span(a, b, draw(st.sampled_from(LABELS))) for a, b in itertools.pairwise(edges) if draw(st.booleans()))


@given(st.lists(st.tuples(annotated(), annotated()), min_size=1, max_size=4))
def test_seqeval_agrees(pairs: list[tuple[tuple[Span, ...], tuple[Span, ...]]]) -> None:
    pytest.importorskip("seqeval")
    if not any(gold or guess for gold, guess in pairs):
        return
    gold = [example(spans=g, name=str(i)) for i, (g, _) in enumerate(pairs)]
    predicted = [example(spans=p, name=str(i)) for i, (_, p) in enumerate(pairs)]
    assert seqeval_f1(gold, predicted) == pytest.approx(score_spans(gold, predicted)["overall"].f1)


def test_seqeval_agrees_on_the_seeds() -> None:
    pytest.importorskip("seqeval")
    folder = Path(__file__).parents[1] / "seeds"
    ours, theirs = (list(read_examples(folder / "agreement" / f"{name}.jsonl")) for name in "ab")
    assert seqeval_f1(ours, theirs) == pytest.approx(score_spans(ours, theirs)["overall"].f1)
