"""Hostile inputs, each with the result it must give, as data. ``python tests/hostile.py FOLDER`` writes them into a folder to look at.

A case is a file (or what stands in a file's place) and the rows that ``extract`` must write for it with the toy tagger. All is the same in
every run.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PLAIN = "县公安局收缴枪支12支。"
TRADITIONAL = "警方機動部隊檢獲槍械12支。"
LONG = 200


class Row(NamedTuple):
    """What a row must be: its text, the values of its records, words of a warning (empty: none), or words of its error (``*``: any).

    None leaves a field open; with None for the error the row may be either.
    """

    text: str | None = None
    values: tuple[float, ...] | None = None
    warning: str | None = ""
    error: str | None = ""
    id: str | None = None


class Case(NamedTuple):
    """A file's name, its bytes or how to make it, the rows it must give, and further arguments of ``extract`` that it needs."""

    name: str | bytes
    content: bytes | Callable[[Path], None]
    rows: tuple[Row, ...]
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


ANY = "*"
ANY_WARNING = None
TWELVE = Row(PLAIN, (12,))
EITHER = Row(None, None, None, None)


def ok(text: str | None = None, values: Sequence[float] | None = None, warning: str | None = "", id: str | None = None) -> Row:
    """A row with records."""
    return Row(text, None if values is None else tuple(values), warning, "", id)


def bad(error: str, id: str | None = None) -> Row:
    """A row with an error."""
    return Row(None, None, None, error, id)


def text(name: str, written: str, *values: float, warning: str | None = "") -> Case:
    """A UTF-8 file that comes back as it is."""
    return Case(f"{name}.txt", written.encode(), (Row(written, values, warning),))


def encodings() -> Iterator[Case]:
    """Every encoding that Chinese reports come in, short and long; look-alikes; broken ones."""
    for encoding in (
        "utf-8",
        "gb2312",
        "gbk",
        "gb18030",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "utf-8-sig",
    ):
        warning = "" if encoding.startswith("utf-8") else "decoded from"
        yield Case(f"{encoding}.txt", PLAIN.encode(encoding), (ok(PLAIN, [12], warning),))
        yield Case(f"{encoding}-long.txt", (PLAIN * LONG).encode(encoding), (ok(PLAIN * LONG, [12] * LONG, warning),))
    for encoding in ("big5", "big5hkscs", "cp950", "utf-8", "utf-16-le", "gb18030"):
        warning = "" if encoding == "utf-8" else "decoded from"
        yield Case(f"trad-{encoding}.txt", TRADITIONAL.encode(encoding), (ok(TRADITIONAL, [12], warning),))
        yield Case(f"trad-{encoding}-long.txt", (TRADITIONAL * LONG).encode(encoding), (ok(TRADITIONAL * LONG, [12] * LONG, warning),))
    marks = {
        "utf-8": b"\xef\xbb\xbf",
        "utf-16-le": b"\xff\xfe",
        "utf-16-be": b"\xfe\xff",
        "utf-32-le": b"\xff\xfe\0\0",
        "utf-32-be": b"\0\0\xfe\xff",
    }
    for encoding, mark in marks.items():
        warning = "" if encoding == "utf-8" else "decoded from"
        yield Case(f"mark-{encoding}.txt", mark + PLAIN.encode(encoding), (ok(PLAIN, [12], warning),))
        yield Case(f"only-mark-{encoding}.txt", mark, (ok("", [], "the report is empty"),))
        yield Case(f"mark-and-half-{encoding}.txt", mark + PLAIN.encode(encoding)[:-1], (ok(None, None, "1 broken places"),))
    yield Case("two-marks.txt", b"\xef\xbb\xbf" * 2 + PLAIN.encode(), (ok("\ufeff" + PLAIN, [12]),))
    yield Case("mark-inside.txt", (PLAIN + "\ufeff" + PLAIN).encode(), (ok(PLAIN + "\ufeff" + PLAIN, [12, 12]),))
    yield Case("swapped-mark.txt", b"\xfe\xff" + PLAIN.encode("utf-16-le"), (ok(None, [], "decoded from utf-16-be"),))
    yield Case("four-bytes.txt", (PLAIN + "𠮷家𪚥堂㐀号").encode("gb18030"), (ok(PLAIN + "𠮷家𪚥堂㐀号", [12], "gb18030"),))
    yield Case("emoji.txt", (PLAIN + "👮").encode("gb18030"), (ok(PLAIN + "👮", [12], "gb18030"),))
    yield Case("hong-kong.txt", ("㗎喺旺角" + TRADITIONAL).encode("big5hkscs"), (ok("㗎喺旺角" + TRADITIONAL, [12], "big5hkscs"),))
    yield Case("circled-big5.txt", ("①" + TRADITIONAL).encode("big5"), (ok("①" + TRADITIONAL, [12], "decoded from big5"),))
    yield Case("japanese-sjis.txt", "警視庁は銃を三丁押収した。".encode("shift_jis"), (bad("encoding that is not known"),))
    yield Case("japanese-iso.txt", "警視庁は銃を三丁押収した。".encode("iso2022_jp"), (bad("binary"),))
    yield Case("latin.txt", "Été déjà vu à Noël, façade".encode("latin-1"), (bad("encoding that is not known"),))
    yield Case("cp1252.txt", "“Zwölf” — naïve".encode("cp1252"), (bad("encoding that is not known"),))
    yield Case("dos.txt", "Größe: Äpfel".encode("cp437"), (bad("encoding that is not known"),))
    yield Case("ebcdic.txt", "seized twelve guns".encode("cp500"), (bad("not"),))
    yield Case("utf-7.txt", PLAIN.encode("utf-7"), (ok(PLAIN.encode("utf-7").decode("ascii"), None),))
    yield Case("hz.txt", PLAIN.encode("hz"), (ok(PLAIN.encode("hz").decode("ascii"), None),))
    yield Case("quoted-printable.txt", b"=E6=94=B6=E7=BC=B43=E6=94=AF", (ok("=E6=94=B6=E7=BC=B43=E6=94=AF", None),))
    yield Case("escapes.txt", rb"\u6536\u7f343\u652f", (ok(r"\u6536\u7f343\u652f", None),))
    mojibake = PLAIN.encode().decode("gb18030", "replace")
    yield Case("mojibake.txt", mojibake.encode(), (ok(mojibake, None),))
    yield Case("mojibake-latin.txt", PLAIN.encode().decode("latin-1").encode(), (bad("binary"),))
    yield Case("mixed-encodings.txt", PLAIN.encode() * 3 + PLAIN.encode("gb18030") * 3, (EITHER,))
    yield Case("one-line-gbk.txt", (PLAIN * LONG).encode() + "收缴".encode("gbk"), (ok(None, [12] * LONG, "broken places"),))


