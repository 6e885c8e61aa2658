"""What a request asks to have read: JSON, JSON lines, a pasted text or uploads become reports, each with its date."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any, NamedTuple

from fastapi import HTTPException
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from zhanguo import read
from zhanguo.schema import Failure, Report
from zhanguo.serve.limits import Limits

JSON = "application/json"
JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
_LONGEST_NAME = 100
_FOLDERS = re.compile(r"[/\\]")


def _whole(text: str) -> str:
    """JSON can spell what is no text."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"half a surrogate pair at character {error.start}") from error
    return text


String = Annotated[str, AfterValidator(_whole)]


class Item(BaseModel):
    """One report to read."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    text: String = Field(description="the report's text; all offsets refer to it")
    id: String = Field("", max_length=200, description="what to call it; its number (from 1) where not given")
    date: datetime.date | None = Field(None, description="publication date of a report that doesn't state it, or not its year")


class Asked(NamedTuple):
    """A report, or why there is none, and the date that came with it."""

    report: Report | Failure
    date: datetime.date | None = None


class Upload(NamedTuple):
    """A file as it was sent: its name, which is only a name, and what was in it."""

    name: str
    data: bytes


def within(asked: Sequence[Asked], limits: Limits) -> Sequence[Asked]:
    """What was asked, if it is not too much. Raises HTTPException: 400 for nothing, 413 for too much."""
    characters = sum(len(one.report.text) for one in asked if isinstance(one.report, Report))
    if not asked:
        raise HTTPException(400, "nothing to read: no text and no file")
    if len(asked) > limits.reports:
        raise HTTPException(413, f"{len(asked)} reports, more than {limits.reports}; send less at a time")
    if characters > limits.characters:
        raise HTTPException(413, f"{characters} characters, more than {limits.characters}; send less at a time")
    return asked


def one(item: Item, source: str, number: int = 1) -> Asked:
    """What an item asks."""
    return Asked(Report(item.id or str(number), source, item.text), item.date)


def batch_parser(content_type: str) -> Callable[[bytes], list[Asked]]:
    """What reads a batch of this content type. Raises HTTPException 415."""
    bare = content_type.partition(";")[0].strip().lower()
    if bare == JSON:
        return _from_json
    if bare in JSON_LINES:
        return _from_lines
    raise HTTPException(415, f"the Content-Type must be {JSON} (a list) or {JSON_LINES[0]} (JSON lines), not {bare[:100]!r}")


def _from_json(body: bytes) -> list[Asked]:
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is no JSON: {error}") from error
    if not isinstance(rows, list):
        raise HTTPException(400, 'the body must be a list: [{"id": …, "text": …}, …]')
    return [_checked(row, f"item {number}", number) for number, row in enumerate(rows, 1)]


def _from_lines(body: bytes) -> list[Asked]:
    return [_line(line, number) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]


def _line(line: bytes, number: int) -> Asked:
    try:
        return _checked(json.loads(line), f"line {number}", number)
    except (ValueError, RecursionError) as error:
        return Asked(Failure(str(number), f"line {number}", f"no JSON: {error}"))


def _checked(row: Any, source: str, number: int) -> Asked:
    try:
        return one(Item.model_validate(row), source, number)
    except ValidationError as error:
        return Asked(Failure(str(number), source, "; ".join(complaints(error.errors()))))


def complaints(errors: Sequence[Any]) -> Iterator[str]:
    """What pydantic has to say, one line an error, without what was sent."""
    for error in errors:
        place = ".".join(str(part) for part in error["loc"] if part != "body")
        yield f"{place}: {error['msg']}" if place else error["msg"]


def from_form(text: str, uploads: Sequence[Upload], date: datetime.date | None) -> list[Asked]:
    """What the form asks. Browsers send line ends of a text field as CRLF, whatever was pasted: they become LF again."""
    pasted = [Asked(Report("text", "pasted text", text.replace("\r\n", "\n")), date)] if text.strip() else []
    names: dict[str, int] = {}
    return pasted + [Asked(_decoded(upload, names), date) for upload in uploads]


def _decoded(upload: Upload, names: dict[str, int]) -> Report | Failure:
    """A file's text. The one place that knows how bytes become text."""
    name = clean(upload.name)
    stem = PurePosixPath(name).stem
    names[stem] = names.get(stem, 0) + 1
    called = stem if names[stem] == 1 else f"{stem} ({names[stem]})"
    try:
        text, warnings = read.decode(upload.data)
    except read.DecodeError as error:
        return Failure(called, name, str(error))
    return Report(called, name, text, tuple(warnings))


def clean(name: str) -> str:
    """A file's name, never used as a path: without folders and what can't be printed, not too long."""
    last = _FOLDERS.split(name)[-1]
    return "".join(char for char in last if char.isprintable()).strip(" .")[:_LONGEST_NAME] or "upload"


def day(text: str) -> datetime.date | None:
    """The date of the form, None where it is empty. Raises HTTPException 400."""
    try:
        return datetime.date.fromisoformat(text) if text.strip() else None
    except ValueError as error:
        raise HTTPException(400, f"{text[:40]!r} is no date of the form YYYY-MM-DD") from error
