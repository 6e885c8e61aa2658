"""Encoding: one token a visible code point, whatever the text holds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.characters import INVISIBLE, SPECIAL, full_width_forms, is_wanted, shared_rows, tokenizer_from_vocabulary
from zhanguo.encode import Encoder
from zhanguo.schema import Range

VOCABULARY = {token: i for i, token in enumerate([*SPECIAL, *"收缴枪支281０１ab", "##支", "枪支"])}
AWKWARD = "收缴\u3000枪支\u200b２８1支👮\u200d♂️\r\n共\ufeff[SEP]e\u0301"


def encoder() -> Encoder:
    return Encoder.from_vocabulary(VOCABULARY)


def visible(text: str) -> list[Range]:
    hidden = {i for match in re.finditer(INVISIBLE, text) for i in range(*match.span())}
    return [Range(i, i + 1) for i in range(len(text)) if i not in hidden]


def test_awkward_text() -> None:
    [encoding] = encoder()(AWKWARD, [Range(0, len(AWKWARD))])
    assert encoding.offsets == visible(AWKWARD)
    assert len(encoding.ids) == len(encoding.offsets) + 2 == len(AWKWARD) - 4 + 2


@given(st.text(min_size=1, max_size=40))
def test_any_text(text: str) -> None:
    [encoding] = encoder()(text, [Range(0, len(text))])
    assert encoding.offsets == visible(text)


def test_html_left_in_a_text() -> None:
    text = "收<br/>缴&nbsp;枪<span class='a'>支</span>1&ldquo;2"
    [encoding] = encoder()(text, [Range(0, len(text))])
    places = [text[start:end] for start, end in encoding.offsets]
    assert places == ["收", "缴", ";", "枪", "支", "1", ";", "2"]  # an entity's token lies at its last character
    assert encoding.ids[2:5] == [VOCABULARY["缴"], VOCABULARY["[UNK]"], VOCABULARY["枪"]]


def test_known_characters_have_their_own_ids() -> None:
    [encoding] = encoder()("枪支?", [Range(0, 3)])
    assert encoding.ids == [VOCABULARY[t] for t in ("[CLS]", "枪", "支", "[UNK]", "[SEP]")]


def test_printed_forms_share_a_row() -> None:
    ids = {token: i for i, token in enumerate([*SPECIAL, *"万萬1１,，Ａ \u3000\n\r檢"])}
    pairs = {("萬", "万"), ("１", "1"), (",", "，"), ("\u3000", " "), ("\r", "\n")}  # Ａ and 檢 have nothing to share here
    assert shared_rows(ids) == {ids[a]: ids[b] for a, b in pairs}


def test_offsets_of_a_later_stretch_refer_to_the_whole_text() -> None:
    [encoding] = encoder()("收缴枪支", [Range(2, 4)])
    assert encoding.offsets == [Range(2, 3), Range(3, 4)]


def test_a_vocabulary_without_special_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lacks \[MASK\]"):
        tokenizer_from_vocabulary({token: i for i, token in enumerate(SPECIAL[:-1])})


def test_wanted_characters() -> None:
    assert all(map(is_wanted, "警8a，。〇％㎡■"))
    assert not any(map(is_wanted, ["ю", "ไ", "한", "警方", ""]))
    assert full_width_forms()["８"] == "8"