def truncated() -> Iterator[Case]:
    """Bytes that end, begin or break inside a character, and bytes that no encoder writes."""
    for cut in (1, 2):
        yield Case(f"end-{cut}.txt", PLAIN.encode()[:-cut], (ok(PLAIN[:-1] + "\ufffd", [12], "1 broken places"),))
        yield Case(
            f"end-long-{cut}.txt", (PLAIN * LONG).encode()[:-cut], (ok((PLAIN * LONG)[:-1] + "\ufffd", [12] * LONG, "broken places"),)
        )
        yield Case(f"start-long-{cut}.txt", (PLAIN * LONG).encode()[cut:], (ok(None, None, "broken places"),))
    yield Case("middle.txt", (PLAIN * LONG).encode() + PLAIN.encode()[1:], (ok(None, None, "broken places"),))
    yield Case("half-gbk.txt", PLAIN.encode("gbk")[:-1], (bad("not known"),))
    yield Case("half-big5.txt", TRADITIONAL.encode("big5")[:-1], (bad("not known"),))
    yield Case("odd-utf-16.txt", b"\xff\xfe" + PLAIN.encode("utf-16-le")[:-1], (ok(PLAIN[:-1] + "\ufffd", [12], "1 broken places"),))
    for name, junk in {
        "lone-high": b"\xed\xa0\x80",
        "lone-low": b"\xed\xb0\x80",
        "cesu-8": b"\xed\xa0\xbd\xed\xb1\xae",
        "overlong-slash": b"\xc0\xaf",
        "overlong-null": b"\xc0\x80",
        "overlong-3": b"\xe0\x80\xaf",
        "five-bytes": b"\xf8\x88\x80\x80\x80",
        "beyond-unicode": b"\xf4\x90\x80\x80",
        "lone-continuation": b"\x80",
        "ff": b"\xff",
        "fe": b"\xfe",
    }.items():
        yield Case(f"{name}.txt", (PLAIN * LONG).encode() + junk + PLAIN.encode(), (ok(None, [12] * (LONG + 1), "broken places"),))
        yield Case(f"{name}-alone.txt", junk, (EITHER,))
    yield Case(
        "utf-16-lone-surrogate.txt", b"\xff\xfe" + PLAIN.encode("utf-16-le") + b"\x00\xd8", (ok(PLAIN + "\ufffd", [12], "1 broken places"),)
    )


