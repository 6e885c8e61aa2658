"""Checksums: a model folder lists the SHA-256 of its weights and what goes with them, so that a damaged or swapped file is never used.

The list has the form of ``sha256sum``, so ``sha256sum -c SHA256SUMS`` checks it, too. ``zhanguo.json`` is not on it: calibrating
rewrites it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

LIST = "SHA256SUMS"
_LISTED = ("*.onnx", "*.safetensors", "*.index.json", "config.json", "tokenizer.json", "tokenizer_config.json")
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\]+)")


def write(folder: Path) -> None:
    """Write the list of a folder's files."""
    names = sorted({path.name for pattern in _LISTED for path in folder.glob(pattern)})
    (folder / LIST).write_text("".join(f"{_digest(folder / name)}  {name}\n" for name in names), "utf-8")


def wrong(folder: Path) -> list[str]:
    """What does not agree with a folder's list, in words; nothing where the folder has no list."""
    path = folder / LIST
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    return [problem for line in lines if (problem := _problem(folder, line))]


def _problem(folder: Path, line: str) -> str | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return f"{folder / LIST} holds a line that is no checksum: {line:.80}"
    digest, name = match.groups()
    if not (folder / name).is_file():
        return f"{folder / name} is not there, but {LIST} names it"
    if _digest(folder / name) != digest:
        return f"{folder / name} is damaged, or not the file that {LIST} was made for: fetch or make it again"
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
