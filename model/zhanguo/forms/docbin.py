"""spaCy's DocBin (``.spacy``), which ``spacy train`` reads; needs the extra ``spacy``, but no pipeline and no network.

A token is one character, white space included: the tokenizer of ``spacy.blank("zh")`` joins white space, and a span that ends inside would
have no place. DocBin is written and read by spaCy itself: it has no fixed layout to write without it, and spaCy's older JSON is read by no
command of version 3. Ids, headers and records are in each doc's ``user_data``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from zhanguo.annotations import AnnotationError
from zhanguo.forms.carried import carried, fields_of
from zhanguo.forms.draft import Annotated, Draft, Mark, Place
from zhanguo.write import dumps

KEY = "zhanguo"


def docs(path: Path) -> Iterator[tuple[Place, Any]]:
    """The docs of a file. Raises AnnotationError where it is no DocBin."""
    tokens, vocab = _load("spacy.tokens"), _vocab()
    try:
        found = list(tokens.DocBin().from_bytes(path.read_bytes()).get_docs(vocab))
    except OSError:
        raise
    except Exception as error:  # whatever zlib, msgpack and spaCy make of bytes that are none of theirs
        raise AnnotationError(f"{path} is no DocBin of spaCy: {error}") from error
    for number, doc in enumerate(found, 1):
        yield Place(path, "doc", number), doc


def parse(doc: Any, place: Place) -> Draft:
    """One doc's text and entities. Raises AnnotationError."""
    if groups := [name for name, spans in doc.spans.items() if len(spans)]:
        raise AnnotationError(f"spans in the groups {', '.join(groups)}; only entities (doc.ents) are read")
    marks = tuple(Mark(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
    known = json.loads(doc.user_data.get(KEY, "{}"), parse_float=Decimal)
    return Draft(text=doc.text, marks=marks, **fields_of(known, place))


def compose(item: Annotated) -> Any:
    """One doc."""
    tokens, vocab = _load("spacy.tokens"), _vocab()
    text = item.example.text
    doc = tokens.Doc(vocab, words=list(text), spaces=[False] * len(text))
    doc.ents = [tokens.Span(doc, span.start, span.end, label=span.label) for span in item.example.spans]
    doc.user_data[KEY] = dumps(carried(item))
    return doc


@cache
def _vocab() -> Any:
    """One vocabulary for all docs: making one takes longer than making a doc."""
    return _load("spacy.vocab").Vocab()


def save(path: Path, docs: Iterable[Any]) -> None:
    """Write a DocBin."""
    _load("spacy.tokens").DocBin(docs=docs, store_user_data=True).to_disk(path)


def _load(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise AnnotationError(f"this form needs pip install 'zhanguo[spacy]' ({error})") from error
