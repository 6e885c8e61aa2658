"""Overlap between reports: passages taken over from a seed, and reports that repeat another's frame with other figures."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from zhanguo.schema import Example
from zhanguo.tables import fold

PASSAGE = 13
"""Characters in a row that make a passage one taken over."""
SHINGLE = 8
"""Characters in a row that are compared between reports, after Broder (1997), "On the resemblance and containment of documents"."""
CONTAINED = 0.2
"""Share of the shorter report's shingles that makes two reports near-copies."""
_COMMON = 20  # a shingle of more reports than this is a stock phrase
_NUMBER = re.compile(r"[\d〇零一二两三四五六七八九十百千万亿.,，]+")


def runs(text: str, size: int) -> list[str]:
    """Every run of ``size`` characters in order, white space and character forms aside."""
    plain = "".join(fold(text).split())
    return [plain[i : i + size] for i in range(len(plain) - size + 1)]


class Seeds:
    """The reports of the test set, from which no other report may take a passage."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._texts: set[str] = set()
        self._runs: set[str] = set()
        for example in examples:
            self._texts.add(example.text)
            self._runs.update(runs(example.text, PASSAGE))

    def passages(self, text: str) -> Iterator[str]:
        """Yield the passages of 13 characters or more that a text shares with a seed; a seed itself shares none."""
        if text in self._texts:
            return
        own = runs(text, PASSAGE)
        for shared, group in itertools.groupby(own, self._runs.__contains__):
            if shared:
                first, *rest = group
                yield first + "".join(run[-1] for run in rest)


def near_copies(examples: Sequence[Example]) -> Iterator[tuple[Example, Example, float]]:
    """Yield pairs of near-copies, figures left aside, with the share of the shorter one's runs that both have."""
    shingles = [set(runs(_NUMBER.sub("#", example.text), SHINGLE)) for example in examples]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(shingles):
        for run in own:
            holders[run].append(number)
    shared = Counter(pair for numbers in holders.values() if len(numbers) <= _COMMON for pair in itertools.combinations(numbers, 2))
    for (a, b), count in sorted(shared.items()):
        share = count / min(len(shingles[a]), len(shingles[b]))
        if share > CONTAINED:
            yield examples[a], examples[b], share
