"""Files that appear only when they are whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write to; what stands there becomes ``path`` when the block ends without an error, else nothing changes.

    Raises FileNotFoundError where the folder of ``path`` is not there.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zhanguo-") as folder:
        unfinished = Path(folder) / path.name
        yield unfinished
        unfinished.replace(path)
