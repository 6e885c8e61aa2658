"""PDF: the text layer by PDFium, its lines joined into paragraphs again.

A line break falls inside a sentence, and goes, where all of this holds: the line before reaches the right edge of its page or column
(it is longer than half the page and nobody's edge is far beyond, or three lines share the edge);
it doesn't end a sentence (。！？…); the next line isn't indented against it; and neither is a row of a table, which is a line with wide
gaps. The rule looks at places on the page, not at words. Latin words are parted by a space, all else is put together without.
A number alone at the edge of a page is a page number if it counts up with the pages; one of the first or last two lines that is the same
on most of three or more pages, the page's number at its end apart, is a running head. Both are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhanguo.reading.source import Options, ReadError, Text, library

WRONG_PASSWORD = 4
_ENDS = tuple("。！？!?…") + tuple(f"{stop}{quote}" for stop in "。！？!?…" for quote in '”’」』）)"')
_LATIN, _LETTER = re.compile(r"[A-Za-z\d,.;:%()]"), re.compile(r"[A-Za-z]")
_PAGE_NUMBER = re.compile(
    r"(\d{1,4})|[-—–―·]+\s*(\d{1,4})\s*[-—–―·]+|第\s*(\d{1,4})\s*页(?:\s*[/，,]?\s*共\s*\d{1,4}\s*页)?|(\d{1,4})\s*/\s*\d{1,4}"
)
_EDGE, _INDENT, _GAP, _SAME_SIZE = 3.0, 0.8, 1.5, 1.25
_COLUMN, _RUNNING, _FURNITURE = 3, 3, 2
_HYPHENS = "\ufffe\x02\xad"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text, its edges (points from the page's left and lower edge), the size of its characters, what it is."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    is_row: bool = False
    is_full: bool = False


_Char = tuple[str, tuple[float, float, float, float]]  # with its box: left, bottom, right, top


def pdf(data: bytes, _options: Options) -> Text:
    """The text of a PDF; pages that are images are left out and named. Raises ReadError where it is locked, broken or all images."""
    pdfium = library("pypdfium2", "documents", "PDF")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == WRONG_PASSWORD or "password" in str(error).lower()
        raise ReadError("a PDF with a password: save it without one" if locked else f"a broken PDF: {error}") from error
    try:
        pages, scanned = [], []
        for number, page in enumerate(document, 1):
            lines = _lines_of(page)
            pages.append(_with_edges(lines, page.get_width()))
            if not lines and any(True for _ in page.get_objects(max_depth=2)):
                scanned.append(number)
            page.close()
    finally:
        document.close()
    text = "\n".join(_joined([line for page in _without_furniture(pages) for line in page]))
    if scanned and not text:
        raise ReadError(f"a scanned PDF: its {len(scanned)} pages are images without text; run text recognition (OCR) on it first")
    return Text(text, tuple(_remarks(text, scanned)))


def _remarks(text: str, scanned: Sequence[int]) -> Iterator[str]:
    if scanned:
        yield f"pages without text, scanned images, were left out: {', '.join(map(str, scanned))}"
    if not text:
        yield "the report is empty"


def _lines_of(page: Any) -> list[Line]:
    """The lines of a page in PDFium's order; cells of a row that it takes for lines are put together again."""
    raw = library("pypdfium2.raw", "documents", "PDF")
    text_page = page.get_textpage()
    lines: list[Line] = []
    chars: list[_Char] = []
    for index in range(text_page.count_chars() + 1):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if index == text_page.count_chars() or chr(code) in "\r\n":
            line = _line(chars)
            if line and lines and _is_beside(lines[-1], line):
                lines[-1] = _side_by_side(lines[-1], line)
            elif line:
                lines.append(line)
            chars = []
        else:
            chars.append((chr(code), text_page.get_charbox(index, loose=True)))
    text_page.close()
    return lines


def _line(chars: Sequence[_Char]) -> Line | None:
    """The line of some characters; None where nothing can be seen. Wide gaps become tabs."""
    seen = [(char, box) for char, box in chars if not char.isspace() and char != "\0"]
    if not seen:
        return None
    size = max(box[3] - box[1] for _, box in seen) or 1.0
    pieces: list[str] = []
    end = seen[0][1][0]
    for char, box in chars:
        if char.isspace():
            pieces.append(char)
        elif char != "\0":
            if box[0] - end > _GAP * size and pieces:
                pieces = ["".join(pieces).rstrip() + "\t"]
            pieces.append(char)
            end = box[2]
    text = "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
    left, right = min(box[0] for _, box in seen), max(box[2] for _, box in seen)
    return Line(text, left, right, min(box[1] for _, box in seen), size, "\t" in text)


