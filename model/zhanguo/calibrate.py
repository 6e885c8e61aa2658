"""Calibrate a model's scores: ``python -m zhanguo.calibrate FOLDER FILE...``, FILEs being annotated reports it never learnt from.

Writes the curves into the folder's ``zhanguo.json``. A span is right if start, end and label are; a record if amount, object, kind,
change and organisation are.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from zhanguo import calibration, evaluate
from zhanguo.annotations import AnnotationError, read_examples
from zhanguo.engines import ModelError
from zhanguo.extract import Extractor
from zhanguo.schema import LABELS, Example
from zhanguo.tagger import SETTINGS_FILE


def fit(extractor: Extractor, examples: list[Example]) -> dict[str, calibration.Curve]:
    """Fit a curve for each label's spans, then one for the records that these spans give."""
    extractor.calibrate({})
    answers = evaluate.span_answers(examples, extract_all(extractor, examples))
    found = {label: calibration.fit(*answers[label]) for label in LABELS}
    extractor.calibrate(found)
    found[calibration.RECORD] = calibration.fit(*evaluate.record_answers(examples, extract_all(extractor, examples)))
    return found


def extract_all(extractor: Extractor, examples: list[Example]) -> list[Example]:
    """What the extractor finds in each report."""
    results = [extractor(example.text, example.id) for example in examples]
    return [replace(e, spans=r.spans, records=r.records) for e, r in zip(examples, results, strict=True)]


def main(arguments: list[str] | None = None) -> int:
    """Calibrate a model folder; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.calibrate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="a model folder")
    parser.add_argument("files", nargs="+", type=Path, help="annotated reports")
    options = parser.parse_args(arguments)
    path = options.folder / SETTINGS_FILE
    try:
        examples = [example for file in options.files for example in read_examples(file)]
        settings = json.loads(path.read_text("utf-8"))
        found = fit(Extractor.from_pretrained(str(options.folder)), examples)
        settings["calibration"] = {name: list(curve) for name, curve in found.items()}
        path.write_text(json.dumps(settings, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except (AnnotationError, ModelError, ValueError, OSError) as error:
        sys.stderr.write(f"zhanguo.calibrate: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
