"""doccano's JSONL for sequence labelling: ``label: [[start, end, label]]``, or ``entities`` where the project has relations.

doccano counts UTF-16 code units (its issue 2290; leave «count grapheme clusters as one character» off) and says no span's text. Fields
that it does not know it keeps as metadata and gives back; its own ``id`` is another one than ours, which therefore is ``report``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhanguo.annotations import AnnotationError
from zhanguo.forms.carried import carried, fields_of, text_of
from zhanguo.forms.draft import UTF_16, Annotated, Draft, Mark, Place
from zhanguo.forms.offsets import edges, without_returns
from zhanguo.write import dumps

UNITS = (UTF_16, "code-points")
SPANS = ("label", "labels", "entities")


def parse(row: Mapping[str, Any], place: Place) -> Draft:
    """One row of an export. Raises AnnotationError."""
    lists = {name: row[name] or [] for name in SPANS if name in row}
    if not lists:
        raise AnnotationError(f"none of {', '.join(SPANS)}; fields are {', '.join(map(str, row))}")
    if len([spans for spans in lists.values() if spans]) > 1:
        raise AnnotationError(f"spans in more than one of {', '.join(lists)}")
    marks = tuple(_mark(span) for spans in lists.values() for span in spans)
    lost = [f"{len(row[name])} {name} are not carried over" for name in ("relations", "Comments", "cats") if row.get(name)]
    return Draft(text=text_of(row), marks=marks, units=UNITS, remarks=tuple(lost), **fields_of(row, place))


def _mark(span: Any) -> Mark:
    if isinstance(span, list) and len(span) == 3:
        return Mark(*span)
    if isinstance(span, Mapping) and {"start_offset", "end_offset", "label"} <= span.keys():
        return Mark(span["start_offset"], span["end_offset"], span["label"])
    raise AnnotationError(f"{span!r:.80} is neither [start, end, label] nor an object with start_offset, end_offset and label")


def compose(item: Annotated) -> str:
    """One row to import, without carriage returns. Raises AnnotationError where a span has one at an edge."""
    text, spans, returns = without_returns(item.example)
    units = edges(text, UTF_16)
    label = [[units[span.start], units[span.end], span.label] for span in spans]
    return dumps({"text": text, "label": label, **carried(item), "offsets": UTF_16, "carriage_returns": returns}) + "\n"
