"""Plots: what is drawn is what was given, and the files are pictures."""

import json
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure
from matplotlib.image import imread

from zhanguo import plots
from zhanguo.__main__ import main
from zhanguo.annotations import example_to_dict
from zhanguo.calibration import Bin
from zhanguo.schema import LABELS, Example, Span

LOG = [
    {"step": 10, "loss": 1.5, "learning_rate": 1e-4},
    {"step": 16, "eval_f1": 0.5, **{f"eval_{label}_f1": 0.1 * i for i, label in enumerate(LABELS)}},
    {"step": 20, "loss": 0.5, "learning_rate": 5e-5},
    {"step": 32, "eval_f1": 0.7, **{f"eval_{label}_f1": 0.2 * i for i, label in enumerate(LABELS)}},
    {"step": 32, "train_loss": 1.0},
]
COUNTS = [[9, 1, 0, 0, 0], [0, 3, 0, 0, 1], [0, 0, 1234, 0, 0], [0, 0, 0, 5, 5], [2, 0, 0, 0, 0]]
BINS = [Bin(0.5, 0.7, 4, 0.6, 0.25), Bin(0.98, 1.0, 900, 0.99, 1.0)]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Figure]:
    """Draw with one of the functions and hand out the figure, which must also be on the disk."""
    figures: list[Figure] = []
    real = plots._figure

    @contextmanager
    def watched(*arguments: Any) -> Any:
        with real(*arguments) as figure:
            figures.append(figure)
            yield figure

    def draw(function: Callable[..., None], data: Any, *more: Any) -> Figure:
        path = tmp_path / "new" / "plot.png"
        function(data, path, *more)
        pixels = imread(path)
        assert min(pixels.shape[:2]) > 400
        assert pixels.std() > 0.01
        return figures[-1]

    monkeypatch.setattr(plots, "_figure", watched)
    return draw


def lines(axes: Any) -> dict[str, list[tuple[float, float]]]:
    return {str(line.get_label()): list(zip(*map(list, line.get_data()), strict=True)) for line in axes.lines}


def test_loss(drawn: Callable[..., Figure]) -> None:
    above, below = drawn(plots.loss, LOG).axes
    assert list(lines(above).values()) == [[(10, 1.5), (20, 0.5)]]
    assert list(lines(below).values()) == [[(10, 1e-4), (20, 5e-5)]]


def test_f1(drawn: Callable[..., Figure]) -> None:
    shown = lines(drawn(plots.f1, LOG).axes[0])
    assert shown["overall  0.700"] == [(16, 0.5), (32, 0.7)]
    assert len(shown) == len(LABELS) + 1


def test_confusion(drawn: Callable[..., Figure]) -> None:
    axes = drawn(plots.confusion, COUNTS).axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts[:2] == ["9\n90.0%", "1\n10.0%"]
    assert "1,234\n100.0%" in texts
    assert texts[-1] == ""
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [*LABELS, "none"]


def test_reliability(drawn: Callable[..., Figure]) -> None:
    above, below = drawn(plots.reliability, BINS, "spans").axes
    assert lines(above)["spans, mean of a bin"] == [(0.6, 0.25), (0.99, 1.0)]
    assert "0.012" in above.get_title(loc="left")  # (4 * 0.35 + 900 * 0.01) / 904
    assert [text.get_text() for text in below.texts] == ["4", "900"]


def test_nothing_found_yet(drawn: Callable[..., Figure]) -> None:
    drawn(plots.loss, [])
    drawn(plots.f1, [])
    drawn(plots.reliability, [], "spans")
    drawn(plots.confusion, [[0] * 5] * 5)


def test_learning_curve(drawn: Callable[..., Figure]) -> None:
    scores = {"seeds": dict.fromkeys(plots.COLOURS, 0.5), "test part": dict.fromkeys(plots.COLOURS, 0.6)}
    figure = drawn(plots.learning_curve, {"1": scores, "0.125": scores})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["seeds", "test part"]
    assert lines(figure.axes[1])["overall"] == [(0.125, 0.6), (1.0, 0.6)]


def test_evaluate_draws(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    example = Example("a", "收缴枪支3支", (Span(2, 4, "TARGET"), Span(4, 5, "QUANTITY"), Span(5, 6, "UNIT")), ())
    gold.write_text(json.dumps(example_to_dict(example)), "utf-8")
    assert main(["evaluate", str(gold), "--pred", str(gold), "--plots", str(tmp_path / "plots")]) == 0
    names = {path.name for path in (tmp_path / "plots").iterdir()}
    assert names == {"confusion.png", "reliability_spans.png", "reliability_records.png"}


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["evaluate", "nowhere.jsonl", "--plots", str(tmp_path)]) == 2
    assert "pip install 'zhanguo[train]'" in capsys.readouterr().err
