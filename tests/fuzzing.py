"""The fuzzer's cases and what must hold for each: reports put together from pieces, encoded, spoilt, and sent the whole way.

A case is the bytes of a file and spans for the toy tagger to place; ``check`` reads the file, extracts, writes, reads back.
Random bytes hardly reach the linker, so most pieces are words of the genre. ``benchmarks/fuzz.py`` runs it for long.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st
from toys import ORGS, TARGETS, UNITS, RegexTagger

from zhanguo import write
from zhanguo.extract import Extractor
from zhanguo.read import Input, decode, read
from zhanguo.results import read_results
from zhanguo.schema import Extraction, Record

ROLES = ("verb", "numeral", "time", "word")
PIECES = [line.split("\t") for line in (Path(__file__).parent / "cases" / "pieces.tsv").read_text("utf-8").splitlines()[1:]]
VERBS, NUMERALS, TIMES, WORDS = ([word for name, line in PIECES if name == role for word in line.split()] for role in ROLES)
MARKS = [*"，。；：、！？（）()《》“”【】「」,.;:!?-—~·…/|\n\n\t \u3000", "\r\n", "\r", "——", "((", "))", "。。", "，，", "\n\n\n", "  "]
ODD = [
    *(
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\u00ad",
        "\u0301",
        "\ufe0f",
        "👮",
        "👨\u200d👩\u200d👧",
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\ufffd",
    ),
    *(
        "<p>",
        "</p>",
        "<script>",
        "&nbsp;",
        "&#20843;",
        "[SEP]",
        "[[ORG|",
        "|",
        "\\",
        '"',
        "'",
        "=1+1",
        "𠮷",
        "\U0010ffff",
        "ﷺ",
        "ÿ",
        "\u3000\u3000",
    ),
    *("㎏", "㈠", "ⅩⅡ", "％", "‰", "㍿", "繳", "槍", "﹣", "−", "々", "é", "ß", "Ａ", "㋿", "\u2067", "\x7f"),
]
ENCODINGS = [*["utf-8"] * 12, "utf-8-sig", "gb18030", "gb18030", "big5", "big5hkscs", "utf-16", "utf-16-le", "utf-32", "utf-16-be"]

_orgs, _verbs, _targets, _numerals, _units, _times = map(st.sampled_from, (ORGS, VERBS, TARGETS, NUMERALS, UNITS, TIMES))
_clauses = st.tuples(
    st.sampled_from(["", "", "县公安局", "东岭派出所", "其中", "（", "今年以来，", "同比", "去年同期", "据警方通报，", "分别"]),
    _verbs,
    st.sampled_from(["", *TARGETS]),
    _numerals,
    st.sampled_from(["", *UNITS]),
    st.sampled_from(["，", "。", "、", "；", "）", "", "\n", "左右", "以上", "和", "枪支"]),
).map("".join)
_pieces = st.one_of(
    _clauses,
    _clauses,
    st.sampled_from([*ORGS, *VERBS, *TARGETS, *UNITS]),
    st.sampled_from([*NUMERALS, *TIMES]),
    st.sampled_from([*WORDS, *MARKS, *MARKS]),
    st.sampled_from(ODD),
    st.text(max_size=4),
)


class Case(NamedTuple):
    """A file's text as it was meant, its bytes, whether these are whole, and the placed spans."""

    text: str
    data: bytes
    whole: bool
    placed: tuple[tuple[int, int, int], ...]


def _case(parts: list[str], encoding: str, spoil: list[tuple[int, bytes]], cut: int, placed: list[tuple[int, int, int]]) -> Case:
    text = "".join(parts)
    data = text.encode(encoding, "replace")
    for place, junk in spoil:
        at = place * len(data) // 10_000
        data = data[:at] + junk + data[at:]
    if cut:
        data = data[:-cut]
    whole = (
        encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") and not spoil and not cut and "\0" not in text
    )  # with NULs it may be UTF-16
    return Case(text, data, whole, tuple(placed))


