"""Conversations of messengers: each message once, presses and numbers read as choices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa_ext.channels import stores
from rasa_ext.channels.base import Incoming, OnNewMessage, SafeInput, clean, unavailable
from rasa_ext.channels.conversation import Conversations, Outbox
from rasa_ext.channels.messengers import choices
from rasa_ext.channels.messengers.events import Event, EventIncoming
from rasa_ext.metrics import turns

#: Messages of one person that may wait while one is being answered.
MOST_WAITING = 5

#: Claims an event for this process; tells whether nobody has it.
Take = Callable[[Any, Event], Awaitable[bool]]

#: Tells whether numbers stand at the choices where an event came from.
Numbered = Callable[[Event], bool]

#: Tells whether a person of the clinic has taken over where an event came from.
Left = Callable[[Event], bool]


class Chats(Conversations):
    """The conversations of a messenger: each message once, presses and numbers read as choices."""

    def __init__(
        self, channel: SafeInput, take: Take, numbered: Numbered, left: Left, on_new_message: OnNewMessage
    ):
        """Let `take` claim each event."""
        super().__init__(channel, on_new_message, MOST_WAITING)
        self._take_event, self._numbered, self._left = take, numbered, left

    async def _answer(self, agent: Any, incoming: Incoming, outbox: Outbox) -> None:
        assert isinstance(incoming, EventIncoming)
        if not agent.is_ready():
            raise unavailable()
        store, sender, event = agent.tracker_store, incoming.sender, incoming.event
        if not await self._take_event(agent, event):
            turns.repeated()
            return
        if event.again and await self._said_before(agent, incoming, outbox):
            return
        if event.press:
            read = await choices.pressed(store, sender, clean(event.press))
        else:
            read = await choices.typed(store, sender, incoming.text, numbered=self._numbered(event))
        if isinstance(read, str):
            turn = Incoming(sender, read, event.id, incoming.metadata)
            # Under the lock it is seen whether another server, which took this one for dead, has taken the
            # turn in the meantime; that one answers.
            await self._take_turn(agent, turn, outbox, repeats=event.again)
            return
        if self._left(event):
            turns.left_to_a_person()
        else:
            for reply in read:
                await outbox.deliver(reply)
                outbox.count += 1
        if not outbox.count and not turns.may_be_silent():
            raise unavailable("has no answer right now")

    async def _said_before(self, agent: Any, incoming: Incoming, outbox: Outbox) -> bool:
        """Say again what was said to a message; False when no turn was taken for it."""
        message_id = str(incoming.id)
        looked = await stores.look_up(agent.tracker_store, incoming.sender, message_id)
        known = await self._known(agent, looked, message_id)
        for reply in known or ():
            await outbox.deliver(reply)
        if known is not None:
            turns.repeated()
        return known is not None
