"""Web pages: their main text by trafilatura, headings, paragraphs and rows of tables as lines, cells parted by tabs.

Chinese official sites nest their text in plain ``div`` and in tables for layout, where trafilatura looks for ``p``; so the innermost
blocks are renamed first. Its own ways out for pages that it can't make sense of (which break lines at every tag) are never taken:
where it finds less than half of the page's sentences and rows, the whole page is read.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from zhanguo.reading.days import read_day
from zhanguo.reading.decoding import decode
from zhanguo.reading.source import Options, ReadError, Text, library
from zhanguo.tables import read_rows

TABLE = "web.tsv"
_SAMPLE = 200_000
DEEPEST, LONGEST_CELL = 256, 200
_OPENING = r"!doctype\s+html|html|head|body|meta|title|div|p|table|article|section|main|center|h[1-6]|ul|ol|span|font|script|style|link"
_PAGE = re.compile(rf"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:{_OPENING})\b", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:!doctype html|html|head|body|div|p|br|span|table|article|section|h[1-6]|meta)\b", re.IGNORECASE)
_UNPARSED = re.compile(r"[\0\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HAN = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_WRAPPED = re.compile(rf"(?<=[{_HAN}])[ \t\r\f]*\n\s*(?=[{_HAN}])")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_ROWS, _CELLS, _BREAKS = frozenset({"tr", "row"}), frozenset({"td", "th", "cell"}), frozenset({"br", "lb"})
_TITLE_PARTS = re.compile(r"\s*[_|｜\-—–]+\s*")


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page's ``<meta>`` names."""
    match = _CHARSET.search(data[:_SAMPLE])
    return match[1].decode("ascii", "replace") if match else None


def web_archive(data: bytes, _options: Options) -> Text:
    """The page in an MHTML file. Raises ReadError where there is none."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    page = next((part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    content = page.get_payload(decode=True) if page else None
    if page is None or not isinstance(content, bytes):
        raise ReadError("a web archive (.mht) without a page in it")
    text, warnings = decode(content, page.get_content_charset() or declared_charset(content))
    return main_text(Text(text, tuple(warnings)), is_page=True)


def main_text(found: Text, *, is_page: bool = False) -> Text:
    """The main text of a page; what is no page stays as it is. ``is_page``: it is one, however it begins."""
    if not is_page and not _PAGE.match(found.text[:_SAMPLE]):
        return _with(found, found.text, "looks like HTML; read as plain text") if _TAG.search(found.text[:_SAMPLE]) else found
    if not found.text.strip():
        return found
    try:
        tree = _parsed(found.text)
        page = _render(tree)
        main = _extracted(tree)
    except ReadError as error:
        return _with(found, found.text, f"looks like HTML; read as plain text: {error}")
    is_whole = 2 * _substance(main) < _substance(page) or not main.strip()
    text = _without_furniture(_with_title(page if is_whole else main, _titles(tree), page))
    remark = "no main text found in the web page, so all of it was read" if is_whole else "main text of a web page"
    warnings = (f"{remark}: {len(text)} of {len(page)} characters", *(() if text else ("the report is empty",)))
    return Text(text, (*found.warnings, *warnings), found.date or _date(tree))


def _with(found: Text, text: str, warning: str) -> Text:
    return found._replace(text=text, warnings=(*found.warnings, warning))


def _parsed(text: str) -> Any:
    """The page's tree, its innermost blocks made paragraphs. Raises ReadError without the library, or where a part would be lost."""
    library("trafilatura", "web", "main text of web pages")
    html = library("lxml.html", "web", "main text of web pages")
    parser = html.HTMLParser(huge_tree=True)
    try:
        tree = html.document_fromstring(_UNPARSED.sub("\ufffd", _XML_DECLARATION.sub("", text)), parser=parser)
    except Exception as error:  # lxml has several for a page without any element
        raise ReadError(str(error)) from error
    broken = next((entry.message.strip() for entry in parser.error_log if entry.level_name == "FATAL"), "")
    if broken or _depth(tree) > DEEPEST:
        raise ReadError(broken or "nested too deeply")
    for table in [table for table in tree.iter("table") if _is_layout(table)]:
        for part in _parts(table):
            part.tag = "div"
    for block in list(tree.iter("div", "center", "section")):
        if not any(child.tag in _blocks() for child in block.iterdescendants()) and block.text_content().strip():
            block.tag = "p"
    return tree


