"""Reading: files, tables, documents and archives become reports, or failures that say why. Nothing is ever cut off.

``inputs`` names what there is to read, ``read`` reads it, one input at a time. Offsets of all that follows refer to ``Report.text``: for a
web page or a document the text taken out of it.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from zhanguo.reading import kinds, lines, pdf, rows, sheets, web, word
from zhanguo.reading.archives import members, unpacked
from zhanguo.reading.decoding import DecodeError, decode
from zhanguo.reading.source import Input, Options, ReadError, Text, peek, whole
from zhanguo.reading.walk import Inputs
from zhanguo.schema import Failure, Report

__all__ = ["DecodeError", "Input", "Inputs", "Options", "ReadError", "decode", "inputs", "read"]

Results = Iterator[Report | Failure]
DEFAULTS = Options()
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def inputs(paths: Sequence[str], leave_out: Path | None = None) -> Inputs:
    """What the arguments name, but for one file: files, folders, URLs that fsspec knows, ``-``; see ``Inputs``."""
    return Inputs(paths, leave_out)


def read(items: Iterable[Input], options: Options = DEFAULTS) -> Results:
    """Read every input in order; what can't be read, an input or a row of one, gives a Failure and the rest goes on."""
    for item in items:
        yield from _read(item, options, frozenset())


def _read(item: Input, options: Options, packings: frozenset[str]) -> Results:
    """Read one input. ``packings`` are the kinds of archive it was in: no kind twice, so no archive unpacks without end."""
    try:
        with item.open() as stream:
            yield from _read_stream(item, stream, options, packings)
    except Exception as error:  # a reader of other people's formats may raise anything; it is this input's failure
        yield Failure(item.id, item.source, _reason(error))


def _read_stream(item: Input, stream: BinaryIO, options: Options, packings: frozenset[str]) -> Results:
    head, stream = peek(stream)
    kind, stream = kinds.detect(item.name, head, stream, options)
    if kind.refusal:
        raise ReadError(kind.refusal)
    if kind.name in packings:
        raise ReadError(f"a .{kind.name} archive inside another: unpack it first")
    if kind.name == "zip":
        for member in members(item, stream):
            yield from _read(member, options, packings | {kind.name})
    elif kind.name in kinds.COMPRESSED:
        inner = item._replace(name=kinds.unpacked_name(item.name))
        yield from _read_stream(inner, unpacked(kind.name, stream), options, packings | {kind.name})
    else:
        yield from READERS[kind.name](item, stream, options)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, _DAMAGED):
        return f"a damaged archive: {error or type(error).__name__}"
    return str(error) if isinstance(error, (ReadError, OSError)) else f"{type(error).__name__}: {error}"


def _table(read_rows: Callable[[BinaryIO, Options], Iterator[rows.Row]]) -> Callable[[Input, BinaryIO, Options], Results]:
    """A reader of tables, from the one that gives their rows."""
    return lambda item, stream, options: rows.reports(item, read_rows(stream, options), options)


def _document(read_text: Callable[[bytes, Options], Text]) -> Callable[[Input, BinaryIO, Options], Results]:
    """A reader of documents, each one report, from the one that gives their text."""

    def read_document(item: Input, stream: BinaryIO, options: Options) -> Results:
        found = read_text(whole(stream, options), options)
        yield Report(item.id, item.source, found.text, found.warnings, found.date)

    return read_document


def _text(data: bytes, _options: Options, *, is_page: bool = False) -> Text:
    text, warnings = decode(data, web.declared_charset(data))
    return web.main_text(Text(text, tuple(warnings)), is_page=is_page)


READERS: dict[str, Callable[[Input, BinaryIO, Options], Results]] = {
    "text": _document(_text),
    "html": _document(partial(_text, is_page=True)),
    "mht": _document(web.web_archive),
    "pdf": _document(pdf.pdf),
    "docx": _document(word.docx),
    "jsonl": _table(lines.jsonl),
    "json": _table(lines.json_file),
    "csv": _table(lines.delimited),
    "tsv": _table(lines.delimited),
    "parquet": _table(sheets.parquet),
    "xlsx": _table(sheets.excel),
}
