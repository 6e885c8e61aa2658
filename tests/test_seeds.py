"""The annotated data: the reports are unchanged, the gold and the corpus are clean, nothing was taken over from the seeds."""

import hashlib
from pathlib import Path

import pytest

from zhanguo.annotations import read_examples
from zhanguo.check import check_files
from zhanguo.overlap import Seeds
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


@pytest.fixture(scope="module")
def corpus() -> list[Example]:
    return [example for path in CORPUS for example in read_examples(path)]


def test_the_reports_are_unchanged() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (SEEDS / "reports").iterdir()}
    assert found == SHA256


def test_the_gold_is_of_these_reports() -> None:
    for name in ("gold.jsonl", "agreement/a.jsonl", "agreement/b.jsonl"):
        for example in read_examples(SEEDS / name):
            assert example.text == (SEEDS / "reports" / f"{example.id}.txt").read_bytes().decode()


def test_the_annotations_are_clean() -> None:
    seeds = Seeds(read_examples(SEEDS / "gold.jsonl"))
    assert list(check_files([SEEDS / "gold.jsonl", *CORPUS], seeds)) == []


def test_the_corpus_is_large_enough(corpus: list[Example]) -> None:
    assert len(corpus) >= 1000
    assert sum(len(example.text) for example in corpus) >= 400_000
    assert sum(example.records is not None for example in corpus) >= 300
