"""Decoding: bytes become text, whole, in the encoding that a mark, their shape or the page itself tells."""

from __future__ import annotations

import codecs
import re
import unicodedata

from zhanguo.reading.source import ReadError
from zhanguo.tables import fold

BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
LEGACY = ("gb18030", "big5", "big5hkscs", "utf-16-le", "utf-16-be")
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
_SAMPLE = 200_000
_LONGEST_CHARACTER, _FAR_MORE = 4, 10
_LEAST_COMMON = 0.5
_EXPECTED = re.compile(r"[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_PUNCTUATION = "，。、；：？！“”‘’（）《》【】「」『』·…—\u3000０１２３４５６７８９"
_LEVEL_1 = ((lead, trail) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
_COMMON = frozenset("".join(bytes(pair).decode("gb2312", "ignore") for pair in _LEVEL_1) + _PUNCTUATION)


class DecodeError(ReadError):
    """Bytes that are no text in any encoding we know."""


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Decode bytes whole; also return warnings. Raises DecodeError for binary data.

    A byte-order mark decides; else UTF-8, else the ``declared`` encoding, else GB18030, Big5 or UTF-16, whichever gives most
    common characters. Line ends stay as they are.
    """
    text, encoding = _decode(data, declared)
    warnings = [] if encoding == "utf-8" else [f"decoded from {encoding}"]
    if not text.strip():
        warnings.append("the report is empty")
    return text, warnings


def guess(head: bytes) -> str:
    """The encoding of a stream by its first bytes, which may end inside a character. Raises DecodeError for binary data."""
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _guess_legacy(head)
    return _decode(head[: len(head) // 2 * 2], None)[1] if b"\0" in head else "utf-8"


def _guess_legacy(head: bytes) -> str:
    """The encoding of bytes that aren't UTF-8 throughout: UTF-8 all the same, if they give far more Chinese than broken places."""
    text = head.decode("utf-8", "replace")
    if sum("\u4e00" <= char <= "\u9fff" for char in text) > _FAR_MORE * text.count("\ufffd"):
        return "utf-8"
    error: DecodeError | None = None
    for cut in range(min(_LONGEST_CHARACTER, len(head))):
        try:
            encoding = _decode(head[: len(head) - cut], None)[1]
        except DecodeError as reason:
            error = error or reason
        else:
            return "utf-8" if encoding.startswith("utf-8") else encoding
    raise error or DecodeError("binary file, not text")


def _decode(data: bytes, declared: str | None) -> tuple[str, str]:
    marked = next(((bom, encoding) for bom, encoding in BOMS.items() if data.startswith(bom)), None)
    if marked:
        return _in_encoding(data[len(marked[0]) :], marked[1])
    if wide := _without_bom(data):
        return wide
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as error:
        return _as_declared(data, declared) or _damaged(data, "utf-8", error) or _legacy(data)


def _in_encoding(data: bytes, encoding: str) -> tuple[str, str]:
    """The text in the encoding that its mark tells."""
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        damaged = _damaged(data, encoding, error)
        if damaged is None:
            raise DecodeError(f"broken {encoding}: {error}") from error
        return damaged


def _as_declared(data: bytes, declared: str | None) -> tuple[str, str] | None:
    """The text in the encoding that it says it has; None if it says none, or one that doesn't hold."""
    try:
        encoding = codecs.lookup(declared).name if declared else ""
        encoding = WIDER.get(encoding, encoding)
        return (_checked(data.decode(encoding)), encoding) if encoding else None
    except (LookupError, ValueError):
        return None


def _damaged(data: bytes, encoding: str, error: UnicodeDecodeError) -> tuple[str, str] | None:
    """Text in which a few bytes are wrong: kept, with a mark (U+FFFD) for each; None if more than a few are, a cut end aside."""
    text = data.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    is_cut = error.end == len(data)
    if wrong - is_cut > len(text) / 100 or not any("\u4e00" <= char <= "\u9fff" for char in text):
        return None
    return _checked(text), f"{encoding} with {wrong} broken places"


def _without_bom(data: bytes) -> tuple[str, str] | None:
    """UTF-16 or UTF-32 without a mark, told by NULs, and by nearly all of it being Chinese, ASCII or full-width; else None."""
    sample = data[:_SAMPLE]
    nulls = sample.count(0)
    if nulls <= len(sample) / 100 or (nulls < len(sample) / 4 and _is_utf8(sample)):
        return None
    texts = ((_decoded(data, encoding), encoding) for encoding in WIDE)
    return next(((text, name) for text, name in texts if text and len(_EXPECTED.findall(text)) > 0.9 * len(text)), None)


def _legacy(data: bytes) -> tuple[str, str]:
    """The encoding in which most of what is not ASCII are common characters: bytes read wrongly give rare ones."""
    texts = ((_decoded(data, encoding), encoding) for encoding in LEGACY)
    shares = [(_common(text), text, encoding) for text, encoding in texts if text]
    share, text, encoding = max(shares, key=lambda found: found[0], default=(0.0, "", ""))
    if share < _LEAST_COMMON:
        raise DecodeError("binary file, or text in an encoding that is not known")
    return _checked(text), encoding


def _common(text: str) -> float:
    """The share of common characters (GB 2312, level 1, in either script) among those that aren't ASCII."""
    others = [char for char in fold(text[:_SAMPLE]) if not char.isascii()]
    return sum(char in _COMMON for char in others) / len(others) if others else 0.0


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    control = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v" for char in sample)
    if control > max(1, len(sample) / 50):
        raise DecodeError("binary file, not text")
    return text
