"""The metrics of this process on a port of their own, which is no part of any public address."""

from __future__ import annotations

import asyncio
import logging
import os

from prometheus_client import start_http_server

from assistant.observability import metrics

logger = logging.getLogger(__name__)

HOST = "STRIA_METRICS_HOST"
LOOPBACK = "127.0.0.1"
#: Seconds between looks at the event loop.
STEP = 0.5


def serve(variable: str) -> bool:
    """Serve the metrics when the variable names a port; tell whether they are.

    A port that can't be used is told in one line: nobody is refused an answer because of it.
    """
    text, host = os.environ.get(variable, "").strip(), os.environ.get(HOST, "").strip() or LOOPBACK
    if not text:
        return False
    try:
        start_http_server(_port(text), host)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        logger.error("metrics: %s=%s at %s can't be used (%s); going on without", variable, text, host, why)
        return False
    logger.info("metrics: on http://%s:%s/metrics", host, text)
    return True


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise ValueError("it has to be a number from 1 to 65535")
    return int(text)


async def watch_loop() -> None:
    """Measure for ever how late the event loop comes back to what waits for it."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + STEP
        await asyncio.sleep(STEP)
        metrics.LOOP_LAG.observe(max(0.0, loop.time() - due))
