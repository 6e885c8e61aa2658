"""The checker: each kind of mistake in an annotated file is named with its report."""

from pathlib import Path

import pytest

from zhanguo.__main__ import main
from zhanguo.check import check_files
from zhanguo.overlap import Seeds
from zhanguo.schema import Example

BODY = "[[ORG|清河县公安局]]本周收缴[[TARGET|枪支]][[QUANTITY|3]][[UNIT|支]]。"
RECORD = "seizure | 收缴 | 枪支 | 3 | exact | 支 | - | 清河县公安局 | -"
FRAME = "初冬的一个清晨，{place}的民警走村入户宣讲政策，老人们把压在箱底的旧物交了出来，共计{count}件，随后统一登记造册。"


def problems(tmp_path: Path, *blocks: str, seeds: Seeds | None = None) -> list[str]:
    path = tmp_path / "a.txt"
    path.write_text("====\n".join(f"id: r{number}\n----\n{block}\n" for number, block in enumerate(blocks)), "utf-8")
    return list(check_files([path], seeds or Seeds([])))


def test_a_clean_report(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{BODY}\n----\n{RECORD}") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[ORG|清河县公安局]]", "[[ORG|清河县公安局", "broken mark"),
        ("[[TARGET|枪支]]", "[[TARGET|、枪支]]", "begins or ends with white space or punctuation"),
        ("[[QUANTITY|3]]", "[[QUANTITY|近3]]", "not a numeral"),
        ("| 3 |", "| 4 |", "is no QUANTITY of the text"),
        ("收缴 | 枪支", "收缴 | 枪", "target '枪' is no TARGET span"),
        ("seizure |", "theft |", "kind 'theft' is none of"),
        ("| 收缴 |", "| 查获 |", "action '查获' is not in the text"),
        ("县公安局 | -", "县公安局 | 7", "part_of 7 is no other record"),
        ("seizure |", "trend |", "kind trend with change None"),
        (" | exact", "", "8 fields, expected 9"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = problems(tmp_path, f"{BODY}\n----\n{RECORD}".replace(old, new))
    assert any(message in problem for problem in found)
    assert all("r0" in problem or "report 1" in problem for problem in found)


def test_an_id_used_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"id: r\n----\n{BODY}\n====\nid: r\n----\n查获[[TARGET|刀]][[QUANTITY|2]][[UNIT|把]]。\n", "utf-8")
    assert list(check_files([path], Seeds([]))) == ["r: id used 2 times"]


def test_a_passage_of_a_seed(tmp_path: Path) -> None:
    seed = Example("s", "前言。" + FRAME.format(place="南坡镇", count=21), ())
    [problem] = problems(tmp_path, "某日，民警走村入户宣讲政策，老人們把壓在箱底，\n的旧物交给了别人。", seeds=Seeds([seed]))
    assert problem.endswith("r0: shares '民警走村入户宣讲政策，老人们把压在箱底' with a seed")


def test_a_seed_shares_nothing_with_itself(tmp_path: Path) -> None:
    assert problems(tmp_path, "民警走村入户宣讲政策，老人们", seeds=Seeds([Example("s", "民警走村入户宣讲政策，老人们", ())])) == []


def test_a_frame_with_other_figures_is_a_copy(tmp_path: Path) -> None:
    frames = [FRAME.format(place=place, count=count) for place, count in (("南坡镇", 21), ("马家沟", "一百三十七"))]
    [problem] = problems(tmp_path, frames[0], BODY, frames[1])
    assert problem.startswith("r2: shares")
    assert problem.endswith("with r0, figures aside")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(f"id: r\n----\n{BODY}\n----\n{RECORD}\n", "utf-8")
    assert main(["check", str(tmp_path / "a.txt")]) == 0
    (tmp_path / "a.txt").write_text(f"id: r\n----\n{BODY}\n----\n{RECORD.replace('3', '5')}\n", "utf-8")
    assert main(["check", str(tmp_path / "a.txt")]) == 1
    assert "a.txt: r: record 0" in capsys.readouterr().out
