"""The annotated data: the reports are unchanged, the gold and the corpus are clean, nothing was taken over from the seeds."""

import hashlib
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from zhanguo.annotations import read_examples
from zhanguo.check import check_file
from zhanguo.schema import Example

SEEDS = Path(__file__).parents[1] / "seeds"
CORPUS = sorted((SEEDS / "corpus").glob("*.txt"))
SHA256 = {
    "000.txt": "59a2c5463fa4816eb28fd2da8e09a1e87aa2079e2dc47b9aa99b327241cf6c8f",
    "001.txt": "caf35adfe66c8254576ade3c6012a68f6135772e6961447a8aa9674166ac8ca6",
    "002.txt": "811ca3544dbde2e176c242b67263dcca744b454aa62c387b812be931edd7c908",
    "003.txt": "bc45fb14ae2f67402f9af22f6ad612d3e0d7eb84cbee3fab3a343b9a969f2bfd",
    "004.txt": "51c5f8d115422c9919f9da9c27145aa8e29a2b1421ad019e84e36f3b710000df",
}
COPIED = 13


@pytest.fixture(scope="module")
def corpus() -> list[Example]:
    return [example for path in CORPUS for example in read_examples(path)]


def windows(text: str, size: int) -> set[str]:
    plain = "".join(text.split())
    return {plain[i : i + size] for i in range(len(plain) - size + 1)}


def test_the_reports_are_unchanged() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (SEEDS / "reports").iterdir()}
    assert found == SHA256


def test_the_gold_is_of_these_reports() -> None:
    for name in ("gold.jsonl", "agreement/a.jsonl", "agreement/b.jsonl"):
        for example in read_examples(SEEDS / name):
            assert example.text == (SEEDS / "reports" / f"{example.id}.txt").read_bytes().decode()


@pytest.mark.parametrize("path", [SEEDS / "gold.jsonl", *CORPUS], ids=lambda path: path.name)
def test_annotations_are_clean(path: Path) -> None:
    assert list(check_file(path)) == []


def test_the_corpus_is_large_enough(corpus: list[Example]) -> None:
    assert len(corpus) >= 150
    assert all(100 <= len(example.text) <= 850 for example in corpus)
    assert sum(len(example.records or ()) for example in corpus) > 1000
    assert [name for name, n in Counter(example.id for example in corpus).items() if n > 1] == []


def test_no_sentence_of_a_seed_is_in_the_corpus(corpus: list[Example]) -> None:
    seeds = set().union(*(windows(example.text, COPIED) for example in read_examples(SEEDS / "gold.jsonl")))
    assert {example.id: shared for example in corpus if (shared := windows(example.text, COPIED) & seeds)} == {}


def test_no_report_repeats_another(corpus: list[Example]) -> None:
    """Shared runs of eight characters, figures masked: a copied frame with other numbers counts as a copy."""
    masked = {e.id: windows("".join("#" if c.isdigit() else c for c in e.text), 8) for e in corpus}
    near = [(a, b) for a, b in combinations(masked, 2) if len(masked[a] & masked[b]) > 0.2 * min(len(masked[a]), len(masked[b]))]
    assert near == []
