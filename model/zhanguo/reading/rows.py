"""Tables of reports: which columns hold text, id and date, and how a row becomes a report, or a failure that names the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from zhanguo.reading.days import read_day
from zhanguo.reading.source import Input, Options, ReadError, Text
from zhanguo.reading.web import main_text
from zhanguo.schema import Failure, Report
from zhanguo.tables import read_rows

TABLE = "report_columns.tsv"
_SHOWN = 300
_HALF = re.compile(r"[\ud800-\udfff]")


class Columns(NamedTuple):
    """The columns that hold the text, the id and the date, as they are called in the table."""

    text: str
    id: str | None
    date: str | None


class Row(NamedTuple):
    """One row: its place (the number of its line or row, behind its sheet's name if need be) and its text, id and date as found."""

    place: str
    cells: tuple[object, ...] = (None, None, None)
    error: str = ""
    warnings: tuple[str, ...] = ()


def choose(names: Sequence[object], options: Options) -> Columns:
    """Choose among the columns of a table: those the caller names, else usual ones. Raises ReadError listing what there is."""
    text = _column(names, "text", options.text_column)
    if text is None:
        raise ReadError(f"no column is called text, content, 正文 or the like: name it with --text-column; {_listed(names)}")
    return Columns(text, _column(names, "id", options.id_column), _column(names, "date", options.date_column))


def _column(names: Sequence[object], role: str, wanted: str | None) -> str | None:
    known = {_plain(name): name for name in reversed(names) if isinstance(name, str)}
    if wanted is not None:
        if _plain(wanted) not in known:
            raise ReadError(f"there is no column {wanted!r}; {_listed(names)}")
        return known[_plain(wanted)]
    return next((known[name] for name in _usual(role) if name in known), None)


@cache
def _usual(role: str) -> list[str]:
    return [name for row in read_rows(TABLE) if row[0] == role for name in row[1].split()]


def _plain(name: str) -> str:
    return name.strip().strip("\ufeff").casefold()


def _listed(names: Sequence[object]) -> str:
    listed = ", ".join(str(name) for name in names if name not in (None, ""))
    return f"the columns are: {listed[:_SHOWN]}{'…' if len(listed) > _SHOWN else ''}" if listed else "there are no columns"


def reports(item: Input, rows: Iterable[Row], options: Options) -> Iterator[Report | Failure]:
    """The reports of a table, row by row; a row that gives none is a Failure and the rest goes on."""
    for row in rows:
        source = f"{item.source}:{row.place}"
        cell, own, day = row.cells
        name = _id(own) or f"{item.id}:{row.place}"
        try:
            if row.error:
                raise ReadError(row.error)
            yield _report(name, source, _checked(cell, options), day, row.warnings)
        except ReadError as error:
            yield Failure(name, source, str(error))


def _checked(cell: object, options: Options) -> str:
    """A cell that must be the text of a report. Raises ReadError."""
    if cell is None or cell == "":
        raise ReadError("the row has no text")
    if not isinstance(cell, str):
        raise ReadError(f"the text is no text but of type {type(cell).__name__}")
    if not cell.strip():
        raise ReadError("the row's text is empty")
    if len(cell) > options.max_characters:
        raise ReadError(f"larger than {options.limit}")
    return cell


def _report(name: str, source: str, cell: str, day: object, odd: tuple[str, ...]) -> Report:
    text, halves = _HALF.subn("\ufffd", cell)
    found = main_text(Text(text, odd))
    warnings = [*found.warnings, *([f"{halves} halves of surrogate pairs became U+FFFD"] if halves else [])]
    date = read_day(day)
    if day not in (None, "") and date is None:
        warnings.append(f"the date {str(day)[:40]!r} was not understood")
    return Report(name, source, found.text, tuple(warnings), date or found.date)


def _id(cell: object) -> str:
    """An id as text: 12.0 is 12."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _HALF.sub("\ufffd", str(cell)).strip() if isinstance(cell, (str, int, float)) and not isinstance(cell, bool) else ""
