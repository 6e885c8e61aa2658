"""The tagger: cuts texts into windows, has an engine run them, and gives back labelled spans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from zhanguo import batches, calibration, checksums, engines, windows
from zhanguo.encode import Encoder
from zhanguo.engines import Engine, ModelError
from zhanguo.labels import TAGS, Decoder, Scores
from zhanguo.schema import Range, Span
from zhanguo.windows import Window

SETTINGS_FILE = "zhanguo.json"
WINDOW, OVERLAP = 256, 64
GROUP = 64  # windows encoded at a time

T = TypeVar("T")


class _Piece(NamedTuple):
    """The part of a text that one window decides: the places of its tokens, the first of which is number ``first`` of the window's ids."""

    item: Any
    text: str
    offsets: Sequence[Range] = ()
    first: int = 0
    last: bool = True
    error: Exception | None = None


class Tagger:
    """Finds the ORG, TARGET, QUANTITY and UNIT spans of texts of any length; ``name`` is the ``model``'s with the engine's."""

    def __init__(self, encoder: Encoder, engine: Engine, name: str, window: int = WINDOW, overlap: int = OVERLAP) -> None:
        self.encoder = encoder
        self.engine = engine
        self.model = name
        self.name = f"{name}, {engine.name}"
        self.window = window
        self.overlap = overlap
        self.curves: Mapping[str, calibration.Curve] = {}
        self.folder: Path | None = None

    @classmethod
    def from_folder(cls, folder: Path, engine: str = "auto", device: str | None = None, workers: int | None = None) -> Tagger:
        """Load a model folder; ``engine``, ``device`` and ``workers`` as for ``engines.load``. Raises ModelError."""
        if not (folder / "tokenizer.json").is_file():
            raise ModelError(f"{folder} holds no tokenizer.json: not a zhanguo model folder")
        if problems := checksums.wrong(folder):
            raise ModelError("; ".join(problems))
        check_labels(folder)
        settings = read_settings(folder)
        encoder = Encoder.from_file(folder / "tokenizer.json")
        network = engines.load(folder, engine, device, workers)
        tagger = cls(encoder, network, settings["name"], settings["window"], settings["overlap"])
        tagger.curves = calibration.curves(settings["calibration"])
        tagger.folder = folder
        return tagger

    def __call__(self, text: str) -> list[Span]:
        """Tag one text; offsets are code points of ``text``, scores calibrated where the model's settings say how."""
        [(_, spans)] = self.tag_all([(None, text)])
        if isinstance(spans, Exception):
            raise spans
        return spans

    def tag_all(self, texts: Iterable[tuple[T, str]]) -> Iterator[tuple[T, list[Span] | Exception]]:
        """Tag texts; each one's spans, or what went wrong with it, beside what came with it, in order.

        Reads some windows ahead. A text has the same spans whatever the others are.
        """
        decoder: Decoder | None = None
        error: Exception | None = None
        for piece, scores in self._scored(texts):
            decoder = decoder or Decoder(piece.text)
            if isinstance(scores, Exception):
                error = scores if error is None else error
            elif error is None:
                decoder.add(piece.offsets, scores)
            if piece.last:
                yield piece.item, [self._calibrated(span) for span in decoder.finish()] if error is None else error
                decoder, error = None, None

    def _calibrated(self, span: Span) -> Span:
        curve = self.curves.get(span.label, calibration.AS_IT_IS)
        return Span(span.start, span.end, span.label, round(curve(span.score), 4))

    def scores(self, text: str) -> tuple[list[Range], Scores]:
        """Return every token's place and its log-probabilities ``[tokens, tags]``, windows already joined."""
        offsets: list[Range] = []
        rows: list[Scores] = [np.zeros((0, len(TAGS)), dtype=np.float32)]
        for piece, scores in self._scored([(None, text)]):
            if isinstance(scores, Exception):
                raise scores
            offsets += piece.offsets
            rows.append(scores)
        return offsets, np.concatenate(rows)

    def _scored(self, texts: Iterable[tuple[Any, str]]) -> Iterator[tuple[_Piece, batches.Result]]:
        """The pieces of all texts with the log-probabilities of their tokens."""
        pieces = (piece for item, text in texts for piece in self._pieces(item, text))
        for piece, logits in batches.run(self.engine, pieces):
            if piece.error is not None:
                yield piece, piece.error
            elif isinstance(logits, Exception):
                yield piece, logits
            else:
                yield piece, _log_softmax(logits[piece.first : piece.first + len(piece.offsets)])

    def _pieces(self, item: Any, text: str) -> Iterator[tuple[_Piece, list[int]]]:
        """What of a text each window decides, with the window's ids; one empty piece where there is nothing to tag."""
        try:
            cuts = iter(windows.cut(len(text), self.window, self.overlap))
            while group := list(islice(cuts, GROUP)):
                for window, encoding in zip(group, self.encoder(text, [window.read for window in group]), strict=True):
                    first, offsets = _inside(encoding.offsets, window)
                    yield _Piece(item, text, offsets, 1 + first, window.core.end == len(text)), encoding.ids
        except Exception as error:  # a text that can't be encoded: a lone surrogate, for one
            yield _Piece(item, text, error=error), []
        else:
            if not text:
                yield _Piece(item, text), []


def _inside(offsets: list[Range], window: Window) -> tuple[int, list[Range]]:
    """The tokens that begin in a window's core, and the number of the first."""
    inside = [index for index, place in enumerate(offsets) if window.core.start <= place.start < window.core.end]
    first = inside[0] if inside else 0
    return first, offsets[first : first + len(inside)]


def _log_softmax(logits: Scores) -> Scores:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    scores: Scores = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return scores


def check_labels(folder: Path) -> None:
    """Refuse a model whose tags are not ours, in our order."""
    path = folder / "config.json"
    stored = json.loads(path.read_text("utf-8")).get("id2label", {}) if path.is_file() else {}
    tags = tuple(stored[key] for key in sorted(stored, key=int))
    if tags != TAGS:
        raise ModelError(f"{path} has the tags {', '.join(tags) or 'none'}; expected {', '.join(TAGS)}")


def read_settings(folder: Path) -> dict[str, Any]:
    """Read what goes with the weights: the model's name, its window and overlap in characters, the curves of its scores."""
    path = folder / SETTINGS_FILE
    stored = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {"name": folder.name, "window": WINDOW, "overlap": OVERLAP, "calibration": {}, **stored}
