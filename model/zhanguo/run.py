"""A run over any number of reports: chunk after chunk into an output that is either journalled or a stream."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple, Protocol

from zhanguo import write
from zhanguo.chunks import Chunks, Portion
from zhanguo.extract import Extractor
from zhanguo.journal import Chunk, Journal
from zhanguo.progress import Counts, Watch
from zhanguo.schema import Extraction, Failure

COMPRESSED = ".gz"


class Sink(Protocol):
    """Where the rows of a run go."""

    def commit(self, data: bytes, chunk: Chunk) -> None:
        """Take the rows of a chunk."""
        ...


class Stream:
    """A sink that can't be gone on with: standard output, a pipe, a device."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def commit(self, data: bytes, chunk: Chunk) -> None:  # noqa: ARG002
        """Pass the rows on at once."""
        self._stream.write(data)
        self._stream.flush()


class Form(NamedTuple):
    """How results are written: the least score that stays, whether the text does, whether chunks are compressed."""

    least: float = 0.0
    with_text: bool = True
    compressed: bool = False

    def pack(self, rows: Iterable[str]) -> bytes:
        """The bytes of a chunk; compressed ones are gzip members, which may stand one behind the other.

        Half a surrogate pair has no UTF-8: it becomes its JSON escape.
        """
        data = "".join(row + "\n" for row in rows).encode("utf-8", "backslashreplace")
        return gzip.compress(data, mtime=0) if self.compressed else data

    def unpack(self, data: bytes) -> bytes:
        """What ``pack`` packed."""
        return gzip.decompress(data) if self.compressed else data


def resume(chunks: Chunks, journal: Journal, form: Form) -> Counts:
    """Go past what the journal holds; what that came to. Raises ChangedInputError."""
    done = [entry.chunk for entry in journal.done]
    chunks.skip(done, lambda number: form.unpack(journal.rows(number)))
    names = ("reports", "failures", "records", "characters")
    return Counts(*(sum(getattr(chunk, name) for chunk in done) for name in names))


def run(extractor: Extractor, chunks: Iterable[Portion], sink: Sink, form: Form, watch: Watch) -> None:
    """Extract from every chunk and hand its rows to the sink."""
    for portion in chunks:
        counts, rows = Counts(), []
        for result in confident(extractor.extract_all(portion.reports), form.least):
            rows.append(write.dumps(write.to_dict(result, extractor.tagger.name, with_text=form.with_text)))
            counts.add(result)
            watch.see(result)
        watch.reach(portion.inputs)
        sink.commit(form.pack(rows), Chunk(*portion[1:], **vars(counts)))


def confident(results: Iterable[Extraction | Failure], least: float) -> Iterator[Extraction | Failure]:
    """Leave out what scores less than ``least``."""
    for result in results:
        yield result if isinstance(result, Failure) or not least else result.above(least)