def _depth(tree: Any) -> int:
    depths = {tree: 0}
    for element in tree.iterdescendants():
        depths[element] = depths[element.getparent()] + 1
    return max(depths.values())


def _is_layout(table: Any) -> bool:
    """Whether a table only places blocks: it holds another one, no row has two cells, or a cell holds paragraphs."""
    if next(table.iterdescendants("table"), None) is not None or all(len(row) < 2 for row in table.iter("tr")):
        return True
    long = (cell for cell in table.iter("td") if len(cell.text_content()) > LONGEST_CELL)
    return any(next(cell.iter("br", "p", "div"), None) is not None for cell in long)


def _parts(table: Any) -> list[Any]:
    """A table with its rows and cells, those of tables inside left out."""
    inside = table.iterdescendants("tbody", "thead", "tfoot", "tr", "td", "th")
    return [table, *(part for part in inside if next(part.iterancestors("table"), table) is table)]


def _extracted(tree: Any) -> str:
    """What trafilatura takes for the main text; empty where it finds none."""
    trafilatura = library("trafilatura", "web", "main text of web pages")
    options = library("trafilatura.settings", "web", "main text of web pages").use_config()
    options.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    found = trafilatura.bare_extraction(
        tree, fast=True, favor_recall=True, include_tables=True, include_comments=False, config=options, with_metadata=False
    )
    return _render(found.body) if found is not None and found.body is not None else ""


def _render(tree: Any) -> str:
    """The lines of a tree, HTML or trafilatura's own."""
    lines = (line.strip(" \u3000\xa0\n") for line in "".join(_pieces(tree)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(element: Any) -> Iterator[str]:
    yield _squeezed(element.text)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else "script"
        if tag in _ROWS:
            cells = (_render(cell).replace("\n", " ") for cell in child if cell.tag in _CELLS)
            yield "\n" + "\t".join(cells) + "\n"
        elif tag in _BREAKS:
            yield "\n"
        elif tag not in _words("unseen") or (tag == "head" and "rend" in child.attrib):
            edge = "\n" if tag in _blocks() else ""
            yield edge
            yield from _pieces(child)
            yield edge
        yield _squeezed(child.tail)


def _squeezed(text: str | None) -> str:
    """A stretch of source text as a browser shows it; a line that breaks between Chinese characters leaves no space."""
    return _SPACES.sub(" ", _WRAPPED.sub("", text or ""))


def _substance(text: str) -> int:
    """How many sentences and rows of tables a text has; menus and lists of links have neither."""
    return text.count("。") + sum("\t" in line for line in text.split("\n"))


def _titles(tree: Any) -> list[str]:
    """What may be the report's title: what the page's head says, whole and in parts (headline_site), and its first heading."""
    named = [_meta(tree, name) for name in _words("title")]
    head = _squeezed(tree.findtext(".//title")).strip()
    headings = [_squeezed(heading.text_content()).strip() for heading in tree.iter("h1")][:1]
    return [title for title in [*named, *headings, head, *_TITLE_PARTS.split(head)] if title]


def _with_title(text: str, titles: list[str], page: str) -> str:
    """The text below its title: the first candidate that is a line of the page, unless the text has it."""
    lines = set(page.split("\n"))
    title = next((title for title in titles if title in lines), None)
    return text if title is None or title in text.split("\n") else f"{title}\n{text}"


def _date(tree: Any) -> date | None:
    return next((day for name in _words("date") if (day := read_day(_meta(tree, name)))), None)


def _meta(tree: Any, name: str) -> str:
    """The content of a ``<meta>`` tag, whatever the case of its name."""
    for meta in tree.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").casefold() == name.casefold():
            return str(meta.get("content") or "").strip()
    return ""


def _without_furniture(text: str) -> str:
    """The text without the lines and words that belong to the site."""
    lines = (_cut().sub("", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith(_words("dropped")))


@cache
def _cut() -> re.Pattern[str]:
    return re.compile("|".join(_words("cut")))


@cache
def _blocks() -> frozenset[str]:
    return frozenset(_words("block"))


@cache
def _words(role: str) -> tuple[str, ...]:
    return tuple(word for row in read_rows(TABLE) if row[0] == role for word in row[1].split())
