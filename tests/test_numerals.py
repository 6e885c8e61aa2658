"""Numerals: known cases, and any number in any notation comes back."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.numerals import NumeralError, parse
from zhanguo.schema import Amount

LINES = (Path(__file__).parent / "cases" / "numerals.tsv").read_text("utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if not line.startswith("#")]
CHINESE = "零一二三四五六七八九"
FINANCIAL = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(("text", "value", "highest", "qualifier"), CASES)
def test_case(text: str, value: str, highest: str, qualifier: str) -> None:
    assert parse(text) == Amount(Decimal(value), None if highest == "-" else Decimal(highest), qualifier)


def test_a_break_of_the_page_inside_a_figure() -> None:
    assert parse("21\n 万").value == 210000


def below_myriad(number: int, digits: str, tens: str) -> str:
    """Spell 1 … 9999 the way people do, 零 for gaps."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + ("" if power == 0 else tens[power])
            gap = False
        else:
            gap = True
    return text


def spell(number: int, digits: str = CHINESE, tens: str = " 十百千") -> str:
    """Spell a whole number below 10^12."""
    if number == 0:
        return "零"
    text = ""
    for unit, sign in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // unit % 10**4
        if part:
            text += ("零" if text and part < 1000 else "") + below_myriad(part, digits, tens) + sign
    return text


numbers = st.integers(min_value=0, max_value=10**12 - 1)


@given(numbers)
def test_spelled(number: int) -> None:
    assert parse(spell(number)) == Amount(Decimal(number))


@given(numbers)
def test_financial(number: int) -> None:
    assert parse(spell(number, FINANCIAL, " 拾佰仟")) == Amount(Decimal(number))


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
