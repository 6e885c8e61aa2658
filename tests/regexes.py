"""Every regular expression of the package, and strings built from its own alphabet that make a careless one take quadratic time.

``python tests/regexes.py LENGTH`` tries them all and prints one line a pattern: CPU seconds of its slowest string, where it is used.
With ``--sentences`` it sends texts of that length the whole way instead.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LENGTH = 100_000
MOST_STRINGS = 40
LIMIT = 20.0
# What a text is made of, over and over, without an end.
SENTENCES = (
    *(
        "，",
        "其中",
        "（",
        "）",
        "（）",
        "1",
        "亿",
        "万亿",
        "\n",
        " ",
        "“",
        "分别",
        "《",
        "以来",
        "今年",
        "枪支",
        "支",
        "啊",
        "。",
        "1月至",
        "３",
        ".",
        "1.2.",
    ),
    *(
        "1支",
        "收缴枪支3支",
        "枪支3支、",
        "派出所",
        "派出所、",
        "派出所收缴",
        "派出所、派出所分别收缴3支、5支，",
        "收缴枪支5支，其中枪支3支（3支）",
    ),
    *("2019年6月", "6日", "6月25日以来", "枪支、枪支分别3支、4支", "同比下降3%、", "下降3%和", "收缴抓获3支", "专项行动", "“净网”专项行动"),
    *(
        "1/3",
        "三四",
        "（3支",
        "：3支",
        "警方3支，枪支4支（其中2支）同比增5%；",
        "记者张三 ",
        "2019年6月20日\n",
        "6月20日电",
        "从派出所获悉",
    ),
    *(
        "被派出所",
        "5人被警方抓获",
        "1\u200b",
        "\u202e1",
        "\r\n",
        "\n　　",
        "\n  3支",
        "百分之3",
        "半",
        "3 支 ",
        "共计",
        "枪支共计3支",
        "去年同期3起",
        "3斤2两",
    ),
)
_UNLIKE = "\0"
_USES = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


class Heard:
    """A compiled pattern that notes by which of its methods it is used."""

    def __init__(self, pattern: re.Pattern[str], uses: set[str]) -> None:
        self._pattern, self._uses = pattern, uses

    def __getattr__(self, name: str) -> Any:
        if name in _USES:
            self._uses.add(name)
        return getattr(self._pattern, name)


def collect() -> dict[str | bytes, tuple[str, set[str]]]:
    """Every pattern that the package compiles or uses on the way of some reports: its source, the module, and the methods used.

    To be called before zhanguo is imported: it listens at the functions of ``re``.
    """
    assert not any(name.startswith("zhanguo") for name in sys.modules), "too late: patterns are compiled on import"
    found: dict[str | bytes, tuple[str, set[str]]] = {}

    def listen(name: str, function: Any) -> Any:
        def heard(pattern: Any, *rest: Any, **named: Any) -> Any:
            module = sys._getframe(1).f_globals["__name__"]
            if not module.startswith("zhanguo"):
                return function(pattern, *rest, **named)
            _, uses = found.setdefault(getattr(pattern, "pattern", pattern), (module, set()))
            if name != "compile":
                uses.add(name)
            return Heard(function(pattern, *rest, **named), uses) if name == "compile" else function(pattern, *rest, **named)

        return heard

    for name in ("compile", *_USES):
        setattr(re, name, listen(name, getattr(re, name)))
    _use()
    return found


def _use() -> None:
    """Import every module that needs no training library, and go the whole way, so that every cached pattern is made."""
    import importlib
    import pkgutil

    import zhanguo

    for module in pkgutil.walk_packages(zhanguo.__path__, "zhanguo."):
        try:
            importlib.import_module(module.name)
        except ImportError:
            continue  # a module for training, where its libraries are not installed
    from toys import RegexTagger

    from zhanguo.extract import Extractor

    head = "关于专项行动的通报\n记者李某 本报讯 6月20日电 县公安局、派出所分别收缴枪支12支、3支（其中其他2支以上），同比下降8%，"
    report = head + "群众上交约5支左右。行动开展以来抓获人3至5名。"
    for text in (
        report,
        "截至目前，县公安局共收缴枪支一百零五支及其制品，价值3万元。",
        "县公安局\n2019年6月20日",
        "近日，每户案件计划3起。",
    ):
        Extractor(RegexTagger())(text * 3)
    for name, module in list(sys.modules.items()):
        if name.startswith("zhanguo"):
            _call_cached(module)


def _call_cached(module: Any) -> None:
    """Make the patterns of a module's cached functions that take nothing."""
    for value in vars(module).values():
        if hasattr(value, "cache_info") and not value.__wrapped__.__code__.co_argcount:
            value()


