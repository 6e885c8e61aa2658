"""The guard before the app: who may ask (no rebound names, no other site's pages), how much may be sent, what every answer says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhanguo.serve.limits import Limits

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send "Origin: null" with our own form
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_DRAINED = 8
_CLOSE = {"Connection": "close"}


class Guard:
    """ASGI middleware. ``refuse`` makes the answer to a request that is refused, from its status and reason."""

    def __init__(
        self, app: ASGIApp, limits: Limits, hosts: Iterable[str], policy: str, refuse: Callable[[Request, int, str], Response]
    ) -> None:
        self.app, self.limits, self.refuse = app, limits, refuse
        self.hosts = frozenset(host.lower() for host in hosts)
        self.headers = {**HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), self.headers)
            await send(message)

        request = Request(scope)
        wrong = self._wrong_host(request) or _wrong_origin(request)
        app = self.refuse(request, *wrong) if wrong else self.app
        await app(scope, Body(receive, self.limits), reply)

    def _wrong_host(self, request: Request) -> tuple[int, str] | None:
        """A name that some site lets point here (DNS rebinding) is not ours."""
        host = request.headers.get("host", "")
        if _name(host) in self.hosts:
            return None
        return 400, f"this server is not called {host[:100]!r}; if it should be, start it with --allow-host NAME"


def _wrong_origin(request: Request) -> tuple[int, str] | None:
    """A page of another site may not send anything; programs that are no browsers name no origin."""
    if request.method in SAFE:
        return None
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    ours = site in ("same-origin", "none") if origin is None else origin.partition("://")[2] == request.headers.get("host")
    return None if ours else (403, "this request comes from another site's page")


def _name(host: str) -> str | None:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _add(headers: MutableHeaders, more: Mapping[str, str]) -> None:
    for name, value in more.items():
        headers.setdefault(name, value)


class Body:
    """A request's body as it comes in, counted and timed. Raises HTTPException 413 or 408."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self.receive, self.limits = receive, limits
        self.taken, self.whole = 0, False
        self.deadline: float | None = None

    async def __call__(self) -> Message:
        """The next message. After the body the only one is that the client has gone, which may take its time."""
        if self.whole:
            return await self.receive()
        message = await self._next()
        if self.taken > self.limits.bytes:
            # A browser shows the answer only when it could send all; beyond reason it is cut off.
            while not self.whole and self.taken <= _DRAINED * self.limits.bytes:
                await self._next()
            raise HTTPException(413, f"more than {self.limits.bytes} bytes; send less at a time", _CLOSE)
        return message

    async def _next(self) -> Message:
        self.deadline = self.deadline or asyncio.get_running_loop().time() + self.limits.seconds
        try:
            async with asyncio.timeout_at(self.deadline):
                message = await self.receive()
        except TimeoutError as error:
            self.whole = True
            raise HTTPException(408, f"the request was not sent within {self.limits.seconds:g} seconds", _CLOSE) from error
        self.taken += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        return message