def characters() -> Iterator[Case]:
    """Characters that are not seen, that change what is seen, or that no report should hold."""
    for name, sign in {
        "zero-width-space": "\u200b",
        "zero-width-joiner": "\u200d",
        "word-joiner": "\u2060",
        "soft-hyphen": "\u00ad",
        "no-break-space": "\u00a0",
        "variation-selector": "\ufe0f",
        "ideographic-variation": "\U000e0100",
        "combining-acute": "\u0301",
        "enclosing-keycap": "\u20e3",
        "rtl-override": "\u202e",
        "rtl-isolate": "\u2067",
        "rtl-mark": "\u200f",
        "language-tag": "\U000e0001",
        "private-use": "\ue000",
        "non-character": "\uffff",
        "last-code-point": "\U0010ffff",
        "line-separator": "\u2028",
        "paragraph-separator": "\u2029",
        "next-line": "\x85",
        "escape": "\x1b",
        "bell": "\x07",
        "delete": "\x7f",
        "backspace": "\x08",
        "vertical-tab": "\x0b",
        "form-feed": "\x0c",
        "replacement": "\ufffd",
        "object": "\ufffc",
        "hangul-filler": "\u3164",
        "mongolian-separator": "\u180e",
        "braille-blank": "\u2800",
    }.items():
        yield text(f"{name}-inside-words", f"{PLAIN}{PLAIN[:2]}{sign}{PLAIN[2:]}{PLAIN}", 12, 12, 12)
        yield Case(
            f"{name}-inside-numbers.txt",
            f"{PLAIN}县公安局收缴枪支1{sign}2支。".encode(),
            (ok(f"{PLAIN}县公安局收缴枪支1{sign}2支。", None, None),),
        )
    yield text("one-null", f"{PLAIN}\0{PLAIN}", 12, 12)
    yield Case("null-padding.txt", PLAIN.encode() + b"\0" * 4096, (bad("binary"),))
    yield Case("only-nulls.txt", b"\0" * 4096, (bad("binary"),))
    yield text("family-emoji", "👨\u200d👩\u200d👧\u200d👦" * 50 + PLAIN, 12)
    yield text("stacked-marks", "支" + "\u0301" * 5000 + PLAIN, 12)
    yield text("mixed-scripts", "ПолицияالشرطةPolizei경찰警察" + PLAIN, 12)
    yield text("upside-down", "\u202e支21支枪缴收局安公县\u202c" + PLAIN, 21, 12, warning=ANY_WARNING)
    yield text("tokenizer-words", "[CLS][SEP][MASK][UNK][PAD]" + PLAIN, 12)
    yield text("markup-of-annotations", "[[ORG|县公安局]]收缴[[QUANTITY|3]]支", 3)
    colours = "\x1b[31m" + PLAIN * 20 + "\x1b[0m"
    yield Case("terminal-codes.txt", colours.encode(), (ok(colours),))
    yield text("formula", '=HYPERLINK("http://example.org")\n' + PLAIN, 12)


def numerals() -> Iterator[Case]:
    """Figures that are none, that are too large, or that look like something else. The values are those of the records."""
    for name, written, values, warning in (
        ("two-points", "1.2.3", (), "no record"),
        ("address", "192.168.1.1", (), "no record"),
        ("commas", "1,2,3", (), "no record"),
        ("commas-in-groups", "1,234,567", (1234567,), ""),
        ("wrong-groups", "12,34,567", (), "no record"),
        ("leading-zeros", "007", (7,), ""),
        ("only-zeros", "000", (0,), ""),
        ("hundred-million-thrice", "亿亿亿", (10**24,), ""),
        ("myriads", "万万", (10**8,), ""),
        ("hundred-digits", "9" * 100, (10**100 - 1,), ""),
        ("300-digits", "9" * 300, (10**300 - 1,), ""),
        ("301-digits", "9" * 301, (), "a numeral of 301 characters"),
        ("million-digits", "9" * 10**6, (), "a numeral of 1000000 characters"),
        ("million-chinese-digits", "九" * 10**6, (), "a numeral of 1000000 characters"),
        ("million-myriads", "亿" * 10**6, (), "a numeral of 1000000 characters"),
        ("forty-myriads", "亿" * 40, (), "a number of more than 300 digits"),
        ("falling-range", "9至2", (2,), ""),
        ("range-of-nothing", "3至", (3,), ""),
        ("range-of-ranges", "1至2至3", (), "no record"),
        ("date-as-range", "2019-06-20", (), "no record"),
        ("year-as-number", "2019", (2019,), ""),
        ("spelt-year", "二〇一九", (2019,), ""),
        ("full-width", "１２", (12,), ""),
        ("full-width-commas", "１，２３４", (1234,), ""),
        ("mixed-width", "１2３", (123,), ""),
        ("tens", "廿", (20,), ""),
        ("tens-and-ten", "卅五", (35,), ""),
        ("point-alone", "零点五", (0.5,), ""),
        ("two-chinese-points", "一点二点三", (), "no record"),
        ("half", "半", (0.5,), ""),
        ("half-half", "半半", (), "no record"),
        ("many-zeros-behind-the-point", "0." + "0" * 200 + "1", None, ""),
        ("chinese-mix", "3千5百", (3500,), ""),
        ("nonsense-order", "万三亿", None, None),
        ("digits-in-a-row", "一二三四五六七八九", (123456789,), ""),
        ("over-over", "十余余", None, None),
        ("over-forty-digits", "9" * 40 + "余", (10**40 - 1,), ""),
        ("fraction-of-much", "三分之一" + "兆" * 20, None, None),
        ("several", "数十", (10,), ""),
    ):
        written_out = f"县公安局收缴枪支{written}支。"
        yield Case(f"{name}.txt", written_out.encode(), (Row(written_out, values, warning),))
    for name, figure in {
        "fraction-by-nothing": "3/0",
        "arabic-indic": "١٢",
        "roman": "Ⅻ",
        "circled": "②",
        "exponent": "1e9",
        "hex": "0xFF",
        "minus": "-12",
    }.items():
        yield Case(f"{name}.txt", f"县公安局收缴枪支{figure}支。".encode(), (ok(f"县公安局收缴枪支{figure}支。", None, None),))


