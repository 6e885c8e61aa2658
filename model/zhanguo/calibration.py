"""Calibration: from raw confidences to the share of such answers that are right (Platt, 1999), and how well that holds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RECORD = "record"
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_EDGE = 1e-6
_STEPS = 50
_RIDGE = 1.0

Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """``probability = sigmoid(intercept + slope × log-odds of the raw confidence)``."""

    intercept: float
    slope: float

    def __call__(self, raw: float) -> float:
        """Calibrate one raw confidence between 0 and 1."""
        return 1 / (1 + math.exp(-(self.intercept + self.slope * _log_odds(raw))))


AS_IT_IS = Curve(0.0, 1.0)


def curves(stored: Mapping[str, Sequence[float]]) -> dict[str, Curve]:
    """Read the curves of a model's settings: label or ``record`` → [intercept, slope]."""
    return {name: Curve(*map(float, pair)) for name, pair in stored.items()}


def _log_odds(raw: float) -> float:
    clipped = min(max(raw, _EDGE), 1 - _EDGE)
    return math.log(clipped / (1 - clipped))


def fit(raw: Sequence[float], right: Sequence[bool]) -> Curve:
    """Fit a curve by damped Newton steps on the regularised log-likelihood; targets are smoothed as Platt does.

    Raises ValueError where nothing was given.
    """
    if not raw:
        raise ValueError("no answers to calibrate on")
    good, bad = sum(right), len(right) - sum(right)
    goal = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    design = np.stack([np.ones(len(raw)), np.array([_log_odds(value) for value in raw])], axis=1)

    def loss(weights: Floats) -> float:
        scores = design @ weights
        misfit = np.logaddexp(0, scores) - goal * scores
        return float(misfit.sum() + _RIDGE / 2 * ((weights - AS_IT_IS) ** 2).sum())

    weights: Floats = np.array(AS_IT_IS)
    for _ in range(_STEPS):
        guess = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (guess - goal) + _RIDGE * (weights - AS_IT_IS)
        curvature = (design * (guess * (1 - guess))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > _EDGE:
            step = step / 2
        weights = weights - step
    return Curve(round(float(weights[0]), 4), round(float(weights[1]), 4))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a score within ``[low, high)``, the last bin's end included: how many, their mean score, the share that is right."""

    low: float
    high: float
    count: int
    score: float
    right: float


def reliability(scores: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Sort answers into bins by score."""
    bins = []
    for low, high in itertools.pairwise(BINS):
        inside = [(s, r) for s, r in zip(scores, right, strict=True) if low <= s < high or s == high == BINS[-1]]
        if inside:
            mean = sum(s for s, _ in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), mean, sum(r for _, r in inside) / len(inside)))
    return bins


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of score and share right over the bins, weighted by their answers (Naeini et al., 2015)."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.score - b.right) for b in bins) / total if total else 0.0
