"""Categories: what kind of thing, person or place a target names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from zhanguo.tables import fold, read_rows


@dataclass(frozen=True, slots=True)
class Category:
    """``name`` goes into the record; ``group`` is the class that steers the kinds of actions."""

    name: str
    group: str


@cache
def _heads() -> dict[str, Category]:
    return {fold(word): Category(name, group) for words, name, group in read_rows("categories.tsv") for word in words.split()}


def find(target: str) -> Category | None:
    """The category of a target by its longest known ending: a Chinese noun phrase has its head at the end."""
    plain = fold("".join(target.split())).rstrip("等”’\"')）")
    heads = _heads()
    return next((heads[plain[i:]] for i in range(len(plain)) if plain[i:] in heads), None)
