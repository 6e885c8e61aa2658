"""Linear models over named features: their weights are tables that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from zhanguo.tables import read_rows

ONE = ("weight",)
"""The only class of a model that weighs options against each other."""


class Weights:
    """Weights ``[feature, class]`` from a table of ``feature <TAB> class=weight …``; features without an entry weigh nothing."""

    def __init__(self, rows: Iterable[Sequence[str]], classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        number = {name: index for index, name in enumerate(self.classes)}
        self._weights: dict[str, list[tuple[int, float]]] = {}
        for feature, *entries in rows:
            pairs = (entry.rpartition("=") for entry in " ".join(entries).split())
            self._weights[feature] = [(number[name], float(weight)) for name, _, weight in pairs]

    @classmethod
    def read(cls, name: str, classes: Sequence[str]) -> Weights:
        """Read a table of ``data/``."""
        return cls(read_rows(name), classes)

    def scores(self, features: Iterable[str]) -> list[float]:
        """Sum the weights of features, class by class."""
        totals = [0.0] * len(self.classes)
        for feature in features:
            for number, weight in self._weights.get(feature, ()):
                totals[number] += weight
        return totals

    def score(self, features: Iterable[str]) -> float:
        """Sum the weights of features for the only class."""
        return self.scores(features)[0]


def probabilities(scores: Sequence[float]) -> list[float]:
    """Softmax."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
