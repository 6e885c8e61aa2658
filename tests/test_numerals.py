"""Numerals: known cases, and any number in any notation comes back."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.numerals import LONGEST, NumeralError, bounds, parse, spell
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
def test_ranges(left: int, right: int) -> None:
    low, high = sorted((left, right))
    for sign in ("至", "到", "-", "~", "～", "—", "－"):
        assert parse(f"{left}{sign}{right}") == Amount(Decimal(low), Decimal(high))


@given(st.text("0123456789０１一二两三十百千万亿零〇半余多几数上分之至-~.,，点 a支", max_size=12))
def test_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(NumeralError):
        assert isinstance(parse(text).value, Decimal)


@pytest.mark.parametrize("text", ["", "支", "三成", "1.2.3", "1,23", "一批", "分之", "12月"])
def test_no_numeral(text: str) -> None:
    with pytest.raises(NumeralError):
        parse(text)


@pytest.mark.parametrize("text", ["9" * (LONGEST + 1), "亿" * 40, "兆" * LONGEST, "3" + "0" * 10**6])
def test_what_is_longer_than_any_amount_is_refused(text: str) -> None:
    with pytest.raises(NumeralError, match=rf"a num(ber|eral) of (more than {LONGEST} digits|{len(text)} characters)"):
        parse(text)


def test_nothing_is_rounded() -> None:
    nines = "9" * LONGEST
    assert parse(nines).value == int(nines)
    assert parse("9" * 40 + "万").value == int("9" * 40) * 10**4
    assert bounds("9" * 40 + "余", parse("9" * 40 + "余")) == (10**40 - 1, 10**40)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("281", 281, 281),
        ("10至20", 10, 20),
        ("50余", 50, 60),
        ("2200余万", 22000000, 23000000),
        ("4.5万余", 45000, 46000),
        ("一百多", 100, 200),
        ("几十", 20, 100),
        ("数百", 200, 1000),
        ("十几", 11, 19),
        ("二十几", 21, 29),
        ("上千", 1000, None),
        ("三百来", None, None),
    ],
)
def test_bounds(text: str, low: int, high: int | None) -> None:
    assert bounds(text, parse(text)) == (low, high)


@pytest.mark.parametrize(("qualifier", "expected"), [("over", (500, None)), ("nearly", (None, 500)), ("about", (None, None))])
def test_bounds_by_the_words_around(qualifier: str, expected: tuple[int | None, int | None]) -> None:
    assert bounds("500", Amount(Decimal(500), None, qualifier)) == expected
