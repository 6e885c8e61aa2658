"""Choices: which span of the text fills a field of a statement, weighed by a linear model."""

from __future__ import annotations

from dataclasses import dataclass

from zhanguo.document import Document, Statement
from zhanguo.linear import Weights, probabilities
from zhanguo.schema import Span


@dataclass(slots=True)
class Choice:
    """The spans that may fill a statement's ``field``, each with its features; None leaves it empty."""

    statement: Statement
    field: str
    options: list[Span | None]
    features: list[list[str]]

    def texts(self, document: Document) -> list[str | None]:
        """The options, as the report writes them."""
        return [document.text[option.start : option.end] if option else None for option in self.options]

    def settle(self, number: int) -> None:
        """Fill the field with an option."""
        setattr(self.statement, self.field, self.options[number])

    def decide(self, document: Document, weights: Weights) -> float:
        """Fill the field with the likeliest text, at its likeliest place; return its probability, all its places together."""
        shares = probabilities([weights.score(features) for features in self.features])
        texts = self.texts(document)
        sums: dict[str | None, float] = {}
        for text, share in zip(texts, shares, strict=True):
            sums[text] = sums.get(text, 0.0) + share
        likeliest = max(sums, key=sums.__getitem__)
        self.settle(max((n for n, text in enumerate(texts) if text == likeliest), key=shares.__getitem__))
        return sums[likeliest]
