"""What people did on a platform, as all platforms tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_ext.channels.base import MAX_SENDER, MAX_TEXT, ChannelError, Incoming, clean
from rasa_ext.channels.messengers import texts


@dataclass(frozen=True)
class Event:
    """One thing that somebody did.

    Attributes:
        user: The platform's id of the conversation; the sender is `<channel>:<user>`.
        id: The platform's id of this message or press; the same when it is delivered again.
        text: What was typed.
        press: What a pressed button carried; then `text` is empty.
        notice: What to say instead of taking a turn, such as `texts.NOT_TEXT`.
        once: Say the notice only once to this user.
        language: Of the user's app, where the platform tells it; the conversation begins in it.
        to: What the platform needs to answer this event, such as ids of the press or the thread. Kept as JSON.
        again: The server that took it first was killed; nobody knows how far it came.
    """

    user: str
    id: str
    text: str = ""
    press: str = ""
    notice: str = ""
    once: bool = False
    language: str = ""
    to: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True)
class EventIncoming(Incoming):
    """A message on its way into the conversation, with the event that it came from."""

    event: Event = Event("", "")


def forbidden() -> ChannelError:
    """Return the error for a caller that is not the platform."""
    return ChannelError(403, "forbidden", "This request is not signed as it has to be.")


def is_id(text: str) -> bool:
    """Tell whether a text can be an id: not empty, not too long, no control characters."""
    return 0 < len(text) <= MAX_SENDER and clean(text) == text


def notice_for(event: Event, text: str) -> str:
    """Return what to say to a message that can't be taken to the assistant; nothing when it can."""
    if event.press:
        return ""
    if len(text) > MAX_TEXT:
        return texts.TOO_LONG
    return "" if text else texts.NOT_TEXT
