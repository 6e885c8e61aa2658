"""Forms of annotated reports: what is written is read back the same, or refused; what others write is read or named."""

import json
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CHARS, examples

from zhanguo.annotations import AnnotationError, parse_block
from zhanguo.forms import FORMS, form_of, read
from zhanguo.forms.draft import Annotated, Place
from zhanguo.forms.labelstudio import label_config
from zhanguo.schema import LABELS, Example, Span

BLOCK = "id: x\nagency: 派出所\n----\n[[ORG|东岭派出所]]👮查获[[TARGET|硫磺]][[QUANTITY|2.50]][[UNIT|公斤]]。\n----\n"
EXAMPLE = parse_block(BLOCK + "seizure | 查获 | 硫磺 | 2.50 | exact | 公斤 | - | 东岭派出所 | -\n")
NAMES = [pytest.param(name, marks=pytest.mark.skipif(name == "spacy" and not find_spec("spacy"), reason="needs spacy")) for name in FORMS]
PREDICTED = Annotated(Example("p", "查获三支", (Span(2, 3, "QUANTITY", 0.9), Span(3, 4, "UNIT", 0.4))), "zhanguo 0")


def round_trip(name: str, *items: Annotated) -> list[Annotated | AnnotationError]:
    """Write reports to a file and read that."""
    form = FORMS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        form.save(path, [form.compose(item) for item in items])
        return [item for _, item in read(path, form, {})]


def read_text(name: str, text: str, tmp_path: Path, unit: str | None = None) -> list[Annotated | AnnotationError]:
    path = tmp_path / "file"
    path.write_text(text, "utf-8", newline="")
    return [item for _, item in read(path, FORMS[name], {}, unit)]


def may_refuse(name: str, example: Example) -> bool:
    """Tools get texts without carriage returns, in which a span that has one at an edge has no place; inline files have marks."""
    at_edge = any("\r" in (example.text[span.start], example.text[span.end - 1]) for span in example.spans)
    return {"inline": True, "doccano": at_edge, "label-studio": at_edge}.get(name, False)


@pytest.mark.parametrize("name", NAMES)
@given(example=examples())
def test_what_is_written_is_read_back(name: str, example: Example) -> None:
    try:
        [item] = round_trip(name, Annotated(example))
    except AnnotationError:
        assert may_refuse(name, example)
    else:
        assert item == Annotated(example)


@given(examples(tuple(char for char in CHARS if "\r" not in char)), st.booleans())
def test_inline_files_hold_all_that_has_no_marks(example: Example, crlf: bool) -> None:
    text = example.text.replace("\n", "。")
    plain = Example("x", text, example.spans, None, {"a": "b"})
    if crlf:
        plain = Example("x", text + "\r\n尾\r\n", example.spans, None, {"a": "b"})
    assert round_trip("inline", Annotated(plain)) == [Annotated(plain)]


@pytest.mark.parametrize("name", NAMES)
def test_several_reports_keep_their_order(name: str) -> None:
    items = [Annotated(EXAMPLE), Annotated(Example("", "", ())), Annotated(Example("c", "无", ()))]
    items[1] = Annotated(Example("b", "警", (Span(0, 1, "ORG"),), ()))
    assert round_trip(name, *items) == items


@pytest.mark.parametrize("name", NAMES)
def test_an_astral_character_in_front(name: str) -> None:
    example = Example("a", "👮👮\r\n警方", (Span(0, 2, "TARGET"), Span(4, 6, "ORG")))
    assert round_trip(name, Annotated(example)) == [Annotated(example)]


def test_label_studio_keeps_models_and_scores() -> None:
    [item] = round_trip("label-studio", PREDICTED)
    assert item == PREDICTED
    assert [span.score for span in item.example.spans] == [0.9, 0.4]
    task = json.loads(FORMS["label-studio"].compose(PREDICTED))
    assert task["predictions"][0]["score"] == 0.6  # the geometric mean
    assert "annotations" not in task


def test_predicted_records_go_to_no_tool() -> None:
    predicted = Annotated(EXAMPLE, "zhanguo 0")
    for name in ("doccano", "label-studio", "conll"):
        [item] = round_trip(name, predicted)
        assert item.example.records is None
    assert round_trip("jsonl", predicted)[0].example == EXAMPLE


def test_the_labelling_config_has_every_label() -> None:
    labels = ElementTree.fromstring(label_config()).findall("Labels/Label")  # noqa: S314  # our own
    assert [label.get("value") for label in labels] == list(LABELS)
    assert len({label.get("background") for label in labels}) == len({label.get("hotkey") for label in labels}) == len(LABELS)


