"""The whole way with the shipped model: library, command, bad input, offsets."""

import io
import json
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from zhanguo import Extractor, extract
from zhanguo.__main__ import main
from zhanguo.annotations import read_examples
from zhanguo.engines import ModelError
from zhanguo.read import inputs, read
from zhanguo.schema import Extraction, Failure, Report, Span

SEEDS = Path(__file__).parents[1] / "seeds"
REPORT = "【本报讯】\u3000河西县公安局👮近日收缴枪支１２支、\u200b子弹3,400余发，\r\n抓获犯罪嫌疑人5名。"


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.from_pretrained(engine="onnx")


def assert_offsets_hold(row: dict) -> None:
    text = row["text"]
    assert row["chars"] == len(text)
    for span in row["spans"]:
        assert text[span["start"] : span["end"]] == span["text"]
        assert 0 < span["score"] <= 1
    for record in row["records"]:
        for name, (start, end) in record["evidence"].items():
            assert text[start:end]
            if name in ("target", "org", "unit", "action"):
                assert text[start:end] == record[name]


def test_a_report_becomes_records(extractor: Extractor) -> None:
    result = extractor(REPORT)
    found = [(r.kind, r.target, r.value, r.qualifier, r.unit, r.org) for r in result.records]
    assert ("seizure", "枪支", Decimal(12), "exact", "支", "河西县公安局") in found
    assert ("seizure", "子弹", Decimal(3400), "over", "发", "河西县公安局") in found
    assert ("person", "犯罪嫌疑人", Decimal(5), "exact", "名", "河西县公安局") in found


