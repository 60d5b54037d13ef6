"""A channel-neutral reply: what is said, and the choices beside it. Channels render it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A choice beside a message. What is sent when it is pressed is plain text, never a command."""

    title: str
    send: str = ""

    @property
    def payload(self) -> str:
        """The text that pressing the choice sends."""
        return self.send or self.title


@dataclass(frozen=True)
class Message:
    """One message: either a `text`, or the name of a `response` of domain.yml with its `params`."""

    text: str = ""
    response: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass
class Reply:
    """Messages of one turn and what they mean for the conversation.

    Attributes:
        messages: in the order of speaking.
        kind: one of the answer kinds (design.md 2); None leaves the last one.
        facts: ids of the facts that were given.
        topic: class name of the last topic, the context of follow-ups.
        offer: what a yes would now mean (`check`, `delete`, `list`).
        unanswered: topics of questions that the document could not answer.
        language: in which its fixed responses are said, when it is not that of the conversation.
    """

    messages: list[Message] = field(default_factory=list)
    kind: str | None = None
    facts: list[str] = field(default_factory=list)
    topic: str | None = None
    offer: str | None = None
    unanswered: list[str] = field(default_factory=list)
    language: str | None = None

    def say(
        self, text: str = "", *, response: str = "", choices: tuple[Choice, ...] = (), **params: Any
    ) -> Reply:
        """Add a message and return self."""
        self.messages.append(Message(text, response, params, choices))
        return self


CHECK = Choice("Start the check")
RESUME = Choice("Go on with the check")
PERSON = Choice("Talk to a person")
