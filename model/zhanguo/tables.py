"""Reads the tables of domain knowledge in ``data/`` and matches their words, Traditional forms included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files


def read_rows(name: str) -> Iterator[list[str]]:
    """Yield the tab-separated rows of a table, without comments and empty lines."""
    for line in files("zhanguo").joinpath("data", name).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield [field.strip() for field in line.split("\t")]


@cache
def read_words(name: str, role: str) -> frozenset[str]:
    """The words of one role in a table of ``role <TAB> words parted by spaces``."""
    return frozenset(word for row in read_rows(name) if row[0] == role for word in row[1].split())


@cache
def variants() -> dict[int, str]:
    """Map the code points of Traditional characters to their Simplified forms."""
    pairs = " ".join(row[0] for row in read_rows("variants.txt")).split()
    return {ord(pair[0]): pair[1] for pair in pairs}


def fold(text: str) -> str:
    """Simplify Traditional characters; every code point stays in its place."""
    return text.translate(variants())


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that matches the longest of the words."""
    ordered = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)))


@cache
def word_pattern(name: str, role: str) -> re.Pattern[str]:
    """A pattern that matches the longest of the words of one role in a table."""
    return pattern(read_words(name, role))
