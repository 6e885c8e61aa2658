"""Numerals as Chinese reports write them, read exactly into Decimals.

Covers Arabic, full-width, Chinese, financial and mixed numerals, thousands separators, decimals, ranges, fractions
and the approximators that stand inside a numeral (余 多 来 几 数 上).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from zhanguo.schema import Amount

_DIGIT_FORMS = ("〇零○", "一壹弌", "二两贰貳兩", "三叁參叄", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
DIGITS = {char: value for value, forms in enumerate(_DIGIT_FORMS) for char in forms}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
TWENTIES = {"廿": "二十", "卅": "三十", "卌": "四十"}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
OVER, ABOUT = "余餘多", "来來"
LONGEST = 300  # characters of a numeral, and digits of its value: what is longer is no amount of anything, and slow to compute with
EXACT = Context(prec=14 * LONGEST)  # 兆 alone stands for 13 digits; sums and products of numerals are never rounded

_DIGIT = "".join(DIGITS)
_UNIT = "".join(TENS) + "".join(MYRIADS)
_SHOWN = 40
_TOKEN = re.compile(
    rf"(?P<arabic>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<digits>[{_DIGIT}]+)(?:[点點](?P<decimals>[{_DIGIT}]+))?"
    rf"|(?P<multiplier>[{_UNIT}])|[点點](?P<fraction>[{_DIGIT}]+)"
)
_RANGE = re.compile(r"(?<=[^至到~\-—–])(?:至|到|~|-|—|–|―)+(?=[^至到~\-—–])")
_NEIGHBOURS = re.compile(rf"(?P<head>.*?)(?P<low>[{_DIGIT}])[、,]?(?P<high>[{_DIGIT}])(?P<tail>[{_UNIT}余餘多]*)")
_FRACTION = re.compile(r"(?P<below>.+)分之(?P<above>.+)|(?P<above2>\d+)/(?P<below2>\d+)")
_TRAILING = re.compile(rf"(?<![{_UNIT}])[{_UNIT}]+$")
_SEVERAL = re.compile(rf"好?[数數几幾](?=$|[{_UNIT}])|成?上(?=[{_UNIT}])")


class NumeralError(ValueError):
    """The text is no numeral."""


def parse(text: str) -> Amount:
    """Read one QUANTITY span's text. Raises NumeralError when it is no numeral, or one of more than ``LONGEST`` characters or digits."""
    if len(text) > LONGEST:
        raise NumeralError(f"a numeral of {len(text)} characters: {text[:_SHOWN]}…")
    amount = _parse(_plain(text))
    if max(amount.value.adjusted(), (amount.value_max or amount.value).adjusted()) >= LONGEST:
        raise NumeralError(f"a number of more than {LONGEST} digits: {text[:_SHOWN]!r}")
    return amount


def _parse(plain: str) -> Amount:
    if fraction := _FRACTION.fullmatch(plain):
        return _fraction(fraction)
    parts = _RANGE.split(plain)
    if len(parts) == 2:
        return _range(*parts)
    if neighbours := _neighbours(plain):
        return neighbours
    return _single(plain)


