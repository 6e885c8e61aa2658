"""Engines: what they refuse, the shapes they ask for, the types they choose; GPUs are played by stand-ins."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from zhanguo import batches, engines, extract
from zhanguo.engines import ModelError, TorchEngine

ASSETS = Path(engines.__file__).parent / "assets"


def test_onnx_reads_one_window_a_call() -> None:
    engine = engines.load(ASSETS, workers=3)
    assert (engine.name, engine.streams, engine.shape(77)) == ("onnx", 3, (1, 77))
    assert engines.load(ASSETS).streams == engines.processors() >= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "0 workers are too few"),
        ({"engine": "steam"}, "unknown engine"),
        ({"engine": "onnx", "device": "cuda"}, "on the CPU"),
    ],
)
def test_wrong_choices_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        engines.load(ASSETS, **options)


def test_a_model_of_an_older_form_is_named(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    inputs = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["n"]) for name in ("input_ids", "attention_mask")]
    output = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.INT64, ["n"])
    add = onnx.helper.make_node("Add", ["input_ids", "attention_mask"], ["logits"])
    graph = onnx.helper.make_graph([add], "old", inputs, [output])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / engines.ONNX_FILE)
    with pytest.raises(ModelError, match="of an older version: make it again"):
        engines.load(tmp_path)


class _Model:
    """Logits are the ids; remembers what it was called with."""

    def __init__(self, torch: Any) -> None:
        self.torch, self.dtype, self.device, self.calls = torch, torch.float32, "cpu", []

    def to(self, device: str) -> "_Model":
        self.moved = device
        return self

    def eval(self) -> "_Model":
        return self

    def __call__(self, **inputs: Any) -> SimpleNamespace:
        self.calls.append({name: tensor.shape for name, tensor in inputs.items()})
        return SimpleNamespace(logits=inputs["input_ids"][..., None].float())


def test_a_gpu_gets_full_batches_of_few_shapes() -> None:
    torch = pytest.importorskip("torch")
    model = _Model(torch)
    engine = TorchEngine(model, "cuda", 2)  # type: ignore[arg-type]
    assert (engine.name, model.moved) == ("torch cuda float32", "cuda")
    shapes = {engine.shape(tokens) for tokens in range(1, 513)}
    assert len(shapes) == 8
    assert all(rows * width <= engines.GPU_TOKENS for rows, width in shapes)
    windows = [[5] * length for length in (3, 64, 65, 258)]
    results = [result for _, result in batches.run(engine, enumerate(windows))]
    assert [len(result) for result in results if not isinstance(result, Exception)] == [3, 64, 65, 258]
    assert {tuple(call["attention_mask"]) for call in model.calls} == {(256, 64), (128, 128), (51, 320)}


def test_a_cpu_gets_windows_as_they_are() -> None:
    torch = pytest.importorskip("torch")
    model = _Model(torch)
    engine = TorchEngine(model, "cpu")  # type: ignore[arg-type]
    [(_, logits)] = batches.run(engine, [(None, [7, 8, 9])])
    assert isinstance(logits, np.ndarray)
    assert logits.tolist() == [[7], [8], [9]]
    assert model.calls == [{"input_ids": (1, 3)}]


@pytest.mark.parametrize(("capability", "name"), [((7, 5), "float16"), ((8, 0), "bfloat16"), ((9, 0), "bfloat16")])
def test_a_gpu_computes_in_the_type_it_has(capability: tuple[int, int], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert engines.precision("cuda") is getattr(torch, name)


@pytest.mark.parametrize(
    ("speeds", "model", "chosen"), [((100, 150), "m", "torch"), ((100, 105), "m", "onnx"), ((100, 150), "other", "onnx")]
)
def test_the_fastest_engine_is_taken(speeds: tuple[int, int], model: str, chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taggers = {
        name: SimpleNamespace(name=f"m, {name}", model=of, engine=SimpleNamespace(name=name, rate=rate))
        for name, of, rate in (("onnx", "m", speeds[0]), ("torch", model, speeds[1]))
    }
    monkeypatch.setattr(extract, "_load", lambda _, engine, *__: taggers["torch" if engine == "torch" else "onnx"])
    monkeypatch.setattr(engines, "has_torch", lambda: True)
    monkeypatch.setattr(batches, "speed", lambda engine, _: engine.rate)
    assert extract.Extractor.from_pretrained(engine="fastest").tagger.engine.name == chosen
    monkeypatch.setattr(engines, "has_torch", lambda: False)
    assert extract.Extractor.from_pretrained(engine="fastest").tagger.engine.name == "onnx"
