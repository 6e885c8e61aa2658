"""The int8 graph: close to the network it is made of, and its integers such that no processor's product overflows."""

from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

from zhanguo import engines, graph  # noqa: E402

HIDDEN, WIDE, TAGS, WORDS = 16, 32, 9, 50


def weights(layers: int) -> dict[str, graph.Floats]:
    random = np.random.default_rng(0)
    shapes = {"bert.embeddings.word_embeddings.weight": (WORDS, HIDDEN), "bert.embeddings.position_embeddings.weight": (64, HIDDEN)}
    shapes |= {"bert.embeddings.token_type_embeddings.weight": (2, HIDDEN), "classifier.weight": (TAGS, HIDDEN), "classifier.bias": (TAGS,)}
    norms = ["bert.embeddings.LayerNorm"]
    for layer in range(layers):
        prefix = f"bert.encoder.layer.{layer}"
        squares = [f"attention.self.{part}" for part in ("query", "key", "value")] + ["attention.output.dense"]
        sizes = dict.fromkeys(squares, (HIDDEN, HIDDEN)) | {"intermediate.dense": (WIDE, HIDDEN), "output.dense": (HIDDEN, WIDE)}
        for name, size in sizes.items():
            shapes |= {f"{prefix}.{name}.weight": size, f"{prefix}.{name}.bias": size[:1]}
        norms += [f"{prefix}.attention.output.LayerNorm", f"{prefix}.output.LayerNorm"]
    shapes |= {f"{norm}.{part}": (HIDDEN,) for norm in norms for part in ("weight", "bias")}
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def bert(state: dict[str, graph.Floats], layers: int) -> object:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    sizes = {"vocab_size": WORDS, "hidden_size": HIDDEN, "intermediate_size": WIDE, "num_attention_heads": 4, "num_hidden_layers": layers}
    config = transformers.BertConfig(**sizes, max_position_embeddings=64, num_labels=TAGS, layer_norm_eps=1e-12)
    model = transformers.BertForTokenClassification(config).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return model


@pytest.mark.parametrize("layers", [1, 3])
def test_it_computes_what_the_network_does(layers: int, tmp_path: Path) -> None:
    state = weights(layers)
    model = bert(state, layers)
    onnx.save(graph.build(state, layers=layers, heads=4, epsilon=1e-12), tmp_path / engines.ONNX_FILE)
    engine = engines.load(tmp_path, "onnx", workers=1)
    import torch

    for length in (1, 2, 40):
        ids = np.random.default_rng(length).integers(0, WORDS, (1, length))
        with torch.inference_mode():
            wanted = model(input_ids=torch.from_numpy(ids)).logits.numpy()  # type: ignore[operator]
        found = engine(ids, np.ones_like(ids))
        assert found.shape == (1, length, TAGS)
        assert np.abs(found - wanted).max() < 0.1 * np.abs(wanted).max()
        assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.998


def test_two_products_of_the_shipped_model_fit_sixteen_bits() -> None:
    model = onnx.load(Path(engines.__file__).parent / "assets" / engines.ONNX_FILE)
    matrices = [onnx.numpy_helper.to_array(t) for t in model.graph.initializer if t.name.endswith(".integers")]
    assert len(matrices) == 72
    assert max(2 * 255 * int(np.abs(matrix.astype(np.int16)).max()) for matrix in matrices) < 2**15
