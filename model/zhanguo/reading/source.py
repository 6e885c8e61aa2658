"""What the modules of reading share: an input, the reader's choices, a text that was read, and streams whose size is bounded."""

from __future__ import annotations

import datetime
import importlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import BinaryIO, NamedTuple, cast

MEGABYTE = 1 << 20
HEAD, BUFFER = 1 << 18, 1 << 17
BYTES_A_CHARACTER = 4


class ReadError(ValueError):
    """An input, or a row of one, that can't be read; the message names the remedy where there is one."""


class Input(NamedTuple):
    """Something to read: its id, what it is called in the output, its file name (for the suffix), and how to open it."""

    id: str
    source: str
    name: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Options:
    """A reader's choices: the columns of tables (None: a usual name), and the most bytes that one report may take, unpacked."""

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    max_size: int = 256 * MEGABYTE

    @property
    def max_characters(self) -> int:
        """How long one line or cell of a table may be."""
        return max(1, self.max_size // BYTES_A_CHARACTER)

    @property
    def limit(self) -> str:
        """The limit in words."""
        return f"{self.max_size / MEGABYTE:g} MB, the limit for one report (--max-size)"


class Text(NamedTuple):
    """A text, what was odd about where it came from, and the publication date that came with it."""

    text: str
    warnings: tuple[str, ...] = ()
    date: datetime.date | None = None


class _Joined(io.RawIOBase):
    """Bytes that were read ahead, then the rest of their stream. Can't seek; closing it leaves the stream open."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as one read goes."""
        data = self._head[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def one_way(stream: BinaryIO, head: bytes = b"") -> BinaryIO:
    """A stream (after ``head``) that is read once, from its start to its end, whatever the stream itself can do."""
    return cast(BinaryIO, io.BufferedReader(_Joined(head, stream), BUFFER))


def peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes, at most ``HEAD``, and a stream that still holds them."""
    start = stream.tell() if stream.seekable() else None
    head = stream.read(HEAD)
    if start is None:
        return head, one_way(stream, head)
    stream.seek(start)
    return head, stream


def whole(stream: BinaryIO, options: Options) -> bytes:
    """All bytes of a stream. Raises ReadError where they pass the limit, and never holds more than that."""
    data = stream.read(options.max_size + 1)
    if len(data) > options.max_size:
        raise ReadError(f"larger than {options.limit}")
    return data


def any_order(stream: BinaryIO, options: Options) -> BinaryIO:
    """A stream that can seek: itself, else its bytes within the limit. Raises ReadError."""
    return stream if stream.seekable() else io.BytesIO(whole(stream, options))


def library(name: str, extra: str, kind: str) -> ModuleType:
    """Import a library that only one kind of input needs. Raises ReadError that names the extra."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ReadError(f"{kind} needs a library that is not here ({error}): pip install 'zhanguo[{extra}]'") from error
