"""Reading: files, folders and standard input become reports, or failures that say why. Nothing is ever cut off."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from zhanguo.schema import Failure, Report

STDIN = "-"
BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
LEGACY = ["gb18030", "big5", "big5hkscs"]
_SAMPLE = 200_000
_HTML = re.compile(r"<(?:!doctype html|html|head|body|div|p|table|meta)\b", re.IGNORECASE)


class DecodeError(ValueError):
    """Bytes that are no text in any encoding we know."""


class Input(NamedTuple):
    """A file to read (None: standard input) and the id its report gets."""

    path: Path | None
    id: str


def read(paths: Sequence[str]) -> Iterator[Report | Failure]:
    """Read every input in order; an input that can't be read gives a Failure."""
    for item in inputs(paths):
        source = STDIN if item.path is None else str(item.path)
        try:
            data = sys.stdin.buffer.read() if item.path is None else item.path.read_bytes()
            text, warnings = decode(data)
        except (OSError, DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            yield Failure(item.id, source, reason)
        else:
            yield Report(item.id, source, text, tuple(warnings))


def inputs(paths: Sequence[str]) -> list[Input]:
    """Expand folders (all files below, hidden ones left out, sorted) and choose the ids.

    A file's id is its stem; where stems clash, it is the path below the argument that named it.
    """
    found = [pair for path in paths for pair in _expand(path)]
    stems = Counter(_stem(path) for path, _ in found)
    below = Counter(name for path, name in found if stems[_stem(path)] > 1)
    items = []
    for path, name in found:
        unique = _stem(path) if stems[_stem(path)] == 1 else name if below[name] == 1 else str(path)
        items.append(Input(path, unique))
    return items


def _stem(path: Path | None) -> str:
    return "stdin" if path is None else path.stem


def _expand(argument: str) -> Iterator[tuple[Path | None, str]]:
    """Yield each file with its path below the argument."""
    if argument == STDIN:
        yield None, "stdin"
        return
    root = Path(argument)
    if not root.is_dir():
        yield root, root.name
        return
    for path in sorted(root.rglob("*")):
        below = path.relative_to(root)
        if path.is_file() and not any(part.startswith(".") for part in below.parts):
            yield path, below.as_posix()


def decode(data: bytes) -> tuple[str, list[str]]:
    """Decode bytes whole; also return warnings. Raises DecodeError for binary data.

    A byte-order mark decides; else UTF-8, else GB18030 or Big5, whichever reads more like Chinese. Line ends stay as they are.
    """
    text, encoding = _decode(data)
    warnings = []
    if encoding != "utf-8":
        warnings.append(f"decoded from {encoding}")
    if not text.strip():
        warnings.append("the report is empty")
    if _HTML.search(text[:_SAMPLE]):
        warnings.append("looks like HTML; read as plain text")
    return text, warnings


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in BOMS.items():
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise DecodeError(f"broken {encoding}: {error}") from error
    if b"\0" in data[:_SAMPLE]:
        return _without_bom(data)
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _legacy(data)


def _without_bom(data: bytes) -> tuple[str, str]:
    """UTF-16 without a mark is taken for text only if most of it is Chinese."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum("\u4e00" <= char <= "\u9fff" for char in text) > len(text) / 2:
            return text, encoding
    raise DecodeError("binary file, not text")


def _legacy(data: bytes) -> tuple[str, str]:
    guess = from_bytes(data, cp_isolation=LEGACY).best()
    if guess is None:
        raise DecodeError("binary file, or text in an encoding that is not known")
    try:
        return _checked(data.decode(guess.encoding)), guess.encoding
    except UnicodeDecodeError as error:
        raise DecodeError(f"binary file, or broken {guess.encoding}: {error}") from error


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    control = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v" for char in sample)
    if control > len(sample) / 50:
        raise DecodeError("binary file, not text")
    return text
