"""The schema follows from the types, says what every field means, and fits what is written."""

import json
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest

from zhanguo import Extractor
from zhanguo.fields import fields_of, json_schema
from zhanguo.read import decode
from zhanguo.schema import EVIDENCE_MEANINGS, KINDS, Failure, FailureRow, Record, ReportRow, SpanRow
from zhanguo.write import dumps, to_dict

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def test_every_field_says_what_it_means() -> None:
    for cls in (ReportRow, SpanRow, Record, FailureRow):
        assert all(len(field.description) > 5 for field in fields_of(cls))
    assert [field.name for field in fields_of(Record)] == [field.name for field in fields(Record)]


def test_nullable_required_and_defaults() -> None:
    found = {field.name: field for field in fields_of(Record)}
    assert (found["target"].type, found["target"].nullable, found["target"].default) == (str, True, None)
    assert (found["score"].type, found["score"].nullable, found["score"].default) == (float, False, 1.0)
    assert tuple(found["kind"].meanings) == KINDS
    assert [field.name for field in fields_of(ReportRow) if not field.required] == ["text"]


def test_a_field_without_a_description_is_refused() -> None:
    @dataclass
    class Bare:
        told: Annotated[str, "something"]
        bare: str

    with pytest.raises(TypeError, match=r"Bare\.bare has no description"):
        fields_of(Bare)


def test_a_real_output_fits_the_schema(validator: Any) -> None:
    text, warnings = decode("本报讯 柳溪县公安局收缴猎枪3支、子弹200余发，同比上升1.5倍。\r\n其中查获违禁品约0.3吨。".encode("gb18030"))
    result = Extractor.from_pretrained(engine="onnx")(text)
    assert len(result.records) >= 3
    assert warnings
    for with_text in (True, False):
        row = json.loads(dumps(to_dict(result, "m", with_text=with_text)), parse_float=Decimal)
        validator.validate(row)
        assert set(row) | {"text"} == {field.name for field in fields_of(ReportRow)}
        for record in row["records"]:
            assert set(record["evidence"]) <= set(EVIDENCE_MEANINGS)
    validator.validate(to_dict(Failure("a", "a.bin", "binary"), "m"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "theft"),
        ("value", "3"),
        ("value", None),
        ("change", "sideways"),
        ("evidence", {"unit": [1]}),
        ("evidence", {"x": [1, 2]}),
        ("new", 1),
    ],
)
def test_the_schema_refuses(validator: Any, name: str, value: Any) -> None:
    row = json.loads(RESULTS.read_text("utf-8").splitlines()[0])
    assert validator.is_valid(row)
    row["records"][0][name] = value
    assert not validator.is_valid(row)
