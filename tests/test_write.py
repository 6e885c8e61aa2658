"""Writing: exact numbers, all fields, nothing of a report taken for markup."""

import io
import json
from decimal import Decimal

from rich.console import Console

from zhanguo.schema import Extraction, Facts, Failure, Range, Record, Report, Span
from zhanguo.write import dumps, print_result, to_dict

RECORD = Record(
    *("seizure", "收缴", "炸药", Decimal("48.25"), None, "exact", "吨", None, None, None),
    category="explosive",
    base_value=Decimal(48250),
    base_unit="kg",
    outcome="seized",
    period="2019-01-01/2019-12-31",
    score=0.97,
    evidence={"period": Range(5, 10)},
)
FACTS = Facts("收缴[炸药]", None, "2020-01-02", None, {"title": Range(0, 6)})
RESULT = Extraction(Report("000", "a.txt", "收缴炸药48.25吨"), (Span(2, 4, "TARGET", 0.9),), (RECORD,), ("odd",), FACTS)


def test_the_object_of_a_report() -> None:
    row = json.loads(dumps(to_dict(RESULT, "model 1")))
    assert row["spans"] == [{"start": 2, "end": 4, "label": "TARGET", "text": "炸药", "score": 0.9}]
    assert row["records"][0]["base_value"] == 48250
    assert row["records"][0]["outcome"] == "seized"
    assert row["records"][0]["period"] == "2019-01-01/2019-12-31"
    assert row["records"][0]["evidence"] == {"period": [5, 10]}
    assert row["facts"] == {"title": "收缴[炸药]", "issuer": None, "date": "2020-01-02", "campaign": None, "evidence": {"title": [0, 6]}}
    assert row["warnings"] == ["odd"]
    assert "text" not in to_dict(RESULT, "model 1", with_text=False)


def test_numbers_are_written_digit_for_digit() -> None:
    for digits in ("48.25", "0.1", "99999999999999999999.01", "2200000000000000000000", "0.3333"):
        assert dumps({"value": Decimal(digits)}) == f'{{"value": {digits}}}'


def test_a_failure_has_three_fields() -> None:
    assert to_dict(Failure("b", "b.bin", "binary file"), "m") == {"id": "b", "source": "b.bin", "error": "binary file"}


def printed(result: Extraction | Failure) -> str:
    stream = io.StringIO()
    print_result(Console(file=stream, width=160), result)
    return stream.getvalue()


def test_the_table() -> None:
    text = printed(RESULT)
    for cell in ("seizure", "收缴", "炸药", "48.25", "吨", "odd", "2019-01-01/2019-12-31", "收缴[炸药] · 2020-01-02"):
        assert cell in text
    assert "binary file" in printed(Failure("b", "b.bin", "binary file"))


def test_markup_in_a_report_is_text() -> None:
    evidence = {"quantity": Range(0, 1)}
    record = Record("seizure", "[red]收缴", "[/]枪\n支", Decimal(2), Decimal(3), "about", "支", None, None, 0, evidence=evidence)
    text = printed(Extraction(Report("[bold]x", "x", "x"), (), (record,)))
    for cell in ("[bold]x", "[red]收缴", "[/]枪 支", "~2–3"):
        assert cell in text
