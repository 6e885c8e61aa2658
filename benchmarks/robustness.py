"""Span F1 on Traditional and glitched copies of annotated reports: ``python benchmarks/robustness.py GOLD... [--model FOLDER]``.

No kind of glitch here is one that training's rewritten copies hold. Seeded: every run makes the same copies.
"""

from __future__ import annotations

import argparse
import html
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from opencc import OpenCC
from rich.console import Console
from rich.table import Table

from zhanguo import evaluate
from zhanguo.annotations import read_examples
from zhanguo.augment import Piece, Pieces, join, split
from zhanguo.extract import Extractor
from zhanguo.schema import LABELS, Example

ADDRESSES = ("www.example.cn", "http://news.example.com/2019/05/x.html", "微信号：example110", "QQ截图20190512")
BULLETS = "●■▲◆★👮🚨"
TAGS = ("<br/>", "<p>", "</span>", "<strong>")


def in_text(rewrite: Callable[[str, Random], str]) -> Callable[[Pieces, Random], Pieces]:
    """Rewrite every piece, labelled or not."""
    return lambda pieces, random: [piece._replace(text=rewrite(piece.text, random)) for piece in pieces]


def between(rewrite: Callable[[str, Random], str]) -> Callable[[Pieces, Random], Pieces]:
    """Rewrite what lies between the spans."""
    return lambda pieces, random: [p if p.label else p._replace(text=rewrite(p.text, random)) for p in pieces]


def strewn(sign: str, share: float) -> Callable[[str, Random], str]:
    """Put a sign inside the text, behind this share of its characters; never at an edge."""
    return lambda text, random: "".join(c + (sign if random.random() < share else "") for c in text[:-1]) + text[-1:]


def lost(text: str, random: Random) -> str:
    """Three characters in a hundred didn't survive a conversion."""
    return "".join(random.choice("□�?") if c.isalpha() and random.random() < 0.03 else c for c in text)


def stuttered(text: str, random: Random) -> str:
    """One character in fifty is there twice."""
    return "".join(c * 2 if c.isalpha() and random.random() < 0.02 else c for c in text)


def entities(text: str, random: Random) -> str:
    """HTML left in: entities for quotation marks and spaces, a tag behind some of the stops."""
    escaped = html.escape(text).replace("“", "&ldquo;").replace("”", "&rdquo;").replace("\u3000", "&emsp;").replace(" ", "&nbsp;")
    return re.sub("[。；]", lambda m: m[0] + (random.choice(TAGS) if random.random() < 0.3 else ""), escaped)


def addressed(text: str, random: Random) -> str:
    """Addresses and names of pictures between sentences."""
    return re.sub("[。；]", lambda m: m[0] + (random.choice(ADDRESSES) if random.random() < 0.15 else ""), text)


def bulleted(text: str, random: Random) -> str:
    """Bullets and emoji in front of sentences."""
    return re.sub("[。；]", lambda m: m[0] + (random.choice(BULLETS) if random.random() < 0.4 else ""), text)


def one_line(text: str, _: Random) -> str:
    """All line breaks and indents gone."""
    return re.sub(r"\s*\n\s*", "", text)


TAIWAN, HONG_KONG = OpenCC("s2tw"), OpenCC("s2hk")

COPIES: dict[str, Callable[[Pieces, Random], Pieces]] = {
    "clean": lambda pieces, _: pieces,
    "Traditional (Taiwan)": in_text(lambda text, _: TAIWAN.convert(text)),
    "Traditional (Hong Kong)": in_text(lambda text, _: HONG_KONG.convert(text)),
    "zero-width spaces": in_text(strewn("\u200b", 0.1)),
    "soft hyphens": in_text(strewn("\u00ad", 0.05)),
    "lost characters": between(lost),
    "stuttered characters": between(stuttered),
    "HTML left in": between(entities),
    "addresses": between(addressed),
    "bullets and emoji": between(bulleted),
    "one line": between(one_line),
}


def copy(example: Example, kind: str) -> Example:
    """A copy of one kind; its labels move with their characters."""
    random = Random(f"{kind}/{example.id}")  # noqa: S311  # no secret
    return join(example.id, [Piece(*piece) for piece in COPIES[kind](split(example), random)])


def main() -> None:
    """Score every kind of copy and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("gold", nargs="+", type=Path, help="annotated reports")
    parser.add_argument("--model", help="a model folder (default: the one shipped)")
    options = parser.parse_args()
    tagger = Extractor.from_pretrained(options.model).tagger
    examples = [example for path in options.gold for example in read_examples(path)]
    table = Table("copy", *LABELS, "overall", "against clean", box=None, pad_edge=False)
    clean = 0.0
    for kind in COPIES:
        gold = [copy(example, kind) for example in examples]
        predicted = [Example(example.id, example.text, tuple(tagger(example.text))) for example in gold]
        scores = {label: score.f1 for label, score in evaluate.score_spans(gold, predicted).items()}
        clean = clean or scores["overall"]
        table.add_row(kind, *(f"{scores[label]:.3f}" for label in (*LABELS, "overall")), f"{scores['overall'] - clean:+.3f}")
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
