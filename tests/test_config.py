"""Recipes: every file in configs is complete, and a wrong key is named."""

from pathlib import Path

import pytest

pytest.importorskip("yaml")

from zhanguo.config import ConfigError, PretrainConfig, TrainConfig, read_config

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))
TEXT = next(path for path in CONFIGS if path.stem == "tiny").read_text("utf-8")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_recipes(path: Path) -> None:
    assert read_config(path, PretrainConfig if path.stem.startswith("pretrain") else TrainConfig)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs: 2", "epochs: 2\nepoch: 3", "unknown key epoch;"),
        ("epochs: 2", "", "missing key epochs"),
        ("epochs: 2", "epochs: many", "epochs is 'many', expected float"),
        ("layers: 1", "layers: true", "layers is True, expected int"),
        ("layers: 1", "layers: 1.5", "layers is 1.5, expected int"),
        ("train: [seeds/corpus/a08.txt]", "train: seeds", "train is 'seeds', expected list"),
        ("name: tiny", "name: [", "tiny.yaml"),
        (TEXT, "- 1", "expected keys and values"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=message):
        read_config(path, TrainConfig)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        read_config(tmp_path / "nowhere.yaml", TrainConfig)


def test_numbers_the_way_yaml_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(TEXT.replace("learning_rate: 3e-4", "learning_rate: 1e-4"), "utf-8")
    assert read_config(path, TrainConfig).learning_rate == 1e-4