def test_how_doccano_and_label_studio_get_it() -> None:
    example = Example("a", "👮\r\n警方", (Span(3, 5, "ORG"),))
    row = json.loads(FORMS["doccano"].compose(Annotated(example)))
    assert (row["text"], row["label"]) == ("👮\n警方", [[3, 5, "ORG"]])  # UTF-16: the astral one counts two
    value = json.loads(FORMS["label-studio"].compose(Annotated(example)))["annotations"][0]["result"][0]["value"]
    assert value == {"start": 2, "end": 4, "text": "警方", "labels": ["ORG"]}  # code points


@pytest.mark.parametrize(
    ("file", "content", "form"),
    [
        ("a.txt", "", "inline"),
        ("a.jsonl", '{"id": "x", "text": "", "spans": []}', "jsonl"),
        ("a.jsonl", '{"id": 3, "text": "", "label": []}', "doccano"),
        ("a.jsonl", '{"id": 3, "text": "", "entities": []}', "doccano"),
        ("a.JSON", "[]", "label-studio"),
        ("a.bio", "", "conll"),
        ("a.spacy", "", "spacy"),
    ],
)
def test_the_form_is_told(file: str, content: str, form: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(content, "utf-8")
    assert form_of(tmp_path / file) == form


def test_a_suffix_of_no_form() -> None:
    with pytest.raises(AnnotationError, match=r"a\.doc: the suffix tells no form; say which: inline, jsonl"):
        form_of(Path("a.doc"))


ENTITY = '{"id": 7, "start_offset": 0, "end_offset": 2, "label": "ORG"}'


@pytest.mark.parametrize(
    ("name", "content", "remark"),
    [
        ("doccano", '{"id": 4, "text": "警方", "label": [[0, 2, "ORG"]], "Comments": ["?"]}', "1 Comments are not carried over"),
        ("doccano", f'{{"id": 4, "text": "警方", "entities": [{ENTITY}], "relations": [1, 2]}}', "2 relations are not carried over"),
        ("conll", "-DOCSTART- X O O\n\n# text = 警方\n警 NN X B-ORG\n方 NN X I-ORG\n", ""),
        ("conll", "警方\tB-ORG\r\n", ""),
        ("label-studio", '[{"id": 4, "data": {"text": "警方"}, "annotations": [{"result": [{"type": "labels", "value": '
         '{"start": 0, "end": 2, "labels": ["ORG"]}}, {"type": "choices", "value": {"choices": ["是"]}}]}]}]',
         "a result of type 'choices' is not carried over"),
    ],
)  # fmt: skip
def test_what_others_write(name: str, content: str, remark: str, tmp_path: Path) -> None:
    [item] = read_text(name, content, tmp_path)
    assert isinstance(item, Annotated)
    assert (item.example.text, item.example.spans) == ("警方", (Span(0, 2, "ORG"),))
    assert item.example.id == ("file-1" if name == "conll" else "4")
    assert " ".join(item.remarks) == remark


TASK = {"id": 5, "data": {"text": "警方查获"}, "annotations": [{"id": 1, "result": []}]}
SPAN = {"type": "labels", "value": {"start": 0, "end": 2, "labels": ["ORG"]}}


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("jsonl", {"id": "x", "source": "x.doc", "error": "binary"}, "extract could not read 'x.doc': binary"),
        ("jsonl", {"id": "x", "text": "警"}, "no list of spans; fields are id, text"),
        ("jsonl", {"id": "x", "text": "警", "spans": [3]}, "a span that is none"),
        ("jsonl", {"id": "x", "text": 3, "spans": []}, "text is 3, expected a string"),
        ("jsonl", {"id": "x", "text": "\ud83d", "spans": []}, "half a surrogate pair"),
        ("jsonl", {"id": "x", "text": "", "spans": [], "records": {}}, "records is no list"),
        ("jsonl", {"id": "x", "text": "", "spans": [], "meta": [1]}, "meta is no object"),
        ("doccano", {"id": 1, "text": "警"}, "none of label, labels, entities; fields are id, text"),
        ("doccano", {"id": 1, "text": "警", "label": [[0, 1]]}, "[0, 1] is neither"),
        ("doccano", {"id": 1, "text": "警", "label": [[0, 1, "ORG"]], "entities": [[0, 1, "ORG"]]}, "in more than one of"),
        ("doccano", {"text": "警", "label": [], "carriage_returns": [9]}, "carriage return at 9, behind the end"),
        ("label-studio", {"text": "警"}, "export as JSON (not JSON-MIN)"),
        ("label-studio", {**TASK, "annotations": []}, "no annotation, and 0 predictions"),
        ("label-studio", {**TASK, "annotations": [{"was_cancelled": True}]}, "it was skipped"),
        ("label-studio", {**TASK, "annotations": [{"id": 1, "result": []}, {"id": 2, "result": [SPAN]}]}, "annotations 1, 2 differ"),
        ("label-studio", {**TASK, "annotations": [{"result": [{**SPAN, "type": "hypertextlabels"}]}]}, "of type 'hypertextlabels'"),
        ("label-studio", {**TASK, "annotations": [{"result": [{**SPAN, "value": {"start": 0, "end": 2}}]}]}, "has 0 labels"),
        ("label-studio", {**TASK, "annotations": 3}, "it is not of this form"),
    ],
)
def test_reports_that_cannot_be_read_are_named(name: str, row: dict[str, Any], message: str, tmp_path: Path) -> None:
    [item] = read_text(name, json.dumps(row), tmp_path)
    assert isinstance(item, AnnotationError)
    assert message in str(item)


