"""Stopping: signals that ask a command to end become an exception, so that it leaves its files in order; and a reader that went away."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich import console

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_PIPE = 13  # SIGPIPE, which Windows does not have


class Stopped(BaseException):
    """A signal asked for an end; no ``except Exception`` on the way holds it up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)


class Console(console.Console):
    """Prints on a terminal or into a pipe; raises BrokenPipeError where nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Leave it to ``main``, as with whatever else is written to standard output."""
        raise BrokenPipeError


@contextmanager
def heeded() -> Iterator[None]:
    """Raise Stopped on Ctrl-C, SIGTERM and SIGHUP. What the caller ignores (nohup) stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard = [number for number, handler in before.items() if handler in (signal.SIG_DFL, signal.default_int_handler)]
    for number in heard:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


def reader_gone() -> int:
    """The exit code where nobody reads standard output any more; nothing more is written to it, not even on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + _PIPE


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise Stopped(number)
