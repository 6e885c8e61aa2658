"""The fingerprint of a run: everything besides the reports that its rows hang on, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from zhanguo import __version__
from zhanguo.tagger import Tagger

_WEIGHTS = {".json", ".onnx", ".safetensors"}
_DIGITS = 16


def fingerprint(tagger: Tagger, paths: Iterable[str], settings: Mapping[str, Any]) -> dict[str, str]:
    """What makes rows the same: version, tables, model files, engine, the inputs named and the options (name → value)."""
    tables = sorted((table for table in files("zhanguo").joinpath("data").iterdir() if table.is_file()), key=lambda table: table.name)
    weights = sorted(path for path in tagger.folder.iterdir() if path.suffix in _WEIGHTS) if tagger.folder else []
    return {
        "zhanguo": __version__,
        "tables": _digest(table.read_bytes() for table in tables),
        **{path.name: _digest(_blocks(path)) for path in weights},
        "engine": _engine(tagger),
        "inputs": " ".join(paths),
        **{name: str(value) for name, value in settings.items()},
    }


def _engine(tagger: Tagger) -> str:
    library = "torch" if tagger.engine.name.startswith("torch") else "onnxruntime"
    return f"{tagger.engine.name}, {library} {version(library)}"


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _digest(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()[:_DIGITS]
