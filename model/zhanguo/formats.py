"""Tables of records as files: CSV, Parquet, SQLite and Excel, chosen by the suffix. Rows are written as they come, never all held."""

from __future__ import annotations

import csv
import importlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from zhanguo.columns import DECIMAL, FAILURES, INTEGER, JSON, NUMBER, RECORDS, TEXT, Cell, Column, failure_cells, record_cells
from zhanguo.files import replacing
from zhanguo.results import ResultError
from zhanguo.schema import FailureRow, ReportRow

BATCH = 20_000
PRECISION, SCALE = 38, 18
EXCEL_ROWS, EXCEL_CHARACTERS, EXCEL_DIGITS = 1_048_576, 32_767, 15
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_SQL = {TEXT: "TEXT", INTEGER: "INTEGER", DECIMAL: "TEXT", NUMBER: "REAL", JSON: "TEXT"}


class Rows:
    """The cells of all records, counted as they pass; ``failures`` and the counts are whole when the rows have run out."""

    def __init__(self, results: Iterable[ReportRow | FailureRow]) -> None:
        self.results = results
        self.reports = self.records = self.empty = 0
        self.failures: list[FailureRow] = []

    def __iter__(self) -> Iterator[list[Cell]]:
        for row in self.results:
            if "error" in row:
                self.failures.append(row)
                continue
            cells = record_cells(row)
            self.reports += 1
            self.records += len(cells)
            self.empty += not cells
            yield from cells


def write_table(path: Path, rows: Rows, *, bom: bool = False) -> list[str]:
    """Write all rows to ``path`` in the format of its suffix; a file that is there is replaced, but only when all went well.

    ``bom`` puts a byte-order mark in front of CSV. Returns remarks on what the format could not hold. Raises ResultError
    where the suffix is not known, a library is missing or a value does not fit, FileNotFoundError where the folder is not there.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise ResultError(f"{path}: the suffix is none of {', '.join(WRITERS)}")
    if bom:
        if write is not write_csv:
            raise ResultError(f"{path}: only CSV takes a byte-order mark")
        write = partial(write_csv, encoding="utf-8-sig")
    with replacing(path) as unfinished:
        return write(unfinished, rows)


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8") -> list[str]:
    """CSV as in RFC 4180; null is empty, and a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(column.name for column in RECORDS)
        writer.writerows(map(_csv_cell, row) for row in rows)
    return _not_kept(rows)


def _csv_cell(cell: Cell) -> str | int | float | None:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(FORMULA_SIGNS) else cell


def write_parquet(path: Path, rows: Rows) -> list[str]:
    """Parquet, one row group a batch; decimals as decimal128, the columns' descriptions as their metadata."""
    arrow, parquet = _load("pyarrow"), _load("pyarrow.parquet")
    types = {
        TEXT: arrow.string(),
        INTEGER: arrow.int64(),
        DECIMAL: arrow.decimal128(PRECISION, SCALE),
        NUMBER: arrow.float64(),
        JSON: arrow.string(),
    }
    schema = arrow.schema([arrow.field(c.name, types[c.type], metadata={"description": c.description}) for c in RECORDS])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            cells = zip(*batch, strict=True)
            arrays = [_array(arrow, field, column) for field, column in zip(schema, cells, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
    return _not_kept(rows)


def _array(arrow: ModuleType, field: Any, cells: Sequence[Cell]) -> Any:
    try:
        return arrow.array(cells, type=field.type)
    except arrow.ArrowInvalid as error:
        raise ResultError(f"{field.name}: a number does not fit into {field.type}; write .csv or .sqlite instead: {error}") from error


def _batches(rows: Iterable[list[Cell]]) -> Iterator[list[list[Cell]]]:
    rest = iter(rows)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch


def write_sqlite(path: Path, rows: Rows) -> list[str]:
    """SQLite: tables ``records`` and ``failures``, decimals as text; the view ``records_real`` has them as floats."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = OFF")
        _sql_table(connection, "records", RECORDS, rows)
        _sql_table(connection, "failures", FAILURES, map(failure_cells, rows.failures))
        names = (f'CAST("{c.name}" AS REAL) AS "{c.name}"' if c.type == DECIMAL else f'"{c.name}"' for c in RECORDS)
        connection.execute(f"CREATE VIEW records_real AS SELECT {', '.join(names)} FROM records")  # noqa: S608  # our own names
    return []


def _sql_table(connection: sqlite3.Connection, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    definitions = (f'"{column.name}" {_SQL[column.type]}' for column in columns)
    connection.execute(f"CREATE TABLE {name} ({', '.join(definitions)})")
    marks = ", ".join("?" * len(columns))
    plain = ([f"{cell:f}" if isinstance(cell, Decimal) else cell for cell in row] for row in rows)
    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", plain)  # noqa: S608  # our own names


def write_xlsx(path: Path, rows: Rows) -> list[str]:
    """Excel: sheets ``records`` and ``failures``; numbers of up to 15 digits as numbers, longer ones and all texts as texts."""
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with _load("xlsxwriter").Workbook(str(path), options) as book:
        cut = _sheet(book.add_worksheet("records"), RECORDS, rows)
        cut += _sheet(book.add_worksheet("failures"), FAILURES, map(failure_cells, rows.failures))
    return [f"{cut} texts were cut off after {EXCEL_CHARACTERS} characters, Excel's limit"] if cut else []


def _sheet(sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
    """Fill a sheet; how many texts were cut off."""
    sheet.freeze_panes(1, 0)
    cut = 0
    for line, row in enumerate(itertools.chain([[column.name for column in columns]], rows)):
        if line == EXCEL_ROWS:
            raise ResultError(f"more than {EXCEL_ROWS - 1} rows don't fit into an Excel sheet; write .csv, .parquet or .sqlite instead")
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                cut += sheet.write_string(line, place, cell) != 0
            elif cell is not None:
                _write_number(sheet, line, place, Decimal(str(cell)))
    return cut


def _write_number(sheet: Any, line: int, place: int, number: Decimal) -> None:
    """A double keeps fifteen digits; what has more is written as text, so that none is lost."""
    if len(number.normalize().as_tuple().digits) <= EXCEL_DIGITS:
        sheet.write_number(line, place, number)
    else:
        sheet.write_string(line, place, f"{number:f}")


def _not_kept(rows: Rows) -> list[str]:
    return [f"{len(rows.failures)} failed inputs are not in the file; .sqlite and .xlsx have a place for them"] if rows.failures else []


def _load(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ResultError(f"this format needs pip install 'zhanguo[tables]' ({error})") from error


WRITERS: dict[str, Callable[..., list[str]]] = {
    ".csv": write_csv,
    ".parquet": write_parquet,
    ".sqlite": write_sqlite,
    ".db": write_sqlite,
    ".xlsx": write_xlsx,
}
