"""A tiny model folder and made-up reports, for benchmarks and tests of everything but the network.

The model is real ONNX and loads like any other, but only looks each token up in a table of characters: no neighbours, no training.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from random import Random

import numpy as np
from tokenizers import Tokenizer

from zhanguo.engines import Ids
from zhanguo.labels import TAGS, Scores

TOKENIZER = files("zhanguo").joinpath("assets/tokenizer.json")
NUMERALS = "三五七九"
CHARACTERS = {"QUANTITY": NUMERALS, "UNIT": "支发名起", "TARGET": "枪弹案", "ORG": "局队所"}
SURE = 9.0
SENTENCES = ("{a}市公安局收缴枪{n}支、子弹{m}发。", "{a}派出所破案{n}起，抓获{m}名。", "民警走访群众，宣传法律知识，{a}村反响热烈。")


def table() -> Scores:
    """What the model thinks of each token, alone: ``[vocabulary, tags]``."""
    vocabulary = Tokenizer.from_str(TOKENIZER.read_text("utf-8")).get_vocab()
    scores = np.zeros((max(vocabulary.values()) + 1, len(TAGS)), dtype=np.float32)
    scores[:, 0] = SURE / 2
    for label, characters in CHARACTERS.items():
        for character in characters:
            scores[vocabulary[character], [TAGS.index(f"B-{label}"), TAGS.index(f"I-{label}")]] = SURE, SURE - 1
    return scores


class ToyEngine:
    """The toy model without ONNX: looks each token up."""

    name, streams = "toy", 1

    def __init__(self) -> None:
        self._table = table()

    def shape(self, tokens: int) -> tuple[int, int]:
        """One row, as long as the window."""
        return 1, tokens

    def __call__(self, ids: Ids, mask: Ids) -> Scores:  # noqa: ARG002
        """Logits of one window."""
        return self._table[ids]


def make_model(folder: Path) -> Path:
    """Write a model folder; needs ``onnx`` of the extra ``train``."""
    from onnx import TensorProto, helper, numpy_helper, save

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(TOKENIZER.read_text("utf-8"), "utf-8")
    (folder / "config.json").write_text(json.dumps({"id2label": dict(enumerate(TAGS))}), "utf-8")
    (folder / "zhanguo.json").write_text(json.dumps({"name": "toy"}), "utf-8")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["tokens"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["tokens", len(TAGS)])
    node = helper.make_node("Gather", ["table", "input_ids"], ["logits"])
    graph = helper.make_graph([node], "toy", [ids], [logits], [numpy_helper.from_array(table(), "table")])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx")
    return folder


def made_up(reports: int, sentences: int = 2, seed: int = 0) -> Iterator[str]:
    """Short texts that look like reports."""
    pick = Random(seed).choice  # noqa: S311
    for _ in range(reports):
        chosen = [pick(SENTENCES) for _ in range(pick(range(1, 2 * sentences)))]
        yield "本报讯　" + "".join(s.format(a=pick("东西南北"), n=pick(NUMERALS), m=pick(NUMERALS)) for s in chosen)


def write_reports(folder: Path, texts: Iterable[str]) -> None:
    """Write texts as files, a thousand a folder."""
    for number, text in enumerate(texts):
        below = folder / f"{number // 1000:04}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{number:06}.txt").write_text(text, "utf-8")
