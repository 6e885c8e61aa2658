"""Offsets of other tools: repaired where the text decides it, else refused; never moved on a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from zhanguo.annotations import AnnotationError
from zhanguo.forms.draft import CODE_POINTS, UTF_16, Annotated, Draft, Mark
from zhanguo.forms.offsets import Alignment, edges, settle, without_returns
from zhanguo.schema import Example, Range, Span

BOTH = (CODE_POINTS, UTF_16)
TEXT = "👮👮警方查获\r\n枪支3支、弹3发"


def draft(*marks: Mark, text: str | None = TEXT, **rest: object) -> Draft:
    return Draft("x", text, marks, units=rest.pop("units", BOTH), **rest)  # type: ignore[arg-type]


def spans(item: Annotated) -> list[tuple[str, str]]:
    return [(item.example.text[span.start : span.end], span.label) for span in item.example.spans]


@given(st.text(max_size=20))
def test_edges_count_as_encoders_do(text: str) -> None:
    assert list(edges(text, UTF_16)) == [len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)]
    assert list(edges(text, CODE_POINTS)) == list(range(len(text) + 1))


@given(examples())
def test_carriage_returns_come_back(example: Example) -> None:
    try:
        text, found, returns = without_returns(example)
    except AnnotationError:
        return
    assert "\r" not in text
    marks = tuple(Mark(s.start, s.end, s.label) for s in found)
    item = settle(Draft(example.id, text, marks, stated=CODE_POINTS, units=BOTH, carriage_returns=tuple(returns)))
    assert (item.example.text, item.example.spans) == (example.text, example.spans)


@pytest.mark.parametrize("unit", BOTH)
@pytest.mark.parametrize("base", [TEXT, TEXT.replace("\r", "")])
def test_what_the_tool_counted_is_told_by_the_texts(unit: str, base: str) -> None:
    places = [(base.index(word), base.index(word) + len(word), label, word) for word, label in (("警方", "ORG"), ("枪支", "TARGET"))]
    counted = edges(base, unit)
    marks = [Mark(counted[start], counted[end], label, word) for start, end, label, word in places]
    item = settle(draft(*marks))
    assert spans(item) == [("警方", "ORG"), ("枪支", "TARGET")]
    assert bool(item.remarks) == ((unit, base) != (CODE_POINTS, TEXT))


def test_a_tool_that_wrote_line_feeds_and_joined_spaces() -> None:
    [span] = settle(draft(Mark(4, 10, "TARGET", "查获\\n枪支"))).example.spans
    assert (span.start, span.end) == (4, 10)


def test_the_original_is_kept() -> None:
    item = settle(draft(Mark(2, 4, "ORG"), Mark(7, 9, "TARGET"), text=TEXT.replace("\r", "").strip(), units=(CODE_POINTS,)), TEXT + "\r\n")
    assert item.example.text == TEXT + "\r\n"
    assert spans(item) == [("警方", "ORG"), ("枪支", "TARGET")]
    leading = settle(draft(Mark(0, 2, "ORG", "警方"), text="警方查获"), "\u3000\n警方查获\n")
    assert spans(leading) == [("警方", "ORG")]
    with pytest.raises(AnnotationError, match="differs from the original's at character 3, CRs aside: '货'"):
        settle(draft(text="警方查货"), "警方查获")


def test_a_text_that_only_the_original_has() -> None:
    with pytest.raises(AnnotationError, match="give it with --original"):
        settle(draft(text=None))
    assert spans(settle(draft(Mark(2, 4, "ORG", "警方"), text=None, units=(CODE_POINTS,)), TEXT)) == [("警方", "ORG")]


def test_the_only_place_of_its_text() -> None:
    item = settle(draft(Mark(1, 3, "ORG", "警方"), Mark(10, 12, "TARGET", "枪支"), Mark(9, 10, "TARGET", "弹")))
    assert spans(item) == [("警方", "ORG"), ("枪支", "TARGET"), ("弹", "TARGET")]
    assert item.remarks[0] == "span 1:3 ORG '警方' moved to 2:4, the only place of its text"


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ([Mark(2, 4, "WAFFE")], "span 2:4 WAFFE: unknown label 'WAFFE', expected one of ORG, TARGET, QUANTITY, UNIT"),
        ([Mark(2, 4, ["ORG"])], "unknown label"),
        ([Mark(2, 2, "ORG")], "span 2:2 ORG is empty"),
        ([Mark(4, 2, "ORG")], "is empty"),
        ([Mark(-1, 2, "ORG")], "span -1:2 ORG leaves the text"),
        ([Mark(True, 2, "ORG")], "whole numbers"),
        ([Mark("2", "4", "ORG")], "whole numbers"),
        ([Mark(9, 90, "ORG")], "span 9:90 ORG leaves the text"),
        ([Mark(2, 4, "ORG", "警方"), Mark(3, 5, "TARGET", "方查")], "span 2:4 ORG '警方' and span 3:5 TARGET '方查' overlap"),
        ([Mark(2, 4, "ORG", "警方"), Mark(2, 4, "ORG", "警方")], "overlap"),
        ([Mark(0, 1, "QUANTITY", "3")], "'👮' stands there, and its text stands at 2 places"),
        ([Mark(0, 1, "ORG", "海关")], "its text stands at 0 places"),
        ([Mark(2, 4, "ORG")], "span 2:4 ORG may stand at 1:2 or at 2:4; say with --offsets"),
        ([Mark(8, 10, "TARGET")], "may stand at"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_refused(marks: list[Mark], message: str) -> None:
    with pytest.raises(AnnotationError) as raised:
        settle(draft(*marks))
    assert message in str(raised.value)


def test_a_place_inside_a_character() -> None:
    with pytest.raises(AnnotationError, match="span 1:4 ORG is no place in the text, counted in utf-16"):
        settle(draft(Mark(1, 4, "ORG"), stated=UTF_16, units=(UTF_16,)))


def test_who_says_what_is_counted() -> None:
    mark = Mark(4, 6, "ORG")
    assert spans(settle(draft(mark, stated=UTF_16))) == [("警方", "ORG")]
    assert spans(settle(draft(mark), unit=UTF_16)) == [("警方", "ORG")]
    assert spans(settle(draft(mark, stated=UTF_16), unit=CODE_POINTS)) == [("查获", "ORG")]
    # A span's text weighs more than what the file says of itself.
    assert spans(settle(draft(Mark(4, 6, "ORG", "警方"), stated=CODE_POINTS))) == [("警方", "ORG")]


def test_alignment_there_and_back() -> None:
    there, back = Alignment("a\r\nb", "a\nb"), Alignment("a\nb", "a\r\nb")
    assert there(Range(0, 4)) == (0, 3)
    assert back(Range(2, 3)) == (3, 4)
    assert there(Range(1, 2)) is None
    assert Span(0, 1, "ORG") == Span(0, 1, "ORG", 0.5)  # scores are no part of what is compared here
