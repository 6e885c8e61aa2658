"""Numerals: known cases, and any number in any notation comes back."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.numerals import NumeralError, parse, spell
from zhanguo.schema import Amount

LINES = (Path(__file__).parent / "cases" / "numerals.tsv").read_text("utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if not line.startswith("#")]
FINANCIAL = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(("text", "value", "highest", "qualifier"), CASES)
def test_case(text: str, value: str, highest: str, qualifier: str) -> None:
    assert parse(text) == Amount(Decimal(value), None if highest == "-" else Decimal(highest), qualifier)


def test_a_break_of_the_page_inside_a_figure() -> None:
    assert parse("21\n 万").value == 210000


numbers = st.integers(min_value=0, max_value=10**12 - 1)


@given(numbers)
def test_spelled(number: int) -> None:
    assert parse(spell(number)) == Amount(Decimal(number))


@given(numbers)
def test_financial(number: int) -> None:
    assert parse(spell(number, FINANCIAL, "拾佰仟")) == Amount(Decimal(number))


@given(numbers)
def test_arabic_notations(number: int) -> None:
    plain = str(number)
    full = plain.translate({ord("0") + i: 0xFF10 + i for i in range(10)})
    for text in (plain, full, f"{number:,}", f"{number:,}".replace(",", "，")):
        assert parse(text) == Amount(Decimal(number))


@given(st.decimals(min_value=0, max_value=10**6, places=3), st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8), ("千", 10**3)]))
def test_decimals_with_a_multiplier(number: Decimal, unit: tuple[str, int]) -> None:
    assert parse(f"{number:f}{unit[0]}").value == number * unit[1]


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_ranges(low: int, high: int) -> None:
    for sign in ("至", "到", "-", "~", "～", "—", "－"):
        assert parse(f"{low}{sign}{high}") == Amount(Decimal(low), Decimal(high))


@given(st.text("0123456789０１一二两三十百千万亿零〇半余多几数上分之至-~.,，点 a支", max_size=12))
def test_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(NumeralError):
        assert isinstance(parse(text).value, Decimal)


@pytest.mark.parametrize("text", ["", "支", "三成", "1.2.3", "1,23", "一批", "分之", "12月"])
def test_no_numeral(text: str) -> None:
    with pytest.raises(NumeralError):
        parse(text)
