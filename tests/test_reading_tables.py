"""Tables of reports: rows become reports with their own ids and dates; a broken row is a failure and the rest goes on."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest

from zhanguo.read import Options, inputs, read
from zhanguo.reading.days import read_day
from zhanguo.schema import Failure, Report

TEXT = "收缴枪支3支，抓获2人。"


def results(path: Path, data: bytes | str, **options: object) -> list[Report | Failure]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read(inputs([str(path)]), Options(**options)))


def shown(found: list[Report | Failure]) -> list[tuple[str, str]]:
    return [(result.id, result.text if isinstance(result, Report) else f"! {result.error}") for result in found]


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": TEXT, "date": "2019-06-20"}),
        "",
        '{"id": "b", "text": "broken',
        "[1, 2]",
        json.dumps({"编号": 7, "正文": TEXT}, ensure_ascii=False),
        json.dumps({"id": "c", "text": 5}),
        json.dumps({"id": "d", "text": "  "}),
        json.dumps({"id": "e", "title": "x"}),
        '{"text": "\\ud83d枪"}',
    ]
    found = results(tmp_path / "t.jsonl", "\n".join(lines))
    assert [type(result).__name__[0] for result in found] == list("RFFRFFFR")
    assert [result.id for result in found] == ["a", "t:3", "t:4", "7", "c", "d", "e", "t:9"]
    assert [result.source.rsplit(":", 1)[1] for result in found] == ["1", "3", "4", "5", "6", "7", "8", "9"]
    assert isinstance(found[0], Report)
    assert (found[0].text, found[0].date) == (TEXT, date(2019, 6, 20))
    errors = [result.error for result in found if isinstance(result, Failure)]
    for error, word in zip(
        errors, ["broken JSON", "JSON object, not list", "type int", "empty", "the columns are: id, title"], strict=True
    ):
        assert word in error
    assert isinstance(found[-1], Report)
    assert found[-1].text == "\ufffd枪"


def test_what_extract_wrote_and_what_annotators_wrote_is_read(tmp_path: Path) -> None:
    rows = [
        {
            "id": "x/1.txt",
            "source": "x/1.txt",
            "chars": 11,
            "text": TEXT,
            "spans": [],
            "facts": {"date": None},
            "records": [],
            "warnings": [],
        },
        {"id": "2", "source": "2", "error": "binary file"},
        {"id": "3", "text": TEXT, "spans": [{"start": 0, "end": 2, "label": "ORG"}], "meta": {"date": "2001"}},
    ]
    found = results(tmp_path / "out.jsonl", "\n".join(map(json.dumps, rows)))
    assert [(result.id, isinstance(result, Report)) for result in found] == [("x/1.txt", True), ("2", False), ("3", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_json_lines_in_other_encodings_and_with_broken_bytes(tmp_path: Path, encoding: str) -> None:
    lines = [json.dumps({"id": str(number), "text": TEXT * 20}, ensure_ascii=False) for number in range(9)]
    found = results(tmp_path / "a.jsonl", "\r\n".join(lines).encode(encoding))
    assert shown(found) == [(str(number), TEXT * 20) for number in range(9)]
    assert all(bool(result.warnings) == (not encoding.startswith("utf-8")) for result in found if isinstance(result, Report))


def test_a_row_with_broken_bytes_is_marked_and_the_others_are_not(tmp_path: Path) -> None:
    rows = [json.dumps({"text": TEXT}, ensure_ascii=False).encode() for _ in range(3)]
    rows[1] = rows[1].replace("枪".encode(), b"\xe6\x9e")
    found = [result for result in results(tmp_path / "a.jsonl", b"\n".join(rows)) if isinstance(result, Report)]
    assert ["decoded" in " ".join(result.warnings) for result in found] == [False, True, False]
    assert found[1].text.count("\ufffd") == 1


def test_a_line_that_is_too_long_is_a_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [json.dumps({"id": name, "text": "枪" * size}, ensure_ascii=False) for name, size in (("a", 10), ("b", 5000), ("c", 10))]
    found = results(tmp_path / "a.jsonl", "\n".join(lines), max_size=4000)
    assert [(result.id, isinstance(result, Report)) for result in found] == [("a", True), ("a:2", False), ("c", True)]


@pytest.mark.parametrize("indent", [None, 1])
def test_json_arrays_and_objects(tmp_path: Path, indent: int | None) -> None:
    rows = [{"url": "u1", "content": TEXT}, {"url": "u2"}]
    found = results(tmp_path / "a.json", json.dumps(rows, indent=indent))
    assert [(result.id, isinstance(result, Report)) for result in found] == [("u1", True), ("a:2", False)]
    assert shown(results(tmp_path / "b.json", json.dumps(rows[0], indent=indent))) == [("u1", TEXT)]
    assert shown(results(tmp_path / "c.txt", json.dumps(rows[0]) + "\n" + json.dumps(rows[0]))) == [("u1", TEXT)] * 2
    assert "broken JSON" in shown(results(tmp_path / "d.json", "[{]"))[0][1]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_with_quoted_line_breaks(tmp_path: Path, delimiter: str, encoding: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    texts = [f'第一段，{TEXT}\r\n第二段;“引”"x"|', TEXT]
    writer.writerows([["编号", "标题, 等", "正文", "发布日期"], ["1", "t", texts[0], "2019年6月20日"], [], ["2", "t", texts[1], ""]])
    found = results(tmp_path / "a.csv", stream.getvalue().encode(encoding))
    assert shown(found) == [("1", texts[0]), ("2", texts[1])]
    assert [result.date for result in found if isinstance(result, Report)] == [date(2019, 6, 20), None]
    assert [result.source.rsplit(":", 1)[1] for result in found] == ["2", "4"]


def test_csv_rows_that_would_lose_text_are_failures(tmp_path: Path) -> None:
    found = results(tmp_path / "a.csv", f'id,text\n1,甲,乙\n2\n3,"他说"好"，\n4,{TEXT}\n5,"never closed\n')
    assert [(result.id, isinstance(result, Report)) for result in found] == [
        ("a:2", False),
        ("a:3", False),
        ("a:4", False),
        ("4", True),
        ("a:6", False),
    ]
    assert "3 cells, but there are 2 columns" in shown(found)[0][1]


def test_columns_are_those_named_or_an_error_lists_them(tmp_path: Path) -> None:
    data = f"Key,报道,text,when\nk1,{TEXT},other,20190620\n"
    [report] = results(tmp_path / "a.csv", data, text_column="报道", id_column="key", date_column="when")
    assert report == Report("k1", f"{tmp_path}/a.csv:2", TEXT, (), date(2019, 6, 20))
    assert shown(results(tmp_path / "a.csv", data)) == [("a:2", "other")]
    [failure] = results(tmp_path / "a.csv", data, id_column="nummer")
    assert shown([failure]) == [("a", "! there is no column 'nummer'; the columns are: Key, 报道, text, when")]
    [(_, error)] = shown(results(tmp_path / "b.csv", "甲,乙\n1,2\n"))
    assert "--text-column" in error
    assert "甲, 乙" in error
    assert "no columns" in shown(results(tmp_path / "c.csv", ""))[0][1]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2019-06-20", date(2019, 6, 20)),
        ("2019-06-20T08:15:00+08:00", date(2019, 6, 20)),
        ("2019/6/20 8:15", date(2019, 6, 20)),
        ("20190620", date(2019, 6, 20)),
        ("二〇一九年六月二十日", date(2019, 6, 20)),
        (datetime(2019, 6, 20, 8, 15), date(2019, 6, 20)),
        ("2019-02-30", None),
        ("2019年6月", None),
        ("昨日", None),
        (43636, None),
        ("", None),
    ],
)
def test_days(cell: object, day: date | None) -> None:
    assert read_day(cell) == day


def test_a_date_that_is_not_understood_is_a_warning(tmp_path: Path) -> None:
    [report] = results(tmp_path / "a.csv", f"text,date\n{TEXT},gestern\n")
    assert isinstance(report, Report)
    assert report.date is None
    assert "'gestern' was not understood" in report.warnings[0]


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    texts = [f"{TEXT}{number}" for number in range(150)]
    columns = {"id": list(range(150)), "other": [0.5] * 150, "content": [*texts[:70], None, *texts[71:]], "date": [date(2019, 6, 20)] * 150}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet", row_group_size=60)
    found = list(read(inputs([str(tmp_path / "a.parquet")])))
    assert [result.id for result in found] == list(map(str, range(150)))
    assert [result.source.rsplit(":", 1)[1] for result in found] == list(map(str, range(1, 151)))
    assert [place for place, result in enumerate(found) if isinstance(result, Failure)] == [70]
    assert {result.date for result in found if isinstance(result, Report)} == {date(2019, 6, 20)}
    (tmp_path / "b").write_bytes((tmp_path / "a.parquet").read_bytes())
    assert len(list(read(inputs([str(tmp_path / "b")])))) == 150
    [failure] = read(inputs([str(tmp_path / "a.parquet")]), Options("nope"))
    assert isinstance(failure, Failure)
    assert "id, other, content, date" in failure.error
    (tmp_path / "c.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-100])
    assert isinstance(list(read(inputs([str(tmp_path / "c.parquet")])))[-1], Failure)


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_excel(tmp_path: Path) -> None:
    reports = [["2019年战果"], [], ["编号", "正文", "日期"], [12.0, TEXT, datetime(2019, 6, 20)], [], ["x", None, None], ["y", 5, None]]
    workbook(tmp_path / "a.xlsx", {"报道": reports, "说明": [["note"]]})
    found = list(read(inputs([str(tmp_path / "a.xlsx")])))
    assert [(result.id, result.source.rsplit(":", 1)[1]) for result in found] == [("12", "4"), ("x", "6"), ("y", "7")]
    assert isinstance(found[0], Report)
    assert (found[0].text, found[0].date) == (TEXT, date(2019, 6, 20))
    assert found[0].warnings == ("sheets without a column for the text were left out: 说明",)
    assert "int" in found[2].error
    workbook(tmp_path / "b.xlsx", {"a": [["text"], [TEXT]], "b": [["text"], [TEXT]]})
    assert [result.id for result in read(inputs([str(tmp_path / "b.xlsx")]))] == ["b:a:2", "b:b:2"]
    workbook(tmp_path / "c.xlsx", {"a": [["甲", "乙"], [1, 2]]})
    [failure] = read(inputs([str(tmp_path / "c.xlsx")]))
    assert "甲, 乙" in failure.error
    [failure] = read(inputs([str(tmp_path / "a.xlsx")]), Options(max_size=3000))
    assert "--max-size" in failure.error


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "openpyxl"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(20))
    [failure] = read(inputs([str(tmp_path / "a.parquet")]))
    assert isinstance(failure, Failure)
    assert "pip install 'zhanguo[tables]'" in failure.error
