"""A request with a nonsense Content-Length is refused.

Sanic 21.12 reads a negative length for ever without giving way: one request, to any address, and
the server answers nobody any more. Words in place of a number make it answer 500, and numbers that
only Python takes ("1_0") could mean something else to a proxy in front of it.
"""

from __future__ import annotations

import re
from typing import Any

from sanic.exceptions import InvalidUsage
from sanic.request import Request

_LENGTH = re.compile(r"[0-9]{1,15}")


def install() -> None:
    """Check the length where Sanic makes a request, before it reads the body."""
    original = Request.__init__
    if getattr(original, "checks_length", False):
        return

    def init(self: Any, url_bytes: bytes, headers: Any, *args: Any, **kwargs: Any) -> None:
        lengths = headers.getall("content-length", [])
        chunked = [v.strip().lower() for v in headers.getall("transfer-encoding", [])]
        wrong = len({*lengths}) > 1 or not all(_LENGTH.fullmatch(v) for v in lengths)
        if wrong or (chunked and (chunked != ["chunked"] or lengths)):
            # Raised at this stage, it also closes the connection: what follows can't be trusted.
            raise InvalidUsage("Bad Content-Length or Transfer-Encoding")
        original(self, url_bytes, headers, *args, **kwargs)

    init.checks_length = True  # type: ignore[attr-defined]
    Request.__init__ = init  # type: ignore[method-assign]
