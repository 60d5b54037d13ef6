"""Messages that a platform has delivered outlive the server that took them.

With an SQL store; with another one, a message whose server is killed between its 200 and its answer
is lost, as it is with stock Rasa.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any, TypeVar

from rasa.core.tracker_store import SQLTrackerStore

from assistant import logs
from rasa_ext.channels import stores
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.events import Event
from rasa_ext.metrics.timing import store_work
from rasa_ext.stores import received
from rasa_ext.stores.apart import apart
from rasa_ext.stores.claims import of_message
from rasa_ext.stores.events import SMALL, forget_deleted

logger = logging.getLogger(__name__)

#: Seconds between two looks at what other servers have left, and at what this one still holds.
LOOK = 2.0
#: Seconds between two looks at what came before a message.
STEP = 0.1
Result = TypeVar("Result")
_ALONE = received.Kept(True)


class Received:
    """What one process holds of the messages of a channel."""

    def __init__(self, channel: str):
        """Hold nothing."""
        self._channel, self._owner = channel, secrets.token_hex(8)
        self._held: set[str] = set()
        self._answered: set[str] = set()

    async def keep(self, store: Any, sender: str, event: Event) -> list[str] | None:
        """Write an event down. Raises when the store fails.

        Returns:
            What other servers hold of the conversation, for `wait_for`; None when the event itself was
            written down already: who holds it answers it, or another server does when that one is dead.
        """
        name = of_message(sender, event.id)
        if name in self._held:
            return None
        self._held.add(name)
        message = received.Message(sender, event.id, _as_json(event))
        kept = await self._work(
            store, lambda e: received.keep(e, self._channel, self._owner, message), _ALONE
        )
        if kept.new:
            return self._elsewhere(kept.before)
        self._held.discard(name)
        return None

    async def wait_for(self, store: Any, names: list[str]) -> None:
        """Wait until these events are answered, or taken up here; not longer than that should take."""
        loop = asyncio.get_running_loop()
        end = loop.time() + received.HELD + 2 * LOOK
        while names and loop.time() < end:
            await asyncio.sleep(STEP)
            names = self._elsewhere(await self._work(store, partial(received.still_there, names=names), ()))

    def _elsewhere(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in self._held and name not in self._answered]

    async def answered(self, store: Any, sender: str, event: Event) -> None:
        """Strike an event out; when the store fails, it is tried again at the next look. Never raises."""
        name = of_message(sender, event.id)
        self._held.discard(name)
        self._answered.add(name)
        try:
            await self._strike_out(store)
        except Exception as error:
            logger.warning(
                "%s: an answered message could not be struck out: %s", self._channel, logs.kind(error)
            )

    async def watch(self, agent: Callable[[], Any], again: Callable[[Any, Event], None]) -> None:
        """Look again and again, for ever: hold what is held, and hand out what nobody holds any more.

        Args:
            agent: returns Rasa's agent as it is now.
            again: takes an agent and an event.
        """
        failing = False
        while True:
            try:
                if (ready := agent()) is not None and ready.is_ready():
                    for event in await self._look(ready.tracker_store):
                        again(ready, event)
                failing = False
            except Exception as error:
                if not failing:
                    logger.error(
                        "%s: delivered messages can't be looked at: %s", self._channel, logs.kind(error)
                    )
                failing = True
            await asyncio.sleep(LOOK)

    async def _look(self, store: Any) -> list[Event]:
        await self._strike_out(store)
        if held := list(self._held):
            await self._work(store, lambda e: received.hold(e, self._owner, held), None)
        nothing: list[received.Left] = []
        found = await self._work(store, lambda e: received.take_up(e, self._channel, self._owner), nothing)
        if lost := sum(left.given_up for left in found):
            logger.error("%s: %d message(s) that ended servers are given up", self._channel, lost)
        return [event for left in found if (event := _as_event(left))]

    def took_up(self, sender: str, event: Event) -> None:
        """Hold an event that another server has left."""
        self._held.add(of_message(sender, event.id))

    async def _strike_out(self, store: Any) -> None:
        waiting = list(self._answered)
        # Not all at once: after a long failure they may be more than a statement can hold.
        for start in range(0, len(waiting), received.BATCH):
            names = waiting[start : start + received.BATCH]
            strike_out = partial(received.strike_out, owner=self._owner, ids=names)
            alone = await self._work(store, strike_out, False)
            self._answered.difference_update(names)
            if alone:
                await forget_deleted(stores.innermost(store), most=SMALL)

    @store_work("claim")
    async def _work(self, store: Any, work: Callable[[Any], Result], otherwise: Result) -> Result:
        """Do something with the engine of an SQL store; with another store there is nothing to do."""
        inner = stores.innermost(store)
        if not isinstance(inner, SQLTrackerStore) or not received.usable(inner.engine):
            return otherwise
        return await apart(inner.engine, lambda: work(inner.engine))


def _as_json(event: Event) -> str:
    return json.dumps({**asdict(event), "to": dict(event.to)})


def _as_event(left: received.Left) -> Event | None:
    """Return an event that was written down, marked as taken up again; None when a later version wrote it.

    Of one that is given up, whoever wrote it is told, without a turn.
    """
    try:
        data = json.loads(left.event)
        known = {field.name for field in fields(Event)}
        event = Event(**{**{k: v for k, v in data.items() if k in known}, "again": True})
    except (ValueError, TypeError, AttributeError):
        return None
    return replace(event, notice=texts.FAILED, once=False) if left.given_up else event
