"""What a run writes down: counted by hand, and read back as it was written."""

from pathlib import Path

import pytest

from zhanguo import history
from zhanguo.history import History, HistoryError
from zhanguo.schema import Example, Span

TEXT = "东岭派出所收缴枪支3支"
SPANS = (Span(0, 5, "ORG"), Span(7, 9, "TARGET"), Span(9, 10, "QUANTITY"), Span(10, 11, "UNIT"))


def test_describe() -> None:
    counts = history.describe([Example("a", TEXT, SPANS), Example("b", "无", ())])
    assert counts == {"reports": 2, "characters": 12, "spans": {"ORG": 1, "TARGET": 1, "QUANTITY": 1, "UNIT": 1}}


def test_a_result_and_its_metrics() -> None:
    predicted = Example("a", TEXT, (Span(0, 5, "ORG", 0.9), Span(9, 10, "UNIT", 0.6), Span(5, 7, "TARGET", 0.2)))
    result = history.result([Example("a", TEXT, SPANS)], [predicted])
    # rows: ORG, TARGET, QUANTITY, UNIT, none; a wrong edge is one missed and one too many
    assert result["confusion"] == [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [0, 1, 0, 0, 0]]
    assert [(b["count"], b["right"]) for b in result["reliability"]] == [(1, 0), (1, 0), (1, 1)]
    metrics = history.metrics(result["scores"])
    assert metrics["eval_precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert metrics["eval_recall"] == 0.25
    assert {key for key in metrics if key.endswith("f1")} == {
        "eval_f1",
        *(f"eval_{label}_f1" for label in ("ORG", "TARGET", "QUANTITY", "UNIT")),
    }
    assert metrics["eval_ORG_f1"] == 1


def test_what_is_written_is_read(tmp_path: Path) -> None:
    run = History({"name": "某"}, {"reports": 1}, {}, 0, {"torch": "2"}, [{"loss": 0.5, "step": 1}], {})
    history.write(run, tmp_path / "new")
    assert history.read(tmp_path / "new") == run


@pytest.mark.parametrize("content", [None, "{", "{}", "[]"])
def test_what_cannot_be_read_is_named(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / history.FILE).write_text(content, "utf-8")
    with pytest.raises(HistoryError, match=r"history\.json.*train\.py"):
        history.read(tmp_path)
