"""Reading: every kind of bad input gives its report or a failure that says why."""

import codecs
import os
from pathlib import Path

import pytest

from zhanguo.read import DecodeError, decode, inputs, read
from zhanguo.schema import Failure, Report

SIMPLIFIED = "本报讯 记者从县公安局获悉，今年以来共破获案件12起，抓获犯罪嫌疑人56名。\r\n"
TRADITIONAL = "刑事局偵破詐欺集團，查扣現金新台幣三百萬元、手機二十支，拘捕十二人到案。\r\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED * 50, "gbk"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL * 50, "big5hkscs"),
        (SIMPLIFIED, "utf-16"),
        (TRADITIONAL, "utf-16-be"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-32"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    decoded, warnings = decode(text.encode(encoding))
    assert decoded == text
    assert bool(warnings) == (not encoding.startswith("utf-8"))


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(codecs.BOM_UTF8 + "警方".encode())[0] == "警方"


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 100, b"PK\3\4" + os.urandom(4000)])
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match=r"binary|broken"):
        decode(data)


def test_a_broken_text_after_its_mark_is_refused() -> None:
    with pytest.raises(DecodeError, match="broken utf-16-le"):
        decode(codecs.BOM_UTF16_LE + b"\x00\xd8\x00")


def test_html_is_read_as_it_is_with_a_warning() -> None:
    text, warnings = decode("<html><body><p>收缴枪支3支</p></body></html>".encode())
    assert text.startswith("<html>")
    assert any("HTML" in warning for warning in warnings)


def test_an_empty_file_is_a_report_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "leer.txt").write_bytes(b"")
    [report] = read(inputs([str(tmp_path / "leer.txt")]))
    assert report == Report("leer", str(tmp_path / "leer.txt"), "", ("the report is empty",))


def test_failures_leave_the_others_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SIMPLIFIED, "utf-8", newline="")
    (tmp_path / "b.bin").write_bytes(bytes(range(256)))
    results = list(read(inputs([str(tmp_path / "missing.txt"), str(tmp_path)])))
    assert [type(result) for result in results] == [Failure, Report, Failure]
    assert isinstance(results[0], Failure)
    assert "No such file" in results[0].error
    assert isinstance(results[1], Report)
    assert results[1].text == SIMPLIFIED


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text("警方")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert list(read(inputs([str(tmp_path)]))) == [Failure("a", str(tmp_path / "a.txt"), "Permission denied")]


def test_a_folder_without_files_says_so(tmp_path: Path) -> None:
    [failure] = read(inputs([str(tmp_path)]))
    assert isinstance(failure, Failure)
    assert failure.error == "no files in this folder"


def test_a_name_that_is_not_utf8_can_be_written(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    Path(os.fsdecode(path)).write_text("警方", "utf-8")
    [report] = read(inputs([str(tmp_path)]))
    assert report.id.encode("utf-8")
    assert report.source.encode("utf-8")


def test_a_few_broken_bytes_are_marked_not_fatal() -> None:
    text, warnings = decode((SIMPLIFIED * 20).encode() + b"\xe6\x9e")
    assert text == SIMPLIFIED * 20 + "\ufffd"
    assert any("1 broken place" in warning for warning in warnings)
    assert decode(("收缴枪支三支。" * 40 + "\0").encode())[0].count("\0") == 1


def test_the_same_path_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("警方")
    assert len(inputs([str(tmp_path / "a.txt")] * 2)) == len(inputs(["-", "-"])) == 1


def test_ids_are_stems_and_where_they_clash_paths_below_the_argument(tmp_path: Path) -> None:
    for name in ("x/1.txt", "y/1.txt", "y/2.txt", ".hidden/3.txt", "y/.4.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("警方")
    assert [item.id for item in inputs([str(tmp_path)])] == ["x/1.txt", "y/1.txt", "2"]
    direct = [str(tmp_path / "x/1.txt"), str(tmp_path / "y/1.txt")]
    assert [item.id for item in inputs(direct)] == direct
