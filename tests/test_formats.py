"""Every format gives back what was written, digit for digit; texts never become formulas; rows stream."""

import csv
import itertools
import sqlite3
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo import formats
from zhanguo.columns import DECIMAL, RECORDS, Cell, record_cells
from zhanguo.formats import FORMULA_SIGNS, WRITERS, Rows, write_table
from zhanguo.results import ResultError, parse, read_results
from zhanguo.schema import FailureRow, ReportRow

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"
NAMES = [column.name for column in RECORDS]
LIBRARIES = {".parquet": "pyarrow", ".xlsx": "xlsxwriter"}
SUFFIXES = [".csv", ".parquet", ".sqlite", ".xlsx"]


def expected() -> list[list[Cell]]:
    return [cells for row in read_results([RESULTS]) if "error" not in row for cells in record_cells(row)]


def written(path: Path, results: Any = None, **options: Any) -> tuple[Rows, list[str]]:
    if path.suffix in LIBRARIES:
        pytest.importorskip(LIBRARIES[path.suffix])
    rows = Rows(read_results([RESULTS]) if results is None else results)
    return rows, write_table(path, rows, **options)


def report(id: str = "r", records: int = 1, text: str = "收缴枪1支", **changes: Any) -> ReportRow:
    record = {"kind": "seizure", "value": 1, "qualifier": "exact", "evidence": {"sentence": [0, len(text)]}, **changes}
    row = {"id": id, "source": "s", "chars": len(text), "sha256": "0", "text": text, "model": "m", "spans": [], "facts": {}, "warnings": []}
    parsed: ReportRow = parse(ReportRow, {**row, "records": [record] * records})
    return parsed


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rows, remarks = written(path)
    with path.open(encoding="utf-8", newline="") as stream:
        head, *lines = csv.reader(stream)
    assert head == NAMES
    assert len(lines) == len(expected()) == rows.records
    for line, cells in zip(lines, expected(), strict=True):
        for found, cell in zip(line, cells, strict=True):
            plain = "" if cell is None else str(cell)
            assert found == (f"'{plain}" if isinstance(cell, str) and plain.startswith(FORMULA_SIGNS) else plain)
    assert remarks == ["1 failed inputs are not in the file; .sqlite and .xlsx have a place for them"]
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    written(path, bom=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(formats, "BATCH", 5)
    path = tmp_path / "out.parquet"
    _, remarks = written(path)
    file = parquet.ParquetFile(path)
    assert file.schema_arrow.names == NAMES
    assert str(file.schema_arrow.field("value").type) == "decimal128(38, 18)"
    assert file.schema_arrow.field("value").metadata[b"description"].startswith(b"the number")
    assert [list(row.values()) for row in file.read().to_pylist()] == expected()
    assert file.num_row_groups == 3
    assert len(remarks) == 1


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    path.write_text("an older file")
    _, remarks = written(path)
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT * FROM records").fetchall()
    assert found == [tuple(f"{cell:f}" if isinstance(cell, Decimal) else cell for cell in cells) for cells in expected()]
    assert connection.execute("SELECT * FROM failures").fetchall() == [("c", "c.bin", "binary file, not text")]
    assert connection.execute("SELECT DISTINCT typeof(value) FROM records").fetchall() == [("text",)]
    query = "SELECT base_value FROM records_real WHERE base_unit = 'kg' AND base_value > 7 ORDER BY base_value"
    assert connection.execute(query).fetchall() == [(7.35,), (100.0,), (99999999999999.99901,)]
    connection.close()
    assert remarks == []


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(path)
    for cell in itertools.chain(*itertools.chain(*(sheet.rows for sheet in book))):
        assert cell.data_type in ("s", "n", "inlineStr")
    unescape = openpyxl.utils.escape.unescape
    rows = {sheet.title: sheet.iter_rows(values_only=True) for sheet in book}
    return {title: [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in found] for title, found in rows.items()}


def test_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    written(path)
    found = sheets(path)
    assert list(found) == ["records", "failures"]
    assert found["failures"] == [["id", "source", "error"], ["c", "c.bin", "binary file, not text"]]
    head, *lines = found["records"]
    assert head == NAMES
    for line, cells in zip(lines, expected(), strict=True):
        for value, cell in zip(line, cells, strict=True):
            if isinstance(cell, str):
                assert value == cell
            elif isinstance(value, str):
                assert value == f"{cell:f}"
                assert len(value.replace(".", "")) > 15
            else:
                assert value == (None if cell is None else float(cell))


@pytest.mark.parametrize("digits", ["0.1", "9.95", "0.57", "1234567890.12345", "100", "1E+3", "0.000001"])
def test_excel_gets_the_digits_themselves(tmp_path: Path, digits: str) -> None:
    """The file's XML, not a float read from it: 9.95 must not stand there as 9.949999999999999."""
    written(tmp_path / "out.xlsx", [report(value=Decimal(digits))])
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    place = f'<c r="{chr(ord("A") + NAMES.index("value"))}2"><v>'
    assert Decimal(sheet.split(place)[1].split("</v>")[0]) == Decimal(digits)


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2", "@x", " =1", "\t=1", "\r\n=1", "＝1", "－1"])
def test_no_text_becomes_a_formula(tmp_path: Path, text: str) -> None:
    row = report(text=text, target=text, value=-2)
    written(tmp_path / "out.csv", [row])
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        found = next(csv.DictReader(stream))
    assert (found["target"], found["sentence_text"], found["value"]) == (f"'{text}", f"'{text}", "-2")
    written(tmp_path / "out.xlsx", [row])
    head, line = sheets(tmp_path / "out.xlsx")["records"]
    assert line[head.index("target")] == text


@pytest.mark.parametrize("text", ["收\x00缴\x0b枪", "收\ufffe缴\uffff", "_x0041_", "👮\r\n<&>", " 枪 "])
def test_every_text_reaches_excel_whole(tmp_path: Path, text: str) -> None:
    written(tmp_path / "out.xlsx", [report(text=text)])
    head, line = sheets(tmp_path / "out.xlsx")["records"]
    assert line[head.index("sentence_text")] == text


def test_what_excel_can_not_hold_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, remarks = written(tmp_path / "out.xlsx", [report(text="枪" * 40_000)])
    assert remarks == ["1 texts were cut off after 32767 characters, Excel's limit"]
    monkeypatch.setattr(formats, "EXCEL_ROWS", 4)
    written(tmp_path / "three.xlsx", [report(records=3)])
    assert len(sheets(tmp_path / "three.xlsx")["records"]) == 4
    with pytest.raises(ResultError, match=r"more than 3 rows don't fit into an Excel sheet; write \.csv"):
        written(tmp_path / "four.xlsx", [report(records=4)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.xlsx", "three.xlsx"]


def test_a_number_too_long_for_parquet_is_an_error(tmp_path: Path) -> None:
    for digits in ("1e20", "1e-19"):
        with pytest.raises(ResultError, match=r"value: a number does not fit into decimal128\(38, 18\); write .csv"):
            written(tmp_path / "out.parquet", [report(value=Decimal(digits))])
    assert list(tmp_path.iterdir()) == []


decimals = st.decimals(min_value=Decimal("-1e19"), max_value=Decimal("1e19"), places=12)


@given(st.lists(decimals, min_size=1, max_size=5))
def test_numbers_are_exact_as_text(tmp_path_factory: pytest.TempPathFactory, numbers: list[Decimal]) -> None:
    folder = tmp_path_factory.mktemp("exact")
    for suffix in (".csv", ".sqlite"):
        written(folder / f"out{suffix}", [report(value=number, base_value=number) for number in numbers])
    with (folder / "out.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["value"] for row in csv.DictReader(stream)] == [f"{number:f}" for number in numbers]
    connection = sqlite3.connect(folder / "out.sqlite")
    assert connection.execute("SELECT base_value FROM records").fetchall() == [(f"{number:f}",) for number in numbers]
    connection.close()


@given(st.lists(decimals, min_size=1, max_size=5))
def test_numbers_are_exact_in_parquet(tmp_path_factory: pytest.TempPathFactory, numbers: list[Decimal]) -> None:
    path = tmp_path_factory.mktemp("exact") / "out.parquet"
    written(path, [report(value=number) for number in numbers])
    assert pytest.importorskip("pyarrow.parquet").read_table(path)["value"].to_pylist() == numbers


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_gives_an_empty_table(tmp_path: Path, suffix: str) -> None:
    rows, remarks = written(tmp_path / f"out{suffix}", [])
    assert (rows.reports, rows.records, remarks) == (0, 0, [])
    assert (tmp_path / f"out{suffix}").stat().st_size > 0


def many(number: int) -> Iterator[ReportRow | FailureRow]:
    for index in range(number):
        yield report(id=f"r{index}", text=f"{index:05}" + "收缴枪支若干。" * 20, target=f"枪{index}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "BATCH", 100)
    path = tmp_path / f"out{suffix}"
    written(path, many(10))
    peaks = []
    for number in (500, 2500):
        tracemalloc.start()
        rows, _ = written(path, many(number))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows.records == number
    assert peaks[1] < 1.5 * peaks[0]


def test_a_failure_on_the_way_leaves_the_old_file(tmp_path: Path) -> None:
    def broken() -> Iterator[ReportRow]:
        yield report()
        raise ResultError("line 2")

    for suffix in SUFFIXES:
        path = tmp_path / f"out{suffix}"
        path.write_text("old")
        with pytest.raises(ResultError, match="line 2"):
            written(path, broken())
        assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == len(SUFFIXES)


def test_wrong_use_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ResultError, match=r"out.doc: the suffix is none of .csv, .parquet, .sqlite, .db, .xlsx"):
        written(tmp_path / "out.doc")
    with pytest.raises(ResultError, match="only CSV takes a byte-order mark"):
        written(tmp_path / "out.sqlite", bom=True)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        written(tmp_path / "gone" / "out.csv")
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ResultError, match=r"pip install 'zhanguo\[tables\]'"):
        write_table(tmp_path / "out.xlsx", Rows([]))


def test_cells_are_of_the_types_that_the_writers_know() -> None:
    for cells in expected():
        for column, cell in zip(RECORDS, cells, strict=True):
            assert isinstance(cell, get_args(Cell))
            assert column.type != DECIMAL or cell is None or isinstance(cell, Decimal)
    assert set(SUFFIXES) < set(WRITERS)
