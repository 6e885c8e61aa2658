"""The model card of a trained checkpoint: ``README.md``, made from the run's ``history.json`` and what else lies in its folder.

Run: ``python -m zhanguo.card FOLDER`` draws the run's plots again and writes the card anew. Needs ``zhanguo[train]``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from zhanguo import history, plots
from zhanguo.calibration import Bin, expected_calibration_error
from zhanguo.history import OVERALL, History, HistoryError
from zhanguo.markdown import table
from zhanguo.schema import LABEL_MEANINGS, LABELS

FILE = "README.md"
CAPTIONS = {
    plots.LOSS_CURVE: "Training loss, the mean since the last point, and the encoder's learning rate.",
    plots.F1_CURVE: "Strict span F1 on the development reports at each evaluation.",
    plots.CONFUSION: "Confusion of labels on the development reports: spans of gold and prediction matched by start and end. `none` is a "
    "span of one side that the other doesn't have, so a span with wrong edges counts in the row and in the column `none`.",
    plots.reliability_file(
        "spans"
    ): "How often a span with such a score is right, on the development reports. Scores are the network's own: "
    "`python -m zhanguo.calibrate` has not been at work here.",
    plots.LEARNING_CURVE: "Strict span F1 by the share of the training reports.",
}
_TASK, _LANGUAGE = "token-classification", "zh"
_RATES = ("precision", "recall", "f1")


def write(run: History, folder: Path) -> None:
    """Write the card of the checkpoint in ``folder``; plots that lie there are shown in it."""
    parts = ["---", _front_matter(run), "---", *_body(run, folder)]
    (folder / FILE).write_text("\n".join(parts) + "\n", "utf-8")


def _front_matter(run: History) -> str:
    """What model hubs read, in their form."""
    from huggingface_hub import EvalResult, ModelCardData

    where = {"task_type": _TASK, "dataset_name": "development reports", "dataset_type": ", ".join(run.recipe["dev"])}
    scores = run.dev_result["scores"]
    wanted = [*((OVERALL, rate) for rate in _RATES), *((label, "f1") for label in LABELS)]
    results = [
        EvalResult(metric_type=rate, metric_name=f"span {rate}, strict, {label}", metric_value=scores[label][rate], **where)
        for label, rate in wanted
    ]
    return str(
        ModelCardData(
            language=_LANGUAGE,
            license=run.recipe["license"],
            base_model=None if Path(run.recipe["base"]).exists() else run.recipe["base"],
            library_name="transformers",
            pipeline_tag=_TASK,
            tags=["zhanguo"],
            model_name=run.recipe["name"],
            eval_results=results,
        ).to_yaml()
    )


def _body(run: History, folder: Path) -> Iterator[str]:
    shape = json.loads((folder / "config.json").read_text("utf-8"))
    name, result = run.recipe["name"], run.dev_result
    yield f"# {name}\n"
    yield (
        f"A `{shape['architectures'][0]}` (layers: {shape['num_hidden_layers']}, hidden size: {shape['hidden_size']}) that reads Chinese "
        f"enforcement reports, one token a character, {run.recipe['window']} characters at a time, and tags spans (BIO):\n"
    )
    yield from (f"- `{label}`: {meaning}" for label, meaning in LABEL_MEANINGS.items())
    yield f"\nIt was trained from `{run.recipe['base']}`. Licence: {run.recipe['license']}.\n"
    yield from ("## How to load it\n", _LOADING)
    yield "## Scores on the development reports\n"
    yield (
        f"Strict: start, end and label must be right. Of these {run.dev['reports']} reports, {run.dev_in_train} are also among those "
        "learnt from.\n"
    )
    yield table(("label", *_RATES, "correct", "predicted", "gold"), _score_rows(result["scores"]))
    error = expected_calibration_error([Bin(**b) for b in result["reliability"]])
    yield f"\nExpected calibration error of the spans' scores: {error:.3f}.\n"
    yield "## Data\n"
    yield table(("part", "files", "reports", "characters", "spans", *LABELS), (_data_row(run, part) for part in ("train", "dev")))
    yield f"\nEach training report was learnt from as it is; rewritten copies of each besides: {run.recipe['copies']}.\n"
    yield "## Training\n"
    yield from (f"![{Path(file).stem}]({file})\n\n{caption}\n" for file, caption in CAPTIONS.items() if (folder / file).is_file())
    yield table(("computed with", ""), ((key, str(value)) for key, value in run.machine.items())) + "\n\nThe recipe:\n"
    yield f"```yaml\n{yaml.safe_dump(run.recipe, allow_unicode=True, sort_keys=False)}```"


_LOADING = """`FOLDER` is the folder of this file.

```python
from zhanguo import Extractor

extractor = Extractor.from_pretrained("FOLDER")  # records, windows for texts of any length, legal tag paths

from transformers import pipeline

tagger = pipeline("token-classification", model="FOLDER")  # the network alone
```

On the command line: `zhanguo extract --model FOLDER PATH...`
"""


def _score_rows(scores: dict[str, Any]) -> Iterator[Sequence[str]]:
    for label, score in scores.items():
        yield label, *(f"{score[rate]:.4f}" for rate in _RATES), *(f"{score[key]:,}" for key in ("correct", "predicted", "gold"))


def _data_row(run: History, part: str) -> Sequence[str]:
    counts = getattr(run, part)
    spans = counts["spans"]
    numbers = (counts["reports"], counts["characters"], sum(spans.values()), *(spans[label] for label in LABELS))
    return part, ", ".join(f"`{path}`" for path in run.recipe[part]), *(f"{number:,}" for number in numbers)


def main(arguments: list[str] | None = None) -> int:
    """Draw a run's plots again and write its card anew; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.card", description="Draw a run's plots again; write its model card anew.")
    parser.add_argument("folder", type=Path, help="the folder that train.py wrote")
    options = parser.parse_args(arguments)
    try:
        run = history.read(options.folder)
        plots.run(run, options.folder)
        write(run, options.folder)
    except (HistoryError, plots.PlotError, OSError) as error:
        sys.stderr.write(f"zhanguo.card: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
