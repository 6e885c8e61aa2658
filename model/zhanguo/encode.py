"""Encoding: text to token ids with each token's place in the text. The only module that knows a tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from zhanguo.characters import PAD, shared_rows, tokenizer_from_vocabulary
from zhanguo.schema import Range


@dataclass(frozen=True, slots=True)
class Encoding:
    """One window for the model: ``ids`` with [CLS] and [SEP]; ``offsets`` of the tokens between them."""

    ids: list[int]
    offsets: list[Range]


class Encoder:
    """Turns stretches of a text into ids, each token tied to its code points."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a report is five characters
        self.tokenizer = tokenizer
        self.pad_id = tokenizer.token_to_id(PAD)
        self.shared = shared_rows(tokenizer.get_vocab())

    @classmethod
    def from_file(cls, path: Path) -> Encoder:
        """Read a ``tokenizer.json``. Raises FileNotFoundError."""
        if not path.is_file():
            raise FileNotFoundError(f"no such file: {path}")
        return cls(Tokenizer.from_file(str(path)))

    @classmethod
    def from_vocabulary(cls, ids: dict[str, int]) -> Encoder:
        """Make a character-level encoder of any BERT vocabulary."""
        return cls(tokenizer_from_vocabulary(ids))

    def __call__(self, text: str, places: Sequence[Range]) -> list[Encoding]:
        """Encode the stretches ``places`` of a text; offsets refer to the whole text."""
        batch = self.tokenizer.encode_batch([text[place.start : place.end] for place in places])
        return [self._encoding(item.ids, item.offsets, item.special_tokens_mask, p) for item, p in zip(batch, places, strict=True)]

    @staticmethod
    def _encoding(ids: list[int], offsets: list[tuple[int, int]], special: list[int], place: Range) -> Encoding:
        kept = [Range(a + place.start, b + place.start) for (a, b), s in zip(offsets, special, strict=True) if not s]
        return Encoding(ids, kept)
