"""Compressed files and ZIP archives: the streams inside, unpacked as they are read, never whole."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from zhanguo.reading.source import Input, ReadError, library, one_way

_FLAG_ENCRYPTED, _FLAG_UTF8 = 0x1, 0x800
_NAME_ENCODINGS = ("utf-8", "gb18030", "cp437")
_NOT_SHOWN = (".", "__MACOSX")


def unpacked(kind: str, stream: BinaryIO) -> BinaryIO:
    """The bytes in a compressed stream. Raises ReadError where the library is missing."""
    return one_way(cast(BinaryIO, _OPENERS[kind](stream)))


def _open_zst(stream: BinaryIO) -> Any:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    return library(name, "tables", ".zst").ZstdFile(stream)


_OPENERS: dict[str, Callable[[BinaryIO], Any]] = {
    "gz": lambda stream: gzip.GzipFile(fileobj=stream),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zst": _open_zst,
}


def members(item: Input, stream: BinaryIO) -> Iterator[Input]:
    """The files in a ZIP archive, by name; their ids and sources are those of the archive with the path inside behind."""
    with zipfile.ZipFile(stream) as archive:
        named = sorted((_name(member), number, member) for number, member in enumerate(archive.infolist()) if not member.is_dir())
        shown = [(name, member) for name, _, member in named if not _is_hidden(name)]
        if not shown:
            raise ReadError("no files in this archive")
        for name, member in shown:
            yield Input(f"{item.id}/{name}", f"{item.source}/{name}", PurePath(name).name, partial(_open_member, archive, member))


def _is_hidden(name: str) -> bool:
    """Whether a path leads through a hidden folder or to a hidden file; ``..`` is neither, and nothing is written there."""
    return any(part.startswith(_NOT_SHOWN) and part != ".." for part in PurePath(name).parts)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name; where its encoding isn't told, Chinese archivers write GB18030 and others UTF-8."""
    if member.flag_bits & _FLAG_UTF8:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in _NAME_ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    if member.flag_bits & _FLAG_ENCRYPTED:
        raise ReadError("a file with a password in the archive: unpack it first")
    return one_way(cast(BinaryIO, archive.open(member)))
