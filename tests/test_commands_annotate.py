"""The command convert: its order, its counts, its exit codes, what it says, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from zhanguo.__main__ import main
from zhanguo.annotations import read_examples
from zhanguo.forms.labelstudio import label_config
from zhanguo.schema import Span

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"


def row(name: str, *scores: float, text: str = "👮查获枪三支") -> str:
    places = ((3, 4, "TARGET"), (4, 5, "QUANTITY"), (5, 6, "UNIT"))
    spans = [
        {"start": a, "end": b, "label": label, "text": text[a:b], "score": score}
        for (a, b, label), score in zip(places, scores, strict=False)
    ]
    return json.dumps({"id": name, "source": f"{name}.txt", "text": text, "model": "zhanguo 0", "spans": spans, "records": []}) + "\n"


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    path = tmp_path / "new.jsonl"
    path.write_text(row("sure", 0.99, 0.98) + row("none") + row("unsure", 0.9, 0.2) + row("middling", 0.9, 0.8, 0.9), "utf-8")
    return path


def ids(path: Path) -> list[str]:
    return [example.id for example in read_examples(path)]


def test_the_least_certain_first(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    assert main(["convert", str(predictions), "-o", str(out), "--order", "uncertain"]) == 0
    assert ids(out) == ["unsure", "middling", "sure", "none"]
    said = capsys.readouterr()
    assert said.out == f"{out}: reports 4, spans 7, left out 0\n"
    assert said.err == f"zhanguo: {out}: 4 reports hold predictions that nobody has corrected yet\n"
    assert main(["convert", str(predictions), "-o", str(out), "--order", "uncertain", "--limit", "2"]) == 0
    assert ids(out) == ["unsure", "middling"]
    assert main(["convert", str(predictions), "-o", str(out), "--limit", "1"]) == 0
    assert ids(out) == ["sure"]
    assert main(["convert", str(out), "-o", str(tmp_path / "again.jsonl"), "--order", "uncertain"]) == 2
    assert "only predictions have them: give an output of extract" in capsys.readouterr().err


def test_there_and_back_through_a_tool(predictions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks, corrected = tmp_path / "tasks.json", tmp_path / "corrected.jsonl"
    assert main(["convert", str(predictions), "-o", str(tasks)]) == 0
    found = json.loads(tasks.read_text("utf-8"))
    found[0]["annotations"] = [{"result": found[0]["predictions"][0]["result"][:1]}]
    found[1]["annotations"] = [{"was_cancelled": True, "result": []}]
    tasks.write_text(json.dumps(found), "utf-8")
    capsys.readouterr()
    assert main(["convert", str(tasks), "-o", str(corrected)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{corrected}: reports 3, spans 6, left out 1\n"
    assert said.err.splitlines() == [
        f"zhanguo: {tasks}, task 2: it was skipped",
        f"zhanguo: {corrected}: 2 reports hold predictions that nobody has corrected yet",
    ]
    first = next(iter(read_examples(corrected)))
    assert (first.id, first.spans, first.meta) == ("sure", (Span(3, 4, "TARGET"),), {"source": "sure.txt"})


def test_repairs_are_told_and_originals_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports, tasks, out = tmp_path / "reports", tmp_path / "tasks.json", tmp_path / "out.jsonl"
    reports.mkdir()
    (reports / "a.txt").write_text("👮查获\r\n枪三支", "utf-8", newline="")
    span = {"type": "labels", "value": {"start": 5, "end": 6, "text": "枪", "labels": ["TARGET"]}}
    tasks.write_text(
        json.dumps([{"id": 1, "data": {"text": "👮查获\n枪三支", "report": "a"}, "annotations": [{"result": [span]}]}]), "utf-8"
    )
    assert main(["convert", str(tasks), "-o", str(out), "--original", str(reports)]) == 0
    [example] = read_examples(out)
    assert (example.text, example.spans) == ("👮查获\r\n枪三支", (Span(5, 6, "TARGET"),))
    assert f"{tasks}, task 1: report 'a': its 1 spans put where their text stands: offsets were utf-16" in capsys.readouterr().err


def test_an_output_without_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full = tmp_path / "full.jsonl"
    full.write_text(row("a", 0.9), "utf-8")
    bare = {key: value for key, value in json.loads(row("a", 0.9)).items() if key != "text"}
    (tmp_path / "bare.jsonl").write_text(json.dumps(bare), "utf-8")
    command = ["convert", str(tmp_path / "bare.jsonl"), "-o", str(tmp_path / "out.txt")]
    assert main(command) == 2
    assert "line 1: report 'a': the text is not in the file; give it with --original" in capsys.readouterr().err
    assert main([*command, "--original", str(full)]) == 0
    assert "[[TARGET|枪]]" in (tmp_path / "out.txt").read_text("utf-8")


def test_what_was_there_stays_when_nothing_can_be_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, bad = tmp_path / "out.jsonl", tmp_path / "bad.jsonl"
    out.write_text("mine", "utf-8")
    for content, message in (
        ('{"id": "a", "text": "警", "label": [[0, 1, "WAFFE"]]}\n', f"{bad}, line 1: report 'a': span 0:1 WAFFE: unknown label"),
        ('{"id": "a", "text": "警", "label": []}\n{', f"{bad}, line 2: "),
        ('{"id": "a", "text": "警👮方法", "label": [[3, 4, "ORG"]]}\n', "say with --offsets what the tool counts"),
        ('{"id": "a", "text": "警👮方", "label": [[2, 3, "ORG"]]}\n', "2:3 ORG is no place in the text, counted in utf-16"),
    ):
        bad.write_text(content, "utf-8")
        assert main(["convert", str(bad), "-o", str(out)]) == 2
        assert message in capsys.readouterr().err
    for arguments, message in (
        (["-o", str(tmp_path / "out.doc")], "the suffix tells no form"),
        (["-o", str(tmp_path / "none" / "out.txt")], "there is no folder"),
        (["-o", str(out), "--original", str(tmp_path / "gone")], "No such file"),
    ):
        assert main(["convert", str(bad), *arguments]) == 2
        assert message in capsys.readouterr().err
    assert out.read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "out.jsonl"]


def test_a_form_that_cannot_hold_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(row("good", 0.9) + row("rule", text="甲\n====\n乙"), "utf-8")
    assert main(["convert", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "a.txt")]) == 1
    said = capsys.readouterr()
    assert "line 2: report 'rule': the inline form can't hold this report" in said.err
    assert said.out.endswith("reports 1, spans 1, left out 1\n")
    assert ids(tmp_path / "a.txt") == ["good"]


def test_failures_of_extract_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(RESULTS), "-o", str(tmp_path / "out.jsonl")]) == 1
    said = capsys.readouterr()
    assert f"{RESULTS}, line 3: extract could not read 'c.bin': binary file, not text" in said.err
    assert f"{RESULTS}, line 5: report 'e': the text is not in the file" in said.err
    assert said.out.endswith("left out 2\n")


def test_the_label_config(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["convert", "--label-config"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == label_config()


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_that_is_none(limit: str) -> None:
    with pytest.raises(SystemExit):
        main(["convert", "a.jsonl", "-o", "b.jsonl", "--limit", limit])