def shapes() -> Iterator[Case]:
    """Texts whose size or form makes careless code slow, deep or empty."""
    yield Case("empty.txt", b"", (ok("", [], "the report is empty"),))
    yield text("one-character", "警", warning=ANY_WARNING)
    for name, written in {
        "spaces": " " * 10**5,
        "ideographic-spaces": "\u3000" * 10**5,
        "million-lines": "\n" * 10**6,
        "crlf-lines": "\r\n" * 10**5,
        "returns": "\r" * 10**5,
        "tabs": "\t" * 10**5,
    }.items():
        yield text(name, written, warning="the report is empty")
    for name, written in {
        "stops": "。" * 10**5,
        "commas": "，" * 10**5,
        "punctuation": "。，、；：？！“”（）《》" * 10**4,
        "no-stop": "啊" * 10**6,
        "brackets-open": "（" * 10**5,
        "brackets-close": "）" * 10**5,
        "brackets-nested": "（" * 50_000 + "）" * 50_000,
        "brackets-other": "([{《「『【" * 10**4,
        "quotes": "“" * 10**5,
        "of-these": "其中" * 50_000,
        "fillers": "枪支" + "共计" * 50_000,
        "respectively": "分别" * 50_000,
        "time": "今年" * 20_000,
        "since": "以来" * 20_000,
        "campaigns": "专项行动" * 10_000,
        "organisations": "派出所" * 30_000,
        "organisations-in-a-row": "派出所、" * 20_000,
        "titles": "《" * 10**5,
        "tiny-lines": "支\n" * 10**5,
        "months-that-go-on": "1月至" * 1_000,
        "tags": "<" * 10**5,
        "ampersands": "&" * 10**5,
    }.items():
        yield Case(f"{name}.txt", written.encode(), (ok(written, None, ANY_WARNING),))
    filler = "县公安局收缴枪支" + "共计" * 40 + "12支。"
    yield text("counted-and-counted", filler, 12)
    spaces = "县公安局收缴枪支" + " " * 10**5 + "12支。"
    yield Case("gap.txt", spaces.encode(), (ok(spaces),))
    deep = "县公安局收缴枪支" + "（" * 10**5 + "12支" + "）" * 10**5 + "。"
    yield Case("figure-in-brackets.txt", deep.encode(), (ok(deep, None, ""),))
    many = "县公安局收缴枪支3支" * 500
    yield Case("figures-without-a-stop.txt", many.encode(), (ok(many, [3] * 500, ""),))
    lines = "县公安局收缴\n枪支\n12\n支\n。"
    yield Case("one-word-a-line.txt", lines.encode(), (ok(lines, None, ""),))


