"""Augmentation: seeded rewrites of annotated reports. A report is a row of pieces, so labels move with their characters."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from random import Random
from typing import NamedTuple

from zhanguo import numerals, units
from zhanguo.config import Augmentation
from zhanguo.schema import Example, Span
from zhanguo.tables import read_rows


class Piece(NamedTuple):
    """A stretch of a report that lies in one span (``label``) or between spans (None)."""

    text: str
    label: str | None


Pieces = list[Piece]
Convert = Callable[[str], str]

LATIN_MARKS = str.maketrans({"。": ".", "“": '"', "”": '"', "、": ",", "—": "-", "《": "<", "》": ">", "·": "."})
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})
MARKS = "，。、；：,.;:"
STOPS = "。；！？\n"
REGIONAL_FORMS = ("s2t", "s2hk", "s2twp")
NAMES = ("小林", "阿军", "晓雯", "方远", "丁一", "陆平")
_WHOLE_NUMBER = re.compile(r"[1-9]\d{0,5}")
_CLAUSE_WORDS = 18  # longest thing or organisation that may be put into another's place


def split(example: Example) -> Pieces:
    """Cut a report at the edges of its spans."""
    pieces: Pieces = []
    last = 0
    for span in example.spans:
        pieces += [Piece(example.text[last : span.start], None), Piece(example.text[span.start : span.end], span.label)]
        last = span.end
    return [*pieces, Piece(example.text[last:], None)]


def join(name: str, pieces: Iterable[Piece]) -> Example:
    """Put pieces together; every labelled piece is a span. White space at a labelled piece's edge falls out of the span."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for text, label in pieces:
        if label and text.strip():
            start = length + len(text) - len(text.lstrip())
            spans.append(Span(start, start + len(text.strip()), label))
        texts.append(text)
        length += len(text)
    return Example(name, "".join(texts), tuple(spans))


class Augmenter:
    """Rewrites reports at the rates of a recipe; what it puts in comes from the reports given to it."""

    def __init__(self, examples: Iterable[Example], rates: Augmentation) -> None:
        self.rates = rates
        self.pool: dict[tuple[str, str], list[str]] = defaultdict(list)
        for example in examples:
            for piece, key in _with_classes(split(example)):
                if key:
                    self.pool[key].append(piece.text)

    def __call__(self, example: Example, seed: str) -> Example:
        """Return a rewritten report. The same seed gives the same rewriting."""
        random = Random(seed)  # noqa: S311  # no secret
        rates = self.rates
        pieces = [self._swapped(piece, key, random) for piece, key in _with_classes(split(example))]
        pieces = [_renumbered(piece, rates.numerals, random) for piece in pieces]
        for rate, rewrite in (
            (rates.regional, _regional),
            (rates.width, _other_width),
            (rates.punctuation, _punctuated),
            (rates.spaces, _spaced),
            (rates.wraps, _wrapped),
            (rates.furniture, _furnished),
        ):
            if random.random() < rate:
                pieces = rewrite(pieces, random)
        return join(example.id, pieces)

    def _swapped(self, piece: Piece, key: tuple[str, str] | None, random: Random) -> Piece:
        """Another span of the same class, at the rate of its label."""
        rate = {"ORG": self.rates.organisations, "TARGET": self.rates.things, "UNIT": self.rates.units, "QUANTITY": self.rates.numbers}
        if key is None or piece.label is None or random.random() >= rate[piece.label]:
            return piece
        if piece.label == "QUANTITY":
            return piece._replace(text=_other_digits(piece.text, random))
        return piece._replace(text=random.choice(self.pool.get(key) or [piece.text]))


def _with_classes(pieces: Pieces) -> list[tuple[Piece, tuple[str, str] | None]]:
    return [(piece, _class(pieces, place) if piece.label else None) for place, piece in enumerate(pieces)]


def _class(pieces: Pieces, place: int) -> tuple[str, str]:
    """What a span may be exchanged with: its label, and its last character, dimension or measure word."""
    text, label = pieces[place].text, pieces[place].label or ""
    if len(text) > _CLAUSE_WORDS:
        return label, text
    if label == "UNIT":
        unit = units.find(text)
        return label, unit.base if unit else text
    if label == "TARGET":
        near = [piece.text for piece in pieces[max(0, place - 4) : place + 5] if piece.label == "UNIT"]
        return label, near[0] if near else ""
    return label, text[-1:]


