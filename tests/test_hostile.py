"""Hostile inputs by the hundred, through the command, each with the row it must give."""

import importlib.util
import json
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hostile import ANY, Case, Row, cases, write
from toys import RegexTagger

from zhanguo.__main__ import main
from zhanguo.commands import extract
from zhanguo.extract import Extractor
from zhanguo.results import read_results

CASES = list(enumerate(cases()))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[dict]]:
    """The rows of every case, by its number: one run of the command for each set of options."""
    root = tmp_path_factory.mktemp("hostile")
    found: dict[int, list[dict]] = defaultdict(list)
    groups = defaultdict(list)
    for number, case in CASES:
        groups[case.options].append((number, case))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract, "load", lambda *_, **__: Extractor(RegexTagger()))
        for place, (options, group) in enumerate(groups.items()):
            folder, out = root / str(place), root / f"{place}.jsonl"
            for number, case in group:
                write(folder, number, case)
            assert main(["extract", str(folder), "-o", str(out), *options]) == 1
            for line, checked in zip(out.read_text("utf-8").splitlines(), read_results([out]), strict=True):
                row = json.loads(line, parse_float=Decimal)
                assert row["id"] == checked["id"]
                found[int(Path(row["source"]).relative_to(folder).parts[0])].append(row)
    return found


def test_there_are_hundreds() -> None:
    assert len(CASES) >= 200
    assert len({(case.name, case.options) for _, case in CASES}) > 0.95 * len(CASES)


@pytest.mark.parametrize(
    ("number", "case"), CASES, ids=[f"{n}-{ascii(os.fsdecode(os.fsencode(case.name)))[1:-1][:60]}" for n, case in CASES]
)
def test_it_gives_its_rows(number: int, case: Case, rows: dict[int, list[dict]]) -> None:
    for needed in case.needs:
        if (needed == "user" and os.geteuid() == 0) or (needed != "user" and importlib.util.find_spec(needed) is None):
            pytest.skip(f"needs {needed}")
    assert len(rows[number]) == len(case.rows)
    for row, expected in zip(rows[number], case.rows, strict=True):
        _compare(row, expected)


def _compare(row: dict, expected: Row) -> None:
    if expected.error is None:  # either will do, as long as there is one
        assert "error" in row or "text" in row
        return
    assert expected.id is None or row["id"] == expected.id
    if expected.error or "error" in row:
        assert "error" in row, "it was read"
        assert expected.error, row["error"]
        assert row["error"].strip()
        assert expected.error == ANY or expected.error in row["error"]
        return
    assert expected.text is None or row["text"] == expected.text
    if expected.values is not None:
        assert [record["value"] for record in row["records"]] == [Decimal(str(value)) for value in expected.values]
    if expected.warning is not None:
        assert bool(row["warnings"]) == bool(expected.warning)
        assert expected.warning in " ".join(row["warnings"])
    for span in row["spans"]:
        assert row["text"][span["start"] : span["end"]] == span["text"]
