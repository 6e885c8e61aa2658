"""Windows: how a text longer than the model's input is covered whole."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from zhanguo.schema import Range


class Window(NamedTuple):
    """A stretch the model reads, and inside it the core whose tags are taken from this window."""

    read: Range
    core: Range


def cut(length: int, size: int, overlap: int) -> list[Window]:
    """Cover ``length`` characters with as few windows of at most ``size`` as overlap by ``overlap`` or more, all of one length.

    Each character belongs to the core of just one window, the one where it lies deepest.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap {overlap} must be at least 0 and below the window's size {size}")
    if length == 0:
        return []
    count = max(1, -(-(length - overlap) // (size - overlap)))
    read = -(-(length + (count - 1) * overlap) // count)
    starts = [(length - read) * number // max(1, count - 1) for number in range(count)]
    reads = [Range(start, start + read) for start in starts]
    borders = [(left.end + right.start) // 2 for left, right in itertools.pairwise(reads)]
    cores = map(Range, [0, *borders], [*borders, length])
    return [Window(read, core) for read, core in zip(reads, cores, strict=True)]
