"""Reading: files, folders and standard input become reports, or failures that say why. Nothing is ever cut off."""

from __future__ import annotations

import codecs
import os
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
_HTML = re.compile(r"<(?:!doctype html|html|head|body|div|p|br|span|table|article|section|h[1-6]|meta)\b", re.IGNORECASE)


_EXPECTED = re.compile(r"[\t-~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


class DecodeError(ValueError):
    """Bytes that are no text in any encoding we know."""


class Input(NamedTuple):
    """A file to read (None: standard input), its id, and what it is called in the output."""

    path: Path | None
    id: str
    source: str


def read(items: Sequence[Input]) -> Iterator[Report | Failure]:
    """Read every input in order; an input that can't be read gives a Failure."""
    for item in items:
        try:
            if item.path is not None and item.path.is_dir():
                raise DecodeError("no files in this folder")
            data = sys.stdin.buffer.read() if item.path is None else item.path.read_bytes()
            text, warnings = decode(data)
        except (OSError, DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            yield Failure(item.id, item.source, reason)
        else:
            yield Report(item.id, item.source, text, tuple(warnings))


def inputs(paths: Sequence[str]) -> list[Input]:
    """Expand folders (all files below, hidden ones left out, sorted) and choose the ids; a path given twice counts once.

    A file's id is its stem; where stems clash, it is the path below the argument that named it. A folder without
    files stays, for ``read`` to say so.
    """
    found = list(dict.fromkeys(pair for path in paths for pair in _expand(path)))
    stems = Counter(_stem(path) for path, _ in found)
    below = Counter(name for path, name in found if stems[_stem(path)] > 1)
    items = []
    for path, name in found:
        unique = _stem(path) if stems[_stem(path)] == 1 else name if below[name] == 1 else str(path)
        items.append(Input(path, _printable(unique), STDIN if path is None else _printable(str(path))))
    return items


def _printable(name: str) -> str:
    """A file name that is not UTF-8 can't be written as it is."""
    return os.fsencode(name).decode("utf-8", "replace")


def _stem(path: Path | None) -> str:
    return "stdin" if path is None else path.stem


def _expand(argument: str) -> Iterator[tuple[Path | None, str]]:
    """Yield each file with its path below the argument."""
    if argument == STDIN:
        yield None, "stdin"
        return
    root = Path(argument)
    files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    shown = [path for path in files if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    if not shown:
        yield root, root.name or argument
    for path in shown:
        yield path, path.relative_to(root).as_posix()


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
    if data[:_SAMPLE].count(0) > len(data[:_SAMPLE]) / 100:
        return _without_bom(data)
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _damaged(data) or _legacy(data)


def _damaged(data: bytes) -> tuple[str, str] | None:
    """UTF-8 in which a few bytes are wrong: kept, with a mark (U+FFFD) for each; None if more than a few are."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if wrong * 100 > len(text) or not any("\u4e00" <= char <= "\u9fff" for char in text):
        return None
    return _checked(text), f"utf-8 with {wrong} broken places"


def _without_bom(data: bytes) -> tuple[str, str]:
    """UTF-16 without a mark is taken for text only if nearly all of it is Chinese, ASCII or full-width."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_EXPECTED.findall(text)) > 0.9 * len(text):
            return text, encoding
    raise DecodeError("binary file, not text")


def _legacy(data: bytes) -> tuple[str, str]:
    """GB18030 or Big5 by what charset-normalizer thinks; where it does not know (emoji), the first that gives Chinese."""
    guess = from_bytes(data, cp_isolation=LEGACY).best()
    for encoding in [guess.encoding] if guess else LEGACY:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_EXPECTED.findall(text)) > 0.8 * len(text):
            return _checked(text), encoding
    raise DecodeError("binary file, or text in an encoding that is not known")


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    control = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v" for char in sample)
    if control > len(sample) / 50:
        raise DecodeError("binary file, not text")
    return text
