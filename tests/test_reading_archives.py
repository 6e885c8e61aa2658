"""Compressed files and archives: read as they stream, bounded, each member with its own result."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from zhanguo.read import Options, inputs, read
from zhanguo.schema import Failure, Report

TEXT = "收缴枪支3支，抓获2人。"
PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lambda data: lzma.compress(data, preset=0)}


def zstd() -> Any:
    return pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def packed(kind: str, data: bytes) -> bytes:
    if kind in PACK:
        return PACK[kind](data)
    library = zstd()
    return library.compress(data, options={library.CompressionParameter.checksum_flag: 1})


def results(path: Path, data: bytes, **options: int) -> list[Report | Failure]:
    path.write_bytes(data)
    return list(read(inputs([str(path)]), Options(**options)))


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_compressed_texts_and_tables(tmp_path: Path, kind: str) -> None:
    [report] = results(tmp_path / f"a.txt.{kind}", packed(kind, TEXT.encode("gb18030")))
    assert (report.id, report.text) == ("a", TEXT)
    lines = "\n".join(json.dumps({"id": str(number), "text": TEXT}) for number in range(3000)).encode()
    assert [result.id for result in results(tmp_path / f"b.jsonl.{kind}", packed(kind, lines))] == list(map(str, range(3000)))
    [report] = results(tmp_path / "c.csv", packed(kind, TEXT.encode()))
    assert "no column" in report.error
    [report] = results(tmp_path / f"d.CSV.{kind.upper()}", packed(kind, f"text\n{TEXT}\n".encode()))
    assert report.text == TEXT


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_a_damaged_file_is_a_failure_never_a_shorter_text(tmp_path: Path, kind: str) -> None:
    whole = packed(kind, "".join(f"{number}号案件。" for number in range(20_000)).encode())
    for data in (whole[: len(whole) // 2], whole[:-3], whole[:200] + b"xxxx" + whole[204:]):
        found = results(tmp_path / "a.txt", data)
        assert [type(result) for result in found] == [Failure]


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_a_bomb_meets_the_limit_before_memory(tmp_path: Path, kind: str) -> None:
    bomb = packed(kind, b"a" * (16 << 20))
    tracemalloc.start()
    [failure] = results(tmp_path / "a.txt", bomb, max_size=1 << 18)
    [other] = results(tmp_path / "a.jsonl", bomb, max_size=1 << 18)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.error == other.error.removeprefix("the line is ") == "larger than 0.25 MB, the limit for one report (--max-size)"
    assert peak < 8 << 20


def test_members_of_a_zip(tmp_path: Path) -> None:
    members = {
        "b/2.txt": TEXT.encode(),
        "a/1.csv": f"id,text\nx,{TEXT}\n,{TEXT}\n".encode(),
        "c.bin": bytes(range(256)),
        "d.txt.gz": gzip.compress(TEXT.encode()),
        "e.zip": zipped({"f.txt": b"x"}),
        "__MACOSX/b/._2.txt": b"\0\0",
        ".DS_Store": b"\0",
    }
    found = results(tmp_path / "z.zip", zipped(members))
    assert [(result.id, isinstance(result, Report)) for result in found] == [
        ("x", True),
        ("z/a/1.csv:3", True),
        ("z/b/2.txt", True),
        ("z/c.bin", False),
        ("z/d.txt.gz", True),
        ("z/e.zip", False),
    ]
    assert found[2].source == f"{tmp_path}/z.zip/b/2.txt"
    assert "inside another" in found[5].error
    assert [result.error for result in results(tmp_path / "y.zip", zipped({}))] == ["no files in this archive"]


def test_names_of_chinese_archivers(tmp_path: Path) -> None:
    for encoding in ("gb18030", "utf-8"):
        data = zipped({"AAAA.txt": TEXT.encode()}, zipfile.ZIP_STORED)
        name = "战果.txt".encode(encoding)
        data = zipped({"A" * (len(name) - 4) + ".txt": TEXT.encode()}, zipfile.ZIP_STORED)
        [report] = results(tmp_path / "a.zip", data.replace(b"A" * (len(name) - 4) + b".txt", name))
        assert report.id == "a/战果.txt"


def test_a_damaged_or_lying_zip_is_a_failure(tmp_path: Path) -> None:
    data = zipped({"a.txt": TEXT.encode() * 100, "b.txt": TEXT.encode()}, zipfile.ZIP_STORED)
    [failure] = results(tmp_path / "a.zip", data[:-30])
    assert "damaged" in failure.error
    first, second = results(tmp_path / "b.zip", data.replace(TEXT.encode() * 99, b"x" * (len(TEXT.encode()) * 99), 1))
    assert "CRC" in first.error
    assert isinstance(second, Report)
    [failure] = results(tmp_path / "c.zip", zipped({"a.txt": b"a" * (1 << 20)}), max_size=1 << 18)
    assert "--max-size" in failure.error


def test_a_file_with_a_password_is_named(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": TEXT.encode()}))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + place] |= 1
    [failure] = results(tmp_path / "a.zip", bytes(data))
    assert "password" in failure.error


def test_without_the_library_zst_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    [failure] = results(tmp_path / "a.zst", b"\x28\xb5\x2f\xfd" + bytes(20))
    assert "zhanguo[tables]" in failure.error
