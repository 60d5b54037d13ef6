"""A server with a slow answer, for tests of how it stops. Run as a program, with its port."""

from __future__ import annotations

import asyncio
import sys

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from rasa_ext import stores  # noqa: F401  # installs the mends, as endpoints.yml makes Rasa do

app = Sanic("stopping", configure_logging=False)
#: Seconds that an answer takes, and that are given to connections after the signal.
SLOW, GRACE = 0.6, 4.0


@app.get("/")
async def slow(request: Request) -> HTTPResponse:
    """Answers after a while, and says when it begins."""
    print("begun", flush=True)
    await asyncio.sleep(SLOW)
    return text("done")


if __name__ == "__main__":
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACE
    app.config.KEEP_ALIVE_TIMEOUT = 120  # Rasa's
    app.run("127.0.0.1", int(sys.argv[1]), access_log=False)
