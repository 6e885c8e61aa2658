"""Answers: what was read, as JSON, JSON lines, a table or the page of view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any, NamedTuple, cast

from starlette.responses import Response

from zhanguo.extract import Extractor
from zhanguo.formats import Rows, write_table
from zhanguo.results import ResultError, parse
from zhanguo.schema import FailureRow, ReportRow
from zhanguo.serve.asked import Asked
from zhanguo.view import page
from zhanguo.write import dumps, to_dict

# The page of view brings its own policy. This one takes away its origin besides: whatever ran in it could not ask this server.
VIEW_POLICY = "sandbox allow-scripts allow-forms allow-modals; frame-ancestors 'none'"
Row = dict[str, Any]


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


def read_all(extractor: Extractor, asked: Iterable[Asked], stop: Event) -> Iterator[Row]:
    """The output objects of reports, in order; one that fails gives one with ``error``. Raises StoppedError between two reports."""
    for result in extractor.extract_all(asked):
        yield to_dict(result, extractor.tagger.name)
        if stop.is_set():
            raise StoppedError


def as_results(rows: Iterable[Row]) -> Iterator[ReportRow | FailureRow]:
    """The rows as read back from a file, which is what tables and the page are made from."""
    for row in rows:
        plain = json.loads(dumps(row), parse_float=Decimal)
        try:
            yield cast("ReportRow | FailureRow", parse(FailureRow if "error" in row else ReportRow, plain))
        except ResultError as error:
            yield FailureRow(id=row["id"], source=row["source"], error=str(error))


def _json(rows: Iterable[Row]) -> bytes:
    return f"[{','.join(map(dumps, rows))}]".encode()


def _lines(rows: Iterable[Row]) -> bytes:
    return "".join(f"{dumps(row)}\n" for row in rows).encode()


def _page(rows: Iterable[Row]) -> bytes:
    return page(as_results(rows)).encode()


def _csv(rows: Iterable[Row]) -> bytes:
    return _table(rows, ".csv", bom=True)


def _xlsx(rows: Iterable[Row]) -> bytes:
    return _table(rows, ".xlsx", bom=False)


def _table(rows: Iterable[Row], suffix: str, *, bom: bool) -> bytes:
    """The writers of tables want a file: it is gone when this returns."""
    with TemporaryDirectory(prefix="zhanguo-") as folder:
        path = Path(folder) / f"table{suffix}"
        write_table(path, Rows(as_results(rows)), bom=bom)
        return path.read_bytes()


class Form(NamedTuple):
    """One form of an answer: its media type, the name of its file (None: shown, not saved), and what writes it."""

    media: str
    file: str | None
    write: Callable[[Iterable[Row]], bytes]


FORMS = {
    "json": Form("application/json", None, _json),
    "jsonl": Form("application/x-ndjson", "zhanguo.jsonl", _lines),
    "csv": Form("text/csv", "zhanguo.csv", _csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zhanguo.xlsx", _xlsx),
    "view": Form("text/html", None, _page),
}


def answer(form: Form, rows: Iterable[Row]) -> Response:
    """The answer in a form. ``Zhanguo-Failed`` counts the inputs that failed, which CSV has no place for."""
    failed = 0

    def counted() -> Iterator[Row]:
        nonlocal failed
        for row in rows:
            failed += "error" in row
            yield row

    response = Response(form.write(counted()), media_type=form.media)
    response.headers["Zhanguo-Failed"] = str(failed)
    if form.file:
        response.headers["Content-Disposition"] = f'attachment; filename="{form.file}"'
    if form.media == "text/html":
        response.headers["Content-Security-Policy"] = VIEW_POLICY
    return response
