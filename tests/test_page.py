"""The data dictionary names every field, value and column, and is a well-formed page."""

from zhanguo.columns import FAILURES, RECORDS
from zhanguo.fields import fields_of
from zhanguo.page import markdown
from zhanguo.schema import EVIDENCE_MEANINGS, KIND_MEANINGS, FailureRow, Record, ReportRow, SpanRow


def test_all_is_there() -> None:
    page = markdown()
    for cls in (ReportRow, SpanRow, Record, FailureRow):
        for field in fields_of(cls):
            assert f"| `{field.name}` |" in page
            assert f"| {field.description} |" in page
    for column in (*RECORDS, *FAILURES):
        assert f"| `{column.name}` | {column.type} | {column.description} |" in page
    for name, meaning in (KIND_MEANINGS | EVIDENCE_MEANINGS).items():
        assert f"| `{name}` | {meaning} |" in page


def test_it_says_how_decimals_are_stored() -> None:
    (line,) = (line for line in markdown().splitlines() if line.startswith("| decimal |"))
    assert line.split(" | ")[1:] == [
        "exact digits",
        "decimal128(38, 18)",
        "TEXT, exact digits",
        "number; text where it has more than 15 digits |",
    ]


def test_every_table_has_rows_of_one_width() -> None:
    for block in markdown().split("\n\n"):
        if block.startswith("|"):
            assert len({line.count(" | ") for line in block.splitlines()}) == 1
