"""Whether the assistant can take a turn: model, action server, tracker store and lock store."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin

import aiohttp
from rasa.core.lock_store import RedisLockStore as RedisLockStoreOfRasa
from rasa.core.tracker_store import SQLTrackerStore

from assistant.observability import metrics
from rasa_ext.channels import stores
from rasa_ext.stores.redis_lock import RedisLockStore

#: Seconds for which an answer is repeated: asking often must not load the others.
KEPT = 1.0
#: Seconds after which a part that does not answer counts as down.
PATIENCE = 2.0


class Readiness:
    """Asks all parts, side by side and not too often."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock: asyncio.Lock | None = None
        self._checks: dict[str, bool] = {}
        self._asked = -KEPT
        self._threads: dict[str, threading.Thread] = {}

    async def checks(self, agent: Any) -> dict[str, bool]:
        """Return `{"model", "actions", "tracker_store", "lock_store"}`, each True when it works."""
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if time.monotonic() - self._asked > KEPT:
                self._checks = await self._ask(agent)
                self._asked = time.monotonic()
                for part, works in self._checks.items():
                    metrics.READY.labels(part).set(works)
            return self._checks

    async def _ask(self, agent: Any) -> dict[str, bool]:
        url: str | None = getattr(getattr(agent, "action_endpoint", None), "url", None)
        asked: dict[str, Awaitable[bool]] = {
            "actions": _in_time(_actions_answer(str(url) if url else "")),
            "tracker_store": _in_time(self._tracker_store(getattr(agent, "tracker_store", None))),
            "lock_store": _in_time(self._lock_store(getattr(agent, "lock_store", None))),
        }
        found = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
        return {"model": bool(agent and agent.is_ready()), **found}

    async def _tracker_store(self, store: Any) -> bool:
        if store is None:
            return False
        inner = stores.innermost(store)
        if isinstance(inner, SQLTrackerStore) and inner.engine.url.database not in (None, "", ":memory:"):
            return await self._in_thread("tracker_store", lambda: _can_read(inner))
        await stores.primary(store).retrieve("readiness")
        return True

    async def _lock_store(self, store: Any) -> bool:
        if isinstance(store, RedisLockStore):
            return await store.answers()
        if isinstance(store, RedisLockStoreOfRasa):
            return await self._in_thread("lock_store", lambda: bool(store.red.ping()))
        return store is not None

    async def _in_thread(self, part: str, ask: Callable[[], bool]) -> bool:
        """Ask what would hold up everybody while it waits; no while the last question has no answer."""
        if part in self._threads and self._threads[part].is_alive():
            return False
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()

        def tell(works: bool) -> None:
            if not answer.done():
                answer.set_result(works)

        def work() -> None:
            works = False
            with contextlib.suppress(Exception):
                works = ask()
            with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(tell, works)

        # A daemon: a database that never answers must not keep the server from stopping.
        self._threads[part] = threading.Thread(target=work, daemon=True, name=f"readiness of {part}")
        self._threads[part].start()
        return await answer


async def _in_time(question: Awaitable[bool]) -> bool:
    try:
        return await asyncio.wait_for(question, PATIENCE)
    except Exception:
        # Whatever is wrong with a part, it does not work.
        return False


def _can_read(store: Any) -> bool:
    with store.session_scope() as session:
        session.query(store.SQLEvent.id).first()
    return True


async def _actions_answer(url: str) -> bool:
    """Tell whether the action server at `url` (of its webhook) says that it is well."""
    if not url:
        return False
    async with aiohttp.ClientSession() as session, session.get(urljoin(url, "health")) as answer:
        return answer.status == 200
