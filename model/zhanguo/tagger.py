"""The tagger: runs the network over a text's windows and gives back labelled spans.

The only module that runs a network, by ONNX Runtime (the default) or by torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zhanguo import calibration, windows
from zhanguo.encode import Encoder, Encoding
from zhanguo.labels import TAGS, Scores, tags_to_spans
from zhanguo.schema import Range, Span

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ONNX_FILE = "model.onnx"
SETTINGS_FILE = "zhanguo.json"
WINDOW, OVERLAP = 256, 64
BATCH = 16

Ids = NDArray[np.int64]


class ModelError(RuntimeError):
    """The model's files or the engine asked for are not there, or don't fit."""


class Engine(Protocol):
    """A network: ids and mask ``[batch, tokens]`` to logits ``[batch, tokens, tags]``."""

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        """Run one padded batch."""
        ...


class OnnxEngine:
    """Runs ``model.onnx`` on the CPU."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(folder / ONNX_FILE, options, providers=["CPUExecutionProvider"])

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        """Run one padded batch."""
        logits: Scores = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return logits


class TorchEngine:
    """Runs a ``transformers`` model on the GPU where there is one, else on the CPU."""

    def __init__(self, model: PreTrainedModel, device: str | None = None) -> None:
        import torch

        if device is None:
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model: Any = model.to(device)
        if device == "cpu":
            self.model = self.model.float()
        self.model.eval()

    @classmethod
    def from_folder(cls, name: str, device: str | None = None) -> TorchEngine:
        """Load a safetensors checkpoint from a folder or a hub."""
        from transformers import AutoModelForTokenClassification

        return cls(AutoModelForTokenClassification.from_pretrained(name, use_safetensors=True), device)

    def __call__(self, ids: Ids, mask: Ids) -> Scores:
        """Run one padded batch."""
        import torch

        device = self.model.device
        with torch.inference_mode():
            output = self.model(input_ids=torch.from_numpy(ids).to(device), attention_mask=torch.from_numpy(mask).to(device))
        logits: Scores = output.logits.float().cpu().numpy()
        return logits


class Tagger:
    """Finds the ORG, TARGET, QUANTITY and UNIT spans of a text of any length."""

    def __init__(self, encoder: Encoder, engine: Engine, name: str, window: int = WINDOW, overlap: int = OVERLAP) -> None:
        self.encoder = encoder
        self.engine = engine
        self.name = name
        self.window = window
        self.overlap = overlap
        self.curves: Mapping[str, calibration.Curve] = {}
        self.folder: Path | None = None

    @classmethod
    def from_folder(cls, folder: Path, engine: str = "auto", device: str | None = None) -> Tagger:
        """Load a model folder. ``engine`` is ``onnx``, ``torch`` or ``auto`` (ONNX where the folder has it and no device is asked for)."""
        if not (folder / "tokenizer.json").is_file():
            raise ModelError(f"{folder} holds no tokenizer.json: not a zhanguo model folder")
        check_labels(folder)
        settings = read_settings(folder)
        encoder = Encoder.from_file(folder / "tokenizer.json")
        tagger = cls(encoder, _load_engine(folder, engine, device), settings["name"], settings["window"], settings["overlap"])
        tagger.curves = calibration.curves(settings["calibration"])
        tagger.folder = folder
        return tagger

    def __call__(self, text: str) -> list[Span]:
        """Tag one text; offsets are code points of ``text``, scores calibrated where the model's settings say how."""
        offsets, scores = self.scores(text)
        return [self._calibrated(span) for span in tags_to_spans(text, offsets, scores)]

    def _calibrated(self, span: Span) -> Span:
        curve = self.curves.get(span.label, calibration.AS_IT_IS)
        return Span(span.start, span.end, span.label, round(curve(span.score), 4))

    def scores(self, text: str) -> tuple[list[Range], Scores]:
        """Return every token's place and its log-probabilities ``[tokens, tags]``, windows already joined."""
        cuts = windows.cut(len(text), self.window, self.overlap)
        offsets: list[Range] = []
        pieces: list[Scores] = [np.zeros((0, len(TAGS)), dtype=np.float32)]
        for first in range(0, len(cuts), BATCH):
            batch = cuts[first : first + BATCH]
            encodings = self.encoder(text, [window.read for window in batch])
            for window, encoding, row in zip(batch, encodings, self._run(encodings), strict=True):
                inside = [i for i, o in enumerate(encoding.offsets) if window.core.start <= o.start < window.core.end]
                offsets += [encoding.offsets[i] for i in inside]
                pieces.append(row[inside])
        return offsets, np.concatenate(pieces)

    def _run(self, encodings: list[Encoding]) -> list[Scores]:
        """Log-probabilities of each encoding's own tokens, without [CLS], [SEP] and padding."""
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.full((len(encodings), longest), self.encoder.pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        logits = self.engine(ids, mask)
        logits = logits - logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return [logits[row, 1 : 1 + len(encoding.offsets)] for row, encoding in enumerate(encodings)]


def _load_engine(folder: Path, engine: str, device: str | None) -> Engine:
    has_onnx = (folder / ONNX_FILE).is_file()
    if engine == "auto":
        engine = "onnx" if has_onnx and device is None else "torch"
    if engine == "onnx":
        if not has_onnx:
            raise ModelError(f"{folder} holds no {ONNX_FILE}; use the torch engine or make it with python -m zhanguo.export")
        if device not in (None, "cpu"):
            raise ModelError(f"the ONNX engine runs on the CPU; for {device!r} use the torch engine")
        return OnnxEngine(folder)
    if engine != "torch":
        raise ModelError(f"unknown engine {engine!r}, expected auto, onnx or torch")
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder} holds no safetensors weights; the torch engine wants a checkpoint folder such as weights/zhanguo")
    try:
        return TorchEngine.from_folder(str(folder), device)
    except ImportError as error:
        raise ModelError(f"the torch engine needs pip install 'zhanguo[train]' ({error})") from error


def check_labels(folder: Path) -> None:
    """Refuse a model whose tags are not ours, in our order."""
    path = folder / "config.json"
    stored = json.loads(path.read_text("utf-8")).get("id2label", {}) if path.is_file() else {}
    tags = tuple(stored[key] for key in sorted(stored, key=int))
    if tags != TAGS:
        raise ModelError(f"{path} has the tags {', '.join(tags) or 'none'}; expected {', '.join(TAGS)}")


def read_settings(folder: Path) -> dict[str, Any]:
    """Read what goes with the weights: the model's name, its window and overlap in characters, the curves of its scores."""
    path = folder / SETTINGS_FILE
    stored = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {"name": folder.name, "window": WINDOW, "overlap": OVERLAP, "calibration": {}, **stored}
