"""BIO tags: the only place that knows how spans become one tag a token and back."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zhanguo.schema import LABELS, Range, Span

OUTSIDE = "O"
TAGS: tuple[str, ...] = (OUTSIDE, *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))
TAG_IDS = {tag: number for number, tag in enumerate(TAGS)}

Scores = NDArray[np.float32]
CERTAIN = 10.0  # nats between O and the next tag


def spans_to_tags(offsets: Sequence[Range], spans: Sequence[Span]) -> tuple[list[str], list[Span]]:
    """Tag each token of one window; also return the spans that no token edges can express.

    ``offsets`` are the tokens' places in the text, in order. A span that the window cuts is tagged as far as it lies
    inside: at its left edge with I-, so that only a true beginning is a B-.
    """
    tags = [OUTSIDE] * len(offsets)
    lost: list[Span] = []
    if not offsets:
        return tags, lost
    first, last = offsets[0].start, offsets[-1].end
    starts = {token.start: index for index, token in enumerate(offsets)}
    ends = {token.end: index for index, token in enumerate(offsets)}
    for span in spans:
        if span.end <= first or span.start >= last:
            continue
        begin, end = starts.get(max(span.start, first)), ends.get(min(span.end, last))
        if begin is None or end is None:
            lost.append(span)
            continue
        tags[begin : end + 1] = [f"I-{span.label}"] * (end + 1 - begin)
        if span.start >= first:
            tags[begin] = f"B-{span.label}"
    return tags, lost


class TagError(ValueError):
    """A tag that can't stand where it stands; ``index`` is its place among the tags."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


def read_tags(offsets: Sequence[Range], tags: Sequence[str]) -> list[Span]:
    """The spans that tags say, one tag a token (IOB2, strictly); the reverse of ``spans_to_tags`` for a whole text. Raises TagError."""
    spans: list[Span] = []
    before = OUTSIDE
    for index, (place, tag) in enumerate(zip(offsets, tags, strict=True)):
        if tag not in TAG_IDS:
            raise TagError(index, f"unknown tag {tag!r}, expected one of {', '.join(TAGS)}")
        if tag.startswith("B-"):
            spans.append(Span(place.start, place.end, tag[2:]))
        elif tag.startswith("I-"):
            if before[2:] != tag[2:]:
                raise TagError(index, f"{tag} behind {before}: a span begins with B- (IOB2)")
            spans[-1] = Span(spans[-1].start, place.end, tag[2:])
        before = tag
    return spans


def _allowed() -> NDArray[np.bool_]:
    """``[from, to]``: I-X follows only B-X or I-X."""
    allowed = np.ones((len(TAGS), len(TAGS)), dtype=np.bool_)
    for tag in TAGS:
        if tag.startswith("I-"):
            before = [TAG_IDS[f"B-{tag[2:]}"], TAG_IDS[tag]]
            allowed[:, TAG_IDS[tag]] = False
            allowed[before, TAG_IDS[tag]] = True
    return allowed


_FORBIDDEN = np.where(_allowed(), 0.0, -np.inf).astype(np.float32)
_FIRST = np.array([-np.inf if tag.startswith("I-") else 0.0 for tag in TAGS], dtype=np.float32)


def best_path(scores: Scores) -> NDArray[np.int64]:
    """Return the likeliest legal tag ids for log-probabilities ``[tokens, tags]``.

    The likeliest tag of each token, where that is legal; else Viterbi's path (1967), for each stretch between tokens that
    are O beyond doubt.
    """
    path: NDArray[np.int64] = scores.argmax(axis=1).astype(np.int64)
    if not len(path) or _is_legal(path):
        return path
    for start, end in pairwise([0, *_cuts(scores).tolist(), len(path)]):
        if not _is_legal(path[start:end]):
            path[start:end] = _viterbi(scores[start:end])
    return path


def _cuts(scores: Scores) -> NDArray[np.int64]:
    """The tokens that are O beyond doubt, after one that is, too: what stands before them has nothing to do with the rest."""
    certain = scores[:, 0] - scores[:, 1:].max(axis=1) > CERTAIN
    return np.flatnonzero(certain[:-1] & certain[1:]) + 1


def _viterbi(scores: Scores) -> NDArray[np.int64]:
    back = np.zeros(scores.shape, dtype=np.int8)
    best = scores[0] + _FIRST
    for step in range(1, len(scores)):
        routes = best[:, None] + _FORBIDDEN
        back[step] = routes.argmax(axis=0)
        best = routes.max(axis=0) + scores[step]
    path = np.zeros(len(scores), dtype=np.int64)
    path[-1] = best.argmax()
    for step in range(len(scores) - 1, 0, -1):
        path[step - 1] = back[step, path[step]]
    return path


def _is_legal(path: NDArray[np.int64]) -> bool:
    return bool(_FIRST[path[0]] == 0 and (_FORBIDDEN[path[:-1], path[1:]] == 0).all())


def tags_to_spans(text: str, offsets: Sequence[Range], scores: Scores) -> list[Span]:
    """Decode log-probabilities ``[tokens, tags]`` into spans.

    A span's score is the least of its tokens' probabilities and of that the span ends where it does.
    """
    path = best_path(scores)
    spans: list[Span] = []
    index = 0
    while index < len(path):
        tag = TAGS[path[index]]
        end = index + 1
        if tag != OUTSIDE:
            while end < len(path) and TAGS[path[end]] == f"I-{tag[2:]}":
                end += 1
            score = float(np.exp(scores[np.arange(index, end), path[index:end]].min()))
            if end < len(path):
                score = min(score, 1 - float(np.exp(scores[end, TAG_IDS[f"I-{tag[2:]}"]])))
            span = trim(text, Range(offsets[index].start, offsets[end - 1].end))
            if span:
                spans.append(Span(span.start, span.end, tag[2:], round(score, 4)))
        index = end
    return spans


class Decoder:
    """``tags_to_spans`` of a text that comes piece by piece; keeps only what a later piece may still change."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets: list[Range] = []
        self._scores: Scores = np.zeros((0, len(TAGS)), dtype=np.float32)
        self._spans: list[Span] = []

    def add(self, offsets: Sequence[Range], scores: Scores) -> None:
        """Take the next tokens' places and log-probabilities ``[tokens, tags]``."""
        self._offsets += offsets
        self._scores = np.concatenate([self._scores, scores])
        cuts = _cuts(self._scores)
        if len(cuts):
            self._decode(int(cuts[-1]))

    def finish(self) -> list[Span]:
        """All spans of the text."""
        self._decode(len(self._offsets))
        return self._spans

    def _decode(self, end: int) -> None:
        self._spans += tags_to_spans(self._text, self._offsets[:end], self._scores[:end])
        self._offsets, self._scores = self._offsets[end:], self._scores[end:]


_KEPT = frozenset("%％‰")
_OPENING = {")": "(", "）": "（"}


def trim(text: str, place: Range) -> Range | None:
    """Cut white space, punctuation and a closing bracket's whole content off a span's edges; None if nothing is left."""
    start, end = place
    while start < end and is_loose(text[start]):
        start += 1
    while start < end and is_loose(text[end - 1]):
        opening = text.rfind(_OPENING[text[end - 1]], start, end) if text[end - 1] in _OPENING else -1
        end = opening if opening > start else end - 1
    return Range(start, end) if start < end else None


def is_loose(char: str) -> bool:
    """Whether a span may neither begin nor end with the character."""
    return char not in _KEPT and (char.isspace() or unicodedata.category(char)[0] in "PZC")
