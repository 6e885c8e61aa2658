"""Batches: many windows through an engine, several calls at once, results in order and in bounded memory.

A chunk of windows is computed while the caller reads the next and works on the results of the one before. Within a chunk, windows of one
width run together; a batch that fails is run again window by window, so that only the culprit has no result.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from zhanguo.engines import Engine
from zhanguo.labels import TAGS, Scores

CALLS = 16  # a stream in each chunk
LONG = 258  # tokens of a usual window

T = TypeVar("T")
Result = Scores | Exception


class _Place(NamedTuple):
    """Where a window's result will be: in a row of a batch."""

    batch: Future[list[Result]]
    row: int


def run(engine: Engine, windows: Iterable[tuple[T, Sequence[int]]]) -> Iterator[tuple[T, Result]]:
    """Logits ``[tokens, tags]`` of each window's ids, or what went wrong, with what came with the ids, in order.

    A window without ids gives no logits and takes no time.
    """
    windows = iter(windows)
    size = CALLS * engine.streams * engine.shape(LONG)[0]
    under_way: deque[list[tuple[T, _Place | None]]] = deque()
    pool = ThreadPoolExecutor(engine.streams, thread_name_prefix="zhanguo")
    try:
        while chunk := list(islice(windows, size)):
            under_way.append(_submit(pool, engine, chunk))
            if len(under_way) > 1:
                yield from _results(under_way.popleft())
        for left in under_way:
            yield from _results(left)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _results(chunk: list[tuple[T, _Place | None]]) -> Iterator[tuple[T, Result]]:
    for item, place in chunk:
        yield item, place.batch.result()[place.row] if place else np.zeros((0, len(TAGS)), np.float32)


def _submit(pool: ThreadPoolExecutor, engine: Engine, chunk: list[tuple[T, Sequence[int]]]) -> list[tuple[T, _Place | None]]:
    """Hand a chunk to the pool, longest windows first, so that all threads end at about the same time."""
    places: list[_Place | None] = [None] * len(chunk)
    by_shape = defaultdict(list)
    for index, (_, ids) in enumerate(chunk):
        if ids:
            by_shape[engine.shape(len(ids))].append(index)
    for rows, width in sorted(by_shape, key=lambda shape: -shape[1]):
        indices = by_shape[rows, width]
        for first in range(0, len(indices), rows):
            batch = indices[first : first + rows]
            future = pool.submit(call, engine, [chunk[index][1] for index in batch], rows, width)
            for at, index in enumerate(batch):
                places[index] = _Place(future, at)
    return [(item, place) for (item, _), place in zip(chunk, places, strict=True)]


def call(engine: Engine, windows: Sequence[Sequence[int]], rows: int, width: int) -> list[Result]:
    """Logits of at most ``rows`` windows in one batch of that shape; those that fail together are tried alone."""
    ids = np.zeros((rows, width), dtype=np.int64)
    mask = np.zeros_like(ids)
    mask[len(windows) :, 0] = 1  # a row that attends to nothing would give NaN
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window
        mask[row, : len(window)] = 1
    try:
        logits = engine(ids, mask)
    except Exception as error:
        if len(windows) == 1:
            return [error]
        return [result for window in windows for result in call(engine, [window], rows, width)]
    return [logits[row, : len(window)] for row, window in enumerate(windows)]


def speed(engine: Engine, seconds: float) -> float:
    """Tokens a second on full windows of one character, measured for about so long after a batch to warm up."""
    rows, width = engine.shape(LONG)
    batch = [[1] * LONG] * rows
    call(engine, batch, rows, width)
    start = time.perf_counter()

    def work(_: int) -> int:
        calls = 0
        while time.perf_counter() < start + seconds:
            call(engine, batch, rows, width)
            calls += 1
        return calls

    with ThreadPoolExecutor(engine.streams) as pool:
        calls = sum(pool.map(work, range(engine.streams)))
    return calls * rows * LONG / (time.perf_counter() - start)
