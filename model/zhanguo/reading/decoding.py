"""Decoding: bytes become text, whole, in the encoding that a mark, their shape or the page itself tells."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from zhanguo.reading.source import ReadError

BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
LEGACY = ["gb18030", "big5", "big5hkscs"]
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
_SAMPLE = 200_000
_LONGEST_CHARACTER = 4
_EXPECTED = re.compile(r"[\t-~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


class DecodeError(ReadError):
    """Bytes that are no text in any encoding we know."""


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Decode bytes whole; also return warnings. Raises DecodeError for binary data.

    A byte-order mark decides; else UTF-8, else the ``declared`` encoding, else GB18030 or Big5, whichever reads more like Chinese.
    Line ends stay as they are.
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
    """The encoding of bytes that aren't UTF-8 throughout, a character cut in two at the end apart."""
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
        return _as_declared(data, declared) or _damaged(data) or _legacy(data)


def _as_declared(data: bytes, declared: str | None) -> tuple[str, str] | None:
    """The text in the encoding that it says it has; None if it says none, or one that doesn't hold."""
    try:
        encoding = codecs.lookup(declared).name if declared else ""
        encoding = WIDER.get(encoding, encoding)
        return (_checked(data.decode(encoding)), encoding) if encoding else None
    except (LookupError, ValueError):
        return None


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
    known = from_bytes(data, cp_isolation=LEGACY).best()
    for encoding in [known.encoding] if known else LEGACY:
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
