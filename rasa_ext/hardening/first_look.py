"""A channel may look at the conversation under its lock, and keep the turn from being taken.

Two servers can get the same message at the same time: somebody sends it again, or a proxy does when a
server dies. Whoever looks before the lock may find nothing yet, and the message is then taken twice.
Stock Rasa takes the lock and begins at once; nobody can look in between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

#: Looks under the lock, may change the message, and tells whether its turn is to be taken.
Look = Callable[[UserMessage], Awaitable[bool]]
_LOOK = "stria_look"


def look_first(message: UserMessage, look: Look) -> None:
    """Let `look` decide about the turn of this message."""
    setattr(message, _LOOK, look)


async def is_to_be_taken(message: UserMessage) -> bool:
    """Ask whoever wanted to look. To be called under the lock of the conversation."""
    look: Look | None = getattr(message, _LOOK, None)
    return look is None or await look(message)


def install() -> None:
    """Wrap what Rasa does with a message under the lock."""
    original = MessageProcessor.handle_message
    if getattr(original, "looks_first", False):
        return

    async def handle_message(self: Any, message: UserMessage) -> Any:
        return await original(self, message) if await is_to_be_taken(message) else None

    handle_message.looks_first = True  # type: ignore[attr-defined]
    MessageProcessor.handle_message = handle_message  # type: ignore[method-assign]
