"""Units: a whole table, known forms, and conversion that loses nothing."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import units
from zhanguo.tables import fold, read_rows

CASES = [line.split("\t") for line in (Path(__file__).parent / "cases" / "units.tsv").read_text("utf-8").splitlines() if line[0] != "#"]
ROWS = list(read_rows("units.tsv"))
SURFACES = [word for row in ROWS for word in row[0].split()]
AMOUNTS = st.decimals(min_value=0, max_value=10**15, places=4, allow_nan=False)


@pytest.mark.parametrize(("surface", "name", "base", "factor"), CASES)
def test_a_known_unit(surface: str, name: str, base: str, factor: str) -> None:
    unit = units.find(surface)
    assert unit
    assert (unit.name, unit.base, unit.factor) == (name, base, Fraction(factor))


@pytest.mark.parametrize("surface", ["光年", "", "（）", None])
def test_an_unknown_unit(surface: str | None) -> None:
    assert units.find(surface) is None


def test_no_form_stands_twice() -> None:
    assert [word for word, n in Counter(SURFACES).items() if n > 1] == []
    assert [name for name, n in Counter(row[1] for row in ROWS).items() if n > 1] == []


def test_no_form_needs_a_traditional_entry() -> None:
    assert [word for word in SURFACES if fold(word) != word] == []


def test_every_base_unit_is_a_unit_itself_and_of_one_dimension() -> None:
    known = {unit.base for word in SURFACES if (unit := units.find(word)) and unit.factor == 1}
    assert {row[3] for row in ROWS} <= known | {"B", "g/L"}
    dimensions = {(row[2], row[3]) for row in ROWS}
    assert max(Counter(dimension for dimension, _ in dimensions).values()) == 1


def test_a_factor_is_a_short_decimal_or_a_fraction() -> None:
    for row in ROWS:
        factor = Fraction(row[4])
        assert factor > 0
        assert "/" in row[4] or (factor * 10**units.PLACES).denominator == 1


@pytest.mark.parametrize("dimension", ["piece", "person", "case", "place", "visits", "place_visits"])
def test_what_is_counted_is_never_turned_into_something_else(dimension: str) -> None:
    assert {row[4] for row in ROWS if row[2] == dimension} == {"1"}


def test_currencies_stay_apart() -> None:
    money = [row for row in ROWS if row[2].startswith("money")]
    assert all(row[2] == f"money_{row[3].lower()}" for row in money)
    assert {row[3] for row in money if row[4] != "1"} == {"CNY"}


@given(AMOUNTS, st.sampled_from(SURFACES))
def test_conversion_is_exact_and_can_be_undone(value: Decimal, surface: str) -> None:
    unit = units.find(surface)
    assert unit
    exact, base = Fraction(value) * unit.factor, unit.to_base(value)
    finite = (exact * 10**40).denominator == 1
    assert Fraction(base) == exact if finite else abs(Fraction(base) - exact) < Fraction(1, 10**units.PLACES)
    assert units.to_decimal(Fraction(base) / unit.factor, 4) == value


@pytest.mark.parametrize(
    ("value", "surface", "written"),
    [
        ("48.25", "吨", "48250"),
        ("3", "亩", "2000"),
        ("1", "亩", "666.666666666667"),
        ("0.5", "两", "0.025"),
        ("9" * 5000, "吨", "9" * 5000 + "000"),
        ("1E+100", "克", "1" + "0" * 97),
    ],
)
def test_amounts_are_written_plainly(value: str, surface: str, written: str) -> None:
    unit = units.find(surface)
    assert unit
    assert f"{unit.to_base(Decimal(value)):f}" == written
