"""BIO tags: spans there and back, legal paths, clean edges."""

import itertools
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhanguo.labels import TAG_IDS, TAGS, Decoder, best_path, spans_to_tags, tags_to_spans, trim
from zhanguo.schema import LABELS, Range, Span


def characters(text: str) -> list[Range]:
    return [Range(i, i + 1) for i in range(len(text))]


def certain(tags: list[str]) -> np.ndarray:
    scores = np.full((len(tags), len(TAGS)), -9.0, dtype=np.float32)
    scores[range(len(tags)), [TAG_IDS[tag] for tag in tags]] = 0.0
    return scores


@st.composite
def spans_of_letters(draw: st.DrawFn) -> tuple[str, list[Span]]:
    edges = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=12)))
    pieces = [Span(a, b, draw(st.sampled_from(LABELS))) for a, b in itertools.pairwise(edges) if draw(st.booleans())]
    return "字" * 40, pieces


@given(spans_of_letters())
def test_there_and_back(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    tags, lost = spans_to_tags(characters(text), spans)
    assert not lost
    assert tags_to_spans(text, characters(text), certain(tags)) == spans


def test_a_window_that_cuts_a_span_begins_inside() -> None:
    tags, lost = spans_to_tags([Range(3, 4), Range(4, 5)], [Span(2, 4, "ORG"), Span(4, 9, "UNIT")])
    assert tags == ["I-ORG", "B-UNIT"]
    assert not lost


def test_a_span_inside_a_token_is_named_as_lost() -> None:
    tags, lost = spans_to_tags([Range(0, 4)], [Span(0, 3, "QUANTITY"), Span(3, 4, "UNIT")])
    assert tags == ["O"]
    assert lost == [Span(0, 3, "QUANTITY"), Span(3, 4, "UNIT")]


@given(arrays(np.float32, st.tuples(st.integers(0, 12), st.just(len(TAGS))), elements=st.floats(-20, 0, width=32)))
def test_paths_are_legal(scores: np.ndarray) -> None:
    path = [TAGS[i] for i in best_path(scores)]
    for before, tag in itertools.pairwise(["O", *path]):
        assert not tag.startswith("I-") or before[2:] == tag[2:]


@given(arrays(np.float32, (4, len(TAGS)), elements=st.floats(-5, 0, width=32)))
def test_the_path_is_the_best_of_the_legal_ones(scores: np.ndarray) -> None:
    def legal(path: tuple[int, ...]) -> bool:
        names = ["O", *(TAGS[i] for i in path)]
        return all(not b.startswith("I-") or a[2:] == b[2:] for a, b in itertools.pairwise(names))

    found = scores[range(4), best_path(scores)].sum()
    best = max(scores[range(4), list(p)].sum() for p in itertools.product(range(len(TAGS)), repeat=4) if legal(p))
    assert found == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("“猫池”设备", "猫池”设备"),
        ("涉“保护伞”线索", "涉“保护伞”线索"),
        ("《整改通知书》", "整改通知书"),
        ("执法岗(点)", "执法岗"),
        ("（区）县", "区）县"),
        (" 枪支\u3000", "枪支"),
        ("枪\n支", "枪\n支"),
        ("%", "%"),
        ("\u200b支", "支"),
        ("……", None),
    ],
)
def test_trim(text: str, kept: str | None) -> None:
    place = trim(text, Range(0, len(text)))
    assert (place and text[place.start : place.end]) == kept


def test_a_score_is_a_probability() -> None:
    scores = np.log(np.full((2, len(TAGS)), 0.1 / (len(TAGS) - 1), dtype=np.float32))
    scores[:, TAG_IDS["I-ORG"]] = np.log(0.9)
    scores[0, TAG_IDS["B-ORG"]] = np.log(0.9)
    assert tags_to_spans("警方", characters("警方"), scores)[0].score == pytest.approx(0.9, abs=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 120), st.lists(st.integers(0, 120), max_size=8))
def test_a_text_in_pieces_gives_the_same_spans(seed: int, length: int, cuts: list[int]) -> None:
    random = np.random.default_rng(seed)
    scores = -random.exponential(6, (length, len(TAGS))).astype(np.float32)
    scores[random.random(length) < 0.6] -= 40 * (np.arange(len(TAGS)) > 0).astype(np.float32)  # O beyond doubt
    decoder = Decoder("字" * length)
    for start, end in itertools.pairwise(sorted({0, length, *(cut for cut in cuts if cut < length)})):
        decoder.add(characters("字" * length)[start:end], scores[start:end])
    spans = tags_to_spans("字" * length, characters("字" * length), scores)
    assert list(map(astuple, decoder.finish())) == list(map(astuple, spans))


def test_a_decoder_keeps_no_more_than_it_needs() -> None:
    decoder = Decoder("字" * 1000)
    for start in range(0, 1000, 100):
        decoder.add(characters("字" * 1000)[start : start + 100], certain(["O"] * 100) * 2)
        assert len(decoder._offsets) <= 100
