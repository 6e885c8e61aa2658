"""Adapting the base: what is hidden is what is asked for, and the result is a base again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from test_base import toy_file

from zhanguo import base, blocks, pretrain
from zhanguo.characters import SPECIAL
from zhanguo.config import PretrainConfig, read_config

RECIPE = Path(__file__).parents[1] / "configs" / "pretrain.yaml"


def test_rows_hold_the_text_in_order(tmp_path: Path) -> None:
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *"枪支弹药\n"])}
    (tmp_path / "text.txt").write_text("枪支弹药\n枪支?", "utf-8")
    rows = pretrain.read_rows(tmp_path / "text.txt", vocabulary, 6)
    assert rows.tolist() == [[2, 5, 6, 7, 8, 3], [2, 9, 5, 6, 1, 3]]


def test_hidden_characters() -> None:
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *map(chr, range(0x4E00, 0x4E00 + 500))])}
    rows = [np.concatenate([[2], np.full(126, 7), [3]]) for _ in range(200)]
    batch = pretrain.Masker(vocabulary, 0.15, seed=1)(rows)
    ids, labels = batch["input_ids"].numpy(), batch["labels"].numpy()
    hidden = labels != pretrain.IGNORED
    assert (labels[hidden] == 7).all()
    assert (ids[~hidden] == np.stack(rows)[~hidden]).all()
    assert not hidden[:, [0, -1]].any()
    assert hidden.mean() == pytest.approx(0.15, abs=0.02)
    assert (ids[hidden] == vocabulary["[MASK]"]).mean() == pytest.approx(0.8, abs=0.05)


def test_a_base_becomes_a_base(tmp_path: Path) -> None:
    source = base.parse_e5(toy_file()[0])
    base.write_base(source, tmp_path / "base")
    (tmp_path / "text.txt").write_text("支2 支支2" * 200, "utf-8")
    recipe = replace(
        read_config(RECIPE, PretrainConfig),
        text=str(tmp_path / "text.txt"),
        base=str(tmp_path / "base"),
        output=str(tmp_path / "out"),
        length=16,
        batch_size=4,
        steps=3,
        warmup=1,
        save_every=2,
    )
    pretrain.pretrain(recipe, resume=False)
    before, after = (blocks.load(tmp_path / name / base.WEIGHTS_FILE) for name in ("base", "out"))
    assert before.keys() <= after.keys()
    assert any(np.abs(before[name] - after[name]).max() > 1e-4 for name in before)
    pretrain.pretrain(replace(recipe, steps=4), resume=True)
    assert (tmp_path / "out" / "steps" / "checkpoint-4").is_dir()


@pytest.mark.parametrize(
    ("old", "message"), [("runs/text.txt.xz", "No such file"), ("runs/base", "no such file"), ("steps: 1800\n", "missing key steps")]
)
def test_mistakes_are_named(old: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = RECIPE.parents[1] / "weights" / "base"
    recipe = RECIPE.read_text("utf-8").replace(old, str(tmp_path / "nothing") if "/" in old else "")
    (tmp_path / "pretrain.yaml").write_text(recipe.replace("runs/base", str(shipped)), "utf-8")
    assert pretrain.main([str(tmp_path / "pretrain.yaml")]) == 2
    assert message in capsys.readouterr().err
