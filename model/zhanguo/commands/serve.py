"""The command ``serve``: the web app, on this machine unless told otherwise."""

from __future__ import annotations

import argparse
import socket
import sys
from dataclasses import fields
from typing import Any

from zhanguo.commands import WRONG_USE, load, model_options

LOOPBACK = "127.0.0.1"
_WARNING = (
    "zhanguo: {host} is not this machine alone: whoever reaches it can use the server, and what they send crosses the network unencrypted\n"
)
_MOST_AT_ONCE, _GRACE = 100, 3
_LIMITS = {
    "characters": "characters of all texts of a request",
    "reports": "reports of a request",
    "bytes": "bytes of a request",
    "seconds": "seconds that a request may take",
    "waiting": "requests that may wait for their turn",
}


def add_commands(commands: Any) -> None:
    """Add the command to the subparsers of ``zhanguo``."""
    serve = commands.add_parser("serve", parents=[model_options()], help="a web app and HTTP API on this machine; needs the extra 'serve'")
    serve.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s, this machine only)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on, 0 for a free one (default: %(default)s)")
    serve.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a further name under which browsers may ask; can be repeated"
    )
    for name, meaning in _LIMITS.items():
        serve.add_argument(f"--max-{name}", type=_positive, metavar="N", help=f"most {meaning}")
    serve.set_defaults(run=_serve)


def _positive(text: str) -> int:
    """A whole number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _serve(options: argparse.Namespace) -> int:
    try:
        import python_multipart  # noqa: F401  # read by FastAPI when the first form comes
        import uvicorn

        from zhanguo.serve import LOOPBACK as LOOPBACK_NAMES
        from zhanguo.serve import Limits, create_app
    except ModuleNotFoundError as error:
        sys.stderr.write(f"zhanguo: serve needs pip install 'zhanguo[serve]', in a clone pip install '.[serve]' ({error})\n")
        return WRONG_USE
    asked = {field.name: getattr(options, f"max_{field.name}", None) for field in fields(Limits)}
    limits = Limits(**{name: value for name, value in asked.items() if value is not None})
    with _listen(options.host, options.port) as listener:
        app = create_app(load(options), limits, {*LOOPBACK_NAMES, options.host, *options.allow_host})
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            ws="none",
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=_GRACE,
        )
        if options.host not in LOOPBACK_NAMES:
            sys.stderr.write(_WARNING.format(host=options.host))
        sys.stdout.write(f"zhanguo: http://{_url_name(options.host)}:{listener.getsockname()[1]}/ (Ctrl+C ends it)\n")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError that names the place and the remedy."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise OSError(f"can't listen on {host}, port {port}: {error}; name another --port, or 0 for a free one") from error


def _url_name(host: str) -> str:
    return f"[{host}]" if ":" in host else host
