"""Tables that a library reads: Parquet (pyarrow) and Excel (openpyxl), a few rows at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from zhanguo.reading.rows import Columns, Row, choose
from zhanguo.reading.source import Options, ReadError, any_order, library

BATCH = 64
_BUFFER = 1 << 20
_HEADER_ROWS = 10


class _Header(NamedTuple):
    """The number of the row that names the columns, all their names, and the ones chosen."""

    row: int
    names: Sequence[object]
    columns: Columns


def parquet(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The rows of a Parquet file; a row's place is its number, from 1. Raises ReadError."""
    library("pyarrow", "tables", "Parquet")
    parquet = library("pyarrow.parquet", "tables", "Parquet")
    file = parquet.ParquetFile(any_order(stream, options), buffer_size=_BUFFER, pre_buffer=False)
    columns = choose(file.schema_arrow.names, options)
    number = 0
    for batch in file.iter_batches(batch_size=BATCH, columns=list(dict.fromkeys(filter(None, columns)))):
        for cells in zip(*(batch.column(name) if name else [None] * len(batch) for name in columns), strict=True):
            number += 1
            yield Row(str(number), tuple(None if cell is None else cell.as_py() for cell in cells))


def excel(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The rows of the sheets that have a column for the text; other sheets are named in a warning of the first row.

    The names of the columns stand in one of the first rows. A row's place is its number in the sheet, behind the sheet's name where
    several sheets are read. Raises ReadError where no sheet has such a column.
    """
    stream = any_order(stream, options)
    check_unpacked(stream, options)
    book = library("openpyxl", "tables", "Excel").load_workbook(stream, read_only=True, data_only=True)
    try:
        yield from _book(book, options)
    finally:
        book.close()


def _book(book: Any, options: Options) -> Iterator[Row]:
    chosen, left_out = {}, {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        try:
            chosen[sheet.title] = _header(list(islice(sheet.iter_rows(values_only=True), _HEADER_ROWS)), options)
        except ReadError as error:
            left_out[sheet.title] = error
    if not chosen:
        raise next(iter(left_out.values()), ReadError("the workbook has no sheets"))
    odd = (f"sheets without a column for the text were left out: {', '.join(left_out)}",) if left_out else ()
    for title, header in chosen.items():
        places = [header.names.index(name) if name else None for name in header.columns]
        rows = islice(book[title].iter_rows(values_only=True), header.row, None)
        for number, cells in enumerate(rows, header.row + 1):
            if any(cell is not None for cell in cells):
                found = tuple(cells[place] if place is not None and place < len(cells) else None for place in places)
                yield Row(f"{title}:{number}" if len(chosen) > 1 else str(number), found, warnings=odd)
                odd = ()


def _header(rows: Sequence[Sequence[object]], options: Options) -> _Header:
    """The row that names the columns. Raises ReadError for the first row that holds anything."""
    first: ReadError | None = None
    for number, names in enumerate(rows, 1):
        if any(name is not None for name in names):
            try:
                return _Header(number, names, choose(names, options))
            except ReadError as error:
                first = first or error
    raise first or ReadError("the sheet is empty")


def check_unpacked(stream: BinaryIO, options: Options) -> None:
    """Refuse a ZIP container whose members would unpack to more than the limit. Raises ReadError."""
    with zipfile.ZipFile(stream) as archive:
        if sum(member.file_size for member in archive.infolist()) > options.max_size:
            raise ReadError(f"unpacks to more than {options.limit}")
    stream.seek(0)
