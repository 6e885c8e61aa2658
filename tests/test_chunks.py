"""Chunks: the same for the same inputs, wherever a run begins again; inputs that changed are named."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from zhanguo import chunks, read, write
from zhanguo.chunks import ChangedInputError, Chunks, Portion, Reader
from zhanguo.journal import Chunk
from zhanguo.schema import Failure, Report


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(chunks, "REPORTS", 3)
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text(f"第{number}份")
    (tmp_path / "4.txt").write_bytes(bytes(range(256)))
    return tmp_path


def inputs(folder: Path) -> list[read.Input]:
    return list(read.inputs([str(folder)]))


def rows(portion: Portion) -> bytes:
    return "".join(write.dumps(_row(report)) + "\n" for report in portion.reports).encode()


def _row(report: Report | Failure) -> dict[str, str]:
    told = {"error": report.error} if isinstance(report, Failure) else {"sha256": write.digest(report.text)}
    return {"id": report.id, "source": report.source, **told}


def done(portions: list[Portion]) -> list[Chunk]:
    return [Chunk(*portion[1:], len(portion.reports), 0, 0, 0) for portion in portions]


def skipped(folder: Path, portions: list[Portion], reader: Reader = read.read) -> Chunks:
    rest = Chunks(inputs(folder), reader)
    rest.skip(done(portions), lambda number: rows(portions[number]))
    return rest


def test_chunks_end_after_so_many_reports_or_characters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sizes() -> list[int]:
        return [len(portion.reports) for portion in Chunks(inputs(folder), read.read)]

    assert sizes() == [3, 3, 2]
    monkeypatch.setattr(chunks, "CHARACTERS", 4)
    assert sizes() == [2, 2, 3, 1]  # a file that can't be read has none


@pytest.mark.parametrize("count", range(4))
def test_going_on_gives_the_rest(count: int, folder: Path) -> None:
    whole = list(Chunks(inputs(folder), read.read))
    assert list(skipped(folder, whole[:count])) == whole[count:]


def test_files_that_are_done_are_not_read_again(folder: Path) -> None:
    whole = list(Chunks(inputs(folder), read.read))
    opened: list[str] = []

    def watched(items: Sequence[read.Input]) -> Iterable[Report | Failure]:
        opened.extend(item.id for item in items)
        return read.read(items)

    assert list(skipped(folder, whole[:2], watched)) == whole[2:]
    assert opened == ["5", "6", "7"]  # the last one that was begun may have more to give


def test_an_input_of_many_reports_is_gone_on_with_in_its_middle(folder: Path) -> None:
    def many(items: Sequence[read.Input]) -> list[Report]:
        return [Report(f"{item.id}-{n}", item.source, item.id * n) for item in items for n in range(int(item.id))]

    whole = list(Chunks(inputs(folder), many))
    assert [report.id for portion in whole for report in portion.reports] == [f"{i}-{n}" for i in range(8) for n in range(i)]
    for count in range(len(whole) + 1):
        assert list(skipped(folder, whole[:count], many)) == whole[count:]
    os.utime(folder / "7.txt", (1, 1))
    assert list(skipped(folder, whole, many)) == []
    with pytest.raises(ChangedInputError, match=r"7\.txt \(report 7-5\)"):
        skipped(folder, whole, lambda items: many(items)[:5])


def test_touched_files_are_compared_with_their_rows(folder: Path) -> None:
    whole = list(Chunks(inputs(folder), read.read))
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    assert [portion.reports for portion in skipped(folder, whole[:2])] == [whole[2].reports]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda folder: (folder / "1.txt").write_text("别的"), "1.txt"),
        (lambda folder: (folder / "3.txt").unlink(), "3.txt"),
        (lambda folder: (folder / "00.txt").write_text("新的"), "1.txt"),
        (lambda folder: (folder / "2.txt").rename(folder / "20.txt"), "2.txt"),
    ],
)
def test_inputs_that_changed_are_named(change: object, named: str, folder: Path) -> None:
    whole = list(Chunks(inputs(folder), read.read))
    change(folder)  # type: ignore[operator]
    with pytest.raises(ChangedInputError, match=rf"/{named} .* is not what it was when the run began"):
        skipped(folder, whole[:2])


def test_what_comes_later_may_change(folder: Path) -> None:
    whole = list(Chunks(inputs(folder), read.read))
    (folder / "7.txt").write_text("补充")
    (last,) = skipped(folder, whole[:2])
    assert [json.loads(line)["id"] for line in rows(last).splitlines()] == ["6", "7"]


def test_whatever_happens_to_the_reader_is_a_failure(folder: Path) -> None:
    def broken(items: Sequence[read.Input]) -> Iterable[Report | Failure]:
        if items[0].id == "2":
            raise RecursionError("too deep")
        return read.read(items)

    (third,) = [report for portion in Chunks(inputs(folder), broken) for report in portion.reports if report.id == "2"]
    assert isinstance(third, Failure)
    assert third.error == "RecursionError: too deep"
