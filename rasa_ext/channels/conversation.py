"""A conversation, as channels use it: in order, each message once, replies as they are produced."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from rasa.core.channels.channel import UserMessage

from assistant import locales, logs
from assistant.observability import metrics
from assistant.screening.record import CheckRecord
from assistant.screening.summary import summary_text
from assistant.wording import wording
from rasa_ext.channels import stores, told, transcript
from rasa_ext.channels.base import (
    ChannelError,
    Incoming,
    OnNewMessage,
    SafeInput,
    begin,
    unavailable,
)
from rasa_ext.channels.order import Order, Place
from rasa_ext.channels.replies import Reply, SafeOutput
from rasa_ext.metrics import turns

logger = logging.getLogger(__name__)

#: Conversations of which it is remembered what metadata they have.
REMEMBERED = 10_000


class Outbox(SafeOutput):
    """The replies of one turn, to be taken out while it goes on."""

    def __init__(self, channel: str, turn: str):
        """Make it empty and open."""
        super().__init__(channel, turn)
        self._items: asyncio.Queue[Reply | ChannelError | None] = asyncio.Queue()

    async def deliver(self, reply: Reply) -> None:
        """Put a reply in."""
        self._items.put_nowait(reply)

    def close(self, error: ChannelError | None = None) -> None:
        """End it, with the error that ended the turn."""
        self._items.put_nowait(error)

    async def take(self) -> Reply | ChannelError | None:
        """Wait for the next reply; the end is the error, or None."""
        return await self._items.get()


class Conversations:
    """The conversations of one channel."""

    def __init__(self, channel: SafeInput, on_new_message: OnNewMessage, most_waiting: int):
        """Let at most so many messages of one conversation wait."""
        self._channel, self._on_new_message = channel, on_new_message
        self.order = Order(most_waiting)
        self._recorded: OrderedDict[str, str] = OrderedDict()

    def send(self, agent: Any, incoming: Incoming) -> Outbox:
        """Take a message, which has an id, into the line and return where its replies appear.

        The metadata goes into the tracker with the first message only, and again when it has changed: with
        a new consent. The same id again gives the
        same replies; nothing is done twice. All is finished, whether anybody waits for it or not.

        Raises:
            ChannelError: 429 when too many messages of this conversation wait.
        """
        outbox = Outbox(self._channel.name(), str(incoming.id))
        place = self.order.join(incoming.sender)
        begin(self._take(place, agent, incoming, outbox))
        return outbox

    async def _take(self, place: Place, agent: Any, incoming: Incoming, outbox: Outbox) -> None:
        """Take the turn, or repeat what was said; never raises."""
        problem: ChannelError | None = None
        with turns.measured(self._channel.name(), incoming.sender) as turn:
            try:
                async with place:
                    await self._answer(agent, incoming, outbox)
            except ChannelError as error:
                problem = error
            except Exception as error:
                # Type only: the message of an exception may hold what the patient typed.
                logger.error("turn failed on channel %s: %s", self._channel.name(), logs.kind(error))
                problem = unavailable()
            if problem:
                turn.status = metrics.FAILED
        outbox.close(problem)

    async def _answer(self, agent: Any, incoming: Incoming, outbox: Outbox) -> None:
        if not agent.is_ready():
            raise unavailable()
        await self._take_turn(agent, incoming, outbox)

    async def _take_turn(
        self, agent: Any, incoming: Incoming, outbox: Outbox, *, repeats: bool = True
    ) -> None:
        """Take the turn; of one that was taken already, say again what was said if `repeats`."""
        message_id = str(incoming.id)
        known: list[Reply] | None = None
        left = False

        async def is_new(message: UserMessage) -> bool:
            nonlocal known, left
            looked = await stores.look_up(agent.tracker_store, incoming.sender, message_id)
            known = await self._known(agent, looked, message_id)
            left = known == [] and transcript.was_left_to_a_person(looked.events, message_id)
            if looked.used:
                message.metadata = await self._new_metadata(agent, incoming, looked.events)
            return known is None

        # Under the lock: at this moment no other server is taking the same message.
        await self._channel.run_turn(self._on_new_message, incoming, outbox, is_new)
        if known is not None:
            turns.repeated()
        for reply in known or () if repeats else ():
            await outbox.deliver(reply)
        if not (known or outbox.count or left or turns.may_be_silent()):
            raise unavailable("has no answer right now")

    async def _known(self, agent: Any, looked: stores.Looked, message_id: str) -> list[Reply] | None:
        """Return what was said to a message; None when it was not taken yet."""
        if looked.erased:
            return await told.erased(agent.domain, looked.erased, self._channel.name(), message_id)
        return transcript.replies_to(looked.events, message_id)

    async def _new_metadata(
        self, agent: Any, incoming: Incoming, events: Sequence[Any]
    ) -> dict[str, Any] | None:
        """Return of the metadata what the tracker has not; the language counts again after a start over."""
        stored = dict(incoming.metadata or {})
        language = stored.pop(locales.SLOT, None)
        if stored and await self._is_recorded(agent, incoming.sender, stored, events):
            stored = {}
        if language:
            stored[locales.SLOT] = language
        return stored or None

    async def _is_recorded(
        self, agent: Any, sender: str, metadata: dict[str, Any], events: Sequence[Any]
    ) -> bool:
        """Tell whether the tracker has the metadata already; asked once for each that is new here."""
        recorded = json.dumps(metadata)
        if self._recorded.get(sender) == recorded:
            return True
        found = any((getattr(e, "metadata", None) or {}).items() >= metadata.items() for e in events)
        if not found:
            found = await stores.has_metadata(agent.tracker_store, sender, metadata)
        # Not when it is still to be stored: the turn may fail.
        if found:
            self._recorded[sender] = recorded
            if len(self._recorded) > REMEMBERED:
                self._recorded.popitem(last=False)
        return found

    async def transcript(self, agent: Any, sender: str) -> list[dict[str, Any]]:
        """Return what was said since the last start over, with the turns that are under way."""
        async with self.order.join(sender, limited=False):
            tracker = await stores.load(agent.tracker_store, sender)
        return transcript.transcript(tracker.events) if tracker else []

    async def summary(self, agent: Any, sender: str) -> str | None:
        """Return the summary for the specialist as far as the check has come; None without a check."""
        async with self.order.join(sender, limited=False):
            tracker = await stores.load(agent.tracker_store, sender)
        record = CheckRecord.from_slots(tracker.current_slot_values()) if tracker else CheckRecord()
        if not (record.answered or record.off_list):
            return None
        language = tracker.get_slot(locales.SLOT) if tracker else None
        text = summary_text(record)
        if language not in locales.codes():
            return text
        # It stays in the clinic's language; staff is told in which the patient wrote.
        return f"{text}\n{wording('summary.page.language')}: {locales.shown(str(language))}"

    async def restart(self, agent: Any, sender: str) -> None:
        """Start over, after the messages that came before. To be called by `finish`."""
        async with self.order.join(sender, limited=False):
            await stores.start_over(agent, sender)

    async def erase(self, agent: Any, sender: str) -> None:
        """Erase the conversation, after the messages that came before. To be called by `finish`."""
        async with self.order.join(sender, limited=False):
            await stores.erase(agent, sender)
