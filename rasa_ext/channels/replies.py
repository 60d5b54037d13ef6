"""One reply for all channels, and an output that hands replies over without ever raising."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import OutputChannel

from assistant import logs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Button:
    """A choice: what it says, and the plain text that pressing it sends."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant, as every channel can show it."""

    text: str
    buttons: tuple[Button, ...] = ()
    id: str = ""

    @classmethod
    def from_message(cls, message: Mapping[str, Any], reply_id: str = "") -> Reply | None:
        """Read a message of Rasa's; None when there is nothing to show (other payloads are not ours)."""
        text = str(message.get("text") or "").strip()
        raw = message.get("buttons") or message.get("quick_replies") or []
        buttons = tuple(
            Button(str(b["title"]), str(b.get("payload") or b["title"])) for b in raw if b.get("title")
        )
        return cls(text, buttons, reply_id) if text or buttons else None

    def as_json(self) -> dict[str, Any]:
        """Return `{"id", "text", "buttons"}`; `buttons` is left out when there are none."""
        shown: dict[str, Any] = {"id": self.id, "text": self.text}
        if self.buttons:
            shown["buttons"] = [{"title": b.title, "payload": b.payload} for b in self.buttons]
        return shown


class SafeOutput(OutputChannel):
    """An output channel that turns Rasa's messages into replies and never raises.

    Rasa sends inside the turn, before it stores it: an error while sending would undo the turn.
    """

    def __init__(self, channel: str, turn: str):
        """Keep the channel's name and the id of the turn, from which replies get theirs."""
        self._channel, self._turn, self.count = channel, turn, 0

    @abstractmethod
    async def deliver(self, reply: Reply) -> None:
        """Hand one reply over. May raise. Implemented by each channel."""

    def name(self) -> str:  # type: ignore[override]
        """Return the channel's name: responses may have a variation for it."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Deliver one message of the turn."""
        reply = Reply.from_message(message, reply_id(self._turn, self.count + 1))
        if reply is None:
            return
        self.count += 1
        try:
            await self.deliver(reply)
        except Exception as error:
            # Type only: the message of an exception may hold what was written.
            logger.error("channel %s could not deliver: %s", self._channel, logs.kind(error))

    async def send_text_message(self, recipient_id: str, text: str, **more: Any) -> None:
        """Deliver a text; Rasa's other ways of sending end here, too."""
        await self.send_response(recipient_id, {"text": text})


def reply_id(turn: str, number: int) -> str:
    """Return the id of a turn's reply; the same when it is sent again from the tracker."""
    return f"{turn}.{number}"