def _other_digits(text: str, random: Random) -> str:
    """The same numeral with other digits; never a new zero in front."""
    return re.sub(r"[1-9]", lambda _: random.choice("123456789"), text)


def _renumbered(piece: Piece, rate: float, random: Random) -> Piece:
    """A whole number in another notation: Chinese, with separators, full-width, in 万; a Chinese one in Arabic digits."""
    if piece.label != "QUANTITY" or random.random() >= rate:
        return piece
    if _WHOLE_NUMBER.fullmatch(piece.text):
        value = int(piece.text)
        forms = [numerals.spell(value), f"{value:,}", piece.text.translate(FULL_WIDTH)]
        forms += [f"{value / 10**4:g}万"] if value >= 10**4 and value % 100 == 0 else []
        return piece._replace(text=random.choice(forms))
    try:
        amount = numerals.parse(piece.text)
    except numerals.NumeralError:
        return piece
    plain = amount.value_max is None and amount.qualifier == "exact" and amount.value == int(amount.value)
    return piece._replace(text=str(amount.value)) if plain and not piece.text.isascii() else piece


def _each(pieces: Pieces, rewrite: Convert) -> Pieces:
    return [piece._replace(text=rewrite(piece.text)) for piece in pieces]


def _regional(pieces: Pieces, random: Random) -> Pieces:
    """Traditional characters of the mainland, Hong Kong or Taiwan (with Taiwan's words), by OpenCC."""
    return _each(pieces, _opencc(random.choice(REGIONAL_FORMS)))


@cache
def _opencc(form: str) -> Convert:
    from opencc import OpenCC

    convert: Convert = OpenCC(form).convert
    return convert


def _other_width(pieces: Pieces, random: Random) -> Pieces:
    """Latin marks for Chinese ones, or full-width digits."""
    table = random.choice((LATIN_MARKS, FULL_WIDTH))
    return _each(pieces, lambda text: text.translate(table))


def _punctuated(pieces: Pieces, random: Random) -> Pieces:
    """Here and there a mark between spans is dropped, doubled or another."""

    def mark(match: re.Match[str]) -> str:
        fate = random.random()
        return "" if fate < 0.04 else match[0] * 2 if fate < 0.08 else random.choice(MARKS) if fate < 0.1 else match[0]

    return [piece if piece.label else piece._replace(text=re.sub(f"[{MARKS}]", mark, piece.text)) for piece in pieces]


def _spaced(pieces: Pieces, random: Random) -> Pieces:
    """Spaces around digits, or strewn anywhere."""
    if random.random() < 0.6:
        return [piece._replace(text=f" {piece.text} ") if piece.label == "QUANTITY" else piece for piece in pieces]
    space = random.choice((" ", " ", "\u3000", "\t", "  "))
    return _each(pieces, lambda text: "".join(char + space if random.random() < 0.03 else char for char in text))


def _wrapped(pieces: Pieces, random: Random) -> Pieces:
    """Lines broken at a fixed width, as a page or a mail breaks them."""
    width = random.randint(18, 44)
    ends = random.choice(("\n", "\n", "\n\n", "\n　"))
    column = 0

    def wrap(text: str) -> str:
        nonlocal column
        out = []
        for char in text:
            if column >= width:
                out.append(ends)
                column = 0
            out.append(char)
            column = 0 if char == "\n" else column + 1
        return "".join(out)

    return _each(pieces, wrap)


@cache
def _furniture() -> list[str]:
    return [row[0] for row in read_rows("furniture.txt")]


def _furnished(pieces: Pieces, random: Random) -> Pieces:
    """Page numbers, bylines and buttons between sentences."""

    def furnish(text: str) -> str:
        cuts = [place + 1 for place, char in enumerate(text) if char in STOPS and random.random() < 0.08]
        parts = [text[a:b] for a, b in itertools.pairwise([0, *cuts, len(text)])]
        line = "\n" + random.choice(_furniture()).format(name=random.choice(NAMES), page=random.randint(1, 30)) + "\n"
        return line.join(parts)

    return [piece if piece.label else piece._replace(text=furnish(piece.text)) for piece in pieces]
