"""The journal of an output: which of its chunks are safely on disk, so that a run that was cut off anywhere goes on from there.

Beside OUT lie, while it is being made: ``.OUT.part`` (the rows so far), ``.OUT.journal`` (one line of JSON with the fingerprint of the run,
then one a chunk) and ``.OUT.lock``; hidden, so that a folder that is being read may hold them. A chunk's rows are on disk before its line
is; what no whole line vouches for is cut off on resuming. At the end .OUT.part becomes OUT.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from filelock import FileLock, Timeout


class JournalError(RuntimeError):
    """An output that can't be begun or gone on with; the message names what is in the way and the remedy."""


class Start(Enum):
    """What to do about an unfinished output: refuse, go on with it, or begin anew."""

    NEW = "new"
    RESUME = "resume"
    OVERWRITE = "overwrite"


class Chunk(NamedTuple):
    """A chunk that is done: where it ends in the inputs, and what it holds.

    ``inputs`` is the number of inputs begun by its end, ``within`` how many reports of the last of them are done; ``seal`` tells
    whether the inputs it was made from are still the same.
    """

    inputs: int
    within: int
    seal: str
    reports: int
    failures: int
    records: int
    characters: int


class Entry(NamedTuple):
    """A chunk that is on disk, with the length and the SHA-256 of .OUT.part up to its end."""

    length: int
    sha256: str
    chunk: Chunk

    def line(self) -> bytes:
        """As it stands in the journal."""
        return _line({"length": self.length, "sha256": self.sha256, "chunk": self.chunk._asdict()})

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """Raises ValueError, TypeError or KeyError for a line that is none."""
        row = json.loads(line)
        return cls(row["length"], row["sha256"], Chunk(**row["chunk"]))


class Journal:
    """Holds the lock on an output from ``with`` on; ``done`` are the chunks found there, ``commit`` adds one, ``finish`` ends it."""

    def __init__(self, output: Path, fingerprint: Mapping[str, str], start: Start = Start.NEW) -> None:
        self.output = _target(output)
        self.part, self.path, self._lock_path = (_beside(self.output, end) for end in ("part", "journal", "lock"))
        self.fingerprint = dict(fingerprint)
        self.start = start
        self.done: list[Entry] = []
        self.finished = False
        self._length, self._hash = 0, hashlib.sha256()
        self._lock = FileLock(self._lock_path, timeout=0)

    def __enter__(self) -> Journal:
        check_folder(self.output)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise JournalError(f"another run is writing {self.output}: wait for it, or choose another output") from error
        try:
            self._open()
        except BaseException:
            self._unlock()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self.finished:
            for stream in (self._rows, self._log):
                with suppress(OSError):  # that the disk is full has already been told
                    stream.close()
        self._unlock()

    def commit(self, data: bytes, chunk: Chunk) -> None:
        """Bring a chunk's rows to the disk, then the line that vouches for them."""
        _store(self._rows, data)
        self._hash.update(data)
        self._length += len(data)
        _store(self._log, Entry(self._length, self._hash.hexdigest(), chunk).line())

    def finish(self) -> None:
        """Give the output its name."""
        self._rows.close()
        self._log.close()
        self.part.replace(self.output)
        _store_folder(self.output.parent)
        self.path.unlink()
        self.finished = True

    def rows(self, number: int) -> bytes:
        """The rows of a chunk done before, as they stand in the output."""
        first = self.done[number - 1].length if number else 0
        with self.part.open("rb") as stream:
            stream.seek(first)
            return stream.read(self.done[number].length - first)

    def _open(self) -> None:
        fingerprint, entries = _read(self.path)
        if entries and not self.part.exists() and _size(self.output) == entries[-1].length:
            self.path.unlink()  # the last step of finishing
            fingerprint = None
        unfinished = fingerprint is not None or self.part.exists()
        if self.start is Start.RESUME and not unfinished and self.output.exists():
            self.finished = True
            return
        if self.start is Start.NEW and unfinished:
            raise JournalError(f"{self.part} holds the rows of an unfinished run: go on with --resume, or begin anew with --overwrite")
        if self.start is Start.RESUME and unfinished:
            self._check(fingerprint)
            self._vouch(entries)
        _replace(self.path, _line(self.fingerprint) + b"".join(entry.line() for entry in self.done))
        self._rows, self._log = _open_at(self.part, self._length), self.path.open("ab")
        _store_folder(self.output.parent)

    def _check(self, before: Mapping[str, str] | None) -> None:
        """Refuse to go on with another model, other options or other inputs."""
        if before is None:
            raise JournalError(f"{self.part} has no {self.path.name} that tells how it was made: begin anew with --overwrite")
        names = [name for name in {**before, **self.fingerprint} if before.get(name) != self.fingerprint.get(name)]
        if names:
            told = "; ".join(f"{name} was {before.get(name, 'not there')}, is {self.fingerprint.get(name, 'not there')}" for name in names)
            raise JournalError(f"{self.part} was begun otherwise: {told}. Resume it as it was begun, or begin anew with --overwrite")

    def _vouch(self, entries: list[Entry]) -> None:
        """Keep the chunks whose bytes are all there; what a disk has lost is done again."""
        if not self.part.exists():
            return
        with self.part.open("rb") as stream:
            for entry in entries:
                running = self._hash.copy()
                running.update(stream.read(entry.length - self._length))
                if running.hexdigest() != entry.sha256:
                    break
                self._length, self._hash = entry.length, running
                self.done.append(entry)

    def _unlock(self) -> None:
        with suppress(OSError):
            self._lock_path.unlink()
        self._lock.release()


def begun_with(output: Path) -> Mapping[str, str]:
    """The fingerprint that an unfinished output was begun with; empty where there is none."""
    fingerprint, _ = _read(_beside(_target(output), "journal"))
    return fingerprint or {}


def _target(output: Path) -> Path:
    return output.resolve() if output.is_symlink() else output


def _beside(output: Path, end: str) -> Path:
    return output.with_name(f".{output.name}.{end}")


def check_folder(output: Path) -> None:
    """Raise JournalError where the output can't be made, before any work is done."""
    if output.is_dir():
        raise JournalError(f"{output} is a folder; name a file to write")
    if not output.parent.is_dir():
        raise JournalError(f"there is no folder {output.parent} to write {output.name} into; make it first")


def _read(path: Path) -> tuple[dict[str, str] | None, list[Entry]]:
    """The fingerprint and the chunks of a journal as far as its lines are whole; (None, []) where there is none."""
    if not path.exists():
        return None, []
    rows: list[Any] = []
    with path.open("rb") as stream:
        for line in stream:
            try:
                if line.endswith(b"\n"):
                    rows.append(Entry.from_line(line) if rows else json.loads(line))
            except (ValueError, TypeError, KeyError):
                break
    return (rows[0], rows[1:]) if rows else (None, [])


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape") + b"\n"


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as stream:
        _store(stream, data)
    new.replace(path)


def _store(stream: IO[bytes], data: bytes) -> None:
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())


def _store_folder(folder: Path) -> None:
    """Bring names to the disk; only POSIX systems know that of folders."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _open_at(path: Path, length: int) -> IO[bytes]:
    """Open behind the first ``length`` bytes and cut off the rest."""
    stream = path.open("r+b" if path.exists() else "w+b")
    stream.truncate(length)
    stream.seek(length)
    return stream


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
