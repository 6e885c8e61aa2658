"""Web pages in the style of Chinese official sites: their figures and tables survive, other reports' headlines don't."""

import re
import sys
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from zhanguo.read import inputs, read
from zhanguo.reading.source import Text
from zhanguo.reading.web import main_text
from zhanguo.schema import Report

CASES = Path(__file__).parent / "cases" / "pages"


def page(name: str) -> str:
    return (CASES / f"{name}.html").read_text("utf-8")


EXPECTED = {
    "portal": """河西县公安局通报缉枪治爆专项行动战果
发布时间：2019-06-20 10:15 来源：河西县公安局
本报讯 6月20日，河西县公安局通报，今年以来全县共破获涉枪涉爆案件12起，抓获犯罪嫌疑人19名。
一、总体情况
行动中收缴气枪6支、子弹3400余发。
民警还走访企业46家，整改隐患十余处。
单位\t收缴枪支（支）\t破案（起）
东关派出所\t2\t5
西关派出所\t4\t7
下一步，该局将继续加大打击力度。""",
    "layout_tables": """我县“春雷行动”首战告捷
发布日期：2008-3-9
3月8日晚，河西县公安局出动警力120人，检查旅馆32家。
共抓获违法犯罪嫌疑人15名，其中刑拘6人；缴获毒品冰毒12.5克、管制刀具9把。
目前，案件正在进一步审理中。""",
    "plain_divs": """海东警方打掉一电诈团伙
海东市公安局近日打掉一个电信诈骗团伙，抓获犯罪嫌疑人23名，扣押手机45部、银行卡120张。
经查，该团伙作案60余起，涉案金额200余万元。
扣押电脑8台
冻结资金35万元
各县（区）战果如下：
县区\t破案数
平安\t12""",
    "spans": """河东区打假战果
近日，河东区市场监管局出动执法人员56人次，检查商户120家，
查获假冒白酒36瓶，罚款1.2万元。""",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_main_text_of_a_page(name: str) -> None:
    pytest.importorskip("trafilatura")
    found = main_text(Text(page(name)))
    assert found.text == EXPECTED[name]
    assert re.fullmatch(r"main text of a web page: \d+ of \d+ characters", found.warnings[0])


def test_the_day_in_the_head_of_a_page_dates_it() -> None:
    pytest.importorskip("trafilatura")
    assert main_text(Text(page("portal"))).date == date(2019, 6, 20)
    assert main_text(Text(page("spans"))).date is None


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_the_encoding_is_the_mark_s_or_the_page_s(tmp_path: Path, encoding: str) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_bytes(page("portal").encode(encoding))
    (tmp_path / "b.txt").write_bytes(page("portal").encode(encoding))
    for report in read(inputs([str(tmp_path)])):
        assert isinstance(report, Report)
        assert report.text == EXPECTED["portal"]


def test_a_web_archive(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "http://police.example/"
    message.make_related()
    for content, subtype in ((page("portal"), "html"), ("body {}", "css")):
        message.add_related(content, subtype=subtype, charset="gb18030")
    (tmp_path / "a.mht").write_bytes(message.as_bytes())
    (tmp_path / "b").write_bytes(message.as_bytes())
    (tmp_path / "c.mht").write_bytes(b"Subject: x\n\nno page")
    first, second, third = read(inputs([str(tmp_path)]))
    assert first.text == second.text == EXPECTED["portal"]
    assert "without a page" in third.error


def test_a_page_without_prose_in_its_main_part_is_read_whole() -> None:
    pytest.importorskip("trafilatura")
    side = "".join(f"<div class='sidebar'><ul><li>第{number}大队破获案件{number}起。</li></ul></div>" for number in range(2, 30))
    found = main_text(Text(f"<html><body><article><p>各大队战果</p></article>{side}</body></html>"))
    assert all(f"破获案件{number}起。" in found.text for number in range(2, 30))
    assert "all of it was read" in found.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>" + "<div>" * 3000 + "收缴枪支3支。",
        "<html><body><p>收缴\ud800枪支\x003支。</p></body></html>",
        '<?xml version="1.0" encoding="gb2312"?><html><body><p>收缴枪支3支。',
        "<html><body><p>" + "收缴枪支3支。" * 20_000,
        "<div>" + "<table><tr><td>" * 60 + "收缴枪支3支。",
        "<html>" + "<" * 10_000 + "枪支",
        "<p>收缴" + "<b>" * 200 + "枪支3支。",
    ],
)
def test_hostile_pages_keep_their_text(text: str) -> None:
    pytest.importorskip("trafilatura")
    found = main_text(Text(text))
    assert found.text.count("枪支") == text.count("枪支")


@pytest.mark.parametrize("text", ["", "<html></html>", "<!-- --><html><body>", "<meta>"])
def test_a_page_without_text_says_so(text: str) -> None:
    pytest.importorskip("trafilatura")
    found = main_text(Text(text), is_page=True)
    assert found.text == ""
    assert not text or "the report is empty" in found.warnings


def test_tags_in_a_text_do_not_make_it_a_page() -> None:
    text = "收缴枪支3支。<br>\n抓获2人。\n"
    assert main_text(Text(text)) == Text(text, ("looks like HTML; read as plain text",))
    assert main_text(Text("x < 3，y > 2")) == Text("x < 3，y > 2")


def test_without_the_library_pages_are_plain_text_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    found = main_text(Text(page("spans")))
    assert found.text == page("spans")
    assert "zhanguo[web]" in found.warnings[0]
