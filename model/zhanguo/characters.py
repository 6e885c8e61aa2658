"""Character vocabularies: one token for each visible code point of a text, white space included; which share a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Replace, Sequence
from tokenizers.pre_tokenizers import Split
from tokenizers.processors import TemplateProcessing

from zhanguo.tables import fold

PAD, UNK, CLS, SEP, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNK, CLS, SEP, MASK)
SPACES = " \n\r\t\u3000\u00a0"
# What is left in a text but not seen on paper: format characters and HTML tags; and HTML's names of characters.
INVISIBLE = r"</?[A-Za-z][^<>\n]{0,80}>|[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
ENTITIES = {
    r"&(?:nbsp|ensp|emsp|thinsp|#160|#12288);": " ",
    "&ldquo;": "“",
    "&rdquo;": "”",
    "&mdash;": "—",
    "&hellip;": "…",
    "&middot;": "·",
}
CHINESE_PUNCTUATION = str.maketrans(",:;!?()", "，：；！？（）")

_WANTED_RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0xFF),  # Latin-1: × ÷ ° ± ·
    (0x2010, 0x203B),  # dashes, quotation marks, … ※ ‰
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x24FF),  # ℃ № Ⅰ → ①
    (0x25A0, 0x266F),  # ■ ● ★
    (0x3001, 0x301F),  # 、 。 《 》 「 」 【 】 〇
    (0x3200, 0x33FF),  # ㈠ ㎡ ㎏
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xFF01, 0xFFE5),  # full-width forms
    (0x20000, 0x323AF),
)


def is_wanted(char: str) -> bool:
    """Whether a character belongs into a vocabulary for Chinese reports."""
    return len(char) == 1 and any(low <= ord(char) <= high for low, high in _WANTED_RANGES)


def full_width_forms() -> dict[str, str]:
    """Map each full-width form to the half-width character that its row is copied from."""
    return {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)}


def canonical(char: str) -> str:
    """The character whose embedding row a character shares.

    A Traditional character has its Simplified form's row, full-width letters and digits that of the half-width ones, half-width marks
    that of the Chinese ones, and every space but the line feed that of the plain one: how a report is printed can't change its tags.
    """
    if char.isspace():
        return "\n" if char in "\r\n" else " "
    if char in _FULL_WIDTH:
        char = _FULL_WIDTH[char]
    return fold(char.translate(CHINESE_PUNCTUATION))


_FULL_WIDTH = full_width_forms()


def shared_rows(ids: Mapping[str, int]) -> dict[int, int]:
    """Map the id of each character that has no row of its own to the id whose row it shares."""
    pairs = ((number, ids.get(canonical(token))) for token, number in ids.items() if len(token) == 1)
    return {number: shared for number, shared in pairs if shared is not None and shared != number}


def tokenizer_from_vocabulary(ids: Mapping[str, int]) -> Tokenizer:
    """Build a tokenizer that gives one token a code point, between [CLS] and [SEP].

    ``ids`` holds the five special tokens and single characters; others are passed over, so a WordPiece vocabulary
    works too. A character that it lacks becomes [UNK]; what is not seen on paper (zero-width marks,
    HTML tags) gives no token, an HTML entity the token of its character.
    """
    missing = [token for token in SPECIAL if token not in ids]
    if missing:
        raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
    kept = {token: number for token, number in ids.items() if len(token) == 1 or token in SPECIAL}
    for space in SPACES:
        kept.setdefault(space, ids[UNK])
    tokenizer = Tokenizer(WordLevel(kept, unk_token=UNK))
    tokenizer.normalizer = Sequence([Replace(Regex(old), new) for old, new in ((INVISIBLE, ""), *ENTITIES.items())])
    tokenizer.pre_tokenizer = Split(Regex(r"[\s\S]"), behavior="isolated")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{CLS} $A {SEP}", pair=f"{CLS} $A {SEP} $B {SEP}", special_tokens=[(CLS, ids[CLS]), (SEP, ids[SEP])]
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "pad_token": PAD,
    "unk_token": UNK,
    "cls_token": CLS,
    "sep_token": SEP,
    "mask_token": MASK,
    "clean_up_tokenization_spaces": False,
}
