"""Fit the linear models that judge kinds, things and acting organisations: ``python -m zhanguo.fit FILE... [-o FOLDER]``.

FILEs are annotated reports with records. Writes ``kind_weights.tsv`` (multinomial logistic regression),
``thing_weights.tsv`` and ``agent_weights.tsv`` (conditional logit: McFadden, 1974), all with an L2 penalty. The latter two are
fitted again with the choices that their first versions make before each statement (DAgger: Ross et al., 2011), so that they can
live with their own mistakes.
Needs ``zhanguo[train]``.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhanguo import judged_agents, judged_kinds, judged_things, numerals
from zhanguo.annotations import AnnotationError, read_examples
from zhanguo.choices import Choice
from zhanguo.document import Document, Statement
from zhanguo.linear import ONE
from zhanguo.link import propose
from zhanguo.normalise import total_of
from zhanguo.schema import Example, Record
from zhanguo.subjects import distribute_organisations, find_organisations

Floats = NDArray[np.float64]
KIND_PENALTY, PENALTY = 1.0, 1.0
RARE = 3
LIGHT = 0.05
ROUNDS = 2
STEPS = 150

Judge = Callable[[Choice], int]
Row = tuple[list[list[str]], list[int]]


def align(example: Example, document: Document) -> list[Record | None]:
    """The gold record of each statement: the alignment in order with the most equal amounts, equal targets first."""
    records = example.records or ()
    amounts = [_amount(example.text, statement) for statement in document.statements]
    best = np.zeros((len(amounts) + 1, len(records) + 1))
    likeness = np.zeros((len(amounts), len(records)))
    for i, amount in enumerate(amounts):
        for j, record in enumerate(records):
            if amount == (record.value, record.value_max, record.unit):
                target = document.statements[i].target
                likeness[i, j] = 1 + 0.3 * ((target and example.text[target.start : target.end]) == record.target)
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + likeness[i, j])
    found: list[Record | None] = [None] * len(amounts)
    i, j = len(amounts), len(records)
    while i and j:
        if likeness[i - 1, j - 1] and best[i, j] == best[i - 1, j - 1] + likeness[i - 1, j - 1]:
            found[i - 1] = records[j - 1]
            i, j = i - 1, j - 1
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return found


def _amount(text: str, statement: Statement) -> tuple[Any, ...] | None:
    unit = statement.figure.unit_text
    try:
        amount = total_of(text, statement.figure.quantities, statement.figure.units)
    except (numerals.NumeralError, ArithmeticError):
        return None
    return amount.value, amount.value_max, text[unit.start : unit.end] if unit else None


def kind_rows(examples: Iterable[Example]) -> Iterator[tuple[list[str], int]]:
    """Yield each statement's features and the number of its gold class."""
    for example in examples:
        document = propose(example.text, example.spans)
        before = judged_kinds.START
        for statement, record in zip(document.statements, align(example, document), strict=True):
            name = judged_kinds.label(record.kind, record.change) if record else judged_kinds.CLASSES[0]
            yield judged_kinds.describe_kind(document, statement, before), judged_kinds.CLASSES.index(name)
            before = name


def thing_choices(examples: Iterable[Example], judge: Judge | None = None) -> Iterator[Row]:
    """Yield the rows of the choice of targets; the statements before were settled by ``judge``, else by the gold."""
    for example in examples:
        document, gold = _settled(example)
        yield from _rows(document, judged_things.choices(document), {key: record.target for key, record in gold.items()}, judge)


def agent_choices(examples: Iterable[Example], judge: Judge | None = None) -> Iterator[Row]:
    """Yield the rows of the choice of organisations; the statements before were settled by ``judge``, else by the gold."""
    for example in examples:
        document, gold = _settled(example)
        find_organisations(document)
        distribute_organisations(document)
        yield from _rows(document, judged_agents.choices(document), {key: record.org for key, record in gold.items()}, judge)


def _settled(example: Example) -> tuple[Document, dict[int, Record]]:
    """A document's statements that have gold records, with their gold kinds; and the records by the statements' identity."""
    document = propose(example.text, example.spans)
    gold = {id(s): r for s, r in zip(document.statements, align(example, document), strict=True) if r}
    document.statements = [statement for statement in document.statements if id(statement) in gold]
    for statement in document.statements:
        judged_kinds.settle(document, statement, judged_kinds.label(gold[id(statement)].kind, gold[id(statement)].change))
    return document, gold


def _rows(document: Document, choices: Iterable[Choice], wanted: dict[int, str | None], judge: Judge | None) -> Iterator[Row]:
    """Yield each choice's features with the numbers of the right options; settle it before the next."""
    for choice in choices:
        right = [number for number, text in enumerate(choice.texts(document)) if text == wanted[id(choice.statement)]]
        choice.settle(judge(choice) if judge else right[-1] if right else 0)
        if right:
            yield choice.features, right


