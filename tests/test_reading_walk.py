"""Walking: each file once, in one order, with an id of its own, and never a list of all."""

import os
from pathlib import Path

import pytest

from zhanguo.read import inputs, read
from zhanguo.schema import Failure


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("警方")


def named(*arguments: Path | str) -> list[str]:
    return [item.source for item in inputs(list(map(str, arguments)))]


def test_ids_are_stems_and_where_they_clash_paths_below_the_argument(tmp_path: Path) -> None:
    make(tmp_path, "x/1.txt", "y/1.txt", "y/2.txt", ".hidden/3.txt", "y/.4.txt")
    assert [item.id for item in inputs([str(tmp_path)])] == ["x/1.txt", "y/1.txt", "2"]
    direct = [str(tmp_path / "x/1.txt"), str(tmp_path / "y/1.txt")]
    assert [item.id for item in inputs(direct)] == direct


def test_the_suffix_of_a_compression_is_no_part_of_the_stem(tmp_path: Path) -> None:
    make(tmp_path, "a.jsonl.gz", "b.txt", "b.txt.XZ")
    assert [item.id for item in inputs([str(tmp_path)])] == ["a", "b.txt", "b.txt.XZ"]


def test_the_order_is_that_of_sorted_paths(tmp_path: Path) -> None:
    make(tmp_path, "b/1.txt", "b.txt", "b-1.txt", "a/z/1.txt", "a/y.txt", "B.txt", "甲/乙.txt", "a.b/1.txt")
    assert named(tmp_path) == [str(path) for path in sorted(path for path in tmp_path.rglob("*") if path.is_file())]
    assert len(inputs([str(tmp_path)])) == 8


def test_a_path_named_twice_counts_once(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "x/b.txt", "x/y/c.txt")
    a, b, c = (str(tmp_path / name) for name in ("a.txt", "x/b.txt", "x/y/c.txt"))
    assert named(a, a) == [a]
    assert named("-", "-") == ["-"]
    assert named(tmp_path, tmp_path / "x", a) == [a, b, c]
    assert named(tmp_path / "x/y", c, tmp_path) == [c, a, b]
    assert named(tmp_path / "x/./y", tmp_path / "missing.txt", tmp_path / "x") == [c, str(tmp_path / "missing.txt"), b]


def test_what_the_walk_does_not_come_to_is_read_when_named(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", ".hidden/b.txt", "elsewhere/c.txt")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/link").symlink_to(tmp_path / "elsewhere")
    assert named(tmp_path / "data", tmp_path / "data/link") == [str(tmp_path / "data"), str(tmp_path / "data/link/c.txt")]
    assert str(tmp_path / ".hidden/b.txt") in named(tmp_path, tmp_path / ".hidden")


def test_what_is_being_written_is_not_read(tmp_path: Path) -> None:
    make(tmp_path, "a.jsonl", "x/out.jsonl", "out.jsonl")
    items = inputs([str(tmp_path)], tmp_path / "x" / ".." / "out.jsonl")
    assert [item.id for item in items] == ["a", "out"]
    assert len(items) == 2


def test_a_folder_without_files_says_so(tmp_path: Path) -> None:
    [failure] = read(inputs([str(tmp_path)]))
    assert isinstance(failure, Failure)
    assert failure.error == "no files in this folder"


def test_loops_dead_links_and_pipes(tmp_path: Path) -> None:
    make(tmp_path, "x/a.txt")
    (tmp_path / "x/loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    results = {result.id: result for result in read(inputs([str(tmp_path)]))}
    assert set(results) == {"a", "self", "dead"}
    assert "symbolic links" in results["self"].error
    assert "No such file" in results["dead"].error


def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/1.txt", "b/2.txt")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    failure, report = read(inputs([str(tmp_path)]))
    assert (failure.id, failure.error, report.id) == ("a", "Permission denied", "2")


def test_a_name_that_is_not_utf8_can_be_written(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    Path(os.fsdecode(path)).write_text("警方", "utf-8")
    [report] = read(inputs([str(tmp_path)]))
    assert report.id.encode("utf-8")
    assert report.source.encode("utf-8")


def test_files_come_while_the_folders_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, *(f"{folder}/{name}.txt" for folder in "abcd" for name in "12"))
    items = inputs([str(tmp_path)])
    assert len(items) == 8
    scandir, listed = os.scandir, []
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(Path(path).name) or scandir(path))
    next(iter(items))
    assert listed == [tmp_path.name, "a"]


def test_urls_are_read_through_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    for name in ("/zg/a.txt", "/zg/b/a.txt", "/zg/.c.txt"):
        files.pipe(name, "收缴枪支3支。".encode())
    reports = list(read(inputs(["memory://zg", "memory://zg/b/a.txt", "memory://nothing.txt"])))
    assert [report.id for report in reports[:3]] == ["a.txt", "b/a.txt", "nothing"]
    assert reports[0].text == "收缴枪支3支。"
    assert isinstance(reports[-1], Failure)
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    [failure] = read(inputs(["memory://zg"]))
    assert isinstance(failure, Failure)
    assert "zhanguo[remote]" in failure.error
