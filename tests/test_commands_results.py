"""The commands export, summary and schema, with their exit codes and messages."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from zhanguo.__main__ import main
from zhanguo.fields import json_schema

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"


def test_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.CSV"
    assert main(["export", str(RESULTS), str(RESULTS), "-o", str(out), "--bom"]) == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 24
    said = capsys.readouterr()
    assert said.out == f"{out}: records 24, reports 8, without a record 2\n"
    assert said.err.count("zhanguo: c.bin: binary file, not text\n") == 2
    assert "2 failed inputs are not in the file" in said.err
    assert main(["export", str(RESULTS), "-o", str(tmp_path / "out.sqlite")]) == 0
    assert "not in the file" not in capsys.readouterr().err


def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(RESULTS.read_bytes() + b"{")
    for arguments, message in (
        ([str(broken), "-o", str(tmp_path / "o.csv")], f"{broken}, line 6: "),
        ([str(RESULTS), "-o", str(tmp_path / "o.doc")], "the suffix is none of"),
        ([str(RESULTS), "-o", str(tmp_path / "o.db"), "--bom"], "only CSV"),
        ([str(tmp_path / "gone"), "-o", str(tmp_path / "o.csv")], "No such file"),
    ):
        assert main(["export", *arguments]) == 2
        assert message in capsys.readouterr().err
    assert main(["summary", str(broken)]) == 2
    assert f"{broken}, line 6: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [broken]


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(RESULTS)]) == 0
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["seizure", "explosive", "kg", "2", "1", "107.35", "0", "0", "0"] in lines
    assert ["person", "person", "1", "1", "5", "1", "0", "1"] in lines
    assert "1 of kind trend, 1 of kind indicator." in printed
    assert main(["summary", "--json", str(RESULTS)]) == 0
    summary = json.loads(capsys.readouterr().out, parse_float=Decimal)
    assert list(summary) == ["totals", "left_out", "reports", "failures"]
    assert {"kind": "seizure", "category": "drug", "unit": "kg", "sum": Decimal("99999999999999.99901")}.items() <= summary["totals"][
        2
    ].items()


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
    assert main(["schema", "--page"]) == 0
    assert capsys.readouterr().out.startswith("# Data dictionary\n")
