"""Forms of annotated reports, ours and other tools': how each is told, read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhanguo.annotations import AnnotationError, read_numbered_rows
from zhanguo.forms import conll, docbin, doccano, labelstudio, own
from zhanguo.forms.draft import Annotated, Draft, Place
from zhanguo.forms.offsets import settle


def save_text(head: str = "", between: str = "", tail: str = "") -> Callable[[Path, Iterable[str]], None]:
    """A writer of reports that are text, with something before, between and behind them."""

    def save(path: Path, reports: Iterable[str]) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(head)
            for number, report in enumerate(reports):
                stream.write(between * (number > 0) + report)
            stream.write(tail)

    return save


@dataclass(frozen=True, slots=True)
class Form:
    """One form. ``split`` gives the reports of a file with their places, ``parse`` and ``compose`` do one, ``save`` writes all.

    They raise AnnotationError: ``split`` and ``save`` for the file, the other two for the report.
    """

    meaning: str
    suffixes: tuple[str, ...]
    split: Callable[[Path], Iterator[tuple[Place, Any]]]
    parse: Callable[[Any, Place], Draft]
    compose: Callable[[Annotated], Any]
    save: Callable[[Path, Iterable[Any]], None]


FORMS: Mapping[str, Form] = {
    "inline": Form(
        "texts with marks (seeds/README.md)",
        (".txt",),
        own.inline_blocks,
        own.parse_marked,
        own.compose_block,
        save_text(between="====\n"),
    ),
    "jsonl": Form("stored reports, or an output of extract", (".jsonl",), own.rows, own.parse_row, own.compose_row, save_text()),
    "doccano": Form("doccano's JSONL", (".jsonl",), own.rows, doccano.parse, doccano.compose, save_text()),
    "label-studio": Form(
        "Label Studio's JSON",
        (".json",),
        labelstudio.tasks,
        labelstudio.parse,
        labelstudio.compose,
        save_text("[\n", ",\n", "\n]\n"),
    ),
    "conll": Form(
        "a character and its tag a line", (".conll", ".bio", ".iob2"), conll.blocks, conll.parse, conll.compose, save_text(between="\n")
    ),
    "spacy": Form("spaCy's DocBin", (".spacy",), docbin.docs, docbin.parse, docbin.compose, docbin.save),
}


def form_of(path: Path) -> str:
    """The form that a file's suffix means; doccano's and our JSONL are told apart by the first row. Raises AnnotationError."""
    names = [name for name, form in FORMS.items() if path.suffix.lower() in form.suffixes]
    if not names:
        raise AnnotationError(f"{path}: the suffix tells no form; say which: {', '.join(FORMS)}")
    if "doccano" in names and path.is_file():
        first = next((row for _, row in read_numbered_rows(path)), {})
        return "doccano" if any(key in first for key in doccano.SPANS) else "jsonl"
    return names[0]


def read(
    path: Path, form: Form, originals: Mapping[str, str], unit: str | None = None
) -> Iterator[tuple[Place, Annotated | AnnotationError]]:
    """Yield the reports of a file, each with its place; one that can't be read gives its error.

    ``originals`` has the texts that the reports were made from, by id; ``unit`` is what offsets count, where the file doesn't say it right.
    Raises AnnotationError where the file is broken.
    """
    for place, raw in form.split(path):
        try:
            yield place, _settled(form, place, raw, originals, unit)
        except AnnotationError as error:
            yield place, error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            yield place, AnnotationError(f"it is not of this form: {error!r}")


def _settled(form: Form, place: Place, raw: Any, originals: Mapping[str, str], unit: str | None) -> Annotated:
    draft = form.parse(raw, place)
    try:
        return settle(draft, originals.get(draft.id), unit)
    except AnnotationError as error:
        raise AnnotationError(f"report {draft.id!r}: {error}") from error
