"""Categories: what kind of thing, person, case or place a target names, and where that kind stands in the taxonomy."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from zhanguo.tables import fold, read_rows, word_pattern

_QUOTES = dict.fromkeys(map(ord, "“”\"‘’'「」『』"))
_EDGE = "等)》"
_COLUMNS = 7


@dataclass(frozen=True, slots=True)
class Category:
    """``name`` goes into the record; ``group`` is the class that steers the kinds of actions.

    ``gloss`` and ``chinese`` say what it is in English and Chinese. ``questionnaire`` and ``item`` are its place in UNODC's
    questionnaires, None where it has none.
    """

    name: str
    group: str
    parent: str | None
    gloss: str
    chinese: str
    questionnaire: str | None
    item: str | None


@cache
def taxonomy() -> dict[str, Category]:
    """All categories by name."""
    rows = (row + [""] * (_COLUMNS - len(row)) for row in read_rows("taxonomy.tsv"))
    return {
        name: Category(name, group, parent or None, gloss, chinese, questionnaire or None, item or None)
        for name, group, parent, gloss, chinese, questionnaire, item in rows
    }


@cache
def _heads() -> dict[str, Category]:
    return {_plain(word): taxonomy()[name] for words, name in read_rows("categories.tsv") for word in words.split()}


@cache
def _form() -> re.Pattern[str]:
    return re.compile(rf"(?:及其?)?(?:{word_pattern('contexts.tsv', 'form').pattern})$")


def _plain(text: str) -> str:
    """The text without white space and quote marks, in one width, case and script."""
    return fold(unicodedata.normalize("NFKC", "".join(text.split()))).casefold().translate(_QUOTES)


@lru_cache(maxsize=4096)
def find(target: str) -> Category | None:
    """The category of a target by its longest known ending: a Chinese noun phrase has its head at the end.

    Where no ending is known, a form at the end is taken off (冰毒晶体, 野鸭死体). None for what the table does not know.
    """
    plain = _plain(target).rstrip(_EDGE)
    heads = _heads()
    found = next((heads[plain[i:]] for i in range(len(plain)) if plain[i:] in heads), None)
    bare = _form().sub("", plain)
    return found or (find(bare) if bare != plain else None)
