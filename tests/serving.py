"""A toy extractor and a real server for tests: uvicorn in a thread, on a free port."""

import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from zhanguo import Extractor
from zhanguo.schema import Span
from zhanguo.serve import LOOPBACK, Limits, create_app

REPORT = "河西县公安局收缴枪支12支。"
SLOW, BROKEN = "慢", "坏"
_FOUND = re.compile(r"(?P<ORG>\w县公安局)|(?P<TARGET>枪支)|(?P<QUANTITY>\d+)(?P<UNIT>支)")


class ToyTagger:
    """Finds what ``_FOUND`` names; a text with 慢 takes until ``go`` is set, one with 坏 fails."""

    name = "toy"

    def __init__(self) -> None:
        self.curves: dict[str, object] = {}
        self.go = threading.Event()

    def __call__(self, text: str) -> tuple[Span, ...]:
        if SLOW in text and not self.go.wait(60):
            raise TimeoutError("nobody let this go on")
        if BROKEN in text:
            raise ValueError("a broken report")
        found = [(match, label) for match in _FOUND.finditer(text) for label in match.groupdict() if match[label]]
        return tuple(Span(*match.span(label), label, 0.9) for match, label in found)

    def tag_all(self, texts: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, list[Span] | Exception]]:
        for item, text in texts:
            try:
                yield item, list(self(text))
            except Exception as error:
                yield item, error


@contextmanager
def served(tagger: ToyTagger | None = None, limits: Limits | None = None) -> Iterator[str]:
    """The address of a running server."""
    app = create_app(Extractor(tagger or ToyTagger()), limits or Limits(), LOOPBACK)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
