"""Reading: every input, whatever it is, gives its reports or a failure that says why."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from zhanguo.extract import Extractor
from zhanguo.read import Options, inputs, read
from zhanguo.reading.kinds import known
from zhanguo.schema import Extraction, Failure, Report

SIMPLIFIED = "本报讯 记者从县公安局获悉，今年以来共破获案件12起，抓获犯罪嫌疑人56名。\r\n"


def only(path: Path, options: Options | None = None) -> Report | Failure:
    [result] = read(inputs([str(path)]), options or Options())
    return result


def test_an_empty_file_is_a_report_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "leer.txt").write_bytes(b"")
    assert only(tmp_path / "leer.txt") == Report("leer", str(tmp_path / "leer.txt"), "", ("the report is empty",))


def test_failures_leave_the_others_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SIMPLIFIED, "utf-8", newline="")
    (tmp_path / "b.bin").write_bytes(bytes(range(256)))
    results = list(read(inputs([str(tmp_path / "missing.txt"), str(tmp_path)])))
    assert [type(result) for result in results] == [Failure, Report, Failure]
    assert isinstance(results[0], Failure)
    assert "No such file" in results[0].error
    assert isinstance(results[1], Report)
    assert results[1].text == SIMPLIFIED


@pytest.mark.parametrize(
    ("error", "reason"), [(PermissionError(13, "Permission denied"), "Permission denied"), (KeyError("x"), "KeyError")]
)
def test_whatever_an_input_raises_is_its_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    whole = Path.open

    def refuse(path: Path, mode: str = "r") -> io.IOBase:
        if path.name == "a.txt":
            raise error
        return whole(path, mode)

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("警方")
    monkeypatch.setattr(Path, "open", refuse)
    failure, report = read(inputs([str(tmp_path)]))
    assert isinstance(failure, Failure)
    assert failure.id == "a"
    assert failure.error.startswith(reason)
    assert isinstance(report, Report)


def test_a_report_that_is_too_large_is_named_not_cut(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("警方收缴枪支三支。" * 10)
    failure = only(tmp_path / "a.txt", Options(max_size=200))
    assert isinstance(failure, Failure)
    assert "--max-size" in failure.error
    assert isinstance(only(tmp_path / "a.txt", Options(max_size=270)), Report)


REFUSED = {
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"),
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"),
    "locked": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(40),
    "rtf": rb"{\rtf1\ansi report}",
    "rar": b"Rar!\x1a\x07\x00" + bytes(40),
    "tar": b"a.txt".ljust(257, b"\0") + b"ustar\x0000",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_read_is_named_with_the_remedy_whatever_its_suffix(tmp_path: Path, kind: str) -> None:
    refusals = {row.name: row.refusal for row in known()}
    for name in ("a.txt", "a.docx", "a"):
        (tmp_path / name).write_bytes(REFUSED[kind])
        failure = only(tmp_path / name)
        assert isinstance(failure, Failure)
        assert failure.error == refusals[kind] != ""


def test_standard_input_may_be_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO('{"id": "a", "text": "收缴枪支3支。"}\n{"id": "b", "text": "抓获5人。"}\n'.encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert [(result.id, result.source) for result in read(inputs(["-"]))] == [("a", "-:1"), ("b", "-:2")]
    Stdin.buffer.seek(0)
    assert len(list(read(inputs(["-", "-"])))) == 2


def test_the_date_of_a_row_dates_its_report(tmp_path: Path) -> None:
    tagger = SimpleNamespace(curves={}, tag_all=lambda texts: ((item, []) for item, _ in texts))
    rows = [
        {"text": "今年抓获5人。", "date": "2019-06-20"},
        {"text": "2018年3月5日\n今年抓获5人。", "date": "2019-06-20"},
        {"text": "抓获5人。"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    extractor = Extractor(tagger, date="2001-01-01")
    days = [result.facts.date for result in extractor.extract_all(read(inputs([str(tmp_path)]))) if isinstance(result, Extraction)]
    assert days == ["2019-06-20", "2018-03-05", "2001-01-01"]
