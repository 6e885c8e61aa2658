"""Facts: title, issuing organisation, publication date and campaign, each with its place; no reporter's name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.annotations import parse_inline
from zhanguo.facts import read_facts
from zhanguo.schema import Facts, Span
from zhanguo.tables import read_rows

BODY = "全县共收缴气枪12支，治安形势平稳。"


def facts(marked: str, given: date | None = None) -> Facts:
    """The facts of a text whose organisations are marked [[ORG|…]]."""
    text, spans = parse_inline(marked)
    found = read_facts(text, spans, given)
    for name in ("title", "issuer", "campaign"):
        place = found.evidence.get(name)
        assert getattr(found, name) == (text[slice(*place)] if place else None)
    return found


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        (f"河西亮剑缉枪\n{BODY}", "河西亮剑缉枪"),
        (f"\n\u3000 河西县集中销毁枪支！ \r\n{BODY}", "河西县集中销毁枪支！"),
        (f"警 情 通 报\n{BODY}", "警 情 通 报"),
        (f"首页 >> 要闻 >> 正文\n河西亮剑缉枪\n{BODY}", "河西亮剑缉枪"),
        (f"2019-06-20 08:15\n河西亮剑缉枪\n{BODY}", "河西亮剑缉枪"),
        (f"来源：河西晚报\n河西亮剑缉枪\n{BODY}", "河西亮剑缉枪"),
        (BODY, None),
        (f"{BODY}\n河西亮剑缉枪", None),
        (f"本报讯（记者 甲乙丙）\n{BODY}", None),
        (f"□ 记者 甲乙丙 通讯员 丁戊\n{BODY}", None),
        (f"河西讯 通讯员 丁戊\n{BODY}", None),
        (f"王某某 李某\n{BODY}", None),
        (f"各位听众：\n{BODY}", None),
        ("河西亮剑缉枪", None),
        (f"{'长' * 60}\n{BODY}", None),
        ("", None),
        (" \n\n\u3000", None),
    ],
)
def test_title(marked: str, title: str | None) -> None:
    assert facts(marked).title == title


@pytest.mark.parametrize(
    ("marked", "issuer"),
    [
        ("记者6月20日从[[ORG|河西县公安局]]获悉，今年以来[[ORG|全县公安机关]]收缴气枪12支。", "河西县公安局"),
        ("近日，[[ORG|全县公安机关]]收缴气枪12支。[[ORG|河西县公安局]]通报，形势平稳。", "河西县公安局"),
        ("[[ORG|省公安厅]]27日在榆城举行新闻发布会，介绍战果。", "省公安厅"),
        ("[[ORG|省公安廳]]今日召開新聞發布會，公布成果。", "省公安廳"),
        ("[[ORG|省公安厅]]副厅长甲某介绍，今年以来收缴气枪12支。", "省公安厅"),
        (f"[[ORG|河西县公安局]]关于收缴枪支的通告\n{BODY}", "河西县公安局"),
        (f"关于收缴枪支的通告\n{BODY}\n[[ORG|河西县公安局]]\n2019年6月20日", "河西县公安局"),
        (f"关于收缴枪支的通告\n{BODY}\n\u3000\u3000[[ORG|河西县公安局]]", "河西县公安局"),
        (f"【[[ORG|河西警方]]】{BODY}", "河西警方"),
        ("[[ORG|河西日报]]发布消息，[[ORG|河西县公安局]]收缴气枪12支。", None),
        ("[[ORG|河西县公安局]]收缴气枪12支。", None),
        (BODY, None),
    ],
)
def test_issuer(marked: str, issuer: str | None) -> None:
    assert facts(marked).issuer == issuer


@pytest.mark.parametrize(
    ("marked", "given", "day", "written"),
    [
        (f"本报河西2019年6月20日电 {BODY}", None, "2019-06-20", "2019年6月20日"),
        (f"本报河西6月20日电（记者 甲乙丙）{BODY}", None, None, "6月20日"),
        (f"本报河西6月20日电 {BODY}", date(2019, 7, 1), "2019-06-20", "6月20日"),
        (f"本报河西12月30日讯 {BODY}", date(2019, 1, 2), "2018-12-30", "12月30日"),
        (f"本報河西十二月三日訊 {BODY}", date(2019, 1, 2), "2018-12-03", "十二月三日"),
        (f"（本社河西30日電）{BODY}", date(2019, 7, 1), "2019-06-30", "30日"),
        (f"河西亮剑\n发布时间：2019-06-21 08:15\n本报河西6月20日电 {BODY}", None, "2019-06-20", "6月20日"),
        (f"河西亮剑\n（二〇〇二年四月十八日）\n{BODY}", None, "2002-04-18", "二〇〇二年四月十八日"),
        (f"{BODY}\n河西县公安局\n２０１９年６月２０日", None, "2019-06-20", "２０１９年６月２０日"),
        (f"{BODY}\n河西县公安局\n２０１９年６月２０日", date(2021, 1, 1), "2019-06-20", "２０１９年６月２０日"),
        (f"{BODY}\n中華民國108年6月20日", None, "2019-06-20", None),
        (BODY, date(2019, 6, 20), "2019-06-20", None),
        (f"2018年6月20日，{BODY}", None, None, None),
        (f"行动方案\n2019年6月20日至7月30日\n{BODY}", None, None, None),
        (f"{BODY}\n2019年2月30日", None, None, None),
        ("6月20日电话回访群众30人。", None, None, None),
        (BODY, None, None, None),
    ],
)
def test_date(marked: str, given: date | None, day: str | None, written: str | None) -> None:
    found = facts(marked, given)
    assert found.date == day
    if written:
        text, _ = parse_inline(marked)
        assert text[slice(*found.evidence["date"])] == written


@pytest.mark.parametrize(
    ("marked", "campaign"),
    [
        ("“净源2019”专项行动开展以来，收缴气枪12支。", "“净源2019”专项行动"),
        ("“护苗行动”打响，收缴气枪12支。“护苗行动”收官。“利剑”专项行动启动。", "护苗行动"),
        ("代號「烈焰」的掃蕩行動，拘捕12人。", None),
        ("「烈焰」聯合行動中拘捕12人。", "「烈焰」聯合行動"),
        ("[[ORG|河西县公安局]]打击整治枪爆违法犯罪专项行动取得实效。", "打击整治枪爆违法犯罪专项行动"),
        ("自2018年全国缉枪治爆专项行动开展以来，收缴气枪12支。", "缉枪治爆专项行动"),
        ("全县启动禁毒大会战，抓获12人。", "禁毒大会战"),
        ("专项行动开展以来，收缴气枪12支。", None),
        ("“甲乙丙”是一名民警。", None),
        (BODY, None),
    ],
)
def test_campaign(marked: str, campaign: str | None) -> None:
    assert facts(marked).campaign == campaign


def test_no_reporter_appears() -> None:
    marked = f"本报记者 甲乙丙\n[[ORG|河西县公安局]]通报（记者 丁戊己 通讯员 庚辛）{BODY}\n（甲乙丙 丁戊己 庚辛）\n2019年6月20日"
    found = facts(marked)
    said = "".join(filter(None, (found.title, found.issuer, found.date, found.campaign)))
    assert not {"甲乙丙", "丁戊己", "庚辛"} & {said[i : i + n] for i in range(len(said)) for n in (2, 3)}
    assert found.issuer == "河西县公安局"


WORDS = [word for table in ("facts.tsv", "periods.tsv") for row in read_rows(table) for word in row[1].split()]
PIECES = [*WORDS, *"0123456789年月日电讯“”「」《》【】：，。\r\n \u3000", "2019年6月20日", "2019-02-30", "从", "公安局", "二〇〇二年"]


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)),
    st.sets(st.integers(0, 60)),
    st.none() | st.dates(),
)
def test_any_text_gives_facts_in_the_text(text: str, starts: set[int], given: date | None) -> None:
    spans = [Span(start, start + 1, "ORG") for start in starts if start < len(text)]
    found = read_facts(text, spans, given)
    for name, place in found.evidence.items():
        assert 0 <= place.start < place.end <= len(text)
        if name != "date":
            assert getattr(found, name) == text[place.start : place.end]
    assert found.date is None or date.fromisoformat(found.date)
    assert all(getattr(found, name) is None or name in found.evidence for name in ("title", "issuer", "campaign"))


@pytest.mark.parametrize(
    "line",
    [
        "新华社记者王小明",
        "河西日报记者王小明",
        "●通讯员王小明",
        "王小明 本报记者",
        "文｜王小明",
        "王小明/文",
        "供稿：王小明",
        "编辑王小明",
        "特约撰稿 王小明",
        "欧阳文山",
        "王小明、李刚、阿依古丽",
        "阿依古丽·买买提",
        "河西县公安局 王小明",
        "Zhang San",
    ],
)
def test_a_line_of_names_is_no_title(line: str) -> None:
    text = f"{line}\n河西县公安局收缴枪支3支。\n全县继续清查。"
    start = text.find("河西县公安局")
    assert read_facts(text, [Span(start, start + 6, "ORG")]).title is None


@pytest.mark.parametrize("text", ["局长王小明指挥专项行动，收缴枪支。", "所长王小明率队集中行动。", "支队长王小明坐镇会战。"])
def test_no_person_is_part_of_a_campaign(text: str) -> None:
    assert "王小明" not in (read_facts(text, []).campaign or "")