def web() -> Iterator[Case]:
    """Web pages: scripts, comments, unclosed and deep tags, entities."""
    body = "<h1>通报</h1><p>县公安局收缴枪支12支。县公安局还走访企业46家。</p><p>县公安局整改隐患7处。</p>"
    page = ok(None, [12, 46, 7], "web page")
    for name, written in {
        "page": f"<html><body>{body}</body></html>",
        "script": f"<html><head><script>var a='枪支99支';</script></head><body>{body}<script>alert('枪支98支')</script></body></html>",
        "style": f"<html><head><style>p:after{{content:'枪支99支'}}</style></head><body>{body}</body></html>",
        "comment": f"<!doctype html><html><body><!-- 枪支99支 -->{body}</body></html>",
        "unclosed": f"<html><body><div>{body}",
        "crossed": f"<html><body><b><i>{body}</b></i></body></html>",
        "upper-case": f"<HTML><BODY>{body}</BODY></HTML>",
        "no-doctype": f"<div>{body}</div>",
        "xml": f'<?xml version="1.0" encoding="gb2312"?><html><body>{body}</body></html>',
        "entities": f"<html><body>{body.replace('枪', '&#26538;')}</body></html>",
        "wrong-charset": f'<html><head><meta charset="big5"></head><body>{body}</body></html>',
        "frames": f"<html><body><iframe src='http://example.org'></iframe>{body}</body></html>",
        "handlers": f"<html><body onload=\"alert('枪支99支')\">{body}</body></html>",
    }.items():
        yield Case(f"{name}.html", written.encode(), (page,), (), ("trafilatura",))
    gbk = f'<html><head><meta charset="gb2312"></head><body>{body}</body></html>'
    yield Case("declared-gbk.html", gbk.encode("gbk"), (page._replace(warning="decoded from gb18030"),), (), ("trafilatura",))
    deep = "<html><body>" + "<div>" * 10**5 + "县公安局收缴枪支12支。" + "</div>" * 10**5 + "</body></html>"
    yield Case("deep.html", deep.encode(), (ok(None, None, "HTML"),), (), ("trafilatura",))
    yield Case("entity-bomb.html", _billion_laughs().encode(), (ok(None, None, None),), (), ("trafilatura",))
    yield Case("empty-page.html", b"<html></html>", (EITHER,), (), ("trafilatura",))
    yield Case("only-script.html", "<html><script>枪支9支</script></html>".encode(), (Row(None, (), None, None),), (), ("trafilatura",))
    yield Case(
        "many-attributes.html",
        (f"<html><body><p {'a=1 ' * 10**5}>县公安局收缴枪支12支。</p></body></html>").encode(),
        (ok(None, [12], None),),
        (),
        ("trafilatura",),
    )
    yield text("tag-inside-a-report", "<br>".join([PLAIN] * 3), 12, 12, 12, warning="HTML")


def _billion_laughs() -> str:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "枪支9支"}">' for i in range(10))
    return f'<?xml version="1.0"?><!DOCTYPE html [{entities}]><html><body><p>县公安局收缴枪支12支。&e9;</p></body></html>'


