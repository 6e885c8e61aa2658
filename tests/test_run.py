"""Runs: cut off and gone on with they give what an undisturbed run gives; what can't work is said before any work."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
import toy_model

from zhanguo import chunks
from zhanguo.__main__ import main
from zhanguo.commands import extract
from zhanguo.encode import Encoder, Encoding
from zhanguo.extract import Extractor
from zhanguo.progress import Counts, Watch
from zhanguo.run import Form
from zhanguo.schema import Extraction, Failure, Range, Report
from zhanguo.stopping import Console
from zhanguo.tagger import Tagger


class Power(BaseException):
    """It fails."""


class Fragile(Extractor):
    """An extractor that goes down with everything once its time has come."""

    left = 10**9

    def extract_all(self, reports: Iterable[Report | Failure]) -> Iterator[Extraction | Failure]:
        for result in super().extract_all(reports):
            if self.left == 0:
                raise Power
            self.left -= 1
            yield result


@pytest.fixture
def extractor(monkeypatch: pytest.MonkeyPatch) -> Fragile:
    fragile = Fragile(Tagger(Encoder.from_file(Path(str(toy_model.TOKENIZER))), toy_model.ToyEngine(), "toy"))
    monkeypatch.setattr(extract, "load", lambda *_, **__: fragile)
    monkeypatch.setattr(chunks, "REPORTS", 4)
    return fragile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    toy_model.write_reports(tmp_path / "in", toy_model.made_up(14))
    (tmp_path / "in" / "0000" / "000006.txt").write_bytes(bytes(range(256)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("out", ["out.jsonl", "out.jsonl.gz"])
@pytest.mark.parametrize("moments", [(0,), (3,), (4,), (9, 1), (5, 4, 4), (13,)])
def test_cut_off_and_gone_on_with(out: str, moments: tuple[int, ...], folder: Path, extractor: Fragile) -> None:
    command = ["extract", "in", "--resume", "-o", out]
    assert main(command) == 1
    assert names(folder) == ["in", out]
    right = Path(out).read_bytes()
    Path(out).unlink()
    for moment in moments:
        extractor.left = moment
        with pytest.raises(Power):
            main(command)
        assert not Path(out).exists()
    extractor.left = 14
    assert main(command) == 1
    assert Path(out).read_bytes() == right
    assert names(folder) == ["in", out]
    rows = [json.loads(line) for line in (gzip.decompress(right) if out.endswith(".gz") else right).splitlines()]
    assert [row["id"] for row in rows] == [f"{number:06}" for number in range(14)]
    assert ["error" in row for row in rows].index(True) == 6
    assert sum(len(row.get("records", ())) for row in rows) > 14


def test_going_on_within_a_table(folder: Path, extractor: Fragile) -> None:
    lines = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(toy_model.made_up(14))]
    (folder / "in.jsonl").write_text("\n".join([*lines[:7], "{broken", *lines[7:]]), "utf-8")
    assert main(["extract", "in.jsonl", "-o", "right"]) == 1
    for moment in (6, 5):
        extractor.left = moment
        with pytest.raises(Power):
            main(["extract", "in.jsonl", "-o", "out", "--resume"])
    extractor.left = 15
    assert main(["extract", "in.jsonl", "-o", "out", "--resume"]) == 1
    assert (folder / "out").read_bytes() == (folder / "right").read_bytes()
    assert len((folder / "out").read_bytes().splitlines()) == 15


def test_a_finished_output_is_left_alone(folder: Path, extractor: Fragile, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "in/0000/000000.txt", "-o", "out"]) == 0
    extractor.left = 0
    assert main(["extract", "in/0000/000000.txt", "-o", "out", "--resume"]) == 0
    assert "out is finished already; --overwrite makes it again" in capsys.readouterr().err
    assert names(folder) == ["in", "out"]


def test_hours_of_work_are_not_lost_by_mistake(folder: Path, extractor: Fragile, capsys: pytest.CaptureFixture[str]) -> None:
    extractor.left = 9
    with pytest.raises(Power):
        main(["extract", "in", "-o", "out"])
    assert "unfinished: the rows so far are in .out.part; go on with the same command and --resume" in capsys.readouterr().err
    extractor.left = 14
    for arguments, message in (
        (["in"], "unfinished run: go on with --resume, or begin anew with --overwrite"),
        (["in", "--resume", "--min-score", "0.5"], "--min-score was 0.0, is 0.5"),
        (["in", "--resume", "--no-text"], "--no-text was False, is True"),
        (["in/0000", "--resume"], "inputs was in, is in/0000"),
    ):
        assert main(["extract", *arguments, "-o", "out"]) == 2
        assert message in capsys.readouterr().err
    (folder / "in" / "0000" / "000002.txt").write_text("别的")
    assert main(["extract", "in", "-o", "out", "--resume"]) == 2
    assert "in/0000/000002.txt (report 000002) is not what it was when the run began" in capsys.readouterr().err
    assert main(["extract", "in", "-o", "out", "--overwrite"]) == 1
    assert names(folder) == ["in", "out"]


def test_an_output_among_its_inputs_is_not_one_of_them(folder: Path, extractor: Fragile) -> None:
    assert main(["extract", "in", "-o", "out"]) == 1
    for moment in (9, 1):
        extractor.left = moment
        with pytest.raises(Power):
            main(["extract", "in", "-o", "in/0000/0.jsonl", "--resume"])
    extractor.left = 28
    assert main(["extract", "in", "-o", "in/0000/0.jsonl", "--resume"]) == 1
    assert (folder / "in" / "0000" / "0.jsonl").read_bytes() == (folder / "out").read_bytes()
    assert main(["extract", "in", "-o", "in/0000/0.jsonl"]) == 1  # nor the second time, when it is there already
    assert (folder / "in" / "0000" / "0.jsonl").read_bytes() == (folder / "out").read_bytes()


def test_what_cannot_work_is_said_at_once(folder: Path, extractor: Fragile, capsys: pytest.CaptureFixture[str]) -> None:
    extractor.left = 0
    (folder / "a.txt").write_text("甲")
    for arguments, message in (
        (["in", "-o", "none/out"], "there is no folder none to write out into"),
        (["in", "-o", "in"], "in is a folder"),
        (["a.txt", "-o", "./a.txt"], "a.txt is to be read: write to another file"),
        (["-", "-o", "out", "--resume"], "standard input can't be read a second time"),
    ):
        assert main(["extract", *arguments]) == 2
        assert message in capsys.readouterr().err
    assert (folder / "a.txt").read_text() == "甲"
    assert names(folder) == ["a.txt", "in"]


@pytest.mark.usefixtures("extractor")
def test_a_report_too_much_for_the_model_leaves_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Encoder.__call__

    def scarce(self: Encoder, text: str, places: Sequence[Range]) -> list[Encoding]:
        if "派出所" in text:
            raise MemoryError
        return whole(self, text, places)

    monkeypatch.setattr(Encoder, "__call__", scarce)
    assert main(["extract", "in", "-o", "out"]) == 1
    rows = [json.loads(line) for line in (folder / "out").read_text("utf-8").splitlines()]
    failed = [row["id"] for row in rows if "error" in row]
    assert len(rows) == 14
    assert 1 < len(failed) < 14
    errors = capsys.readouterr().err
    assert f"in/0000/{failed[0]}.txt: not enough memory for its " in errors
    assert f"failures {len(failed)}, characters" in errors
    assert f"{len(failed)} of the inputs failed" in errors


def test_progress_off_a_terminal_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    report = Extraction(Report("a", "a.txt", "一二三"), (), ())
    with Watch(Console(stderr=True), 3, Counts(1000, 1, 20, 30000), every=0) as watch:
        for _ in range(3):
            watch.see(report)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("zhanguo: reports 1,003, records 20, failures 1, characters 30,009, ")
    assert lines[-1].endswith(" characters/s")
    assert len(lines) == 3
    with Watch(Console(stderr=True), 3) as watch:
        watch.see(report)
    assert capsys.readouterr().err == ""


def test_half_a_surrogate_pair_becomes_an_escape() -> None:
    form = Form(compressed=True)
    data = form.unpack(form.pack(['"收\ud83d"']))
    assert data == '"收\\ud83d"\n'.encode()
    assert json.loads(data) == "收\ud83d"
