"""Categories: a whole taxonomy, and targets that belong where their heads do."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import categories
from zhanguo.tables import fold, read_rows, read_words

LINES = (Path(__file__).parent / "cases" / "categories.tsv").read_text("utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if line[0] != "#"]
TAXONOMY = categories.taxonomy()
WORDS = [(word, name) for words, name in read_rows("categories.tsv") for word in words.split()]
IDS = {
    "Opioids",
    "Cannabis-type (excluding synthetic cannabinoids)",
    "Cocaine-type",
    "Amphetamine-type stimulants (excluding ecstasy)",
    "“Ecstasy”-type substances",
    "Sedatives and Tranquillizers",
    "New psychoactive substances",
    "Precursors",
    "Solvents and Inhalants",
}
ITEMS = {"IAFQ": {"Firearms", "Parts and components", "Ammunition"}, "IDS": IDS}


@pytest.mark.parametrize(("target", "name"), CASES)
def test_a_target_belongs_where_its_head_does(target: str, name: str) -> None:
    found = categories.find(target)
    assert (found.name if found else "-") == name


def test_no_word_stands_twice() -> None:
    plain = Counter(fold(unicodedata.normalize("NFKC", word)).casefold() for word, _ in WORDS)
    assert [word for word, n in plain.items() if n > 1] == []
    assert len({row[0] for row in read_rows("taxonomy.tsv")}) == len(list(read_rows("taxonomy.tsv")))


def test_every_word_is_of_a_known_category_and_finds_it() -> None:
    assert {name for _, name in WORDS} <= set(TAXONOMY)
    for word, name in WORDS:
        assert categories.find(word) == TAXONOMY[name], word


def test_every_category_has_words_or_is_a_parent() -> None:
    assert set(TAXONOMY) == {name for _, name in WORDS} | {category.parent for category in TAXONOMY.values() if category.parent}


def test_every_parent_exists_and_no_category_is_its_own_ancestor() -> None:
    for category in TAXONOMY.values():
        line = [category]
        while line[-1].parent:
            line.append(TAXONOMY[line[-1].parent])
            assert len(line) <= len(TAXONOMY), category.name


def test_a_category_has_a_gloss_and_the_class_of_its_parent() -> None:
    assert len({category.chinese for category in TAXONOMY.values()}) == len(TAXONOMY)
    for category in TAXONOMY.values():
        assert category.gloss, category.name
        assert re.search("[一-鿿]", category.chinese), category.name
        assert category.group == (TAXONOMY[category.parent].group if category.parent else category.group), category.name


def test_items_are_those_of_the_questionnaires() -> None:
    for category in TAXONOMY.values():
        if category.item:
            assert category.item in ITEMS[category.questionnaire or ""], category.name
    assert {category.questionnaire for category in TAXONOMY.values()} == {None, *ITEMS}


@pytest.mark.parametrize("form", sorted(read_words("contexts.tsv", "form")))
def test_a_form_alone_says_nothing_more_than_itself(form: str) -> None:
    found = categories.find("冰毒" + form)
    assert found
    assert found in (TAXONOMY["methamphetamine"], categories.find(form))


@given(st.text(max_size=12))
def test_any_target_is_of_a_known_category_or_none(target: str) -> None:
    found = categories.find(target)
    assert found is None or TAXONOMY[found.name] == found