def test_equal_annotations_of_two_people_are_one(tmp_path: Path) -> None:
    task = {**TASK, "annotations": [{"result": [SPAN]}, {"result": [SPAN]}, {"was_cancelled": True, "result": []}]}
    [item] = read_text("label-studio", json.dumps([task]), tmp_path)
    assert isinstance(item, Annotated)
    assert item.example.spans == (Span(0, 2, "ORG"),)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["警 B-ORG", "方 I-TARGET"], "line 3: I-TARGET behind B-ORG"),
        (["警 O", "方 I-ORG"], "line 3: I-ORG behind O"),
        (["警 B-WAFFE"], "line 2: unknown tag 'B-WAFFE'"),
        (["警"], "line 2: expected a token and a tag, not '警'"),
        (["\tO"], "line 2: expected a token and a tag"),
    ],
)
def test_broken_columns_are_named(lines: list[str], message: str, tmp_path: Path) -> None:
    [broken, good] = read_text("conll", "\n" + "\n".join(lines) + "\n\n警 B-ORG\n", tmp_path)
    assert message in str(broken)
    assert isinstance(good, Annotated)


@pytest.mark.parametrize(("name", "content"), [("label-studio", b"{"), ("conll", b"\xff\xfe"), ("spacy", b"abc"), ("inline", b"\xff")])
def test_broken_files_are_named(name: str, content: bytes, tmp_path: Path) -> None:
    if name == "spacy":
        pytest.importorskip("spacy")
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(AnnotationError, match="broken"):
        list(FORMS[name].split(path))


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | st.sampled_from(["", "警", "ORG", "utf-16", "👮方"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "start", "end", "label", "value", "result", "type"]), inner)
    ),
    max_leaves=6,
)
keys = [
    "id",
    "text",
    "spans",
    "label",
    "entities",
    "records",
    "meta",
    "model",
    "data",
    "annotations",
    "predictions",
    "carriage_returns",
    "offsets",
]


@pytest.mark.parametrize("name", ["jsonl", "doccano", "label-studio"])
@given(row=st.dictionaries(st.sampled_from(keys), values))
def test_whatever_a_row_holds_is_read_or_refused(name: str, row: dict[str, Any]) -> None:
    form = replace(FORMS[name], split=lambda path: iter([(Place(path, "row", 1), row)]))
    [(_, item)] = read(Path("x"), form, {})
    assert isinstance(item, Annotated | AnnotationError)


def test_spacy_reads_its_own(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    FORMS["spacy"].save(tmp_path / "a.spacy", [FORMS["spacy"].compose(Annotated(EXAMPLE))])
    [doc] = DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("zh").vocab)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [(EXAMPLE.text[s.start : s.end], s.label) for s in EXAMPLE.spans]
    foreign = spacy.blank("zh")("警方 查获")
    foreign.set_ents([foreign.char_span(0, 2, "ORG")])
    DocBin(docs=[foreign]).to_disk(tmp_path / "b.spacy")
    [(_, item)] = read(tmp_path / "b.spacy", FORMS["spacy"], {})
    assert isinstance(item, Annotated)
    assert item.example == Example("b-1", "警方 查获", (Span(0, 2, "ORG"),), None, {})
    foreign.spans["sc"] = [foreign[0:1]]
    DocBin(docs=[foreign]).to_disk(tmp_path / "b.spacy")
    [(_, item)] = read(tmp_path / "b.spacy", FORMS["spacy"], {})
    assert "spans in the groups sc" in str(item)
