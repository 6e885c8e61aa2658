"""Kinds of input: what a file is, by its first bytes (``data/files.tsv``); only where they don't tell, by its suffix."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import BinaryIO

from zhanguo.reading.source import Options, any_order, whole
from zhanguo.tables import read_rows

TABLE = "files.tsv"
TEXT = "text"
COMPRESSED = ("gz", "bz2", "xz", "zst")
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its suffixes, a pattern of its first bytes, the ZIP member or OLE stream that tells it, why it is refused."""

    name: str
    suffixes: tuple[str, ...]
    magic: re.Pattern[bytes] | None
    inside: str
    refusal: str


@cache
def known() -> tuple[Kind, ...]:
    """All kinds of the table, in its order."""
    rows = (["" if cell == _NONE else cell for cell in row] for row in read_rows(TABLE))
    return tuple(
        Kind(name, tuple(suffixes.split()), re.compile(magic.encode(), re.DOTALL) if magic else None, inside, refusal)
        for name, suffixes, magic, inside, refusal in rows
    )


def detect(name: str, head: bytes, stream: BinaryIO, options: Options) -> tuple[Kind, BinaryIO]:
    """The kind of a file, and its stream, which for a container is one that can seek. Raises ReadError where that passes the limit."""
    suffix = PurePath(name).suffix.lower()
    fitting = [kind for kind in known() if kind.magic and kind.magic.match(head)]
    named = [kind for kind in known() if not kind.magic and not kind.inside and suffix in kind.suffixes]
    kind = next((kind for kind in fitting if kind.suffixes), next(iter([*named, *fitting]), _named(TEXT)))
    look = _CONTAINERS.get(kind.name)
    if look is None:
        return kind, stream
    stream = any_order(stream, options)
    is_inside = look(stream, options)
    return next((other for other in known() if other.inside.startswith(f"{kind.name}:") and is_inside(other.inside)), kind), stream


def stem(name: str) -> str:
    """A file's name without its suffix, and without that of its compression before."""
    return PurePath(unpacked_name(name)).stem


def unpacked_name(name: str) -> str:
    """A file's name without the suffix of its compression, if it has one."""
    path = PurePath(name)
    is_packed = any(path.suffix.lower() in kind.suffixes for kind in known() if kind.name in COMPRESSED)
    return path.stem if is_packed else path.name


def _named(name: str) -> Kind:
    return next(kind for kind in known() if kind.name == name)


def _zip_members(stream: BinaryIO, _options: Options) -> Callable[[str], bool]:
    with zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
    stream.seek(0)
    return lambda mark: any(name.startswith(mark.removeprefix("zip:")) for name in names)


def _ole_streams(stream: BinaryIO, options: Options) -> Callable[[str], bool]:
    """The names of an OLE file's streams stand in it as UTF-16."""
    data = whole(stream, options)
    stream.seek(0)
    return lambda mark: mark.removeprefix("ole:").encode("utf-16-le") in data


_CONTAINERS: dict[str, Callable[[BinaryIO, Options], Callable[[str], bool]]] = {"zip": _zip_members, "ole": _ole_streams}