def strings(source: str | bytes, length: int) -> Iterator[str]:
    """Strings of about a length on which a pattern with nested or neighbouring repetitions would try every way to part them.

    For each repetition: what stands before it, its body over and over, and a character that fits nowhere; what the whole pattern
    matches, over and over; and a few of its words and characters in random order (the seed is the pattern).
    """
    tree = _parser.parse(source)
    whole, pumps = _least(tree), list(_repeats(tree, ""))
    bodies = dict.fromkeys([("", whole), *pumps, *(("", body) for _, body in pumps), ("", _UNLIKE)])
    for before, body in list(bodies)[:MOST_STRINGS]:
        if body:
            yield from _ended(before + body * (length // len(body) + 1), length)
    words = sorted(dict.fromkeys([*_words(tree), *(body for _, body in pumps if body), " ", "8"]))
    chance = random.Random(source)  # noqa: S311  # no secrets here
    for size in (1, 2, 2, 3, 3, len(words)):
        chosen = chance.sample(words, min(size, len(words)))
        yield from _ended(whole + "".join(chance.choices(chosen, k=length)), length)


def _ended(text: str, length: int) -> Iterator[str]:
    yield text[:length] + _UNLIKE
    yield text[:length]


def _words(tree: Any) -> Iterator[str]:
    """The words and characters that a parsed pattern names: the short texts of its branches and classes."""
    for operator, argument in tree:
        if operator is sre.BRANCH:
            yield from filter(None, map(_least, argument[1]))
            for branch in argument[1]:
                yield from _words(branch)
        elif operator is sre.IN and argument[0][0] is not sre.NEGATE:
            yield from _members(argument)
        elif operator is sre.LITERAL:
            yield chr(argument)
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield from _words(argument[2])
        elif operator in (sre.SUBPATTERN, sre.ASSERT, sre.ASSERT_NOT):
            yield from _words(argument[-1])
        elif operator is sre.ATOMIC_GROUP:
            yield from _words(argument)


def _least(tree: Any) -> str:
    """A short text that a parsed pattern matches, conditions aside."""
    return "".join(_one(operator, argument) for operator, argument in tree)


def _one(operator: Any, argument: Any) -> str:
    if operator in (sre.LITERAL,):
        return chr(argument)
    if operator is sre.NOT_LITERAL or operator is sre.ANY:
        return "x"
    if operator is sre.IN:
        return _member(argument)
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, most, body = argument
        return _least(body) * max(least, min(1, most))
    if operator is sre.SUBPATTERN:
        return _least(argument[-1])
    if operator is sre.ATOMIC_GROUP:
        return _least(argument)
    if operator is sre.BRANCH:
        return max((_least(branch) for branch in argument[1]), key=len)
    if operator is sre.GROUPREF_EXISTS:
        return _least(argument[1])
    return ""


_CATEGORIES = {
    sre.CATEGORY_DIGIT: "8",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "字",
    sre.CATEGORY_NOT_SPACE: "x",
    sre.CATEGORY_NOT_WORD: "-",
    sre.CATEGORY_NOT_DIGIT: "x",
}


def _member(items: Sequence[Any]) -> str:
    """A character of a class."""
    if items[0][0] is sre.NEGATE:
        return next(sign for sign in "字x8- \n" if not re.match(_class(items[1:]), sign))
    return list(_members(items))[-1]


def _members(items: Sequence[Any]) -> Iterator[str]:
    """Characters of a class: each that it names, the first of each range, one of each category."""
    for operator, argument in items:
        yield _CATEGORIES[argument] if operator is sre.CATEGORY else chr(argument if operator is sre.LITERAL else argument[0])


def _class(items: Sequence[Any]) -> str:
    """The source of a class without its negation."""
    names = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}
    negated = {sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_NOT_WORD: r"\W", sre.CATEGORY_NOT_DIGIT: r"\D"}
    parts = []
    for operator, argument in items:
        if operator is sre.LITERAL:
            parts.append(re.escape(chr(argument)))
        elif operator is sre.RANGE:
            parts.append(f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}")
        else:
            parts.append((names | negated)[argument])
    return f"[{''.join(parts)}]"


def _repeats(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """Each long repetition of a parsed pattern: what a match has before it, and its body, in each of its branches."""
    for operator, argument in tree:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most > 5:
                yield before, _least(body)
                yield from ((before, word) for word in itertools.islice(_words(body), 8))
            yield from _repeats(body, before)
        elif operator is sre.SUBPATTERN:
            yield from _repeats(argument[-1], before)
        elif operator in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(argument[1], before)
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                yield from _repeats(branch, before)
        before += _one(operator, argument)


def try_out(pattern: re.Pattern[Any], uses: Iterable[str], text: str) -> None:
    """Use a pattern on a text by the methods that the package uses, ``sub`` with nothing to put in its place."""
    subject = text if isinstance(pattern.pattern, str) else text.encode()
    for name in uses:
        arguments = (subject[:0], subject) if name in ("sub", "subn") else (subject,)
        result = getattr(pattern, name)(*arguments)
        if name == "finditer":
            for _ in result:
                pass


def slowest(source: str | bytes, uses: set[str], length: int, limit: float = LIMIT) -> tuple[float, str]:
    """CPU seconds of the slowest string, and how it begins. A pattern of which no use was seen is used in every way.

    What takes longer than ``limit`` CPU seconds is given up.
    """
    pattern = re.compile(source)
    worst, begins = 0.0, ""
    signal.signal(signal.SIGVTALRM, _give_up)
    for text in strings(source, length):
        start = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        try:
            try_out(pattern, uses or _USES, text)
        except TimeoutError:
            return math.inf, text[:20]
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        spent = time.process_time() - start
        if spent >= worst:
            worst, begins = spent, text[:20]
    return worst, begins


def _give_up(*_: Any) -> None:
    raise TimeoutError


def try_patterns(length: int) -> int:
    """Try every pattern; how many were given up."""
    patterns = collect()
    given_up = 0
    for source, (module, uses) in sorted(patterns.items(), key=lambda item: item[1][0]):
        seconds, begins = slowest(source, uses, length)
        given_up += seconds == math.inf
        _show(f"{seconds:8.3f} {module:26} {source[:60]!r} {begins!r} {sorted(uses)}")
    _show(f"{len(patterns)} patterns, {given_up} given up")
    return given_up


def long_text(piece: str, length: int) -> str:
    """A piece over and over."""
    return (piece * (length // len(piece) + 1))[:length]


def whole_way(piece: str, length: int) -> None:
    """Read out of and write down a text that is one piece over and over, with the toy tagger."""
    from toys import RegexTagger

    from zhanguo import write
    from zhanguo.extract import Extractor

    write.dumps(write.to_dict(Extractor(RegexTagger())(long_text(piece, length)), "toy"))


def spent(piece: str, length: int) -> float:
    """CPU seconds of the whole way."""
    start = time.process_time()
    whole_way(piece, length)
    return time.process_time() - start


def calls(piece: str, length: int) -> int:
    """How many calls of functions the whole way takes: a measure of work that is the same in every run."""
    count = 0

    def called(*_: Any) -> None:
        nonlocal count
        count += 1

    whole_way(piece, 100)  # fills the caches
    sys.setprofile(called)
    try:
        whole_way(piece, length)
    finally:
        sys.setprofile(None)
    return count


def _show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Try every pattern, or every piece as a text; 1 where a pattern was given up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("length", type=int)
    parser.add_argument("--sentences", action="store_true", help="texts for the whole way instead of patterns")
    options = parser.parse_args()
    if not options.sentences:
        return int(try_patterns(options.length) > 0)
    for piece in SENTENCES:
        _show(f"{spent(piece, options.length):8.3f} {piece!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
