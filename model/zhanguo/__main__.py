"""The command ``zhanguo``: its parser, put together from ``commands``, and its exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from zhanguo import __version__, stopping
from zhanguo.annotations import AnnotationError
from zhanguo.chunks import ChangedInputError
from zhanguo.commands import WRONG_USE, annotate, evaluate, extract, results, serve, view
from zhanguo.engines import ModelError
from zhanguo.journal import JournalError
from zhanguo.plots import PlotError
from zhanguo.results import ResultError

COMMANDS = (extract, evaluate, annotate, results, view, serve)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 where an input failed, 2 where nothing could be done or the work had to stop.

    A signal n that stops it gives 128 + n, as does a reader of its output that went away (SIGPIPE).
    """
    options = _parser().parse_args(arguments)
    try:
        with stopping.heeded():
            code: int = options.run(options)
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        return stopping.reader_gone()
    except (ModelError, AnnotationError, ResultError, JournalError, ChangedInputError, PlotError, OSError) as error:
        sys.stderr.write(f"zhanguo: {error}\n")
        return WRONG_USE
    except MemoryError:
        sys.stderr.write("zhanguo: out of memory\n")
        return WRONG_USE
    except stopping.Stopped as stop:
        sys.stderr.write(f"zhanguo: stopped by {stop.signal.name}\n")
        return 128 + stop.signal


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhanguo", description="Read Chinese enforcement reports; give back records.")
    parser.add_argument("--version", action="version", version=f"zhanguo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
