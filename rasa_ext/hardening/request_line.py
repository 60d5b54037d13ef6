"""A request line that can't be read is a bad request.

Sanic 21.12 answers raw bytes beyond ASCII, and addresses that its parser refuses, not at all: the
error comes up again while the answer about it is made, and ends the connection with a traceback.
Such bytes in the method, or in a header that the error quotes, give 500.
"""

from __future__ import annotations

import re
from typing import Any

from sanic.exceptions import InvalidUsage, SanicException
from sanic.http import Http
from sanic.request import Request

#: A method by RFC 9110; the length keeps nonsense out of logs and answers.
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}")


def install() -> None:
    """Check the method where Sanic makes a request, and mend its answer to what it can't read."""
    if getattr(Http.error_response, "reads_no_line", False):
        return
    answer, init = Http.error_response, Request.__init__

    async def error_response(self: Any, exception: Exception) -> None:
        if self.request is None:
            # The line was not understood; nothing of it may be used to make the answer.
            self.url = "*"
            if not isinstance(exception, SanicException):
                exception = InvalidUsage("Bad Request")
        if isinstance(exception, SanicException):
            # It may quote bytes that the answer can't hold, such as those of a header.
            exception.args = (str(exception).encode("utf-8", "replace").decode(),)
        await answer(self, exception)

    def checked(
        self: Any, url_bytes: bytes, headers: Any, version: str, method: str, *args: Any, **kwargs: Any
    ) -> None:
        if not _METHOD.fullmatch(method):
            raise InvalidUsage("Bad Request")
        init(self, url_bytes, headers, version, method, *args, **kwargs)

    error_response.reads_no_line = True  # type: ignore[attr-defined]
    checked.checks_length = True  # type: ignore[attr-defined]
    Http.error_response = error_response  # type: ignore[method-assign]
    Request.__init__ = checked  # type: ignore[method-assign]
