"""The model card: all of it from the run's history and folder; model hubs can read its head."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub")
pytest.importorskip("matplotlib")
pytest.importorskip("yaml")

import yaml
from huggingface_hub import ModelCard

from zhanguo import card, history
from zhanguo.history import History
from zhanguo.schema import Example, Span

GOLD = Example("a", "东岭派出所收缴枪支3支", (Span(0, 5, "ORG"), Span(9, 10, "QUANTITY"), Span(10, 11, "UNIT")))
FOUND = Example("a", GOLD.text, (Span(0, 5, "ORG", 0.9), Span(9, 11, "QUANTITY", 0.6)))
RECIPE = {
    "name": "mine",
    "base": "someone/bert",
    "train": ["a*.txt", "b.txt"],
    "dev": ["c.txt"],
    "copies": 3,
    "window": 99,
    "license": "mit",
}
CONFIG = {"architectures": ["BertForTokenClassification"], "num_hidden_layers": 5, "hidden_size": 48}
LOG = [{"step": 1, "loss": 2.0, "learning_rate": 1e-3}, {"step": 1, **history.metrics(history.result([GOLD], [FOUND])["scores"])}]
RUN = History(RECIPE, history.describe([GOLD] * 1200), history.describe([GOLD]), 1, {"torch": "2.99"}, LOG, history.result([GOLD], [FOUND]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    history.write(RUN, tmp_path)
    return tmp_path


def test_plots_and_card_are_made_from_the_folder(folder: Path) -> None:
    assert card.main([str(folder)]) == 0
    text = (folder / "README.md").read_text("utf-8")
    for name in ("loss", "f1", "confusion", "reliability_spans"):
        assert (folder / f"{name}.png").is_file()
        assert f"]({name}.png)" in text
    assert "learning_curve.png" not in text
    (folder / "learning_curve.png").touch()
    card.write(RUN, folder)
    assert "](learning_curve.png)" in (folder / "README.md").read_text("utf-8")


def test_what_it_says(folder: Path) -> None:
    card.write(RUN, folder)
    text = (folder / "README.md").read_text("utf-8")
    for said in (
        "# mine\n",
        "layers: 5, hidden size: 48",
        "99 characters at a time",
        "| ORG | 1.0000 | 1.0000 | 1.0000 | 1 | 1 | 1 |",
        "| overall | 0.5000 | 0.3333 | 0.4000 | 1 | 2 | 3 |",
        "| train | `a*.txt`, `b.txt` | 1,200 | 13,200 | 3,600 | 1,200 | 0 | 1,200 | 1,200 |",
        "Of these 1 reports, 1 are also among those learnt from.",
        "besides: 3.",
        "| torch | 2.99 |",
        "Licence: mit.",
    ):
        assert said in text
    assert yaml.safe_load(text.split("```yaml\n")[1].split("```")[0]) == RECIPE


def test_hubs_read_its_head(folder: Path) -> None:
    card.write(RUN, folder)
    head = ModelCard.load(folder / "README.md").data
    assert (head.license, head.language, head.pipeline_tag, head.base_model) == ("mit", "zh", "token-classification", "someone/bert")
    values = {result.metric_name: result.metric_value for result in head.eval_results}
    assert values["span f1, strict, overall"] == 0.4
    assert values["span f1, strict, ORG"] == 1


def test_a_base_on_the_disk_is_no_hub_name(folder: Path) -> None:
    card.write(replace(RUN, recipe={**RECIPE, "base": str(folder)}), folder)
    assert ModelCard.load(folder / "README.md").data.base_model is None


def test_no_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert card.main([str(tmp_path)]) == 2
    assert "history.json" in capsys.readouterr().err
