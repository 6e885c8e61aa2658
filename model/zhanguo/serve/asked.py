"""What a request asks to have read: JSON, JSON lines, a pasted text or uploads become reports."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import Annotated, Any, NamedTuple

from fastapi import HTTPException
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from zhanguo import read
from zhanguo.reading import kinds
from zhanguo.schema import Failure, Report
from zhanguo.serve.limits import Limits

JSON = "application/json"
JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
_LONGEST_NAME = 100
Asked = Report | Failure
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


class Upload(NamedTuple):
    """A file as it was sent: its name, which is only a name, and what was in it."""

    name: str
    data: bytes


def within(asked: Iterable[Asked], limits: Limits) -> list[Asked]:
    """What was asked, if it is not too much; an archive is unpacked no further than that. Raises HTTPException: 400 for nothing, 413."""
    taken: list[Asked] = []
    characters = 0
    for one in asked:
        taken.append(one)
        characters += len(one.text) if isinstance(one, Report) else 0
        if len(taken) > limits.reports:
            raise HTTPException(413, f"more than {limits.reports} reports; send less at a time")
        if characters > limits.characters:
            raise HTTPException(413, f"more than {limits.characters} characters; send less at a time")
    if not taken:
        raise HTTPException(400, "nothing to read: no text and no file")
    return taken


def report(item: Item, source: str = "", number: int = 1) -> Report:
    """The report that an item is."""
    return Report(item.id or str(number), source, item.text, date=item.date)


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
        return Failure(str(number), f"line {number}", f"no JSON: {error}")


def _checked(row: Any, source: str, number: int) -> Asked:
    try:
        return report(Item.model_validate(row), source, number)
    except ValidationError as error:
        return Failure(str(number), source, "; ".join(complaints(error.errors())))


def complaints(errors: Sequence[Any]) -> Iterator[str]:
    """What pydantic has to say, one line an error, without what was sent."""
    for error in errors:
        place = ".".join(str(part) for part in error["loc"] if part != "body")
        yield f"{place}: {error['msg']}" if place else error["msg"]


def from_form(text: str, uploads: Sequence[Upload], limits: Limits) -> Iterator[Asked]:
    """What the form asks. Browsers send line ends of a text field as CRLF, whatever was pasted: they become LF again."""
    if text.strip():
        yield Report("text", "pasted text", text.replace("\r\n", "\n"))
    yield from read.read(_inputs(uploads), read.Options(max_size=limits.bytes))


def _inputs(uploads: Sequence[Upload]) -> Iterator[read.Input]:
    """Uploads as inputs, which are in memory; names that clash are numbered."""
    names: Counter[str] = Counter()
    for upload in uploads:
        name = clean(upload.name)
        stem = kinds.stem(name)
        names[stem] += 1
        yield read.Input(stem if names[stem] == 1 else f"{stem} ({names[stem]})", name, name, partial(BytesIO, upload.data))


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
