"""The command ``view``: outputs of extract as a page to look at."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from zhanguo.files import replacing
from zhanguo.results import read_results
from zhanguo.view import write_page

_MANY_BYTES = 200 << 20


def add_commands(commands: Any) -> None:
    """Add the command to the subparsers of ``zhanguo``."""
    view = commands.add_parser("view", help="make a page that shows outputs of extract, evidence beside text, in any browser")
    view.add_argument("results", nargs="+", type=Path, metavar="RESULTS", help="outputs of extract -o")
    view.add_argument("-o", "--output", type=Path, required=True, metavar="PAGE.html", help="the page to write; it needs no other file")
    view.set_defaults(run=_view)


def _view(options: argparse.Namespace) -> int:
    path: Path = options.output
    title = ", ".join(result.name for result in options.results)
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as stream:
        summary = write_page(read_results(options.results), stream, title)
    size = path.stat().st_size
    if size > _MANY_BYTES:
        sys.stderr.write(f"zhanguo: {path} has {size >> 20} MiB, much for a browser; make pages of fewer reports where it is slow\n")
    sys.stdout.write(f"{path}: reports {summary.reports}, failed inputs {summary.failures}\n")
    return 0