def test_a_known_date_tells_periods(extractor: Extractor, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "缉枪战果公布\n本报讯 记者从河西县公安局获悉，今年1至5月全县收缴枪支12支。"
    (tmp_path / "a.txt").write_text(text)
    assert main(["extract", str(tmp_path / "a.txt"), "--date", "2019-06-20", "-o", str(tmp_path / "out.jsonl")]) == 0
    row = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    assert (row["facts"]["title"], row["facts"]["issuer"], row["facts"]["date"]) == ("缉枪战果公布", "河西县公安局", "2019-06-20")
    assert [record["period"] for record in row["records"]] == ["2019-01-01/2019-05-31"]
    assert_offsets_hold(row)
    (record,) = extractor(text).records
    assert (record.period, text[slice(*record.evidence["period"])]) == (None, "今年1至5月")
    assert Extractor(extractor.tagger, date="2019-06-20")(text).records[0].period == "2019-01-01/2019-05-31"
    with pytest.raises(SystemExit):
        main(["extract", "-", "--date", "2019-02-30"])
    assert "no date of the form YYYY-MM-DD" in capsys.readouterr().err


def test_nothing_gives_nothing(extractor: Extractor) -> None:
    for text in ("", " \n\u3000", "ABC", "👮" * 700):
        assert extractor(text).records == ()


def test_a_long_text_is_covered_whole(extractor: Extractor) -> None:
    sentence = "河西县公安局收缴枪支12支。"
    result = extractor(sentence * 300)
    assert sum(record.value == 12 and record.target == "枪支" for record in result.records) == 300


def test_the_same_text_gives_the_same_spans_whatever_stands_beside_it(extractor: Extractor) -> None:
    alone = extractor(REPORT).spans
    assert extractor(REPORT).spans == alone
    pair = list(extractor.extract_all([Report("a", "", "警方" * 400), Report("b", "", REPORT)]))
    assert isinstance(pair[1], Extraction)
    assert pair[1].spans == alone


def test_a_report_that_breaks_the_model_leaves_the_others(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = type(extractor.tagger.engine).__call__
    monkeypatch.setattr(
        type(extractor.tagger.engine), "__call__", lambda self, ids, mask: 1 / 0 if ids.size == 5 else whole(self, ids, mask)
    )
    texts = [REPORT, "bad", REPORT, "\ud800"]
    results = list(extractor.extract_all([Report(str(number), f"{number}.txt", text) for number, text in enumerate(texts)]))
    assert results[1] == Failure("1", "1.txt", "ZeroDivisionError: division by zero")
    assert isinstance(results[0], Extraction)
    assert isinstance(results[2], Extraction)
    assert isinstance(results[3], Failure)
    with pytest.raises(ZeroDivisionError):
        extractor("bad")


def test_neither_neighbours_nor_order_nor_workers_change_a_score(extractor: Extractor) -> None:
    examples = list(read_examples(SEEDS / "corpus" / "a27.txt"))[:8]
    reports = [Report(example.id, "", example.text) for example in examples]
    alone = {report.id: as_rows(extractor.tagger(report.text)) for report in reports}
    assert sum(map(len, alone.values())) > 100
    for workers, order in ((1, reports[::-1]), (3, reports), (4, reports[::2] + reports[1::2])):
        other = Extractor.from_pretrained(engine="onnx", workers=workers)
        for result in other.extract_all(order):
            assert isinstance(result, Extraction)
            assert as_rows(result.spans) == alone[result.report.id]


def as_rows(spans: Iterable[Span]) -> list[tuple[object, ...]]:
    return [(span.start, span.end, span.label, span.score) for span in spans]  # equality of spans passes over scores


def test_both_engines_find_what_either_is_sure_of(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.chdir(SEEDS.parent)
    checkpoint = Extractor.from_pretrained(engine="torch", device="cpu")
    lost = total = 0
    for report in read(inputs([str(SEEDS / "reports")])):
        assert isinstance(report, Report)
        ours, theirs = ({(s.start, s.end, s.label): s.score for s in e.tagger(report.text)} for e in (extractor, checkpoint))
        for one, other in ((ours, theirs), (theirs, ours)):
            lost += sum(span not in other for span, score in one.items() if score > 0.95)
        total += len(ours) + len(theirs)
    assert total > 1400
    assert lost * 200 <= total


def test_the_seeds_keep_their_score(tmp_path: Path) -> None:
    """The marks of the first version; the README states the figures themselves."""
    assert main(["evaluate", str(SEEDS / "gold.jsonl"), "--json", str(tmp_path / "scores.json")]) == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["spans"]["overall"]["f1"] >= 0.88
    assert scores["records"]["record"]["f1"] >= 0.65


def test_command_writes_one_object_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    assert main(["extract", str(SEEDS / "reports"), "-o", str(out)]) == 0
    rows = [json.loads(line, parse_float=Decimal) for line in out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["000", "001", "002", "003", "004"]
    for row, example in zip(rows, read_examples(SEEDS / "gold.jsonl"), strict=True):
        assert row["text"] == example.text
        assert_offsets_hold(row)
        assert list(row) == ["id", "source", "chars", "sha256", "text", "model", "spans", "facts", "records", "warnings"]
    assert main(["evaluate", str(SEEDS / "gold.jsonl"), "--pred", str(out)]) == 0
    assert "record+org" in capsys.readouterr().out


def test_bad_inputs_get_their_rows_and_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = {
        "a": b"",
        "b": bytes(range(256)) * 9,
        "c": REPORT.encode("gb18030"),
        "d": "【本報訊】警方昨日在旺角檢獲槍械12支，拘捕5名男子。\r\n".encode("big5"),
        "e": REPORT.encode("utf-16"),
        "f": REPORT.encode("utf-8-sig"),
        "g": f"<html><body>{REPORT}</body></html>".encode(),
    }
    for name, data in inputs.items():
        (tmp_path / f"{name}.txt").write_bytes(data)
    out = tmp_path / "out.jsonl"
    assert main(["extract", str(tmp_path / "gone.txt"), str(tmp_path), "--no-text", "-o", str(out)]) == 1
    rows = {row["id"]: row for row in map(json.loads, out.read_text("utf-8").splitlines())}
    assert list(rows) == ["gone", *"abcdefg"]
    assert {name for name, row in rows.items() if "error" in row} == {"gone", "b"}
    assert list(rows["b"]) == ["id", "source", "error"]
    assert "text" not in rows["c"]
    for name in "cdefg":
        assert any(record["value"] == 12 for record in rows[name]["records"]), name
    assert "2 of the inputs failed" in capsys.readouterr().err


def test_standard_input_and_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(REPORT.encode())))
    assert main(["extract", "-"]) == 0
    table = capsys.readouterr().out
    assert "stdin" in table
    assert "seizure" in table
    assert ">3400" in table


def test_wrong_use_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["extract", str(SEEDS / "reports"), "--model", str(tmp_path)]) == 2
    assert "not a zhanguo model folder" in capsys.readouterr().err
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "000", "text": "anders", "spans": [], "records": []}\n')
    assert main(["evaluate", str(SEEDS / "gold.jsonl"), "--pred", str(other)]) == 2
    assert "differs from the gold's" in capsys.readouterr().err
    for content, message in (
        ("{", "line 1"),
        ("[]", "expected an object"),
        ('{"id": "000"}', "not an annotated report"),
        ("\xff", "not UTF-8"),
    ):
        other.write_bytes(content.encode("latin-1"))
        assert main(["evaluate", str(SEEDS / "gold.jsonl"), "--pred", str(other)]) == 2
        assert message in capsys.readouterr().err
    with pytest.raises(ModelError, match="unknown engine"):
        Extractor.from_pretrained(engine="steam")
    with pytest.raises(ModelError, match="the ONNX engine runs on the CPU"):
        Extractor.from_pretrained(engine="onnx", device="cuda")
    monkeypatch.setattr(extract, "CHECKPOINTS", ())
    with pytest.raises(ModelError, match="no safetensors weights"):
        Extractor.from_pretrained(engine="torch")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "config.json").write_text('{"id2label": {"0": "O", "1": "B-PER"}}')
    with pytest.raises(ModelError, match="has the tags O, B-PER; expected O, B-ORG"):
        Extractor.from_pretrained(str(tmp_path))


def test_gold_spans_score_the_linker_alone(tmp_path: Path) -> None:
    for name in ("gold.jsonl", "corpus/a07.txt", "corpus/a08.txt"):
        assert main(["evaluate", str(SEEDS / name), "--gold-spans", "--json", str(tmp_path / "scores.json")]) == 0
        scores = json.loads((tmp_path / "scores.json").read_text())
        assert scores["spans"]["overall"]["f1"] == 1
        assert scores["records"]["record"]["f1"] >= 0.9


def test_extracting_loads_no_training_library() -> None:
    code = (
        "import sys, zhanguo; zhanguo.Extractor.from_pretrained()('收缴枪支3支'); "
        "print({'torch', 'transformers', 'datasets'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
