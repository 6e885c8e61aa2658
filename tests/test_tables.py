"""The tables of domain knowledge are whole: known kinds and classes, no word twice, every word usable."""

from collections import Counter

from zhanguo import actions, categories
from zhanguo.schema import CHANGES, KINDS, QUALIFIERS
from zhanguo.tables import fold, read_rows


def test_actions() -> None:
    rows = list(read_rows("actions.tsv"))
    groups = {category.group for category in categories.taxonomy().values()} | {"person", "money", "case", "place"}
    kinds = {*KINDS, actions.NO_KIND, actions.CRIME} - {"trend"}
    assert [word for word, n in Counter(row[0] for row in rows).items() if n > 1] == []
    for verb, kind, *exceptions in rows:
        assert kind in kinds, verb
        for exception in " ".join(exceptions).split():
            group, _, other = exception.partition("=")
            assert group in groups, verb
            assert other in kinds, verb


def test_trends_and_qualifiers() -> None:
    assert {row[1] for row in read_rows("trends.tsv")} == set(CHANGES)
    assert {row[2] for row in read_rows("qualifiers.tsv")} <= set(QUALIFIERS)


def test_folding_keeps_every_place() -> None:
    pairs = " ".join(row[0] for row in read_rows("variants.txt")).split()
    assert all(len(pair) == 2 for pair in pairs)
    assert fold("檢獲槍械，拘捕10人") == "检获枪械，拘捕10人"
