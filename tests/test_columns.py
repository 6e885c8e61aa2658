"""The columns follow the types; the cells of a record quote its evidence, with the text or without."""

import re
from dataclasses import fields
from pathlib import Path

from zhanguo.columns import DECIMAL, FAILURES, INTEGER, JSON, NUMBER, RECORDS, TEXT, Cell, failure_cells, record_cells
from zhanguo.results import read_results
from zhanguo.schema import Record

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"
NAMES = [column.name for column in RECORDS]


def rows() -> dict[str, list[dict[str, Cell]]]:
    reports = (row for row in read_results([RESULTS]) if "error" not in row)
    return {row["id"]: [dict(zip(NAMES, cells, strict=True)) for cells in record_cells(row)] for row in reports}


def test_columns_have_their_order_and_types() -> None:
    first = ["id", "source", "chars", "sha256", "model", "warnings", "title", "issuer", "date", "campaign", "record"]
    assert NAMES[: len(first)] == first
    record = [field.name for field in fields(Record) if field.name != "evidence"]
    assert NAMES[len(first) :][: len(record)] == record
    assert NAMES[len(first) + len(record) :][:3] == ["quantity_text", "quantity_start", "quantity_end"]
    assert len(set(NAMES)) == len(NAMES)
    assert all(re.fullmatch(r"[a-z_0-9]+", name) for name in NAMES)
    types = {column.name: column.type for column in RECORDS}
    expected = {
        "warnings": JSON,
        "chars": INTEGER,
        "value": DECIMAL,
        "base_value": DECIMAL,
        "part_of": INTEGER,
        "score": NUMBER,
        "org": TEXT,
    }
    assert {name: types[name] for name in expected} == expected
    assert [column.name for column in FAILURES] == ["id", "source", "error"]


def test_cells_quote_the_evidence() -> None:
    first, part, trend = (rows()["a"][number] for number in (0, 2, 5))
    assert [first[f"{name}_text"] for name in ("quantity", "unit", "target", "action", "org")] == [
        "0.1",
        "吨",
        "炸药",
        "收缴",
        "东岭县公安局",
    ]
    assert (first["quantity_start"], first["quantity_end"]) == (11, 14)
    assert str(first["sentence_text"]).startswith("东岭县公安局👮收缴")
    assert (first["record"], first["part_of"], part["record"], part["part_of"]) == (0, None, 2, 1)
    assert first["warnings"] == '["decoded from gb18030"]'
    assert (trend["org_text"], trend["org_start"], trend["sentence_text"]) == (None, None, "爆炸案件同比下降9.95%。")


def test_without_the_text_the_spans_and_fields_are_quoted() -> None:
    first, _, amount = rows()["e"]
    assert [first[f"{name}_text"] for name in ("quantity", "unit", "target", "action", "org")] == ["20余", "箱", "假酒", "查获", "南湾市局"]
    assert (first["sentence_text"], first["sentence_start"]) == (None, 0)
    assert (amount["quantity_text"], amount["action_text"]) == ("12万", None)
    assert first["warnings"] is None


def test_reports_without_records_and_failures() -> None:
    assert rows()["d"] == []
    assert failure_cells({"id": "c", "source": "c.bin", "error": "binary"}) == ["c", "c.bin", "binary"]
