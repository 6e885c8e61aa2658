"""Writing a file whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; when all went well, what was written there takes the place of ``path``, else nothing changes."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zhanguo-") as folder:
        unfinished = Path(folder) / path.name
        yield unfinished
        unfinished.replace(path)