def tables() -> Iterator[Case]:
    """Tables with broken lines, wrong columns and wrong types."""
    good = json.dumps({"id": "a", "text": PLAIN}, ensure_ascii=False)
    row = TWELVE._replace(id="a")

    def lines(name: str, *written: str, rows: Sequence[Row], options: tuple[str, ...] = ()) -> Case:
        return Case(f"{name}.jsonl", "\n".join(written).encode("utf-8", "surrogatepass"), tuple(rows), options)

    yield lines("good", good, rows=[row])
    yield lines("broken-line", good, '{"text": ', good, rows=[row, bad("broken JSON"), row])
    yield lines("cut-at-the-end", good, good[:-4], rows=[row, bad("broken JSON")])
    yield lines("empty-lines", "", good, "", "  ", good, "", rows=[row, row])
    yield lines("no-object", good, "[1, 2]", "3", '"text"', "null", rows=[row, *[bad("expected a JSON object")] * 4])
    yield lines("no-text-column", good, '{"words": "x"}', rows=[row, bad("no column is called text")])
    yield lines("named-column", '{"words": "县公安局收缴枪支12支。"}', rows=[TWELVE], options=("--text-column", "words"))
    yield lines("named-column-missing", good, rows=[bad("there is no column 'words'")], options=("--text-column", "words"))
    yield lines(
        "number-as-text", good, '{"text": 12}', '{"text": ["x"]}', '{"text": {"a": 1}}', '{"text": true}', rows=[row, *[bad("of type")] * 4]
    )
    yield lines(
        "null-text", good, '{"text": null}', '{"text": ""}', '{"text": "  "}', rows=[row, bad("no text"), bad("no text"), bad("empty")]
    )
    yield lines("same-id", good, good, rows=[row, row])
    yield lines(
        "odd-ids",
        *(json.dumps({"id": own, "text": PLAIN}, ensure_ascii=False) for own in ("", None, 7, 7.5, [1], "甲\n乙")),
        rows=[TWELVE] * 6,
    )
    yield lines(
        "lone-surrogate", '{"text": "县公安局收缴枪支12支。\\ud800"}', rows=[ok(PLAIN + "\ufffd", [12], "halves of surrogate pairs")]
    )
    yield lines("surrogate-pair", '{"text": "\\ud83d\\udc6e县公安局收缴枪支12支。"}', rows=[ok("👮" + PLAIN, [12])])
    yield lines("escaped-null", '{"text": "县公安局\\u0000收缴枪支12支。"}', rows=[ok(None, [12])])
    yield lines("deep", good, '{"text": ' + "[" * 10**5, rows=[row, bad("JSON")])
    yield lines("deep-object", good, '{"a":' * 10**5, rows=[row, bad("JSON")])
    yield lines("nan", '{"text": "县公安局收缴枪支12支。", "id": NaN}', rows=[ok(PLAIN, [12])])
    yield lines("huge-number", good, '{"text": "县公安局收缴枪支12支。", "id": ' + "9" * 10**5 + "}", rows=[row, EITHER])
    yield lines("double-key", '{"text": "x", "text": "县公安局收缴枪支12支。"}', rows=[TWELVE])
    yield lines("trailing-comma", good, '{"text": "x",}', rows=[row, bad("broken JSON")])
    yield lines("single-quotes", good, "{'text': 'x'}", rows=[row, bad("broken JSON")])
    yield lines("bad-date", '{"text": "县公安局收缴枪支12支。", "date": "2019-13-45"}', rows=[ok(PLAIN, [12], "was not understood")])
    yield Case("marked.jsonl", b"\xef\xbb\xbf" + good.encode(), (row,))
    yield Case("crlf.jsonl", f"{good}\r\n{good}\r\n".encode(), (row, row))
    yield Case("gbk.jsonl", f"{good}\n{good}".encode("gbk"), (row._replace(warning="decoded from gb18030"),) * 2)
    yield Case("utf-16.jsonl", f"{good}\n{good}".encode("utf-16"), (row._replace(warning="decoded from utf-16"),) * 2)
    yield Case(
        "broken-bytes.jsonl",
        good.encode() + b"\n" + good.encode().replace("枪".encode(), b"\xe6\x9e"),
        (row, ok(None, None, "could not be decoded")),
    )
    yield Case(
        "long-line.jsonl",
        (good + '\n{"text": "' + "啊" * 400_000 + '"}\n' + good).encode(),
        (row, bad("larger than 1 MB"), row),
        ("--max-size", "1"),
    )
    yield Case("array.json", f"[{good}, {good}]".encode(), (row, row))
    yield Case("object.json", good.encode(), (row,))
    yield Case("mixed.json", f"[{good}, 3, null]".encode(), (row, bad("expected a JSON object"), bad("expected a JSON object")))
    yield Case("broken.json", f"[{good}, ".encode(), (bad("broken JSON"),))
    yield Case("nothing.jsonl", b"", ())
    yield Case("nothing.csv", b"", (bad("there are no columns"),))
    head = "id,text\n"
    yield Case("good.csv", f"{head}a,{PLAIN}\n".encode(), (row,))
    yield Case("marked.csv", f"\ufeff{head}a,{PLAIN}\n".encode(), (row,))
    yield Case("semicolons.csv", f"id;text\na;{PLAIN}\n".encode(), (row,))
    yield Case("tabs.tsv", f"id\ttext\na\t{PLAIN}\n".encode(), (row,))
    yield Case("pipes.csv", f"id|text\na|{PLAIN}\n".encode(), (row,))
    yield Case("too-many-cells.csv", f"{head}a,{PLAIN}\nb,x,y\na,{PLAIN}\n".encode(), (row, bad("3 cells"), row))
    yield Case("too-few-cells.csv", f"{head}a,{PLAIN}\nb\n".encode(), (row, bad("1 cells")))
    yield Case("open-quote.csv", f'{head}a,{PLAIN}\nb,"{PLAIN}\n'.encode(), (row, bad("broken CSV")))
    yield Case("quote-inside.csv", f'{head}a,{PLAIN}\nb,"x"y"\na,{PLAIN}\n'.encode(), (row, bad("broken CSV"), row))
    yield Case(
        "line-break-in-a-cell.csv", f'{head}a,"县公安局\n收缴枪支12支。"\n'.encode(), (ok("县公安局\n收缴枪支12支。", None, ANY_WARNING),)
    )
    yield Case("null-in-a-cell.csv", f"{head}a,县公安局\0收缴枪支12支。\n".encode() + f"a,{PLAIN}\n".encode() * 9, (EITHER, *[row] * 9))
    yield Case("no-header.csv", f"{PLAIN},1\n{PLAIN},2\n".encode(), (bad("no column is called text"),))
    yield Case("only-header.csv", head.encode(), ())
    yield Case("same-columns.csv", f"text,text\n{PLAIN},x\n".encode(), (TWELVE,))
    yield Case("gbk.csv", f"编号,正文\na,{PLAIN}\n".encode("gbk"), (row._replace(warning="decoded from gb18030"),))
    yield Case("big5.csv", f"編號,內容\na,{TRADITIONAL}\n".encode("big5"), (ok(TRADITIONAL, [12], "decoded from big5", "a"),))
    yield Case("text-named.csv", PLAIN.encode(), (bad("no column"),))
    yield Case("csv-bomb.csv", (head + 'a,"' + "啊" * 400_000 + '"\n').encode(), (bad("too large"),), ("--max-size", "1"))
    yield Case("cut.parquet", _parquet()[:-20], (bad(ANY),), (), ("pyarrow",))
    yield Case("only-mark.parquet", b"PAR1", (bad(ANY),), (), ("pyarrow",))
    yield Case("good.parquet", _parquet(), (row,), (), ("pyarrow",))
    yield Case("columns.parquet", _parquet("words"), (bad("no column is called text"),), (), ("pyarrow",))
    yield Case("good.xlsx", _workbook([["id", "text"], ["a", PLAIN]]), (row,), (), ("openpyxl",))
    yield Case(
        "types.xlsx",
        _workbook([["id", "text"], ["a", 12], ["b", None], ["a", PLAIN]]),
        (bad("of type int", "a"), bad("no text", "b"), row),
        (),
        ("openpyxl",),
    )
    yield Case("no-column.xlsx", _workbook([["x", "y"], [1, 2]]), (bad("no column is called text"),), (), ("openpyxl",))
    yield Case("cut.xlsx", _workbook([["id", "text"], ["a", PLAIN]])[:-30], (bad(ANY),), (), ("openpyxl",))


