"""The page holds what extract wrote, as data that no HTML parser takes for markup, and loads nothing."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from decimal import Decimal
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zhanguo import schema, view
from zhanguo.__main__ import main
from zhanguo.categories import taxonomy
from zhanguo.results import parse, read_results
from zhanguo.schema import FailureRow, ReportRow
from zhanguo.summary import STANDINGS, summarise, with_standings
from zhanguo.tables import read_rows

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"
HOSTILE = "</script><script>window.taken=1</script><!--<script><img src=x onerror=taken()>&lt;]]>\u2028\u2029\u202e\x00\x0b\"'\\`${1}"
PARTS = {name: files("zhanguo").joinpath("data", "view", name).read_text("utf-8") for name in (*view.SCRIPTS, "page.html", "view.css")}


class Blocks(HTMLParser):
    """The scripts, styles and policy of a page, as an HTML parser finds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag in ("script", "style", "meta"):
            self.blocks.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            tag, attributes, text = self.blocks.pop()
            self.blocks.append((tag, attributes, text + data))

    def texts(self, tag: str, **attributes: str) -> list[str]:
        return [text for name, found, text in self.blocks if name == tag and attributes.items() <= found.items()]


def report(text: str = "收缴枪1支", **changes: Any) -> ReportRow:
    record = {"kind": "seizure", "value": 1, "qualifier": "exact", "org": text[:50] or None, "evidence": {}}
    row = {"id": text, "source": text, "chars": len(text), "sha256": "0", "text": text, "model": "m", "spans": [], "facts": {}}
    parsed: ReportRow = parse(ReportRow, {**row, "warnings": [text], "records": [record], **changes})
    return parsed


def rows_of(page: str) -> list[Any]:
    return [json.loads(text) for text in Blocks(page).texts("script", **{"class": "row"})]


