"""Plots of a training run and of a model's answers, as PNG files.

Needs matplotlib, which is in ``zhanguo[train]``. Text is in English, so that no Chinese font is needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhanguo.calibration import Bin, expected_calibration_error
from zhanguo.history import LOSS, OVERALL, RATE, History, f1_key
from zhanguo.schema import LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOSS_CURVE, F1_CURVE, CONFUSION, LEARNING_CURVE = "loss.png", "f1.png", "confusion.png", "learning_curve.png"
NONE = "none"
# Okabe and Ito's colours (2008), which the colour-blind can tell apart.
COLOURS = {**dict(zip(LABELS, ("#D55E00", "#0072B2", "#009E73", "#CC79A7"), strict=True)), OVERALL: "#000000"}
MARKERS = dict(zip(COLOURS, "osD^x", strict=True))
_MAIN, _FAINT = "#0072B2", "#999999"
_STYLE = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left", "legend.frameon": False}
_DPI = 120
_LOG_ROOM = 3  # how far above the highest bar the logarithmic axis goes


class PlotError(RuntimeError):
    """Nothing can be drawn; the message names the remedy."""


def check_installed() -> None:
    """Raise PlotError where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise PlotError(f"plots need pip install 'zhanguo[train]' ({error})") from error


@contextmanager
def _figure(path: Path, width: float, height: float) -> Iterator[Figure]:
    """A figure in inches, written to ``path`` at the end. It knows no window system and no global state; Agg renders it."""
    check_installed()
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure((width, height), layout="constrained")
        yield figure
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=_DPI, format="png")


def _f1_lines(axes: Axes, x: Sequence[float], values: Mapping[str, Sequence[float]], names: Mapping[str, str]) -> None:
    """One line a label and a thicker one for all."""
    for label, colour in COLOURS.items():
        width = 2.5 if label == OVERALL else 1.5
        axes.plot(x, values[label], color=colour, marker=MARKERS[label], linewidth=width, label=names[label], clip_on=False)
    axes.set_ylim(top=1.0)
    axes.grid(axis="y", color="#dddddd")


def loss(log: Sequence[Mapping[str, Any]], path: Path) -> None:
    """The training loss by step, and below it the learning rate. ``log`` is the Trainer's."""
    with _figure(path, 7, 4.5) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        for axes, key, name in ((above, LOSS, "training loss"), (below, RATE, "learning rate")):
            rows = [row for row in log if key in row]
            axes.plot([row["step"] for row in rows], [row[key] for row in rows], color=_MAIN, marker="o", markersize=3)
            axes.set_ylabel(name)
            axes.set_ylim(bottom=0)
        above.set_title("Training loss (mean since the last point), learning rate of the encoder")
        below.set_xlabel("step")
        below.locator_params(axis="x", integer=True)
        below.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))


def f1(log: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Strict span F1 on the development reports by step, for each label and overall."""
    rows = [row for row in log if f1_key(OVERALL) in row]
    values = {label: [row[f1_key(label)] for row in rows] for label in COLOURS}
    names = {label: f"{label}  {rates[-1]:.3f}" if rates else label for label, rates in values.items()}
    with _figure(path, 7, 4.5) as figure:
        axes = figure.subplots()
        _f1_lines(axes, [row["step"] for row in rows], values, names)
        axes.set(xlabel="step", ylabel="F1")
        axes.locator_params(axis="x", integer=True)
        axes.set_title("Span F1 on the development reports (strict)")
        figure.legend(loc="outside right center", title="at the end")


def confusion(counts: Sequence[Sequence[int]], path: Path) -> None:
    """The counts of ``evaluate.confuse_spans``; each row shaded by its shares."""
    names = [*LABELS, NONE]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    with _figure(path, 6, 5.2) as figure:
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for i, j in itertools.product(range(len(names)), repeat=2):
            text = f"{counts[i][j]:,}\n{shares[i][j]:.1%}" if counts[i][j] else "" if i == j == len(LABELS) else "0"
            axes.text(j, i, text, ha="center", va="center", color="white" if shares[i][j] > 0.5 else "black")
        axes.set_xticks(range(len(names)), names)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel(f"predicted  ({NONE}: missed, or found with other edges)")
        axes.set_ylabel(f"gold  ({NONE}: no span with these edges)")
        axes.set_title("Labels of spans with the same edges, and % of the row")
        axes.spines[:].set_visible(False)


def reliability_file(what: str) -> str:
    """The name of a reliability diagram of ``what`` (spans, records)."""
    return f"reliability_{what}.png"


def reliability(bins: Sequence[Bin], path: Path, what: str) -> None:
    """How often ``what`` (spans, records) of a score are right, and below it how many there are."""
    with _figure(path, 6, 6) as figure:
        above, below = figure.subplots(2, 1, height_ratios=[3, 1])
        above.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", label="a score that is the share right")
        above.plot([b.score for b in bins], [b.right for b in bins], color=_MAIN, marker="o", label=f"{what}, mean of a bin", clip_on=False)
        above.set(xlim=(0, 1), ylim=(0, 1), xlabel="score", ylabel="share right")
        above.legend(loc="upper left")
        above.set_title(f"Scores of {what}: expected calibration error {expected_calibration_error(bins):.3f}")
        bars = below.bar([f"{b.low:g}\u2013{b.high:g}" for b in bins], [b.count for b in bins], color=_MAIN)
        below.bar_label(bars, [f"{b.count:,}" for b in bins])
        below.set_yscale("log")
        below.set_ylim(bottom=0.8, top=_LOG_ROOM * max((b.count for b in bins), default=1))
        below.set(xlabel="score", ylabel=what)
        below.tick_params(axis="x", labelsize="small")


def learning_curve(curve: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    """Span F1 by share of the training reports: ``curve`` is share → test set → label → F1. Needs at least one share."""
    shares = sorted(curve, key=float)
    tests = list(curve[shares[0]])
    with _figure(path, 4 * len(tests) + 1.5, 4.5) as figure:
        panels = figure.subplots(1, len(tests), sharey=True, squeeze=False)[0]
        for axes, test in zip(panels, tests, strict=True):
            values = {label: [curve[share][test][label] for share in shares] for label in COLOURS}
            _f1_lines(axes, list(map(float, shares)), values, dict(zip(COLOURS, COLOURS, strict=True)))
            axes.set_xscale("log", base=2)
            axes.set_xticks(list(map(float, shares)), [f"{float(share):.3g}" for share in shares])
            axes.set_xlabel("share of the training reports")
            axes.set_title(test)
        panels[0].set_ylabel("span F1 (strict)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")


def answers(counts: Sequence[Sequence[int]], bins: Mapping[str, Sequence[Bin]], folder: Path) -> None:
    """A model's answers on annotated reports: the confusion of labels, and a reliability diagram for each of ``bins``."""
    confusion(counts, folder / CONFUSION)
    for what, sorted_answers in bins.items():
        reliability(sorted_answers, folder / reliability_file(what), what)


def run(history: History, folder: Path) -> None:
    """What a run's history holds so far."""
    loss(history.log, folder / LOSS_CURVE)
    if history.dev_result:
        f1(history.log, folder / F1_CURVE)
        answers(history.dev_result["confusion"], {"spans": [Bin(**b) for b in history.dev_result["reliability"]]}, folder)
