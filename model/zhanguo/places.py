"""Places in a text, in order, and quick look-up of those within a stretch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Places(Generic[T]):
    """Items sorted by where they start."""

    def __init__(self, items: Iterable[T], start: Callable[[T], int]) -> None:
        self.items = sorted(items, key=start)
        self._starts = [start(item) for item in self.items]

    def starting(self, start: int, end: int) -> Sequence[T]:
        """The items that start within ``[start, end)``, in order."""
        return self.items[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def index(self, position: int) -> int:
        """How many items start before ``position``."""
        return bisect_left(self._starts, position)

    def last_before(self, position: int) -> T | None:
        """The last item that starts before ``position``."""
        index = bisect_left(self._starts, position)
        return self.items[index - 1] if index else None
