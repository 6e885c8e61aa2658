"""Walking: arguments become inputs, in a fixed order and with ids of their own, without a list of all files.

The files are walked twice. The first walk keeps a hash of 64 bits for each stem and each path below its argument, to learn which occur
more than once; the second gives the inputs. Only the names of the folders on the way are held besides.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path, PurePath
from typing import BinaryIO, NamedTuple, NoReturn, cast

import numpy as np

from zhanguo.reading import kinds
from zhanguo.reading.source import Input, ReadError, library, one_way

STDIN = "-"
URL = "://"
HIDDEN = "."


class _Found(NamedTuple):
    """A file with its path below the argument; ``error`` where a folder can't be listed."""

    path: str
    name: str
    error: OSError | ReadError | None = None


@dataclass(frozen=True, slots=True)
class _Clashes:
    """How many files there are, and the sorted hashes of the stems and names that more than one of them has."""

    count: int
    stems: np.ndarray
    names: np.ndarray


class Inputs:
    """The inputs that arguments name: files, folders (all files below, hidden ones left out, sorted), URLs, ``-``.

    An input's id is its stem; where stems clash, it is the path below the argument that named it, and where that clashes, too, the path
    itself. A file named twice counts once, ``leave_out`` (what is being written) not at all. What is not there, or has no files, stays,
    for reading it to say so. Each iteration walks anew.
    """

    def __init__(self, arguments: Sequence[str], leave_out: Path | None = None) -> None:
        self._left_out = leave_out
        self._arguments = [argument.rstrip("/") if _is_url(argument) else str(Path(argument)) for argument in arguments]
        self._first = {argument: place for place, argument in reversed(list(enumerate(self._arguments)))}

    def __len__(self) -> int:
        return self._clashes.count

    def __iter__(self) -> Iterator[Input]:
        for found in self._found():
            stem = kinds.stem(found.name)
            chosen = stem
            if _is_in(self._clashes.stems, stem):
                chosen = found.path if _is_in(self._clashes.names, found.name) else found.name
            yield Input(_printable(chosen), _printable(found.path), found.name, _opener(found))

    @cached_property
    def _clashes(self) -> _Clashes:
        stems, names = array("Q"), array("Q")
        for found in self._found():
            stems.append(_hash(kinds.stem(found.name)))
            names.append(_hash(found.name))
        return _Clashes(len(stems), _repeated(stems), _repeated(names))

    def _found(self) -> Iterator[_Found]:
        """Every file once, in order."""
        for place, argument in enumerate(self._arguments):
            if self._first[argument] < place or self._is_covered(argument, place):
                continue
            for found in _files(argument):
                is_new = len(self._first) == 1 or not self._is_named(found, argument, place)
                if is_new and not self._is_left_out(found.path):
                    yield found

    def _is_left_out(self, path: str) -> bool:
        other = self._left_out
        return other is not None and path.endswith(other.name) and other.exists() and Path(path).exists() and other.samefile(path)

    def _is_covered(self, argument: str, place: int) -> bool:
        """Whether the walk of an earlier argument comes to this one: no hidden folder and no link to a folder lies between."""
        if not _is_url(argument) and not (Path(argument).is_file() or Path(argument).is_dir()):
            return False
        for path in _with_parents(argument):
            if self._first.get(path, place) < place:
                return True
            if PurePath(path).name.startswith(HIDDEN) or (Path(path).is_symlink() and Path(path).is_dir()):
                return False
        return False

    def _is_named(self, found: _Found, argument: str, place: int) -> bool:
        """Whether an earlier argument names the file or a folder between it and this argument."""
        below = takewhile(lambda path: path != argument, _with_parents(found.path))
        return any(self._first.get(path, place) < place for path in below)


def _with_parents(path: str) -> Iterator[str]:
    """A path or URL, then the folders that it is in, the nearest first."""
    yield path
    scheme = path.find(URL)
    if scheme < 0:
        yield from map(str, PurePath(path).parents)
        return
    while path.rfind("/") > scheme + len(URL):
        path = path[: path.rfind("/")]
        yield path


