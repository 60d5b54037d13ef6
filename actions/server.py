"""What the action server does beside actions: it warms up; its metrics, on a port of their own; deliveries."""

from __future__ import annotations

import asyncio
from typing import Any

import pluggy

from assistant.observability import json_logs, port
from assistant.screening.mentions import find_mentions
from clinic import delivery_figures, worker

PORT = "STRIA_METRICS_ACTIONS_PORT"

_watching: set[asyncio.Task[None]] = set()


@pluggy.HookimplMarker("rasa_sdk")
def attach_sanic_app_extensions(app: Any) -> None:
    """Begin to measure and to deliver when the action server starts; rasa_sdk calls this for its plugins."""
    app.register_listener(warm_up, "before_server_start")
    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")


async def warm_up(_app: Any, _loop: Any) -> None:
    """Read what the first message would wait for, before anybody can ask: a second of CPU, for one who is at work.

    A server that comes back after a crash would else be asked at once, and be too slow for Rasa's patience.
    """
    find_mentions("ready")


async def start(_app: Any, _loop: Any) -> None:
    """Serve the metrics of this process when a port is set, and deliver requests when a way is set."""
    json_logs.install()
    worker.start()
    if port.serve(PORT):
        for work in (port.watch_loop(), watch_deliveries()):
            task = asyncio.ensure_future(work)
            # The event loop itself does not keep a task alive that nobody waits for.
            _watching.add(task)
            task.add_done_callback(_watching.discard)


async def watch_deliveries() -> None:
    """Show again and again how deliveries stand, for ever; a database that is slow holds up nobody."""
    while True:
        await asyncio.to_thread(delivery_figures.show)
        await asyncio.sleep(delivery_figures.STEP)


async def stop(_app: Any, _loop: Any) -> None:
    """Begin no further delivery."""
    worker.stop()
