"""The command ``zhanguo``: its parser, put together from ``commands``, and its exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from zhanguo import __version__
from zhanguo.annotations import AnnotationError
from zhanguo.commands import WRONG_USE, annotate, evaluate, extract, results, view
from zhanguo.engines import ModelError
from zhanguo.plots import PlotError
from zhanguo.results import ResultError

COMMANDS = (extract, evaluate, annotate, results, view)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 where an input failed, 2 where nothing could be done."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (ModelError, AnnotationError, ResultError, PlotError, OSError) as error:
        sys.stderr.write(f"zhanguo: {error}\n")
        return WRONG_USE
    except KeyboardInterrupt:
        sys.stderr.write("zhanguo: interrupted\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhanguo", description="Read Chinese enforcement reports; give back records.")
    parser.add_argument("--version", action="version", version=f"zhanguo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
