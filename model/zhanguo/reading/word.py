"""Word documents (DOCX): paragraphs as lines and tables row by row, in the order of the body; then the notes.

The XML is walked here because python-docx passes over content controls, inserted text and text boxes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from zhanguo.reading.sheets import check_unpacked
from zhanguo.reading.source import Options, Text, library

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT, _PARAGRAPH, _TABLE, _ROW, _CELL, _BOX = (_W + name for name in ("t", "p", "tbl", "tr", "tc", "txbxContent"))
_SIGNS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_UNSEEN = {_FALLBACK, _W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr", _W + "sectPr"}
_NOTES = ("footnotes", "endnotes")


def docx(data: bytes, options: Options) -> Text:
    """The text of a DOCX file; deleted text, heads and feet of pages are left out. Raises ReadError."""
    check_unpacked(io.BytesIO(data), options)
    document = library("docx", "documents", "DOCX").Document(io.BytesIO(data))
    lines = list(_lines(document.element.body))
    for relation in document.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in _NOTES and not relation.is_external:
            lines.extend(_lines(library("lxml.etree", "documents", "DOCX").fromstring(relation.target_part.blob)))
    text = "\n".join(lines)
    return Text(text, () if text.strip() else ("the report is empty",))


def _lines(element: Any) -> Iterator[str]:
    """The lines below an element that holds paragraphs and tables, however deep."""
    for child in element:
        if child.tag == _PARAGRAPH:
            line = "".join(_words(child)).strip()
            if line:
                yield line
            for box in _boxes(child):
                yield from _lines(box)
        elif child.tag == _ROW:
            yield "\t".join(" ".join(_lines(cell)).replace("\n", " ") for cell in child.iter(_CELL) if _row_of(cell) is child)
        elif child.tag not in _UNSEEN:
            yield from _lines(child)


def _words(element: Any) -> Iterator[str]:
    """The text of a paragraph, without what stands in boxes anchored to it."""
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN and child.tag != _BOX:
            yield from _words(child)


def _boxes(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _UNSEEN:
            yield from _boxes(child)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(_ROW))
