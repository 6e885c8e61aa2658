"""A tagger without a network: labels by regular expressions, so that tests of the whole way are fast and know what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from zhanguo.labels import trim
from zhanguo.schema import LABELS, Range, Span

ORGS = ("县公安局", "市公安局", "派出所", "警方", "省公安厅", "禁毒支队", "海关", "警方機動部隊")
TARGETS = ("犯罪嫌疑人", "枪支", "子弹", "案件", "海洛因", "现金", "車輛", "手机", "涉案资金", "企业", "隐患", "黑火药")
UNITS = (
    "公斤",
    "万元",
    "人次",
    "元",
    "支",
    "发",
    "起",
    "名",
    "人",
    "克",
    "家",
    "处",
    "个",
    "宗",
    "%",
    "％",
    "吨",
    "亩",
    "斤",
    "两",
    "倍",
    "枚",
)
_NUMERALS = "0-9０-９〇零一二两三四五六七八九十百千万亿廿卅半数几余多点"
_PATTERN = re.compile(
    rf"(?P<ORG>[\u4e00-\u9fff]{{0,4}}(?:{'|'.join(ORGS)}))|(?P<TARGET>{'|'.join(TARGETS)})"
    rf"|(?P<QUANTITY>百分之(?=[{_NUMERALS}])|[{_NUMERALS}](?:[{_NUMERALS}]|[.,，至~-](?=[{_NUMERALS}]))*)|(?P<UNIT>{'|'.join(UNITS)})"
)


class RegexTagger:
    """Labels figures, units and a few things and organisations; ``placed`` puts further spans where a case wants them.

    A placement is a start (in 10,000ths of the text), a length in characters and the number of a label. It takes the place of what it
    touches, and is trimmed like a span that the network finds, so that whatever stands in the result could come from a network.
    """

    name = model = "toy 1"

    def __init__(self, placed: Sequence[tuple[int, int, int]] = ()) -> None:
        self.placed = placed
        self.curves: Mapping[str, Any] = {}
        self.folder = None

    def __call__(self, text: str) -> list[Span]:
        """Label one text: spans in order, none touches another's characters."""
        spans = [Span(*match.span(), str(match.lastgroup), 0.9) for match in _PATTERN.finditer(text)]
        for start, length, label in self.placed:
            first = start * len(text) // 10_000
            place = trim(text, Range(first, min(len(text), first + length)))
            if place:
                spans = [span for span in spans if span.end <= place.start or span.start >= place.end]
                spans.append(Span(place.start, place.end, LABELS[label], 0.8))
        return sorted(spans)

    def tag_all(self, texts: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, list[Span]]]:
        """Label texts one by one, as ``Tagger.tag_all`` does."""
        for item, text in texts:
            yield item, self(text)
