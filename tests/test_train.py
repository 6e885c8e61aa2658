"""Training: the tiny recipe trains, resumes, and leaves a folder that loads anywhere; a wrong recipe says what is wrong."""

import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np
import yaml
from offline import attempts, environment, isolated
from safetensors.numpy import load_file

from zhanguo import export, history
from zhanguo.annotations import example_to_dict
from zhanguo.config import ConfigError, TrainConfig, read_config
from zhanguo.labels import TAGS
from zhanguo.schema import Example, Span
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
def script() -> ModuleType:
    """train.py, imported."""
    spec = importlib.util.spec_from_file_location("train_script", ROOT / "train.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    command = [*isolated(), sys.executable, "train.py", str(recipe(folder))]
    result = subprocess.run(command, cwd=ROOT, env=environment(folder / "network"), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "QUANTITY" in result.stderr  # seqeval's report
    return folder


def test_training_needs_no_network(trained: Path) -> None:
    assert attempts(trained / "network") == ""


def test_the_folder_holds_no_pickles(trained: Path) -> None:
    names = {path.name for path in (trained / "out").iterdir() if path.is_file()}
    model = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "zhanguo.json", "SHA256SUMS"}
    assert names == {*model, "README.md", "history.json", "loss.png", "f1.png", "confusion.png", "reliability_spans.png"}


def test_the_run_is_written_down(trained: Path) -> None:
    run = history.read(trained / "out")
    assert run.recipe["name"] == "tiny"
    assert run.train == run.dev
    assert (run.train["reports"], run.dev_in_train) == (24, 24)
    assert [row["epoch"] for row in run.log if "eval_f1" in row] == [1, 2]
    scores = run.dev_result["scores"]
    assert run.log[-1].get("eval_f1", run.log[-2].get("eval_f1")) == scores["overall"]["f1"] > 0
    assert [sum(row) for row in run.dev_result["confusion"][:-1]] == list(run.dev["spans"].values())
    assert sum(b["count"] for b in run.dev_result["reliability"]) == scores["overall"]["predicted"]
    assert f"| overall | {scores['overall']['precision']:.4f} |" in (trained / "out" / "README.md").read_text("utf-8")


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
        ("report_to: []", "report_to: [tensorbord]", "report_to names tensorbord: misspelt or not installed"),
    ],
)
def test_mistakes_are_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    result = train(str(recipe(tmp_path, old, new)))
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_batch_that_processes_cannot_share(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="batch_size 16 can't be shared by 3 processes"):
        script.check(read_config(recipe(tmp_path), TrainConfig), 3)


def small(folder: Path, **changes: Any) -> TrainConfig:
    """The tiny recipe on sixteen made-up reports of one window each, two whole batches an epoch."""
    folder.mkdir()
    reports = folder / "reports.jsonl"
    texts = [f"{'某' * (1 + i % 7)}派出所收缴枪支{1 + i % 9}支。" for i in range(16)]
    spans = [(Span(0, n - 8, "ORG"), Span(n - 5, n - 3, "TARGET"), Span(n - 3, n - 2, "QUANTITY")) for n in map(len, texts)]
    rows = [example_to_dict(Example(str(i), text, its)) for i, (text, its) in enumerate(zip(texts, spans, strict=True))]
    reports.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    kept = {"train": [str(reports)], "dev": [str(reports)], "output": str(folder / "out"), "copies": 0, "batch_size": 8}
    return replace(read_config(ROOT / "configs" / "tiny.yaml", TrainConfig), **{**kept, **changes})


def test_the_forecast_changes_no_weight(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    script.train(small(tmp_path / "with"), resume=False)
    assert re.search(r"^4 steps, about \d+ seconds? on this machine \((bf16|fp32), 1 process\)$", capfd.readouterr().err, re.MULTILINE)
    monkeypatch.setattr(script.TaggerTrainer, "announce", lambda *_: None)
    script.train(small(tmp_path / "without"), resume=False)
    assert "about" not in capfd.readouterr().err
    weights = [(tmp_path / name / "out" / "model.safetensors").read_bytes() for name in ("with", "without")]
    assert weights[0] == weights[1]


def test_tensorboard_is_the_trainers(script: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    script.train(small(tmp_path / "run", report_to=["tensorboard"], epochs=1.0), resume=False)
    assert list((tmp_path / "run" / "out" / "steps").rglob("events.out.tfevents.*"))


def test_two_processes_train_as_one(script: ModuleType, tmp_path: Path) -> None:
    """Without dropout the same steps in the same order; what is left is the order of sums."""
    changes = {"dropout": 0.0, "precision": "fp32", "epochs": 5.0, "evaluate_every": 5}
    script.train(small(tmp_path / "one", **changes), resume=False)
    two = small(tmp_path / "two", **changes)
    path = tmp_path / "two.yaml"
    path.write_text(yaml.safe_dump(asdict(two)), "utf-8")
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    command = [sys.executable, *launch, "--dynamo_backend", "no", "--main_process_port", "0", "train.py", str(path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500)
    assert result.returncode == 0, result.stderr
    assert "(fp32, 2 processes)" in result.stderr
    assert result.stderr.count("micro avg") == 1  # not one a process
    runs = [history.read(tmp_path / name / "out") for name in ("one", "two")]
    assert [run.machine["processes"] for run in runs] == [1, 2]
    (step, loss), other_row = ([(row["step"], row["loss"]) for row in run.log if "loss" in row][-1] for run in runs)
    assert other_row == (step, pytest.approx(loss, rel=1e-5))
    assert step == runs[0].log[-1]["step"] == runs[1].log[-1]["step"] == 10
    one, other = (load_file(tmp_path / name / "out" / "model.safetensors") for name in ("one", "two"))
    assert all(np.allclose(one[name], other[name], atol=1e-3) for name in one)
    assert runs[0].dev_result["confusion"] == runs[1].dev_result["confusion"]


def test_it_goes_on_from_the_shipped_checkpoint(tmp_path: Path) -> None:
    """The head's and the encoder's weights and the vocabulary are the checkpoint's: nothing begins anew."""
    import torch
    from transformers import AutoModelForTokenClassification

    from zhanguo import checkpoint
    from zhanguo.encode import Encoder

    config = read_config(recipe(tmp_path, "base: weights/base\nlayers: 1", f"base: {ROOT / 'weights' / 'zhanguo'}\nlayers: 0"), TrainConfig)
    model, encoder = checkpoint.load_for_training(config)
    shipped = AutoModelForTokenClassification.from_pretrained(ROOT / "weights" / "zhanguo").float().state_dict()
    assert shipped.keys() == model.state_dict().keys()
    assert all(torch.equal(shipped[name], tensor) for name, tensor in model.state_dict().items())
    assert encoder.tokenizer.to_str() == Encoder.from_file(ROOT / "weights" / "zhanguo" / "tokenizer.json").tokenizer.to_str()