class Columns:
    """Numbers the features that are not rare."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        times = Counter(feature for row in rows for feature in set(row))
        self.names = sorted(feature for feature, n in times.items() if n >= RARE)
        self.numbers = {name: number for number, name in enumerate(self.names)}

    def matrix(self, rows: Sequence[Sequence[str]]) -> Any:
        """A sparse matrix ``[rows, features]`` of zeros and ones."""
        from scipy.sparse import csr_matrix

        found = [sorted({self.numbers[f] for f in row if f in self.numbers}) for row in rows]
        ends = np.cumsum([0, *map(len, found)])
        flat = np.fromiter((number for row in found for number in row), dtype=np.int64, count=int(ends[-1]))
        return csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(rows), len(self.names)))


def minimise(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    """Minimise a function that gives value and gradient, by L-BFGS."""
    from scipy.optimize import minimize

    result: Floats = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return result


def fit_kinds(rows: Sequence[tuple[list[str], int]]) -> dict[str, dict[str, float]]:
    """Fit the weights of kinds: feature → class → weight."""
    columns = Columns([features for features, _ in rows])
    matrix = columns.matrix([features for features, _ in rows])
    classes = len(judged_kinds.CLASSES)
    truth = np.eye(classes)[[number for _, number in rows]]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(-1, classes)
        scores = matrix @ weights
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        value = -np.log((shares * truth).sum(axis=1)).sum() + KIND_PENALTY / 2 * (flat @ flat)
        return float(value), (matrix.T @ (shares - truth) + KIND_PENALTY * weights).ravel()

    weights = minimise(loss, len(columns.names) * classes).reshape(-1, classes)
    return {name: dict(zip(judged_kinds.CLASSES, row, strict=True)) for name, row in zip(columns.names, weights.tolist(), strict=True)}


def fit_choices(choices: Sequence[Row], penalty: float) -> dict[str, dict[str, float]]:
    """Fit the weights of options: feature → ``weight`` → weight."""
    rows = [features for options, _ in choices for features in options]
    columns = Columns(rows)
    matrix = columns.matrix(rows)
    sizes = np.array([len(options) for options, _ in choices])
    starts, group = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(choices)), sizes)
    right = np.concatenate([np.isin(np.arange(len(options)), good) for options, good in choices]).astype(float)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = matrix @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        everything, good = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts)
        gradient = powers / everything[group] - powers * right / good[group]
        return float(-np.log(good / everything).sum() + penalty / 2 * (weights @ weights)), matrix.T @ gradient + penalty * weights

    weights = minimise(loss, len(columns.names))
    return {name: {ONE[0]: weight} for name, weight in zip(columns.names, weights.tolist(), strict=True)}


def judge_by(table: dict[str, dict[str, float]]) -> Judge:
    """Choose by fitted weights."""
    weights = {feature: row[ONE[0]] for feature, row in table.items()}

    def judge(choice: Choice) -> int:
        scores = [sum(weights.get(feature, 0.0) for feature in dict.fromkeys(features)) for features in choice.features]
        return max(range(len(scores)), key=scores.__getitem__)

    return judge


def write_table(path: Path, table: dict[str, dict[str, float]], title: str) -> None:
    """Write weights, light ones left out."""
    lines = [f"# {title} Made by python -m zhanguo.fit: feature <TAB> class=weight …"]
    for name, weights in table.items():
        entries = [f"{key}={weight:.2f}" for key, weight in weights.items() if abs(weight) >= LIGHT]
        if entries:
            lines.append(f"{name}\t{' '.join(entries)}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def fit_twice(rows: Callable[..., Iterator[Row]], examples: list[Example]) -> dict[str, dict[str, float]]:
    """Fit a model of choices to the gold, then again with what it chooses itself."""
    gold = list(rows(examples))
    table = fit_choices(gold, PENALTY)
    for _ in range(ROUNDS):
        table = fit_choices([*gold, *rows(examples, judge_by(table))], 2 * PENALTY)
    return table


def fit(examples: list[Example], folder: Path) -> None:
    """Fit the models and write their tables."""
    write_table(folder / "kind_weights.tsv", fit_kinds(list(kind_rows(examples))), "Weights of the kinds of records.")
    write_table(folder / "thing_weights.tsv", fit_twice(thing_choices, examples), "Weights of the targets that figures count.")
    write_table(folder / "agent_weights.tsv", fit_twice(agent_choices, examples), "Weights of acting organisations.")


def main(arguments: list[str] | None = None) -> int:
    """Fit the models; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m zhanguo.fit", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, help="annotated reports with records")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data", help="folder to write the tables to")
    options = parser.parse_args(arguments)
    try:
        examples = [example for path in options.files for example in read_examples(path) if example.records is not None]
        if not examples:
            raise AnnotationError(f"no report with records in {', '.join(map(str, options.files))}")
        fit(examples, options.output)
    except (AnnotationError, OSError) as error:
        sys.stderr.write(f"zhanguo.fit: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
