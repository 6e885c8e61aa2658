"""Turns: one piece of work at a time, in a thread, with a bounded queue and a time-out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

from fastapi import HTTPException

from zhanguo.serve.limits import Limits

T = TypeVar("T")
_BUSY = {"Retry-After": "5"}


class Turns:
    """Runs work in the order in which it came. What takes too long is told to stop, and the next one begins beside it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inside = 0
        self._turn = asyncio.Semaphore(1)
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="zhanguo")
        self._running: dict[Future[Any], Event] = {}

    async def run(self, work: Callable[[Event], T]) -> T:
        """The result of ``work``, which gets an event that is set when nobody waits any more.

        Raises HTTPException: 503 where too many wait, 504 after too long.
        """
        if self.inside > self.limits.waiting:
            raise HTTPException(503, f"{self.limits.waiting} requests are waiting already; try again in a moment", _BUSY)
        stop = Event()
        self.inside += 1
        try:
            async with asyncio.timeout(self.limits.seconds), self._turn:
                return await asyncio.wrap_future(self._start(work, stop))
        except TimeoutError as error:
            raise HTTPException(504, f"not done after {self.limits.seconds:g} seconds; send less at a time") from error
        finally:
            stop.set()
            self.inside -= 1

    def _start(self, work: Callable[[Event], T], stop: Event) -> Future[T]:
        """Only work that was given up can be running here: whoever has the turn is the caller."""
        if len(self._running) >= self.limits.threads:
            raise HTTPException(503, "earlier requests that took too long are still running; try again in a moment", _BUSY)
        future = self._threads.submit(work, stop)
        self._running[future] = stop
        future.add_done_callback(lambda done: self._running.pop(done, None))
        return future

    def close(self) -> None:
        """Tell all work to stop; start no more."""
        for stop in list(self._running.values()):
            stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