def bounds(text: str, amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    """Between which values a numeral's amount lies, None where that is open.

    Behind 余 and 多 the next step of the last written digit is not reached (50余: 50 to 60, 2200余万: to 2300万); 几十 is 20 to 100,
    十几 11 to 19. What 约 leaves open is open on both sides.
    """
    with localcontext(EXACT):
        return _bounds(text, amount)


def _bounds(text: str, amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    value, step = amount.value, _step(amount.value)
    if amount.value_max is not None:
        return value, amount.value_max
    if amount.qualifier == "nearly":
        return None, value
    if amount.qualifier == "about":
        return None, None
    plain = _plain(text)
    if amount.qualifier == "over":
        return value, value + step if re.search(f"[{OVER}]", plain) else None
    if amount.qualifier == "several":
        several = _SEVERAL.search(plain)
        if several is None or "上" in several[0]:
            return value, None
        return (value + step / 10, value + step * 9 / 10) if several.start() else (2 * value, 10 * value)
    return value, value


def _step(value: Decimal) -> Decimal:
    """What one more in the last written digit makes: 100 for 2200."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(10) ** exponent if isinstance(exponent, int) else Decimal(0)


def spell(number: int, digits: str = "零一二三四五六七八九", tens: str = "十百千") -> str:
    """Write a whole number from 0 to 10^12 - 1 in words; ``digits`` and ``tens`` may be financial ones (壹, 拾)."""
    if not 0 <= number < 10**12:
        raise NumeralError(f"{number} is not between 0 and 10^12")
    if number == 0:
        return digits[0]
    text = ""
    for unit, sign in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // unit % 10**4
        if part:
            text += (digits[0] if text and part < 1000 else "") + _spell_below_myriad(part, digits, tens) + sign
    return text.removeprefix(digits[1]) if text.startswith(digits[1] + tens[0]) else text


def _spell_below_myriad(number: int, digits: str, tens: str) -> str:
    text, gap = "", False
    for power, sign in ((3, tens[2]), (2, tens[1]), (1, tens[0]), (0, "")):
        digit = number // 10**power % 10
        if digit:
            text += (digits[0] if gap and text else "") + digits[digit] + sign
        gap = not digit
    return text


def _plain(text: str) -> str:
    """Half-width, without white space, 廿 and 卅 written out."""
    text = re.sub(r"\s|[\u200b-\u200d\ufeff]", "", unicodedata.normalize("NFKC", text))
    for short, full in TWENTIES.items():
        text = re.sub(rf"{short}十?", full, text)
    return text


def _fraction(match: re.Match[str]) -> Amount:
    above = _single(match["above"] or match["above2"])
    below = _single(match["below"] or match["below2"])
    if not below.value:
        raise NumeralError(f"division by zero in {match[0]!r}")
    with localcontext(EXACT):
        value = (above.value / below.value).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return Amount(_trim(value), None, above.qualifier)


def _range(left: str, right: str) -> Amount:
    """A range; a multiplier written once at the end (3至5万) holds for both ends."""
    low, high = _single(left), _single(right)
    trailing = _TRAILING.search(right)
    if trailing and trailing.start() and not _TRAILING.search(left) and low.value < _single(right[: trailing.start()]).value:
        low = _single(left + trailing[0])
    return Amount(min(low.value, high.value), max(low.value, high.value), "exact")


def _neighbours(plain: str) -> Amount | None:
    """两三, 三五百, 十七八: two neighbouring digits are a range."""
    match = _NEIGHBOURS.fullmatch(plain)
    if not match or (match["head"] and match["head"][-1] not in TENS):
        return None
    low, high = DIGITS[match["low"]], DIGITS[match["high"]]
    if not 0 < low < high or not (high - low == 1 or (low, high) == (3, 5)):
        return None
    ends = [_single(match["head"] + digit + match["tail"]) for digit in (match["low"], match["high"])]
    return Amount(ends[0].value, ends[1].value, "exact")


def _single(plain: str) -> Amount:
    qualifier = "exact"
    if several := _SEVERAL.search(plain):
        qualifier = "several"
        plain = plain[: several.start()] + plain[several.end() :] or "一"
    for signs, name in ((OVER, "over"), (ABOUT, "about")):
        stripped = re.sub(f"[{signs}]", "", plain)
        if stripped != plain:
            plain, qualifier = stripped, name
    if plain == "半":
        return Amount(Decimal("0.5"), None, qualifier)
    if len(plain) > 1 and plain.endswith("半") and plain[-2] in _UNIT:
        unit = TENS.get(plain[-2]) or MYRIADS[plain[-2]]
        return Amount(_trim(_evaluate(plain[:-1]) + Decimal(unit) / 2), None, qualifier)
    return Amount(_trim(_evaluate(plain)), None, qualifier)


def _tokens(plain: str) -> list[tuple[str, Decimal]]:
    """Split into ("number" | "spelled" | "zero" | "multiplier" | "fraction", value)."""
    tokens: list[tuple[str, Decimal]] = []
    position = 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if not match:
            raise NumeralError(f"not a numeral: {plain!r}")
        if match["arabic"]:
            tokens.append(("number", Decimal(match["arabic"].replace(",", ""))))
        elif match["fraction"]:
            tokens.append(("fraction", Decimal("0." + "".join(str(DIGITS[c]) for c in match["fraction"]))))
        elif match["digits"]:
            tokens += _spelled(match["digits"], match["decimals"])
        else:
            sign = match["multiplier"]
            tokens.append(("multiplier", Decimal(TENS.get(sign) or MYRIADS[sign])))
        position = match.end()
    if not tokens:
        raise NumeralError("empty numeral")
    return tokens


def _spelled(digits: str, decimals: str | None) -> list[tuple[str, Decimal]]:
    """Chinese digits; a zero that leads others (2万零50, 一百零五) only marks the gap."""
    tokens: list[tuple[str, Decimal]] = []
    if len(digits) > 1 and DIGITS[digits[0]] == 0:
        tokens.append(("zero", Decimal(0)))
        digits = digits[1:]
    number = "".join(str(DIGITS[c]) for c in digits)
    if decimals:
        number += "." + "".join(str(DIGITS[c]) for c in decimals)
    kind = "zero" if number == "0" else "spelled"
    return [*tokens, (kind, Decimal(number))]


def _evaluate(plain: str) -> Decimal:
    """The value of digits and multipliers; exact whatever the length."""
    with localcontext(EXACT):
        total = section = Decimal(0)
        current: Decimal | None = None
        previous = Decimal(1)
        gap = False
        for kind, value in _tokens(plain):
            if kind == "multiplier" and value < 10**4:
                section += (Decimal(1) if current is None else current) * value
                current, previous, gap = None, value, False
            elif kind == "multiplier":
                section += current or 0
                if not section and current is None and not total:
                    section = Decimal(1)
                scale_all = (bool(total) and value > previous >= 10**4) or not section
                total = (total + section) * value if scale_all else total + section * value
                section, current, previous, gap = Decimal(0), None, value, False
            elif kind == "fraction":
                if current is not None or not section:
                    raise NumeralError(f"a point without a number before it in {plain!r}")
                current = value
            elif current is not None and kind != "zero" and not gap:
                raise NumeralError(f"two numbers in {plain!r}")
            else:
                gap = kind == "zero"
                current = value
        rest = current or Decimal(0)
        if previous > 10 and 0 < rest < 10 and rest == int(rest) and not _gap_before_last(plain):
            rest = rest * previous / 10
        return total + section + rest


def _gap_before_last(plain: str) -> bool:
    return len(plain) > 1 and DIGITS.get(plain[-2]) == 0


def _trim(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    with localcontext(EXACT):
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
