"""How much one request may ask for, and what the server may be called."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What is more gives 413 (size), 503 (``waiting``) or 504 (``seconds``).

    ``bytes`` counts the body as it is sent, ``characters`` all texts of a request together; ``seconds`` is the time from a body's first
    byte to its last, and again that from there to the answer, waiting included. ``waiting`` requests may wait for their turn.
    ``threads`` bounds the extractions that were given up but can't be stopped in the midst of a text, and the one that runs.
    """

    characters: int = 500_000
    reports: int = 500
    bytes: int = 8 << 20
    seconds: float = 300.0
    waiting: int = 8
    threads: int = 3