def _parquet(column: str = "text") -> bytes:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return b""
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["a"], column: [PLAIN]}), out)
    return out.getvalue()


def _workbook(rows: Sequence[Sequence[object]]) -> bytes:
    try:
        import openpyxl
    except ImportError:
        return b""
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archives() -> Iterator[Case]:
    """Compressed files and archives: cut, nested, wrongly named, and bombs."""
    data = PLAIN.encode()
    packed = gzip.compress(data, mtime=0)
    yield Case("good.txt.gz", packed, (TWELVE,))
    yield Case("no-suffix", packed, (TWELVE,))
    yield Case("wrong-suffix.txt", packed, (TWELVE,))
    yield Case("good.txt.bz2", bz2.compress(data), (TWELVE,))
    yield Case("good.txt.xz", lzma.compress(data), (TWELVE,))
    yield Case("two-members.txt.gz", packed * 2, (ok(PLAIN * 2, [12, 12]),))
    yield Case("cut.txt.gz", gzip.compress(noise(4000), mtime=0)[:-500], (bad("damaged archive"),))
    yield Case("wrong-sum.txt.gz", packed[:-8] + b"\0" * 8, (bad("CRC"),))
    yield Case("junk-behind.txt.gz", packed + b"junk", (bad(ANY),))
    yield Case("only-head.txt.gz", packed[:10], (bad("damaged archive"),))
    yield Case("mark-only.txt.gz", b"\x1f\x8b", (bad(ANY),))
    yield Case("in-itself.txt.gz", gzip.compress(packed, mtime=0), (bad("inside another"),))
    yield Case("text-named.gz", data, (TWELVE,))
    yield Case("bomb.txt.gz", gzip.compress(b"a" * (64 << 20), mtime=0), (bad("larger than 1 MB"),), ("--max-size", "1"))
    yield Case("bomb.txt.xz", lzma.compress(b"a" * (64 << 20)), (bad("larger than 1 MB"),), ("--max-size", "1"))
    yield Case("bomb.txt.bz2", bz2.compress(b"a" * (64 << 20)), (bad("larger than 1 MB"),), ("--max-size", "1"))
    yield Case(
        "bomb-of-lines.jsonl.gz", gzip.compress(b'{"text": "' + b"a" * (64 << 20), mtime=0), (bad("larger than 1 MB"),), ("--max-size", "1")
    )
    yield Case("bomb.zip", _zip({"a.txt": b"a" * (64 << 20), "b.txt": data}), (bad("larger than 1 MB"), TWELVE), ("--max-size", "1"))
    yield Case("good.zip", _zip({"甲.txt": data, "b/c.txt": data}), (TWELVE, TWELVE))
    yield Case("climbs-out.zip", _zip({"../../../../tmp/x.txt": data, "/etc/y.txt": data}), (EITHER,) * 2)
    yield Case("same-name.zip", _zip({"a.txt": data}, twice=True), (TWELVE, TWELVE))
    yield Case("empty.zip", _zip({}), (bad("no files in this archive"),))
    yield Case("hidden.zip", _zip({"__MACOSX/a.txt": data, ".b": data}), (bad("no files in this archive"),))
    yield Case("zip-in-zip.zip", _zip({"a.zip": _zip({"b.txt": data}), "c.txt": data}), (bad("inside another"), TWELVE))
    yield Case("gz-in-zip.zip", _zip({"a.txt.gz": packed}), (TWELVE,))
    yield Case("cut.zip", _zip({"a.txt": data})[:-10], (bad(ANY),))
    yield Case("broken-member.zip", _zip({"a.txt": data}).replace(data, data[:-1] + b"x"), (bad(ANY),))
    for name, head in {
        "image.txt": b"\x89PNG\r\n\x1a\n",
        "photo.txt": b"\xff\xd8\xff\xe0",
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a.rar": b"Rar!\x1a\x07",
        "a.7z": b"7z\xbc\xaf\x27\x1c",
    }.items():
        yield Case(name, head + noise(600), (bad(ANY),))
    yield Case("program.txt", b"\x7fELF\x02\x01\x01" + bytes(9) + noise(4000), (bad("binary"),))
    yield Case("noise.txt", noise(4000), (bad("not"),))
    yield Case("all-bytes.txt", bytes(range(256)) * 20, (bad("not"),))
    yield Case("cut.pdf", b"%PDF-1.4\n1 0 obj\n<<", (bad("PDF"),), (), ("pypdfium2",))
    yield Case("noise.pdf", b"%PDF-1.7\n" + noise(2000), (bad("PDF"),), (), ("pypdfium2",))
    yield Case("cut.docx", _zip({"word/document.xml": b"<w:document"}), (bad(ANY),), (), ("docx",))
    yield Case(
        "bomb.docx",
        _zip({"word/document.xml": b"a" * (64 << 20), "[Content_Types].xml": b"<Types/>"}),
        (bad("1 MB"),),
        ("--max-size", "1"),
        ("docx",),
    )


