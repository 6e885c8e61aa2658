"""Training: the tiny recipe trains, resumes, and leaves a folder that loads anywhere; a wrong recipe says what is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np

from zhanguo import export
from zhanguo.labels import TAGS
from zhanguo.tagger import Tagger

ROOT = Path(__file__).parents[1]
TEXT = "东岭派出所收缴枪支3支、子弹２８发。\u3000\u200b👮" * 20


def train(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "train.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def recipe(folder: Path, old: str = "", new: str = "") -> Path:
    path = folder / "recipe.yaml"
    text = (ROOT / "configs" / "tiny.yaml").read_text("utf-8").replace("runs/tiny", str(folder / "out"))
    path.write_text(text.replace(old, new) if old else text, "utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    result = train(str(recipe(folder)))
    assert result.returncode == 0, result.stderr
    assert "QUANTITY" in result.stderr  # seqeval's report
    return folder


def test_the_folder_holds_no_pickles(trained: Path) -> None:
    names = {path.name for path in (trained / "out").iterdir() if path.is_file()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "zhanguo.json"}


def test_resume_goes_on_from_the_last_step(trained: Path) -> None:
    def states() -> dict[int, float]:
        steps = (trained / "out" / "steps").glob("checkpoint-*/trainer_state.json")
        return {(state := json.loads(path.read_text()))["global_step"]: state["epoch"] for path in steps}

    [(first, epoch)] = states().items()
    assert epoch == 2
    result = train(str(recipe(trained, "epochs: 2", "epochs: 3")), "--resume")
    assert result.returncode == 0, result.stderr
    assert states() == {first * 3 // 2: 3}
    log = json.loads(next((trained / "out" / "steps").glob("*/trainer_state.json")).read_text())["log_history"]
    assert [row["epoch"] for row in log if "eval_f1" in row] == [1, 2, 3]


def test_transformers_loads_the_folder_as_it_is(trained: Path) -> None:
    from transformers import pipeline

    tagger = pipeline("token-classification", model=str(trained / "out"))
    assert set(tagger.model.config.id2label.values()) == set(TAGS)
    rows = tagger("东岭派出所收缴枪支3支", ignore_labels=[])
    assert [(row["start"], row["end"]) for row in rows] == [(i, i + 1) for i in range(11)]


def test_how_a_report_is_printed_does_not_matter(trained: Path) -> None:
    tagger = Tagger.from_folder(trained / "out", "torch")
    plain, other = "收缴枪支3支，子弹28发，查获1万元。", "收繳槍支３支,子彈２８發,査獲１萬元。"
    assert np.array_equal(tagger.scores(plain)[1], tagger.scores(other)[1])


def test_onnx_gives_what_torch_gives(trained: Path, tmp_path: Path) -> None:
    export.export(trained / "out", tmp_path)
    torch, onnx = Tagger.from_folder(trained / "out", "torch"), Tagger.from_folder(tmp_path, "onnx")
    places, scores = onnx.scores(TEXT)
    assert [place.start for place in places] == [i for i, char in enumerate(TEXT) if char != "\u200b"]
    assert np.abs(np.exp(scores) - np.exp(torch.scores(TEXT)[1])).max() < 0.05


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs: 2", "epoch: 2", "unknown key epoch"),
        ("train: [", "train: [seeds/none-*.txt, ", "no annotated file matches seeds/none-*.txt"),
        ("overlap: 32", "overlap: 128", "overlap 128 must be at least 0 and below"),
        ("window: 128", "window: 600", "window 600 is too long"),
        ("layers: 1", "layers: 13", "layers is 13, weights/base has 12"),
        ("base: weights/base", "base: weights/none", "weights/none"),
        ("precision: auto", "precision: fp8", "precision is 'fp8'"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    result = train(str(recipe(tmp_path, old, new)))
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_accelerate_launches_it(tmp_path: Path) -> None:
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "1", "--num_machines", "1", "--mixed_precision", "no"]
    command = [sys.executable, *launch, "--dynamo_backend", "no", "train.py", str(recipe(tmp_path, "epochs: 2", "epochs: 1"))]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "model.safetensors").is_file()


def test_it_goes_on_from_the_shipped_checkpoint(tmp_path: Path) -> None:
    """The head's and the encoder's weights and the vocabulary are the checkpoint's: nothing begins anew."""
    import torch

    from zhanguo import checkpoint
    from zhanguo.config import TrainConfig, read_config
    from zhanguo.encode import Encoder
    from zhanguo.tagger import TorchEngine

    config = read_config(recipe(tmp_path, "base: weights/base\nlayers: 1", f"base: {ROOT / 'weights' / 'zhanguo'}\nlayers: 0"), TrainConfig)
    model, encoder = checkpoint.load_for_training(config)
    shipped = TorchEngine.from_folder(str(ROOT / "weights" / "zhanguo"), "cpu").model.state_dict()
    assert shipped.keys() == model.state_dict().keys()
    assert all(torch.equal(shipped[name], tensor) for name, tensor in model.state_dict().items())
    assert encoder.tokenizer.to_str() == Encoder.from_file(ROOT / "weights" / "zhanguo" / "tokenizer.json").tokenizer.to_str()
