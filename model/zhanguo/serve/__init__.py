"""The web app: paste or upload reports, look at them, download the table; the same over an HTTP API. Needs the extra ``serve``.

Nothing is kept: a download is the same form sent again. Nothing that a client sends is run, imported or used as a path.
"""

from zhanguo.serve.app import create_app
from zhanguo.serve.limits import LOOPBACK, Limits

__all__ = ["LOOPBACK", "Limits", "create_app"]