def noise(length: int) -> bytes:
    """Bytes without any order, the same in every run."""
    state, out = 12345, bytearray()
    while len(out) < length:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out += state.to_bytes(8, "big")[:4]
    return bytes(out[:length])


def _zip(files: dict[str, bytes], *, twice: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            for _ in range(1 + twice):
                method = zipfile.ZIP_DEFLATED if len(data) > 10_000 else zipfile.ZIP_STORED
                archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def names() -> Iterator[Case]:
    """File names that break shells, tables and terminals; and what is in a folder but is no file."""
    for name in (
        "line\nbreak.txt",
        "return\rhere.txt",
        "tab\there.txt",
        "-dash.txt",
        "--output=x.txt",
        " space .txt",
        "quote'.txt",
        'quote".txt',
        "back\\slash.txt",
        "star*?[a].txt",
        "semi;colon.txt",
        "$(dollar).txt",
        "`tick`.txt",
        "%s%n.txt",
        "a:b.txt",
        "http:a.txt",
        "emoji👮.txt",
        "rtl\u202etxt.exe.txt",
        "zero\u200bwidth.txt",
        "\x1b[31mred.txt",
        "no suffix",
        "dots...txt",
        "报告" * 40 + ".txt",
        "a" * 251 + ".txt",
        "[red]markup.txt",
        b"\xff\xfe.txt",
        "报告".encode("gbk") + b".txt",
        "NUL",
        "stdin",
        "UPPER.TXT",
    ):
        yield Case(name, PLAIN.encode(), (TWELVE,))
    yield Case(".hidden.txt", PLAIN.encode(), ())
    yield Case("folder.txt", lambda path: path.mkdir(), ())
    yield Case("loop", lambda path: path.symlink_to(".", target_is_directory=True), ())
    yield Case("upwards", lambda path: path.symlink_to("../..", target_is_directory=True), ())
    yield Case("itself.txt", lambda path: path.symlink_to(path.name), (bad("symbolic links"),))
    yield Case("dangling.txt", lambda path: path.symlink_to("nowhere.txt"), (bad("No such file"),))
    yield Case("pipe.txt", lambda path: os.mkfifo(path), ())
    yield Case("linked-pipe.txt", _linked_pipe, ())
    yield Case("socket.txt", _socket, ())
    yield Case("zeros.txt", lambda path: path.symlink_to("/dev/zero"), ())
    yield Case("terminal.txt", lambda path: path.symlink_to("/dev/tty"), ())
    yield Case("deep", _deep, (TWELVE,))
    yield Case("unreadable.txt", _unreadable, (bad("Permission denied"),), (), ("user",))
    yield Case("unlistable", _unlistable, (bad("Permission denied"),), (), ("user",))


def _linked_pipe(path: Path) -> None:
    os.mkfifo(path.parent / ".pipe")
    path.symlink_to(".pipe")


def _socket(path: Path) -> None:
    """A socket; bound by a short relative name, since its address holds 107 bytes at most."""
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def _deep(path: Path) -> None:
    for _ in range(40):
        path.mkdir()
        path /= "deeper"
    path.with_suffix(".txt").write_text(PLAIN, "utf-8")


def _unreadable(path: Path) -> None:
    path.write_text(PLAIN, "utf-8")
    path.chmod(0)


def _unlistable(path: Path) -> None:
    path.mkdir()
    (path / "a.txt").write_text(PLAIN, "utf-8")
    path.chmod(0)


def cases() -> list[Case]:
    """All cases, in a fixed order."""
    groups = (encodings, truncated, characters, numerals, shapes, web, tables, archives, names)
    return [case for group in groups for case in group()]


def write(root: Path, number: int, case: Case) -> None:
    """Put a case into a folder of its own below ``root``."""
    folder = root / f"{number:03}"
    folder.mkdir(parents=True)
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(case.name)))
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)


if __name__ == "__main__":
    for place, hostile in enumerate(cases()):
        write(Path(sys.argv[1]), place, hostile)
