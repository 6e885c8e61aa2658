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


def test_times() -> None:
    columns = {"year": 1, "next_year": 1, "month": 1, "week": 1, "day": 1, "year_part": 2, "year_edge": 2, "month_part": 2}
    rows = list(read_rows("periods.tsv"))
    assert [row for row in rows if len(row) != 2 + columns.get(row[0], 0)] == []
    words = Counter((row[0], word) for row in rows for word in row[1].split())
    assert [word for word, n in words.items() if n > 1] == []
    assert all(1 <= int(low) <= int(high) <= 12 for _, _, low, high in (row for row in rows if row[0].startswith("year_")))


def test_facts() -> None:
    roles = [row[0] for row in read_rows("facts.tsv")]
    assert [role for role, n in Counter(roles).items() if n > 1] == []
    assert all(row[1] for row in read_rows("facts.tsv"))
