"""A Python without a network: ``environment`` is one in which every attempt to reach it fails and is written down."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

_GUARD = '''
"""Blocks the network: written by tests/offline.py, imported by every Python that starts here."""
import os, socket, sys, traceback

def _blocked(name):
    def refuse(*arguments, **named):
        if getattr(arguments[0] if arguments else None, "family", None) == getattr(socket, "AF_UNIX", -1):
            return _kept[name](*arguments, **named)
        with open({log!r}, "a", encoding="utf-8") as log:
            log.write(f"{{name}} {{arguments[1:]!r}} in {{' '.join(sys.argv)}}\\n{{''.join(traceback.format_stack(limit=8))}}\\n")
        raise OSError(f"no network: {{name}}")
    return refuse

_kept = {{name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}}
for _name in _kept:
    setattr(socket.socket, _name, _blocked(_name))
for _name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, _name, _blocked(_name))
'''


def environment(folder: Path) -> dict[str, str]:
    """The environment of a Python whose sockets reach nothing; what tries is written to ``folder/attempts``."""
    guard = folder / "guard"
    guard.mkdir(parents=True, exist_ok=True)
    (guard / "sitecustomize.py").write_text(_GUARD.format(log=str(folder / "attempts")), "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(guard), *filter(None, [os.environ.get("PYTHONPATH")])])}


def attempts(folder: Path) -> str:
    """What tried to reach the network."""
    log = folder / "attempts"
    return log.read_text("utf-8") if log.exists() else ""


@functools.cache
def isolated() -> list[str]:
    """What to put before a command so that the system, too, gives it no network; nothing where the system can't."""
    command = ["unshare", "--map-root-user", "--net"]
    can = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if can else []
