"""The guide docs/annotate.md: its commands run in their order on made-up reports, with a recipe of one step in the shipped one's place."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("yaml")

import yaml

from zhanguo.__main__ import main
from zhanguo.annotations import example_to_dict, format_block, parse_block, read_examples
from zhanguo.forms.labelstudio import label_config
from zhanguo.write import dumps

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "annotate.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
REPORTS = {
    "东岭": "[[ORG|东岭县公安局]]👮近日收缴[[TARGET|气枪]][[QUANTITY|2]][[UNIT|支]]，\n抓获[[TARGET|嫌疑人]][[QUANTITY|5]][[UNIT|名]]。",
    "西桥": "\u3000[[ORG|西桥派出所]]走访[[TARGET|商户]][[QUANTITY|四十余]][[UNIT|家]]，\n整改[[TARGET|隐患]][[QUANTITY|9]][[UNIT|处]]。",
}
KEPT = {
    "a08": "[[ORG|南湾海关]]查获[[TARGET|走私香烟]][[QUANTITY|3.1万]][[UNIT|条]]。\n----\n"
    "seizure | 查获 | 走私香烟 | 31000 | exact | 条 | - | 南湾海关 | -",
    "a27": "截至目前，[[ORG|北山市公安局]]打掉[[TARGET|诈骗团伙]][[QUANTITY|7]][[UNIT|个]]，破案[[QUANTITY|16]][[UNIT|起]]。\n----\n"
    "disruption | 打掉 | 诈骗团伙 | 7 | exact | 个 | - | 北山市公安局 | -\ncase | 破案 | - | 16 | exact | 起 | - | 北山市公安局 | -",
}
GOLD, APART = ({name: parse_block(f"id: {name}\n----\n{text}\n") for name, text in kind.items()} for kind in (REPORTS, KEPT))


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with reports of one's own, a corpus of two and a recipe of one step."""
    for name in ("weights", "train.py"):
        (tmp_path / name).symlink_to(ROOT / name)
    for folder in ("new", "configs", "seeds/corpus"):
        (tmp_path / folder).mkdir(parents=True)
    for name, example in GOLD.items():
        (tmp_path / "new" / f"{name}.txt").write_text(example.text.replace("\n", "\r\n"), "utf-8", newline="")
    for name, example in APART.items():
        (tmp_path / "seeds" / "corpus" / f"{name}.txt").write_text(format_block(example), "utf-8")
    (tmp_path / "kept.jsonl").write_text(dumps(example_to_dict(APART["a27"])) + "\n", "utf-8")
    recipe = yaml.safe_load((ROOT / "configs" / "finetune.yaml").read_text("utf-8"))
    recipe |= {"epochs": 1, "copies": 0}  # one step
    (tmp_path / "configs" / "finetune.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def correct(tasks: Path, export: Path) -> None:
    """What a person does in Label Studio: the prediction is made right and submitted."""
    rows = json.loads(tasks.read_text("utf-8"))
    for row in rows:
        text = row["data"]["text"]
        assert "\r" not in text
        assert row["predictions"][0]["result"], "the model should have found something to correct"
        values = [
            {"start": s.start, "end": s.end, "text": text[s.start : s.end], "labels": [s.label]} for s in GOLD[row["data"]["report"]].spans
        ]
        row["annotations"] = [{"result": [{"from_name": "label", "to_name": "text", "type": "labels", "value": value} for value in values]}]
    export.write_text(json.dumps(rows), "utf-8")


def run(command: str) -> None:
    """Run one command line of the guide; the zhanguo commands in this process."""
    line, _, target = command.partition(" > ")
    program, *arguments = shlex.split(line)
    if program == "python":
        result = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    elif target:
        result = subprocess.run([sys.executable, "-m", "zhanguo", *arguments], capture_output=True, text=True, check=True)
        Path(target).write_text(result.stdout, "utf-8")
    else:
        assert program == "zhanguo"
        assert main(arguments) == 0, command


def test_the_guide(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        if "export.json " in command:
            correct(clone / "tasks.json", clone / "export.json")
        run(command)
    assert (clone / "label-config.xml").read_text("utf-8") == label_config()
    corrected = {example.id: example for example in read_examples(clone / "corrected.jsonl")}
    assert corrected.keys() == GOLD.keys()
    for name, example in corrected.items():
        assert example.text == GOLD[name].text.replace("\n", "\r\n")  # as it was before any tool
        assert [example.text[s.start : s.end] for s in example.spans] == [GOLD[name].text[s.start : s.end] for s in GOLD[name].spans]
    assert list(read_examples(clone / "corrected.txt")) == list(corrected.values())
    settings = json.loads((clone / "runs/mine/zhanguo.json").read_text("utf-8"))
    assert settings["name"].endswith(" mine")
    assert settings["calibration"]
    better = [json.loads(line) for line in (clone / "better.jsonl").read_text("utf-8").splitlines()]
    assert all(" mine" in row["model"] for row in better)
    assert "气枪" in {record["target"] for row in better for record in row["records"]}  # it goes on from what the shipped model knew
    assert capsys.readouterr().out.count("overall") == 2  # before and after
