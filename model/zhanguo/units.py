"""Units and measure words: what they measure, and what they are in a base unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache

from zhanguo.tables import fold, read_rows

PLACES = 12
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: ``factor`` of it make a base unit's worth; pieces and people have factor 1."""

    name: str
    dimension: str
    base: str
    factor: Fraction

    def to_base(self, value: Decimal) -> Decimal:
        """``value`` of this unit in base units.

        Exact; only where no decimal is (1亩 is 2000/3 m2) rounded, to 12 digits more behind the point than ``value`` has.
        """
        return to_decimal(Fraction(value) * self.factor, PLACES - min(0, int(value.as_tuple().exponent)))


def to_decimal(number: Fraction, places: int) -> Decimal:
    """A number with up to ``places`` digits behind the point, of any length, without trailing zeros there."""
    scaled = round(number * 10**places)
    whole, rest = divmod(scaled, 10**places)
    return _EXACT.normalize(_EXACT.scaleb(Decimal(scaled), -places)) if rest else Decimal(whole)


@cache
def _units() -> dict[str, Unit]:
    return {
        surface: Unit(name, dimension, base, Fraction(factor))
        for surfaces, name, dimension, base, factor in read_rows("units.tsv")
        for surface in surfaces.split()
    }


@lru_cache(maxsize=4096)
def find(surface: str | None) -> Unit | None:
    """Look a unit up by its text, brackets inside it (辆（艘）次) aside; None where the table does not know it."""
    if surface is None:
        return None
    plain = "".join(unicodedata.normalize("NFKC", surface).split())
    table = _units()
    return table.get(surface) or table.get(plain) or table.get(fold(plain)) or table.get(_BRACKETS.sub("", fold(plain)))
