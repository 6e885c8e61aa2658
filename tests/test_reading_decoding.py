"""Decoding: texts come back whole from every encoding; what is no text is refused."""

import codecs
import os

import pytest

from zhanguo.reading.decoding import DecodeError, decode, guess

SIMPLIFIED = "本报讯 记者从县公安局获悉，今年以来共破获案件12起，抓获犯罪嫌疑人56名。\r\n"
TRADITIONAL = "刑事局偵破詐欺集團，查扣現金新台幣三百萬元、手機二十支，拘捕十二人到案。\r\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED * 50, "gbk"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL * 50, "big5hkscs"),
        (SIMPLIFIED, "utf-16"),
        (TRADITIONAL, "utf-16-be"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-32"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    decoded, warnings = decode(text.encode(encoding))
    assert decoded == text
    assert bool(warnings) == (not encoding.startswith("utf-8"))


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(codecs.BOM_UTF8 + "警方".encode())[0] == "警方"


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 100, b"PK\3\4" + os.urandom(4000)])
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match=r"binary|broken"):
        decode(data)


def test_a_broken_text_after_its_mark_is_refused() -> None:
    with pytest.raises(DecodeError, match="broken utf-16-le"):
        decode(codecs.BOM_UTF16_LE + b"\x00\xd8\x00")


def test_a_few_broken_bytes_are_marked_not_fatal() -> None:
    text, warnings = decode((SIMPLIFIED * 20).encode() + b"\xe6\x9e")
    assert text == SIMPLIFIED * 20 + "\ufffd"
    assert any("1 broken place" in warning for warning in warnings)
    assert decode(("收缴枪支三支。" * 40 + "\0").encode())[0].count("\0") == 1


def test_a_declared_encoding_counts_where_the_bytes_fit_it_and_are_no_utf8() -> None:
    japanese = "警視庁は銃３丁を押収した。"
    assert decode(japanese.encode("shift_jis"), "shift_jis")[0] == japanese
    assert decode(SIMPLIFIED.encode(), "gb2312") == (SIMPLIFIED, [])
    assert decode(SIMPLIFIED.encode("gbk"), "no-such-encoding")[0] == SIMPLIFIED
    assert decode("镕基路派出所收缴枪支。".encode("gbk"), "gb2312")[0] == "镕基路派出所收缴枪支。"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_the_encoding_of_a_stream_is_known_from_a_head_that_ends_inside_a_character(encoding: str) -> None:
    data = ("a" + SIMPLIFIED * 40).encode(encoding)
    assert {guess(data[:length]) for length in range(1500, 1508)} == {encoding}