def _is_url(argument: str) -> bool:
    return URL in argument and not os.path.lexists(argument)


def _files(argument: str) -> Iterator[_Found]:
    """The files of one argument."""
    if argument == STDIN:
        yield _Found(STDIN, "stdin")
    elif _is_url(argument):
        yield from _remote(argument)
    elif Path(argument).is_dir():
        found = _below(argument)
        first = next(found, None) or _Found(argument, Path(argument).name or argument, ReadError("no files in this folder"))
        yield first
        yield from found
    else:
        yield _Found(argument, Path(argument).name or argument)


def _below(root: str) -> Iterator[_Found]:
    """The files below a folder, depth first, each folder's entries by name. Links to folders are not followed."""
    open_folders = [_entries(root, "")]
    while open_folders:
        entry = next(open_folders[-1], None)
        if entry is None:
            open_folders.pop()
        elif isinstance(entry, _Found):
            yield entry
        else:
            open_folders.append(_entries(*entry))


def _entries(folder: str, below: str) -> Iterator[_Found | tuple[str, str]]:
    """The files of a folder, and its folders as (path, name), by name; pipes, sockets and devices are left out."""
    names, folders = [], set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(HIDDEN):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.add(entry.name)
                elif not _is_text_of_something(entry):
                    continue
                names.append(entry.name)
    except OSError as error:
        yield _Found(folder, below.rstrip("/") or folder, error)
    names.sort()
    for name in names:
        path = name if folder == "." else os.path.join(folder, name)  # noqa: PTH118 - a Path a file is slow
        yield (path, f"{below}{name}/") if name in folders else _Found(path, below + name)


def _is_text_of_something(entry: os.DirEntry[str]) -> bool:
    """A file, or a link to one; a link that leads nowhere counts, for reading it to say so."""
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))  # noqa: PTH110
    except OSError:
        return True


def _remote(url: str) -> Iterator[_Found]:
    """The files of an fsspec URL."""
    try:
        files, root = library("fsspec.core", "remote", url).url_to_fs(url)
        if not files.isdir(root):
            yield _Found(url, PurePath(root).name or url)
            return
        shown = sorted(path for path in files.find(root) if f"/{HIDDEN}" not in path[len(root) :])
        for path in shown:
            name = path[len(root) :].lstrip("/")
            yield _Found(f"{url}/{name}", name)
        if not shown:
            raise ReadError("no files in this folder")
    except Exception as error:  # each file system has errors of its own
        known = error if isinstance(error, (OSError, ReadError)) else ReadError(f"{type(error).__name__}: {error}")
        yield _Found(url, PurePath(url).name or url, known)


def _opener(found: _Found) -> Callable[[], BinaryIO]:
    if found.error:
        return partial(_fail, found.error)
    if found.path == STDIN:
        return partial(_open_stdin)
    return partial(_open_url if _is_url(found.path) else _open_file, found.path)


def _open_file(path: str) -> BinaryIO:
    return Path(path).open("rb")


def _open_stdin() -> BinaryIO:
    return one_way(sys.stdin.buffer)


def _open_url(url: str) -> BinaryIO:
    return cast(BinaryIO, library("fsspec", "remote", url).open(url, "rb").open())


def _fail(error: Exception) -> NoReturn:
    raise error


def _printable(name: str) -> str:
    """A file name that is not UTF-8 can't be written as it is."""
    return os.fsencode(name).decode("utf-8", "replace")


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(os.fsencode(name), digest_size=8).digest())


def _repeated(hashes: Iterable[int]) -> np.ndarray:
    """The values that occur more than once, sorted."""
    ordered = np.sort(np.asarray(hashes, dtype=np.uint64))
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _is_in(ordered: np.ndarray, name: str) -> bool:
    value = np.uint64(_hash(name))
    place = np.searchsorted(ordered, value)
    return bool(place < len(ordered) and ordered[place] == value)
