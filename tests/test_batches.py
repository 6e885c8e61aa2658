"""Batches: every window's logits, in order, whatever runs beside it; one that fails takes no other with it; memory is bounded."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import batches
from zhanguo.engines import Ids
from zhanguo.labels import TAGS, Scores

CULPRIT = 666


class ToyEngine:
    """Each token's logits are made of its id, its place and the sum of its window; padding would spoil the sum. CULPRIT fails."""

    def __init__(self, rows: int = 4, width: int = 8, streams: int = 2) -> None:
        self.name, self.rows, self.width, self.streams = "toy", rows, width, streams
        self.shapes: set[tuple[int, ...]] = set()
        self.lock = threading.Lock()
        self.most = self.running = 0

    def shape(self, tokens: int) -> tuple[int, int]:
        return self.rows, -(-tokens // self.width) * self.width

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.shapes.add(ids.shape)
        try:
            if (ids == CULPRIT).any():
                raise ArithmeticError("too much")
            assert (mask.sum(axis=1) > 0).all()
            sums = (ids * mask).sum(axis=1, keepdims=True) + np.arange(ids.shape[1]) + ids
            return np.repeat(sums[:, :, None], len(TAGS), axis=2).astype(np.float32)
        finally:
            with self.lock:
                self.running -= 1


def expected(ids: list[int]) -> list[float]:
    return [sum(ids) + place + number for place, number in enumerate(ids)]


@given(st.lists(st.lists(st.integers(1, 900), max_size=40), max_size=60), st.integers(1, 5), st.sampled_from([1, 4, 16]), st.integers(1, 4))
def test_each_window_gets_its_own_logits_in_order(windows: list[list[int]], rows: int, width: int, streams: int) -> None:
    engine = ToyEngine(rows, width, streams)
    results = list(batches.run(engine, enumerate(windows)))
    assert [item for item, _ in results] == list(range(len(windows)))
    for ids, (_, logits) in zip(windows, results, strict=True):
        if CULPRIT in ids:
            assert isinstance(logits, ArithmeticError)
        else:
            assert not isinstance(logits, Exception)
            assert logits.shape == (len(ids), len(TAGS))
            assert logits[:, 0].tolist() == expected(ids)
    assert engine.shapes <= {(rows, wide) for wide in range(width, 41 + width, width)}
    assert engine.most <= streams


def test_a_batch_that_fails_loses_only_the_culprit() -> None:
    results = batches.call(ToyEngine(), [[1, 2], [CULPRIT], [3]], 4, 8)
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert not isinstance(results[2], Exception)
    assert results[2][:, 0].tolist() == [6]


def test_only_some_windows_are_read_ahead() -> None:
    engine, read = ToyEngine(rows=1, streams=1), 0

    def endless() -> Iterator[tuple[int, list[int]]]:
        nonlocal read
        while True:
            read += 1
            yield read, [read]

    results = batches.run(engine, endless())
    for number in range(1, 100):
        assert next(results)[0] == number
        assert read <= number + 2 * batches.CALLS
    results.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("zhanguo")]


def test_what_breaks_the_reader_reaches_the_caller() -> None:
    def broken() -> Iterator[tuple[None, list[int]]]:
        yield None, [1]
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        list(batches.run(ToyEngine(), broken()))


def test_speed_counts_tokens() -> None:
    assert batches.speed(ToyEngine(), 0.01) > 0
