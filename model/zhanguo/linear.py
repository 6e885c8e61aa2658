"""Linear models over named features: their weights are tables that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from zhanguo.tables import read_rows

ONE = ("weight",)
"""The only class of a model that weighs options against each other."""


class Weights:
    """Weights ``[feature, class]`` from a table of ``feature <TAB> class=weight …``; features without an entry weigh nothing."""

    def __init__(self, rows: Iterable[Sequence[str]], classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        number = {name: index for index, name in enumerate(self.classes)}
        table = list(rows)
        self._row = {feature: index for index, (feature, *_) in enumerate(table, 1)}
        self._matrix = np.zeros((len(table) + 1, len(self.classes)))
        for index, (_, *entries) in enumerate(table, 1):
            for entry in " ".join(entries).split():
                name, _, weight = entry.rpartition("=")
                self._matrix[index, number[name]] = float(weight)
        self._first = dict(zip(self._row, self._matrix[1:, 0].tolist(), strict=True))

    @classmethod
    def read(cls, name: str, classes: Sequence[str]) -> Weights:
        """Read a table of ``data/``."""
        return cls(read_rows(name), classes)

    def scores(self, features: Iterable[str]) -> list[float]:
        """Sum the weights of features, class by class."""
        known = list(filter(None, map(self._row.get, features)))
        totals: list[float] = self._matrix[known].sum(axis=0).tolist()
        return totals

    def score(self, features: Iterable[str]) -> float:
        """Sum the weights of features for the first class."""
        return math.fsum(filter(None, map(self._first.get, features)))


def probabilities(scores: Sequence[float]) -> list[float]:
    """Softmax."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
