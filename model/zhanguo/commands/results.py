"""The commands on what extract has written: ``export`` to tables, ``summary`` of totals, ``schema`` of a row."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import simplejson
from rich.table import Table

from zhanguo import fields, formats, page
from zhanguo.results import read_results
from zhanguo.schema import FailureRow
from zhanguo.stopping import Console
from zhanguo.summary import Summary, Total, summarise

_WIDTH = 160
_HEAD = ("kind", "category", "unit", "records", "reports", "sum", "ranges", "left out: parts", "repeated")


def add_commands(commands: Any) -> None:
    """Add the commands to the subparsers of ``zhanguo``."""
    results = argparse.ArgumentParser(add_help=False)
    results.add_argument("results", nargs="+", type=Path, metavar="RESULTS", help="outputs of extract -o")

    export = commands.add_parser("export", parents=[results], help="turn outputs of extract into a table, one row a record")
    suffixes = ", ".join(formats.WRITERS)
    export.add_argument("-o", "--output", type=Path, required=True, help=f"file to write; its suffix names the format: {suffixes}")
    export.add_argument("--bom", action="store_true", help="begin CSV with a byte-order mark, so that Excel reads it as UTF-8")
    export.set_defaults(run=_export)

    totals = commands.add_parser("summary", parents=[results], help="add up the records of outputs of extract")
    totals.add_argument("--json", action="store_true", help="print JSON")
    totals.set_defaults(run=_summary)

    schema = commands.add_parser("schema", help="print the JSON Schema of extract's output")
    schema.add_argument("--page", action="store_true", help="print a data dictionary in Markdown instead")
    schema.set_defaults(run=_schema)


def _export(options: argparse.Namespace) -> int:
    rows = formats.Rows(read_results(options.results))
    remarks = formats.write_table(options.output, rows, bom=options.bom)
    _report_failures(rows.failures)
    for remark in remarks:
        sys.stderr.write(f"zhanguo: {options.output}: {remark}\n")
    sys.stdout.write(f"{options.output}: records {rows.records}, reports {rows.reports}, without a record {rows.empty}\n")
    return 0


def _report_failures(failures: Iterable[FailureRow]) -> None:
    for failure in failures:
        sys.stderr.write(f"zhanguo: {failure['source']}: {failure['error']}\n")


def _summary(options: argparse.Namespace) -> int:
    summary = summarise(read_results(options.results))
    if options.json:
        sys.stdout.write(simplejson.dumps(asdict(summary), ensure_ascii=False, use_decimal=True, indent=2) + "\n")
    else:
        _print_summary(summary)
    return 0


def _print_summary(summary: Summary) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(_HEAD):
        table.add_column(name, justify="left" if place < _HEAD.index("records") else "right")
    for total in summary.totals:
        table.add_row(*_cells(total))
    console.print(table)
    left_out = ", ".join(f"{times} of kind {kind}" for kind, times in summary.left_out.items())
    console.print(f"\nreports {summary.reports}, failed inputs {summary.failures}; also left out, since they don't add up: {left_out}.")
    console.print("A range counts with its lower end; parts of other records, and figures that a report repeats, are not in the sum.")


def _cells(total: Total) -> list[str]:
    names = ["" if name is None else name.replace("[", r"\[") for name in (total.kind, total.category, total.unit)]
    counts = (total.records, total.reports, f"{total.sum:f}", total.ranges, total.parts, total.repeated)
    return [*names, *map(str, counts)]


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(page.markdown() if options.page else simplejson.dumps(fields.json_schema(), ensure_ascii=False, indent=2) + "\n")
    return 0
