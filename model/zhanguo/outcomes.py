"""Outcomes: whether things were seized, found, surrendered or destroyed, by the verb that took them."""

from __future__ import annotations

import re
from functools import cache

from zhanguo.schema import OUTCOMES
from zhanguo.tables import fold, pattern, read_rows, read_words, word_pattern

_TABLE = "outcomes.tsv"


@cache
def _outcomes() -> dict[str, str]:
    return {fold(verb): row[0] for row in read_rows(_TABLE) if row[0] in OUTCOMES for verb in row[1].split()}


@cache
def _verbs() -> re.Pattern[str]:
    return pattern(verb for verb in _outcomes() if len(verb) > 1)


@cache
def _handed_in() -> re.Pattern[str]:
    """Someone's handing in: 群众主动上交, 自愿交出."""
    people = pattern(read_words(_TABLE, "giver") | read_words(_TABLE, "manner")).pattern
    return re.compile(rf"(?:{people})[^,，。；;]{{0,4}}(?:{word_pattern(_TABLE, 'surrendered').pattern})")


def find(action: str | None, around: str) -> str | None:
    """The outcome of a seizure: by the last verb of ``action``, unless the words ``around`` say that things not destroyed were handed in.

    ``around`` are the clauses of the verb and of the figure, up to the figure's end. None where the table knows no verb of the action.
    """
    plain = _plain(action or "")
    verbs = [plain] if plain in _outcomes() else _verbs().findall(plain)
    outcome = _outcomes()[verbs[-1]] if verbs else None
    return "surrendered" if outcome != "destroyed" and _handed_in().search(_plain(around)) else outcome


def _plain(text: str) -> str:
    return fold("".join(text.split()))
