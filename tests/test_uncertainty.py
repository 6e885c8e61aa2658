"""The order of reports by how sure the tagger was."""

import math

import pytest

from zhanguo.schema import Span
from zhanguo.uncertainty import confidence


def spans(*scores: float) -> list[Span]:
    return [Span(i, i + 1, "ORG", score) for i, score in enumerate(scores)]


def test_the_geometric_mean() -> None:
    assert confidence(spans(0.9, 0.4)) == pytest.approx(0.6)
    assert confidence([]) == confidence(spans(1.0)) == 1.0


def test_length_alone_changes_nothing() -> None:
    assert confidence(spans(*[0.9] * 100)) == pytest.approx(confidence(spans(0.9)))
    assert confidence(spans(0.99, 0.2)) < confidence(spans(*[0.95] * 50))


def test_a_score_of_nought_is_not_the_end() -> None:
    assert 0 < confidence(spans(0.0, 1.0)) < confidence(spans(0.0001, 1.0))
    assert math.isfinite(confidence(spans(0.0)))
