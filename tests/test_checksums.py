"""Checksums: a damaged, swapped or missing file is named before anything is made of it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from zhanguo import Extractor, checksums
from zhanguo.engines import ModelError

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "model" / "zhanguo" / "assets"
SHIPPED = [ASSETS, ROOT / "weights" / "base", ROOT / "weights" / "zhanguo"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ASSETS, tmp_path / "model"))


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_what_is_shipped_agrees_with_its_list(folder: Path) -> None:
    listed = {line.split()[1] for line in (folder / checksums.LIST).read_text().splitlines()}
    weights = {path.name for path in folder.iterdir() if path.suffix in (".onnx", ".safetensors")}
    assert weights
    assert weights | {"config.json", "tokenizer.json"} <= listed
    assert checksums.wrong(folder) == []


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_one_wrong_byte_is_found_and_its_file_named(model: Path, name: str) -> None:
    data = bytearray((model / name).read_bytes())
    data[len(data) // 2] ^= 1
    (model / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name} is damaged, or not the file that SHA256SUMS was made for"):
        Extractor.from_pretrained(str(model))


def test_a_missing_file_is_named(model: Path) -> None:
    (model / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is not there, but SHA256SUMS names it"):
        Extractor.from_pretrained(str(model))


@pytest.mark.parametrize("line", ["no checksum", "0" * 64 + "  ../tokenizer.json", "0" * 64 + "  /etc/passwd", "\ufffd"])
def test_a_list_that_is_none_is_refused(model: Path, line: str) -> None:
    (model / checksums.LIST).write_text(line + "\n", "utf-8")
    with pytest.raises(ModelError, match="a line that is no checksum"):
        Extractor.from_pretrained(str(model))


def test_settings_may_change_and_a_folder_without_a_list_is_loaded(model: Path) -> None:
    settings = model / "zhanguo.json"
    settings.write_text(settings.read_text("utf-8") + "\n", "utf-8")
    assert Extractor.from_pretrained(str(model)).tagger.folder == model
    (model / checksums.LIST).unlink()
    assert Extractor.from_pretrained(str(model)).tagger.folder == model


def test_a_list_can_be_made_again(model: Path) -> None:
    before = (model / checksums.LIST).read_bytes()
    (model / checksums.LIST).unlink()
    checksums.write(model)
    assert (model / checksums.LIST).read_bytes() == before


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_sha256sum_reads_the_list(model: Path) -> None:
    command = ["sha256sum", "--check", "--strict", checksums.LIST]
    assert subprocess.run(command, cwd=model, capture_output=True, check=False).returncode == 0
    (model / "model.onnx").write_bytes(b"")
    assert subprocess.run(command, cwd=model, capture_output=True, check=False).returncode == 1


def test_a_damaged_base_is_not_trained_on(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from zhanguo.checkpoint import require_intact
    from zhanguo.config import ConfigError

    base = Path(shutil.copytree(ROOT / "weights" / "base", tmp_path / "base"))
    require_intact(base)
    with (base / "base.safetensors").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ConfigError, match=r"base\.safetensors is damaged"):
        require_intact(base)
