"""The journal of an output: an end at any line of it, torn files and other people's files never cost or double a row."""

import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from zhanguo import journal
from zhanguo.journal import Chunk, Journal, JournalError, Start

ROWS = [b"one\n", b"two\ntwo\n", b"three\n"]
MARKS = {"model": "a", "--min-score": "0.0"}


def chunk(number: int) -> Chunk:
    return Chunk(number, 1, "seal", reports=1, failures=0, records=2, characters=3)


def write_all(out: Path, start: Start = Start.RESUME) -> int:
    """Write the rows that are not there yet; the number of chunks found there."""
    with Journal(out, MARKS, start) as it:
        if not it.finished:
            for number, data in enumerate(ROWS):
                if number >= len(it.done):
                    it.commit(data, chunk(number))
            it.finish()
        return len(it.done)


def die_at(line: int, out: Path) -> bool:
    """Write in a child process that ends, without a word, at the nth line of the journal's code; whether it came to that."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = line

    def trace(frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG001
        nonlocal left
        if frame.f_code.co_filename != journal.__file__:
            return None
        left -= event == "line"
        if left < 0:
            os._exit(9)
        return trace

    sys.settrace(trace)
    write_all(out)
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a child process")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_an_end_at_any_line_costs_nothing(tmp_path: Path) -> None:
    line = 0
    while True:
        folder = tmp_path / str(line)
        folder.mkdir()
        out = folder / "out"
        if not die_at(line, out):
            break
        die_at(line // 2, out)  # and once more on going on
        write_all(out)
        assert out.read_bytes() == b"".join(ROWS), line
        assert [path.name for path in folder.iterdir()] == ["out"], line
        line += 1
    assert line > 80


def unfinished(out: Path) -> None:
    with Journal(out, MARKS) as it:
        for number, data in enumerate(ROWS[:2]):
            it.commit(data, chunk(number))


@pytest.mark.parametrize(
    ("ending", "rewrite", "chunks"),
    [
        (".part", lambda data: data + b"thr", 2),
        (".part", lambda data: data[:-1], 1),
        (".part", lambda data: data.replace(b"one", b"ONE"), 0),
        (".journal", lambda data: data + b'{"length":', 2),
        (".journal", lambda data: data[:-1], 1),
        (".journal", lambda data: data.splitlines(keepends=True)[0], 0),
        (".journal", lambda data: data.replace(b'"length"', b'"lenght"', 1), 0),
    ],
)
def test_what_nothing_vouches_for_is_done_again(ending: str, rewrite: Any, chunks: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    unfinished(out)
    torn = tmp_path / f".out{ending}"
    torn.write_bytes(rewrite(torn.read_bytes()))
    assert write_all(out) == chunks
    assert out.read_bytes() == b"".join(ROWS)


def test_rows_of_a_chunk_can_be_read_back(tmp_path: Path) -> None:
    unfinished(tmp_path / "out")
    with Journal(tmp_path / "out", MARKS, Start.RESUME) as it:
        assert [it.rows(0), it.rows(1)] == ROWS[:2]
        assert [entry.chunk for entry in it.done] == [chunk(0), chunk(1)]


def test_an_unfinished_output_is_not_lost_by_mistake(tmp_path: Path) -> None:
    out = tmp_path / "out"
    unfinished(out)
    with pytest.raises(JournalError, match=r"unfinished run: go on with --resume, or begin anew with --overwrite"):
        write_all(out, Start.NEW)
    with (
        pytest.raises(JournalError, match=r"begun otherwise: model was a, is b; --min-score was 0.0, is not there"),
        Journal(out, {"model": "b"}, Start.RESUME),
    ):
        pass
    assert write_all(out, Start.OVERWRITE) == 0
    assert out.read_bytes() == b"".join(ROWS)


def test_a_finished_output_stays_until_the_next_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_all(out, Start.NEW)
    with Journal(out, MARKS, Start.RESUME) as it:
        assert it.finished
    unfinished(out)
    assert out.read_bytes() == b"".join(ROWS)
    assert write_all(out) == 2


def test_a_part_of_unknown_make_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".out.part").write_bytes(b"mine")
    for start in (Start.NEW, Start.RESUME):
        with pytest.raises(JournalError, match="--overwrite"):
            write_all(tmp_path / "out", start)
    assert (tmp_path / ".out.part").read_bytes() == b"mine"


def test_two_runs_do_not_write_the_same_output(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Journal(out, MARKS) as it:
        for start in Start:
            with pytest.raises(JournalError, match="another run is writing"), Journal(out, MARKS, start):
                pass
        it.commit(ROWS[0], chunk(0))
    assert write_all(out) == 1


def test_an_output_that_cannot_be_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no folder"):
        write_all(tmp_path / "none" / "out")
    with pytest.raises(JournalError, match="is a folder"):
        write_all(tmp_path)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "far" / "out")
    write_all(tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "far" / "out").read_bytes() == b"".join(ROWS)
