"""Units and measure words: what they measure, and what they are in a base unit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from zhanguo.tables import fold, read_rows


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: ``factor`` of it make a base unit's worth; pieces and people have factor 1."""

    dimension: str
    base: str
    factor: Decimal


@cache
def _units() -> dict[str, Unit]:
    return {
        surface: Unit(dimension, base, Decimal(factor))
        for surfaces, dimension, base, factor in read_rows("units.tsv")
        for surface in surfaces.split()
    }


def find(surface: str | None) -> Unit | None:
    """Look a unit up by its text; None where the table does not know it."""
    if surface is None:
        return None
    plain = "".join(unicodedata.normalize("NFKC", surface).split())
    table = _units()
    return table.get(surface) or table.get(plain) or table.get(fold(plain))
