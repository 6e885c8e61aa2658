"""Tables of what the corpus holds, for README.md: ``python seeds/describe.py``."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from zhanguo.annotations import read_examples
from zhanguo.schema import Example

HERE = Path(__file__).parent
GRAM = 4

AGENCIES = {
    "Hong Kong, Macau, Taiwan": "香港|澳门|澳門|台湾|台灣|臺灣|粵港",
    "customs, border, coast guard": "海关|海關|缉私|边防|边检|边境|移民|入境|打私|海警|海巡|口岸",
    "procuratorate, court, prison, discipline": "检察|法院|监狱|司法|戒毒|劳教|纪委|审计|政法|最高检",
    "fire, traffic, rail, aviation, shipping": "消防|交警|交管|交通|铁路|机场|民航|海事|长江航运|长航|港航|道交|轨道",
    "market, tobacco, food, drugs, culture, post": "市场监|市场监督|工商|烟|药|质量|技术监督|食品|消费|文化|扫黄|邮政|网吧",
    "nature, farming, mines, environment, city": "林|渔|农|环境|环保|生态|自然|水利|水政|河道|矿|应急|安监|安全|城市管理|城管|综合|保护区",
    "police": "公安|派出所|警|治安|刑侦|禁毒|反诈|扫黑|网信|猎狐",
}
OUTLETS = {
    "press conference, interview, Q&A": "发布会|通气会|记者会|記者會|访谈|答记者|问答|实录|答复|发布",
    "television, radio, film": "电视|電視|广播|廣播|电台|電台|央视|视频|直播",
    "social media, app, forum, message": "微信|公众号|微博|客户端|博客|论坛|短信|手机报|社群|新媒体|融媒|平安号|微信号",
    "wire": "通讯社|通訊社|新华|新華|中新|中通|中央社|电讯|专电",
    "report, summary, plan, notice, bulletin, yearbook": (
        "总结|简报|通报|报告|報告|方案|通知|通告|公告|白皮书|蓝皮书|计划|年鉴|志$|信息|工作|战报|情况|统计|公报|公報|意见|附件|清单|讲话|新聞稿|政策|案例"
    ),
    "website": "网|網|门户",
    "headline, caption, flash": "标题|图片|图注|圖說|字幕|一句话|快讯|短讯|短訊",
    "newspaper, magazine": "报|報|刊|杂志|通讯|特写|消息",
}
PATTERNS = {
    "Chinese numerals": "中文数字|汉字数字",
    "万, 亿": "万",
    "余, 多, 近": "余|约|近",
    "ranges": "区间",
    "fractions": "分数",
    "成, 倍, percentage points": "成|倍|百分",
    "分别": "分别",
    "其中": "其中",
    "brackets": "括号",
    "amounts per package": "每件量|每",
    "list with one total": "列表总数",
    "quantity before the thing": "量在前",
    "quantity behind the thing": "量在后",
    "several subjects": "多主体",
    "numbers that are no quantities": "非量数字",
    "plans and targets": "计划目标|计划",
    "facts of the crime": "案情",
    "context statistics": "背景统计",
    "trends": "趋势|同比|环比",
    "passive": "被动",
    "figures in the headline": "标题数字|标题",
}
PERIODS = ((2000, "before 2000"), (2010, "2000s"), (2020, "2010s"), (3000, "2020s"))
LENGTHS = ((100, "under 100"), (250, "100–249"), (450, "250–449"), (650, "450–649"), (1000, "650–999"), (10**6, "1,000 and more"))


def group(value: str, groups: dict[str, str]) -> str:
    """The first group whose words stand in a header's value."""
    return next((name for name, words in groups.items() if re.search(words, value)), "other")


def bound(value: int, bounds: Iterable[tuple[int, str]]) -> str:
    """The name of the first bound above a value."""
    return next(name for limit, name in bounds if value < limit)


def year(example: Example) -> int:
    """The year in the header's ``period``."""
    found = re.search(r"\d{4}", example.meta.get("period", ""))
    return int(found[0]) if found else 0


def grams(texts: Iterable[str]) -> int:
    """Distinct runs of four characters."""
    return len({text[i : i + GRAM] for text in texts for i in range(len(text) - GRAM + 1)})


def first_characters(texts: Iterable[str], size: int) -> list[str]:
    """The texts up to ``size`` characters in all."""
    cut: list[str] = []
    for text in texts:
        cut.append(text[:size])
        size -= len(cut[-1])
        if not size:
            break
    return cut


def describe(examples: dict[str, list[Example]], seeds: list[Example]) -> str:
    """The tables, in Markdown."""
    lines = ["| author | reports | characters | spans | records |", "| --- | --- | --- | --- | --- |"]
    everything = [example for part in examples.values() for example in part]
    for name, part in [*((f"`{name}`", part) for name, part in examples.items()), ("all", everything)]:
        counts = (len(part), sum(len(e.text) for e in part), sum(len(e.spans) for e in part), sum(len(e.records or ()) for e in part))
        lines.append(f"| {name} | {' | '.join(f'{count:,}' for count in counts)} |")
    labels = Counter(span.label for example in everything for span in example.spans)
    shown = {
        "Spans": labels,
        "Agencies": Counter(group(f"{e.meta.get('region', '')} {e.meta.get('agency', '')}", AGENCIES) for e in everything),
        "Outlets": Counter(group(e.meta.get("outlet", ""), OUTLETS) for e in everything),
        "Periods": Counter(bound(year(e), PERIODS) for e in everything),
        "Lengths in characters": Counter(bound(len(e.text), LENGTHS) for e in everything),
        "Patterns named in the headers": Counter(
            name for e in everything for name, words in PATTERNS.items() if re.search(words, e.meta.get("pattern", ""))
        ),
    }
    for title, counter in shown.items():
        lines += ["", f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counter.most_common()) + "."]
    size = sum(len(e.text) for e in seeds)
    spread = [e.text for e in sorted(everything, key=lambda e: e.id[::-1])]
    ours, theirs = grams(first_characters(spread, size)), grams(e.text for e in seeds)
    per = 10_000 / size
    lines += ["", f"Distinct 4-grams per 10,000 characters, in {size:,} characters: corpus {ours * per:,.0f}, seeds {theirs * per:,.0f}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the tables."""
    corpus = {path.stem: list(read_examples(path)) for path in sorted((HERE / "corpus").glob("*.txt"))}
    sys.stdout.write(describe(corpus, list(read_examples(HERE / "gold.jsonl"))))


if __name__ == "__main__":
    main()