def _is_beside(before: Line, line: Line) -> bool:
    return abs(before.bottom - line.bottom) < before.size / 2 and line.left >= before.right


def _side_by_side(before: Line, line: Line) -> Line:
    """Two lines of one height as one."""
    gap = "\t" if line.left - before.right > _GAP * before.size else ""
    text = f"{before.text}{gap}{line.text}"
    return Line(text, before.left, line.right, min(before.bottom, line.bottom), max(before.size, line.size), "\t" in text)


def _with_edges(lines: Sequence[Line], width: float) -> list[Line]:
    """The lines, marked full where they reach the right edge: the page's if they are long, or one that three lines share (a column's)."""
    page_edge = max((line.right for line in lines), default=0.0)
    edges = sorted(line.right for line in lines if not line.is_row)

    def is_full(line: Line) -> bool:
        sharing = bisect_left(edges, line.right + line.size) - bisect_right(edges, line.right - line.size)
        is_long = line.right - line.left > width / 2 and line.right > page_edge - _EDGE * line.size
        return is_long or sharing >= _COLUMN

    return [replace(line, is_full=is_full(line)) for line in lines]


def _without_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers and running heads, where it is sure that they are."""
    edges = [{line.text for line in (*page[:_FURNITURE], *page[-_FURNITURE:])} for page in pages]
    counts = Counter(head for page, texts in enumerate(edges) for head in {_head(text, page) for text in texts})
    shifts = Counter(shift for page, texts in enumerate(edges) for shift in {_shift(text, page) for text in texts})

    def is_furniture(text: str, page: int) -> bool:
        shift = _shift(text, page)
        count = counts[_head(text, page)]
        is_running = count >= _RUNNING and 2 * count > sum(map(bool, pages))
        return is_running or (shift is not None and (shifts[shift] > 1 or not text.isdigit()))

    return [list(_trimmed(page, {text for text in edges[number] if is_furniture(text, number)})) for number, page in enumerate(pages)]


def _head(text: str, page: int) -> str:
    """A line without the number of its page at its end."""
    return re.sub(rf"(?<!\d){page + 1}(?:\s*/\s*\d+)?(?:\s*页)?$", "", text)


def _shift(text: str, page: int) -> int | None:
    """By how much a page number is ahead of the count of pages; None for what is no page number."""
    match = _PAGE_NUMBER.fullmatch(text)
    return int(next(filter(None, match.groups()))) - page if match else None


def _trimmed(lines: Sequence[Line], furniture: set[str]) -> Iterator[Line]:
    """The lines without furniture at either end."""
    for number, line in enumerate(lines):
        is_edge = number < _FURNITURE or number >= len(lines) - _FURNITURE
        if not (is_edge and line.text in furniture):
            yield line


def _joined(lines: Sequence[Line]) -> Iterator[str]:
    """The paragraphs."""
    paragraph, before = "", None
    for line in lines:
        if before is not None and _goes_on(before, line):
            paragraph = _glued(paragraph, line.text)
        else:
            if paragraph:
                yield paragraph
            paragraph = line.text
        before = line
    if paragraph:
        yield paragraph


def _goes_on(before: Line, line: Line) -> bool:
    """Whether the break between two lines falls inside a sentence."""
    is_prose = before.is_full and not before.is_row and not line.is_row and not before.text.endswith(_ENDS)
    is_indented = line.left > before.left + _INDENT * before.size
    return is_prose and not is_indented and max(before.size, line.size) < _SAME_SIZE * min(before.size, line.size)


def _glued(before: str, after: str) -> str:
    if before.endswith(tuple(_HYPHENS)):
        return before[:-1] + after
    is_latin = _LATIN.search(before[-1]) and _LATIN.search(after[0]) and (_LETTER.search(before[-1]) or _LETTER.search(after[0]))
    return f"{before} {after}" if is_latin else before + after
