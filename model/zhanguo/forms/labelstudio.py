r"""Label Studio's JSON: tasks with annotations, or with predictions, which it shows for correction; and the labelling config for them.

It counts code points (its pull request 1559), as early versions did not: they count UTF-16 code units. A span's text comes with ``\n`` for
a line feed and white space joined. ``data`` comes back as it was given, so what is ours stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhanguo.annotations import AnnotationError
from zhanguo.forms.carried import carried, fields_of, text_of
from zhanguo.forms.draft import CODE_POINTS, UTF_16, Annotated, Draft, Mark, Place
from zhanguo.forms.offsets import without_returns
from zhanguo.schema import LABELS
from zhanguo.uncertainty import confidence
from zhanguo.write import dumps

FROM, TO = "label", "text"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#56B4E9")  # Okabe and Ito, as on the page of view


def label_config() -> str:
    """The labelling config (XML) of a project for our files: one label a key, spans by the character."""
    lines = (
        f'    <Label value="{label}" background="{colour}" hotkey="{key}"/>\n'
        for key, (label, colour) in enumerate(zip(LABELS, COLOURS, strict=True), 1)
    )
    text = f'  <Text name="{TO}" value="$text" granularity="symbol"/>\n'
    return f'<View>\n  <Labels name="{FROM}" toName="{TO}">\n{"".join(lines)}  </Labels>\n{text}</View>\n'


def tasks(path: Path) -> Iterator[tuple[Place, Any]]:
    """The tasks of an export. Raises AnnotationError where the file is no JSON."""
    try:
        found = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    except ValueError as error:
        raise AnnotationError(f"{path}: {error}") from error
    for number, task in enumerate(found if isinstance(found, list) else [found], 1):
        yield Place(path, "task", number), task


def parse(task: Any, place: Place) -> Draft:
    """One task: its annotation, or where nobody has annotated it, its prediction. Raises AnnotationError."""
    if not isinstance(task, Mapping) or not isinstance(task.get("data"), Mapping):
        raise AnnotationError("no task with data; export as JSON (not JSON-MIN)")
    data = task["data"]
    given, model = _given(task)
    results = [_result(item) for item in given]
    lost = [f"a result of type {kind!r} is not carried over" for kind in results if isinstance(kind, str)]
    known = {"remarks": tuple(lost), **fields_of({"id": task.get("id"), **data}, place)}
    marks = tuple(mark for mark in results if isinstance(mark, Mark))
    return Draft(text=text_of(data), marks=marks, model=model, units=(CODE_POINTS, UTF_16), **known)


def _given(task: Mapping[str, Any]) -> tuple[list[Any], str | None]:
    """The results that hold, and the model that they are from (None: a person). Raises AnnotationError where that is not clear."""
    annotations = [one for one in task.get("annotations") or [] if not one.get("was_cancelled")]
    if annotations:
        results = [one.get("result") or [] for one in annotations]
        if any(_said(result) != _said(results[0]) for result in results[1:]):
            ids = ", ".join(str(one.get("id")) for one in annotations)
            raise AnnotationError(f"its annotations {ids} differ; keep one of them")
        return results[0], None
    if task.get("annotations"):
        raise AnnotationError("it was skipped")
    predictions = task.get("predictions") or []
    if len(predictions) != 1:
        raise AnnotationError(f"no annotation, and {len(predictions)} predictions")
    return predictions[0].get("result") or [], str(predictions[0].get("model_version") or "unnamed model")


def _said(result: list[Any]) -> list[str]:
    return sorted(dumps([item.get("type"), item.get("value")]) for item in result)


def _result(item: Mapping[str, Any]) -> Mark | str:
    """A span, or the type of a result that is none. Raises AnnotationError for a span of another kind of control."""
    value, kind = item.get("value"), str(item.get("type"))
    if not isinstance(value, Mapping) or "start" not in value:
        return kind
    if kind != "labels":
        raise AnnotationError(f"a span of type {kind!r} at {value['start']}; use the config of zhanguo convert --label-config")
    labels = value.get("labels") or []
    mark = Mark(value["start"], value.get("end"), None, value.get("text"), float(item.get("score") or 1))
    if len(labels) != 1:
        raise AnnotationError(f"{mark} has {len(labels)} labels ({', '.join(map(str, labels))}), expected one")
    return Mark(mark.start, mark.end, labels[0], mark.text, mark.score)


def compose(item: Annotated) -> str:
    """One task to import, without carriage returns. Raises AnnotationError where a span has one at an edge."""
    text, spans, returns = without_returns(item.example)
    result = []
    for number, span in enumerate(spans):
        value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]}
        score = {"score": span.score} if item.model else {}
        result.append({"id": f"span-{number}", "from_name": FROM, "to_name": TO, "type": "labels", "value": value, **score})
    data = {"text": text, **carried(item), "offsets": CODE_POINTS, "carriage_returns": returns}
    if item.model:
        prediction = {"model_version": item.model, "score": round(confidence(spans), 4), "result": result}
        return dumps({"data": data, "predictions": [prediction]})
    return dumps({"data": data, "annotations": [{"result": result}]})
