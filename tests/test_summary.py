"""Totals count each figure once, exactly, and say what they leave out."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhanguo.results import parse, read_results
from zhanguo.schema import FailureRow, ReportRow
from zhanguo.summary import Summary, Total, summarise

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"


def report(*records: dict[str, Any]) -> ReportRow:
    row = {"id": "r", "source": "s", "chars": 0, "sha256": "0", "model": "m", "spans": [], "facts": {}, "warnings": []}
    filled = [{"kind": "seizure", "qualifier": "exact", "target": "枪", "unit": "支", **record} for record in records]
    parsed: ReportRow = parse(ReportRow, {**row, "records": filled})
    return parsed


def only(summary: Summary) -> Total:
    (total,) = summary.totals
    return total


def test_the_totals_of_an_output() -> None:
    summary = summarise(read_results([RESULTS, RESULTS]))
    assert (summary.reports, summary.failures, summary.left_out) == (8, 2, {"trend": 2, "indicator": 2})
    found = {(t.kind, t.category, t.unit): (t.records, t.reports, t.sum, t.ranges, t.parts, t.repeated) for t in summary.totals}
    assert found == {
        ("seizure", None, "kg"): (0, 0, 0, 0, 2, 0),
        ("seizure", "alcohol", "piece"): (2, 2, 40, 0, 0, 0),
        ("seizure", "drug", "kg"): (2, 2, Decimal("199999999999999.99802"), 0, 0, 0),
        ("seizure", "explosive", "kg"): (4, 2, Decimal("214.70"), 0, 0, 0),
        ("seizure", "firearm", "piece"): (2, 2, 16, 0, 0, 0),
        ("seizure", "vehicle", "驾"): (2, 2, 4, 0, 0, 0),
        ("case", None, "case"): (2, 2, 6, 0, 0, 0),
        ("person", None, "person"): (2, 2, 10, 2, 0, 2),
    }
    assert [total.kind for total in summary.totals] == ["seizure"] * 6 + ["case", "person"]


def test_a_repeated_figure_counts_once_a_report() -> None:
    again = report({"value": 3}, {"value": 3, "action": "查获"}, {"value": 3, "unit": "把"}, {"value": 4})
    assert [(t.unit, t.records, t.repeated, t.sum) for t in summarise([again]).totals] == [("把", 1, 0, 3), ("支", 2, 1, 7)]
    assert only(summarise([report({"value": 3}), report({"value": 3})])).sum == 6


def test_a_part_stated_again_is_no_new_figure() -> None:
    total = only(summarise([report({"value": 9}, {"value": 3, "part_of": 0}, {"value": 3})]))
    assert (total.records, total.sum, total.parts, total.repeated) == (1, 9, 1, 1)


def test_base_values_are_added_where_they_are_known() -> None:
    kilos = {"unit": "吨", "base_unit": "kg"}
    summary = summarise([report({"value": 2, "base_value": 2000, **kilos}, {"value": 5, "unit": "堆"}, {"value": 6, "unit": None})])
    assert [(t.unit, t.sum) for t in summary.totals] == [(None, 6), ("kg", 2000), ("堆", 5)]


def test_failures_are_counted() -> None:
    failure: FailureRow = {"id": "a", "source": "a", "error": "e"}
    summary = summarise([failure, report()])
    assert (summary.failures, summary.reports, summary.totals) == (1, 1, [])


@given(st.lists(st.decimals(min_value=-(10**25), max_value=10**25, places=20), unique=True, min_size=1))
def test_sums_are_exact(values: list[Decimal]) -> None:
    scaled = sum(int(f"{value:f}".replace(".", "")) for value in values)
    found = only(summarise([report(*({"value": value} for value in values))])).sum
    assert int(f"{found:.20f}".replace(".", "")) == scaled