_junk = st.one_of(
    st.binary(min_size=1, max_size=3), st.sampled_from([b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xe6\x9e", b"\x1f\x8b\x08"])
)
_placements = st.tuples(st.integers(0, 9_999), st.integers(1, 12), st.integers(0, 3))
_made_up = st.builds(
    _case,
    st.lists(_pieces, min_size=1, max_size=24),
    st.sampled_from(ENCODINGS),
    st.one_of(st.just([]), st.just([]), st.lists(st.tuples(st.integers(0, 10_000), _junk), max_size=3)),
    st.sampled_from([0, 0, 0, 0, 0, 1, 2]),
    st.one_of(st.just([]), st.lists(_placements, max_size=5)),
)
_random = st.builds(lambda data, placed: Case("", data, False, tuple(placed)), st.binary(max_size=200), st.lists(_placements, max_size=2))
CASES = st.integers(0, 15).flatmap(lambda number: _made_up if number else _random)


def check(case: Case, folder: Path) -> dict[str, Any]:
    """Send a case the whole way and assert what must hold; return the row that was written. ``folder`` holds the output."""
    line, out = written(case), folder / "out.jsonl"
    assert written(case) == line, "the same bytes give another row"
    out.write_text(line + "\n", "utf-8", newline="\n")
    [found] = read_results([out])
    row: dict[str, Any] = dict(found)
    if "error" in row:
        assert not case.whole or _is_binary(case.text), f"a whole text was refused: {row['error']}"
        return row
    text, warnings = decode(case.data)
    is_page = any("main text" in warning for warning in row["warnings"])
    assert is_page or row["text"] == text, "the text differs from what was decoded"
    assert is_page or not case.whole or text in (case.text, case.text.removeprefix("\ufeff")), "the text differs from what was written"
    assert row["warnings"][: len(warnings)] == warnings
    assert row["chars"] == len(row["text"])
    _check_spans(row)
    for number, record in enumerate(row["records"]):
        _check_record(record, number, row)
    for name, (start, end) in row["facts"].evidence.items():
        assert 0 <= start < end <= len(row["text"]), name
        assert name == "date" or row["text"][start:end] == getattr(row["facts"], name), name
    return row


def written(case: Case) -> str:
    """The line that extract writes for a case's file."""
    source = Input("case", "case.txt", "case.txt", lambda: io.BytesIO(case.data))
    [result] = Extractor(RegexTagger(case.placed)).extract_all(read([source]))
    assert isinstance(result, Extraction) or not re.match(r"\w+(Error|Exception): ", result.error), result.error
    return write.dumps(write.to_dict(result, "toy"))


def _is_binary(text: str) -> bool:
    """Whether a text holds more than the odd control character: such files are refused."""
    return sum((sign < " " and sign not in "\t\n\r\f\v") or "\x7f" <= sign <= "\x9f" for sign in text) * 50 > len(text)


def _check_spans(row: dict[str, Any]) -> None:
    last = 0
    for span in row["spans"]:
        assert last <= span["start"] < span["end"] <= row["chars"], "spans overlap or leave the text"
        assert row["text"][span["start"] : span["end"]] == span["text"]
        assert 0 <= span["score"] <= 1
        last = span["end"]


def _check_record(record: Record, number: int, row: dict[str, Any]) -> None:
    """Evidence agrees with the text, the whole comes before its part, and the bounds hold the value."""
    text = row["text"]
    for name, (start, end) in record.evidence.items():
        assert 0 <= start < end <= len(text), name
        assert name in ("quantity", "sentence", "period") or text[start:end] == getattr(record, name), name
    quantity, sentence = record.evidence["quantity"], record.evidence["sentence"]
    assert sentence.start <= quantity.start < sentence.end, "the quantity lies outside its sentence"
    assert record.part_of is None or 0 <= record.part_of < number, "a part that does not follow its whole"
    assert 0 <= record.score <= 1
    several = record.qualifier == "several"
    floor, ceiling = (record.value if record.low is None or several else record.low), record.high
    assert all(isinstance(value, Decimal) and value.is_finite() for value in (record.value, record.base_value or Decimal(0)))
    assert floor <= record.value, "the least lies above the value"
    assert ceiling is None or (record.low or 0) <= ceiling, "the bounds are crossed"
    assert ceiling is None or record.value <= ceiling, "the value lies above the most"
    assert record.value_max is None or record.value <= record.value_max, "a range that falls"
