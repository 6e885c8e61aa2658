"""Tables as text: JSON Lines, JSON, CSV and TSV, read line by line in any encoding."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from zhanguo.reading import decoding
from zhanguo.reading.rows import Row, choose
from zhanguo.reading.source import Options, ReadError, peek, whole

DELIMITERS = (",", "\t", ";", "|")
_BOM = "\ufeff"


class Line(NamedTuple):
    """One line with its end, and what is odd about it; ``text`` is None where the line passes the limit."""

    text: str | None
    warnings: tuple[str, ...]


def read_lines(stream: BinaryIO, options: Options) -> Iterator[Line]:
    """The lines of a stream; never holds more of one than the limit."""
    head, stream = peek(stream)
    encoding = decoding.guess(head)
    odd = () if encoding == "utf-8" else (f"decoded from {encoding}",)
    reader = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    start = _BOM
    while text := reader.readline(options.max_characters):
        is_whole = len(text) < options.max_characters or text.endswith("\n")
        if not is_whole:
            _skip(reader, options.max_characters)
        text = text.removeprefix(start)
        start = ""
        marks = text.count("\ufffd")
        broken = (f"{marks} places could not be decoded (U+FFFD)",) if marks else ()
        yield Line(text if is_whole else None, (*odd, *broken))


def _skip(reader: io.TextIOWrapper, at_once: int) -> None:
    while (text := reader.readline(at_once)) and not text.endswith("\n"):
        pass


def jsonl(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The rows of JSON Lines, one object a line; each line has its own columns. A row's place is its line."""
    for number, (text, warnings) in enumerate(read_lines(stream, options), 1):
        place = str(number)
        if text is None:
            yield Row(place, error=f"the line is larger than {options.limit}")
        elif text.strip():
            try:
                cells = _parsed(text)
            except ReadError as error:
                yield Row(place, error=str(error))
            else:
                yield _row(place, cells, options, warnings)


def json_file(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The rows of a JSON file: an array of objects, one object, or JSON Lines under another name."""
    head, stream = peek(stream)
    if _is_jsonl(head):
        yield from jsonl(stream, options)
        return
    text, warnings = decoding.decode(whole(stream, options))
    found = _parsed(text)
    for number, row in enumerate(found if isinstance(found, list) else [found], 1):
        yield _row(str(number), row, options, tuple(warnings))


def _is_jsonl(head: bytes) -> bool:
    """Whether the first line is an object and another one begins behind it."""
    first, _, rest = head.decode(decoding.guess(head), "replace").removeprefix(_BOM).strip().partition("\n")
    try:
        return isinstance(json.loads(first), dict) and rest.lstrip().startswith("{")
    except (ValueError, RecursionError):
        return False


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(f"broken JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"JSON that can't be read: {error}") from error


def _row(place: str, cells: Any, options: Options, warnings: tuple[str, ...]) -> Row:
    if not isinstance(cells, dict):
        return Row(place, error=f"expected a JSON object, not {type(cells).__name__}")
    try:
        columns = choose(list(cells), options)
    except ReadError as error:
        return Row(place, (None, cells.get(options.id_column or "id"), None), str(error))
    return Row(place, tuple(cells[name] if name else None for name in columns), warnings=warnings)


def delimited(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The rows of CSV or TSV; the first names the columns, and the delimiter is the one that makes best sense of it.

    A row's place is its number as a spreadsheet shows it (the names are row 1). A row with more or fewer cells than there are columns
    is an error: a text would be cut. Raises ReadError.
    """
    csv.field_size_limit(options.max_characters)  # a setting of the whole process; the default would refuse long reports
    lines = _Lines(read_lines(stream, options))
    first = next(filter(str.strip, lines), "")
    delimiter = _delimiter(first, options)
    reader = enumerate(_records(lines, first, delimiter), lines.count)
    names = next(reader, (0, []))[1]
    if isinstance(names, str):
        raise ReadError(f"the names of the columns can't be read: {names}")
    columns = choose(names, options)
    places = [names.index(name) if name else None for name in columns]
    for number, cells in reader:
        if isinstance(cells, str):
            yield Row(str(number), error=cells)
        elif len(cells) != len(names) and any(cells):
            wrong = f"{len(cells)} cells, but there are {len(names)} columns: is a quote or a delimiter missing?"
            yield Row(str(number), error=wrong)
        elif any(cells):
            yield Row(str(number), tuple(None if place is None else cells[place] for place in places), warnings=tuple(lines.warnings))


class _Lines:
    """The lines for the CSV reader: counted, with the warnings of those since the last record."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.count = 0
        self.warnings: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text, warnings = next(self._lines)
        self.count += 1
        self.warnings.update(dict.fromkeys(warnings))
        if text is None:
            raise ReadError(f"line {self.count} is too large for a table")
        return text


def _records(lines: _Lines, first: str, delimiter: str) -> Iterator[list[str] | str]:
    """The records from the first line on; one that can't be parsed gives the reason instead."""

    def again() -> Iterator[str]:
        yield first
        yield from lines

    reader = csv.reader(again(), delimiter=delimiter, strict=True)
    while True:
        lines.warnings.clear()
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"broken CSV: {error}"


def _delimiter(header: str, options: Options) -> str:
    """The delimiter with which the header names a text column, else the one that gives most columns."""

    def sense(delimiter: str) -> tuple[bool, int]:
        try:
            names: Sequence[str] = next(csv.reader([header], delimiter=delimiter), [])
            return bool(choose(names, options)), len(names)
        except (csv.Error, ReadError):
            return False, header.count(delimiter)

    return max(DELIMITERS, key=sense)
