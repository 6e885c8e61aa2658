"""The judged passes: their models are fitted from annotated reports, written as tables, and used as written."""

import itertools
from pathlib import Path

import pytest

pytest.importorskip("scipy")

from zhanguo import fit, judged_agents, judged_kinds
from zhanguo.annotations import parse_block
from zhanguo.judged_kinds import CLASSES
from zhanguo.linear import Weights, probabilities
from zhanguo.link import propose
from zhanguo.schema import Example
from zhanguo.tables import read_rows

UNITS, THINGS = ("河东县公安局", "河西派出所", "南岭海关"), ("枪支", "烟花爆竹", "子弹")


def report(unit: str, thing: str, number: int) -> Example:
    """A report in which 查扣 is a seizure, 现有 nothing, and the named unit acts in both sentences."""
    return parse_block(
        f"id: {unit}{thing}{number}\n----\n"
        f"[[ORG|{unit}]]查扣[[TARGET|{thing}]][[QUANTITY|{number}]][[UNIT|件]]。"
        f"次日又查扣[[TARGET|{thing}]][[QUANTITY|{number + 1}]][[UNIT|件]]。现有[[TARGET|街道]][[QUANTITY|{number + 2}]][[UNIT|条]]。\n"
        f"----\nseizure | 查扣 | {thing} | {number} | exact | 件 | - | {unit} | -\n"
        f"seizure | 查扣 | {thing} | {number + 1} | exact | 件 | - | {unit} | -\n"
    )


CORPUS = [report(*case) for case in itertools.product(UNITS, THINGS, (3, 12, 40))]


def test_alignment_finds_the_record_of_each_statement() -> None:
    example = CORPUS[0]
    first, second = example.records or ()
    assert fit.align(example, propose(example.text, example.spans)) == [first, second, None]


def test_fitted_tables_judge_as_they_were_taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit.fit(CORPUS, tmp_path)
    for module, name, classes in (
        (judged_kinds, "kind_weights.tsv", CLASSES),
        (judged_agents, "agent_weights.tsv", ("weight",)),
    ):
        lines = (tmp_path / name).read_text("utf-8").splitlines()[1:]
        weights = Weights([line.split("\t") for line in lines], classes)
        monkeypatch.setattr(module, "_weights", lambda weights=weights: weights)
    example = report("北川县公安局", "炸药", 7)
    document = propose(example.text, example.spans)
    judged_kinds.judge_kinds(document)
    assert [statement.kind for statement in document.statements] == ["seizure", "seizure", "none"]
    judged_agents.judge_agents(document)
    assert [document.slice(statement.org) for statement in document.statements[:2]] == ["北川县公安局"] * 2
    assert all(0 < statement.share <= 1 for statement in document.statements)


@pytest.mark.parametrize(("name", "classes"), [("kind_weights.tsv", CLASSES), ("agent_weights.tsv", ("weight",))])
def test_shipped_tables_are_whole(name: str, classes: tuple[str, ...]) -> None:
    rows = list(read_rows(name))
    assert len(rows) > 1000
    assert len({row[0] for row in rows}) == len(rows)
    assert Weights.read(name, classes).scores(["nothing known"]) == [0.0] * len(classes)


def test_the_command_names_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fit.main([str(tmp_path / "none.txt"), "-o", str(tmp_path)]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_probabilities_of_large_scores() -> None:
    assert probabilities([1000.0, 1000.0]) == [0.5, 0.5]
