"""Days from the outside: what a table's date column or a page's head says, as a day of the calendar."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from zhanguo import dates

_DIGITS = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")


def read_day(cell: object) -> date | None:
    """A day from a cell: a date, 2019-06-20 10:15, 2019/6/20, 20190620, 2019年6月20日, 二〇一九年六月二十日; None for all else."""
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    if not isinstance(cell, str):
        return None
    words = _DIGITS.sub(r"\1-\2-\3", dates.plain(cell).strip(), count=1)
    match = _point().match(words)
    named = dates.words_of(match, "d") if match else {}
    return dates.read(named, None).end if dates.is_day(named) else None


@cache
def _point() -> re.Pattern[str]:
    return re.compile(dates.point("d"))
