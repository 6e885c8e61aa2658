"""Outputs of extract are read back whole; what is not such an output is refused, with its place."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson

from zhanguo.annotations import AnnotationError
from zhanguo.results import ResultError, parse, read_results
from zhanguo.schema import FailureRow, Range, ReportRow
from zhanguo.write import dumps

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"
ROW = json.loads(RESULTS.read_text("utf-8").splitlines()[0], parse_float=Decimal)


def test_rows_come_back() -> None:
    rows = list(read_results([RESULTS]))
    assert [row["id"] for row in rows] == ["a", "=1+1", "c", "d", "e"]
    first, last = rows[0], rows[4]
    assert "error" not in first
    assert "error" not in last
    assert first["records"][0].value == Decimal("0.1")
    assert isinstance(first["records"][3].value, Decimal)
    assert first["records"][0].evidence["quantity"] == Range(11, 14)
    assert "text" not in last
    assert rows[2] == {"id": "c", "source": "c.bin", "error": "binary file, not text"}


def test_fields_that_an_older_version_did_not_write_are_null() -> None:
    row = copy.deepcopy(ROW)
    for name in ("low", "high", "category", "evidence", "score"):
        del row["records"][0][name]
    record = parse(ReportRow, row)["records"][0]
    assert (record.low, record.category, record.evidence, record.score) == (None, None, {}, 1.0)


def changed(*path: Any, value: Any) -> Any:
    row = copy.deepcopy(ROW)
    part = row
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return row


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (changed("chars", value="many"), "chars: expected int, not 'many'"),
        (changed("chars", value=True), "expected int, not True"),
        (changed("chars", value=-1), "-1 is no count or place"),
        (changed("id", value=None), "no 'id'"),
        (changed("id", value="\ud800"), "half a surrogate pair at character 0"),
        (changed("fact", value=1), "unknown field 'fact'"),
        (changed("warnings", value="odd"), "warnings: expected list, not 'odd'"),
        (changed("records", 0, value=7), "records: expected an object, not 7"),
        (changed("records", 0, "kind", value="theft"), "kind: 'theft' is none of seizure, case"),
        (changed("records", 0, "change", value="left"), "change: 'left' is none of up, down"),
        (changed("records", 0, "value", value="0.1"), "value: expected Decimal, not '0.1'"),
        (changed("records", 0, "value", value=Decimal("1e2000")), "no number of less than 1000 digits"),
        (changed("records", 0, "value", value=Decimal("1e-2000")), "no number of less than 1000 digits"),
        (changed("records", 0, "evidence", "unit", value=[3]), r"expected \[start, end\]"),
        (changed("records", 0, "evidence", "verb", value=[3, 4]), "evidence: 'verb' is none of quantity"),
        (changed("records", 0, "evidence", "unit", value=[68, 70]), "record 0: unit at 68:70 leaves the text of 69 characters"),
        (changed("records", 0, "evidence", "unit", value=[5, 5]), "record 0: unit at 5:5 leaves the text"),
        ({"id": "000", "text": "…", "spans": [], "records": []}, "no 'source'"),
    ],
)
def test_what_is_no_output_is_refused_with_its_line(tmp_path: Path, row: Any, message: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("\n" + simplejson.dumps(row, use_decimal=True) + "\n")
    with pytest.raises(ResultError, match=rf"r.jsonl, line 2: .*{message}"):
        list(read_results([path]))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"id": "a"\x00}', b"\xff", b'{"id": "\x85'])
def test_lines_that_are_no_json_objects(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(RESULTS.read_bytes() + content)
    with pytest.raises(AnnotationError, match=r"r.jsonl(, line 6| is not UTF-8)"):
        list(read_results([path]))


def test_line_separators_inside_a_text_do_not_part_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    failure: FailureRow = {"id": "a\u2028b\x85c", "source": "s", "error": "e"}
    path.write_text(dumps(failure) + "\n", "utf-8")
    assert list(read_results([path])) == [failure]
