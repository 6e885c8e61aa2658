"""The way from a report to its records, as one short function, and the class that users hold."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from zhanguo import batches, calibration, checksums, engines, periods
from zhanguo.engines import ModelError
from zhanguo.facts import read_facts
from zhanguo.link import link
from zhanguo.normalise import normalise
from zhanguo.schema import Extraction, Failure, Report, Span
from zhanguo.tagger import Tagger

# Where the half-precision checkpoint lies: it is in the repository, not in the wheel.
CHECKPOINTS = (Path("weights/zhanguo"), Path(__file__).parents[2] / "weights" / "zhanguo")

TRIAL, CLEARLY = 0.5, 1.1  # seconds an engine is tried for, and how much faster another must be than ONNX

_log = logging.getLogger(__name__)


class Extractor:
    """Turns texts into records: ``Extractor.from_pretrained()(text)``.

    ``date`` (``2019-06-20``) is the publication date of reports that don't state theirs, or not its year, and come with none; 今年 and the
    like count from it.
    """

    def __init__(self, tagger: Tagger, date: str | datetime.date | None = None) -> None:
        self.tagger = tagger
        self.date = datetime.date.fromisoformat(date) if isinstance(date, str) else date and datetime.date(date.year, date.month, date.day)

    @classmethod
    def from_pretrained(
        cls,
        name: str | None = None,
        engine: str = "auto",
        device: str | None = None,
        date: str | datetime.date | None = None,
        workers: int | None = None,
    ) -> Extractor:
        """Load a model: the shipped one by default, else a folder or a hub name.

        ``engine`` is ``onnx``, ``torch``, ``auto`` or ``fastest`` (tries those that are installed for a second); ``device``
        (``cpu``, ``cuda``) goes with torch, whose shipped checkpoint is looked for in the repository; ``workers`` is how many windows
        are computed at once on a CPU (default: one a processor). Raises ModelError, and ValueError for a ``date`` that is none.
        """
        if engine == "fastest":
            return cls(_fastest(name, device, workers), date)
        return cls(_load(name, engine, device, workers), date)

    def calibrate(self, curves: Mapping[str, calibration.Curve]) -> None:
        """Give scores by these curves: label or ``record`` → curve."""
        self.tagger.curves = curves

    def __call__(self, text: str, id: str = "text") -> Extraction:
        """Extract from one text of any length; offsets are code points of ``text``."""
        return self.extract(Report(id, "", text))

    def extract(self, report: Report) -> Extraction:
        """Extract from one report."""
        return self._linked(report, self.tagger(report.text))

    def _linked(self, report: Report, spans: list[Span]) -> Extraction:
        records, warnings = normalise(report.text, link(report.text, spans))
        curve = self.tagger.curves.get(calibration.RECORD, calibration.AS_IT_IS)
        records = [replace(record, score=round(curve(record.score), 4)) for record in records]
        facts = read_facts(report.text, spans, report.date or self.date)
        records = periods.add(report.text, spans, records, facts)
        return Extraction(report, tuple(spans), tuple(records), (*report.warnings, *warnings), facts)

    def extract_all(self, reports: Iterable[Report | Failure]) -> Iterator[Extraction | Failure]:
        """Extract from each report, in order; one that fails gives a Failure and the others go on. Reads some reports ahead."""
        texts = ((report, "" if isinstance(report, Failure) else report.text) for report in reports)
        for report, spans in self.tagger.tag_all(texts):
            if isinstance(report, Failure):
                yield report
                continue
            try:
                if isinstance(spans, Exception):
                    raise spans
                yield self._linked(report, spans)
            except MemoryError:
                yield Failure(report.id, report.source, f"not enough memory for its {len(report.text):,} characters")
            except Exception as error:  # whatever a report does to the model, the batch goes on
                yield Failure(report.id, report.source, f"{type(error).__name__}: {error}")


def _load(name: str | None, engine: str, device: str | None, workers: int | None) -> Tagger:
    if name is None and (engine == "torch" or (engine == "auto" and device is not None)):
        name = next((str(folder) for folder in CHECKPOINTS if folder.is_dir()), None)
    if name is None:
        with as_file(files("zhanguo").joinpath("assets")) as folder:
            return Tagger.from_folder(folder, engine, device, workers)
    folder = Path(name)
    return Tagger.from_folder(folder if folder.is_dir() else _download(name), engine, device, workers)


def _fastest(name: str | None, device: str | None, workers: int | None) -> Tagger:
    """The shipped ONNX model, or the checkpoint it was made from where torch is installed and clearly faster on this machine."""
    tagger = _load(name, "auto", device, workers)
    if tagger.engine.name != "onnx" or not engines.has_torch():
        return tagger
    try:
        other = _load(name, "torch", None, workers)
    except ModelError:  # no checkpoint to run
        return tagger
    speeds = [batches.speed(each.engine, TRIAL) for each in (tagger, other)]
    told = ", ".join(f"{each.engine.name} {speed:,.0f}" for each, speed in zip((tagger, other), speeds, strict=True))
    chosen = other if speeds[1] > CLEARLY * speeds[0] and other.model == tagger.model else tagger
    _log.info("%s (tokens a second: %s)", chosen.name, told)
    return chosen


def _download(name: str) -> Path:
    """Fetch a model from the hub; only reached when the user names something that is no folder."""
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.onnx", "*.txt", checksums.LIST]))
    except Exception as error:
        raise ModelError(f"{name!r} is no folder, and no model of that name can be fetched: {error}") from error
