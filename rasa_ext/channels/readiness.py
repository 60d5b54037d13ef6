"""Whether the assistant can take a turn: model, action server and tracker store."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urljoin

import aiohttp

from rasa_ext.channels import stores

#: Seconds for which an answer is repeated: asking often must not load the others.
KEPT = 2.0
#: Seconds after which the action server counts as down.
PATIENCE = 3.0


class Readiness:
    """Asks all parts, not too often."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock: asyncio.Lock | None = None
        self._checks: dict[str, bool] = {}
        self._asked = -KEPT

    async def checks(self, agent: Any) -> dict[str, bool]:
        """Return `{"model", "actions", "store"}`, each True when it works."""
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if time.monotonic() - self._asked > KEPT:
                self._checks = await _ask(agent)
                self._asked = time.monotonic()
            return self._checks


async def _ask(agent: Any) -> dict[str, bool]:
    model = bool(agent and agent.is_ready())
    url: str | None = getattr(getattr(agent, "action_endpoint", None), "url", None)
    return {
        "model": model,
        "actions": bool(url) and await _actions_answer(str(url)),
        "store": bool(agent) and await stores.answers(agent.tracker_store),
    }


async def _actions_answer(url: str) -> bool:
    """Tell whether the action server at `url` (of its webhook) says that it is well."""
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.get(urljoin(url, "health")) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, asyncio.TimeoutError, ValueError):
        return False