def test_rows_come_through_and_numbers_stay_exact() -> None:
    found = rows_of(view.page(read_results([RESULTS])))
    given_rows = [json.loads(line, parse_float=str, parse_int=str) for line in RESULTS.read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == [row["id"] for row in given_rows]
    assert found[2] == given_rows[2]
    assert "text" not in found[4]
    for row, given_row in zip(found, given_rows, strict=True):
        assert row.get("text") == given_row.get("text")
        for record, given_record in zip(row.get("records", []), given_row.get("records", []), strict=True):
            assert Decimal(record["value"]) == Decimal(given_record["value"])
            assert isinstance(record["value"], str)
            assert {name: list(map(str, place)) for name, place in record["evidence"].items()} == given_record["evidence"]


def test_records_say_how_they_stand_to_the_totals() -> None:
    rows = [row for row in read_results([RESULTS]) if "error" not in row]
    found = [row for row in rows_of(view.page(rows)) if "error" not in row]
    expected = [standing for row in rows for _, standing in with_standings(row["records"])]
    assert [record["standing"] for row in found for record in row["records"]] == expected
    assert set(expected) == set(STANDINGS)


def test_the_summary_is_that_of_the_command() -> None:
    rows = list(read_results([RESULTS, RESULTS]))
    (text,) = Blocks(view.page(rows)).texts("script", id="summary")
    found, expected = json.loads(text), summarise(rows)
    assert found["totals"] == [{**asdict(total), "sum": f"{total.sum:f}"} for total in expected.totals]
    assert (found["left_out"], found["reports"], found["failures"]) == (expected.left_out, expected.reports, expected.failures)
    added = sum(total.records for total in expected.totals)
    orgs, months = found["orgs"], found["months"]
    assert sum(times for _, times in orgs["named"]) + orgs["others"]["records"] + orgs["none"] == added
    assert sum(times for _, times in months["named"]) + months["none"] == added
    assert sum(found["scores"]) == sum(len(row["records"]) for row in rows if "error" not in row)


def test_rare_organisations_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_ORGS", 1)
    rows = [report(text) for text in ("甲", "甲", "乙", "丙")]
    (text,) = Blocks(view.page(rows)).texts("script", id="summary")
    assert json.loads(text)["orgs"] == {"named": [["甲", 2]], "others": {"names": 2, "records": 2}, "none": 0}


@pytest.mark.parametrize(
    ("period", "name"),
    [
        ("2019-01-01/2019-05-31", "2019-05"),
        ("../2018-06-30", "2018-06"),
        ("2018-06-30/..", "2018-06"),
        ("2018-06-30", "2018-06"),
        ("../..", None),
        ("", None),
        (None, None),
    ],
)
def test_month(period: str | None, name: str | None) -> None:
    assert view.month(period) == name


def test_scores_fall_into_the_bins_that_their_edges_name() -> None:
    counts = view.Counts()
    (record,) = report()["records"]
    for score in (-1.0, 0.0, 0.05, 0.15, 0.35, 0.5499, 0.55, 0.9999, 1.0, 7.0):
        counts.add(replace(record, score=score), STANDINGS[0])
    assert [number for number, times in enumerate(counts.scores) for _ in range(times)] == [0, 0, 1, 3, 7, 10, 11, 19, 19, 19]


@settings(max_examples=25)
@given(st.text(st.characters(codec=None)))
@example(HOSTILE)
@example("\ud800")
def test_no_text_leaves_its_place(text: str) -> None:
    row: Any = {**report(), "text": text, "id": text, "warnings": [text]}
    failure: FailureRow = {"id": text, "source": text, "error": text}
    page = view.page([row, failure], title=text)
    page.encode("utf-8")
    empty = Blocks(view.page([]))
    found = Blocks(page)
    assert len(found.blocks) == len(empty.blocks) + 2
    assert len(found.attributes) == len(empty.attributes) + 4
    assert not re.search("[<>&\u2028\u2029]", "".join(found.texts("script", type="application/json")))
    first, second = rows_of(page)
    assert (first["text"], first["warnings"], second["error"]) == (text, [text], text)


def test_the_policy_allows_this_script_and_this_style_and_no_more() -> None:
    blocks = Blocks(view.page([report(HOSTILE)], title=HOSTILE))
    (policy,) = (found["content"] or "" for tag, found, _ in blocks.blocks if found.get("http-equiv") == "Content-Security-Policy")
    (script,) = (text for tag, found, text in blocks.blocks if tag == "script" and "type" not in found)
    (style,) = blocks.texts("style")
    told = {name: values for name, *values in (part.split() for part in policy.split(";"))}
    assert told["default-src"] == ["'none'"]
    for name, text in (("script-src", script), ("style-src", style)):
        assert told[name] == [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"]


def test_nothing_is_loaded_and_nothing_becomes_markup() -> None:
    for name, part in PARTS.items():
        without_namespace = part.replace("http://www.w3.org/2000/svg", "")
        found = re.search(r"https?:|\bsrc=|href=|url\(|@import|fetch\(|XMLHttp|WebSocket|import\(", without_namespace)
        assert not found, (name, found)
        found = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc", part)
        assert not found, (name, found)
        assert not re.search(r"</?(script|style)\b", part) or name == "page.html"


def test_rows_are_written_as_they_come() -> None:
    stream = io.StringIO()
    sizes = []

    def rows() -> Iterator[ReportRow]:
        for _ in range(3):
            sizes.append(stream.tell())
            yield report()

    assert view.write_page(rows(), stream).reports == 3
    assert 0 < sizes[0] < sizes[1] < sizes[2]


def words() -> dict[str, list[str]]:
    return {key: rest for key, *rest in read_rows("view/words.tsv")}


def test_all_that_is_shown_has_a_name_in_both_languages() -> None:
    table = words()
    assert len(table) == len(list(read_rows("view/words.tsv")))
    assert [key for key, names in table.items() if len(names) != 2 or not all(names)] == []
    for group, meanings in {
        "label": schema.LABEL_MEANINGS,
        "kind": schema.KIND_MEANINGS,
        "qualifier": schema.QUALIFIER_MEANINGS,
        "change": schema.CHANGE_MEANINGS,
        "outcome": schema.OUTCOME_MEANINGS,
        "role": schema.EVIDENCE_MEANINGS,
        "fact": schema.FACT_MEANINGS,
        "standing": STANDINGS,
        "category": taxonomy(),
    }.items():
        known = {key.split(".", 1)[1] for key in view._words() if key.startswith(f"{group}.")}
        assert known == set(meanings), group


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    code = "\n".join(PARTS.values())
    table = words()
    used = set(re.findall(r"[\"'](?:ui|field|column)\.\w+[\"']", code))
    assert {word.strip("\"'") for word in used} <= set(table)
    assert [key for key in table if key.startswith(("ui.", "field.")) and f'"{key}"' not in code] == []
    for key, (english, chinese) in table.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), key


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    assert main(["view", str(RESULTS), str(RESULTS), "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: reports 8, failed inputs 2\n"
    assert len(rows_of(out.read_text("utf-8"))) == 10
    assert "<title>results.jsonl, results.jsonl · zhanguo" in out.read_text("utf-8")


def test_wrong_use_leaves_the_old_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken, out = tmp_path / "broken.jsonl", tmp_path / "page.html"
    broken.write_bytes(RESULTS.read_bytes() + b"{")
    out.write_text("old")
    assert main(["view", str(broken), "-o", str(out)]) == 2
    assert f"{broken}, line 6: " in capsys.readouterr().err
    assert main(["view", str(RESULTS), "-o", str(tmp_path / "gone" / "page.html")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == [broken, out]
    assert out.read_text() == "old"
