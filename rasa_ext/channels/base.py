"""What every channel of ours shares: reading a request, limits, errors, a turn that is finished."""

from __future__ import annotations

import asyncio
import json
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

logger = logging.getLogger(__name__)

#: Characters of a message; costs and abuse grow beyond it (research/ops.md 0, finding 12).
MAX_TEXT = 1000
#: Characters of a sender id; PostgreSQL's column holds 255.
MAX_SENDER = 128
#: Bytes of a request body.
MAX_BODY = 16_384

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class ChannelError(Exception):
    """A request that can't be served: HTTP status, short code and a sentence for the caller."""

    def __init__(self, status: int, code: str, message: str):
        """Keep the three parts."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def as_response(self) -> HTTPResponse:
        """Return `{"error": {"code", "message"}}` with the status."""
        body = {"error": {"code": self.code, "message": self.message}}
        return json_response(body, status=self.status)


@dataclass(frozen=True)
class Incoming:
    """A checked request: who, and what was typed."""

    sender: str
    text: str


async def read_body(request: Request) -> None:
    """Read the body of a request to a route with `stream=True`, no further than the limit.

    Without this the server keeps up to 100 MB of each request before a handler sees it.

    Raises:
        ChannelError: 413 too long.
    """
    too_long = ChannelError(413, "too_long", f"The request is longer than {MAX_BODY} bytes.")
    declared = request.headers.get("content-length") or "0"
    if declared.isdecimal() and int(declared) > MAX_BODY:
        raise too_long
    body = b""
    while request.stream and request.stream.request_body:
        body += await request.stream.read() or b""
        if len(body) > MAX_BODY:
            raise too_long
    request.body = body


def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request whose body was read.

    Raises:
        ChannelError: 413 too long, 415 not JSON by its content type, 400 malformed or no object.
    """
    if len(request.body) > MAX_BODY:
        raise ChannelError(413, "too_long", f"The request is longer than {MAX_BODY} bytes.")
    content_type = (request.headers.get("content-type") or "").split(";")[0].strip().lower()
    # A JSON content type makes browsers ask first (CORS preflight); text/plain would slip through.
    if content_type != "application/json":
        raise ChannelError(415, "not_json", "Send Content-Type: application/json.")
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ChannelError(400, "malformed", "The request is not valid JSON.") from None
    if not isinstance(body, dict):
        raise ChannelError(400, "malformed", "The request has to be a JSON object.")
    return body


def read_sender(body: dict[str, Any], key: str = "sender") -> str:
    """Return the sender id, checked for type, length and control characters."""
    sender = body.get(key)
    if not isinstance(sender, str) or not sender.strip():
        raise ChannelError(400, "no_sender", f"'{key}' has to be a non-empty string.")
    if len(sender) > MAX_SENDER:
        raise ChannelError(400, "bad_sender", f"'{key}' has more than {MAX_SENDER} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cf") for c in sender):
        raise ChannelError(400, "bad_sender", f"'{key}' holds a control character.")
    return sender


def read_text(body: dict[str, Any], key: str = "message") -> str:
    """Return the typed text, checked for type and length, without control characters."""
    text = body.get(key)
    if not isinstance(text, str):
        raise ChannelError(400, "no_message", f"'{key}' has to be a string.")
    text = clean(text)
    if not text:
        raise ChannelError(400, "no_message", f"'{key}' is empty.")
    if len(text) > MAX_TEXT:
        raise ChannelError(413, "too_long", f"'{key}' has more than {MAX_TEXT} characters.")
    return text


def clean(text: str) -> str:
    """Return `text` without NUL, lone surrogates and direction overrides; blanks trimmed."""
    kept = (
        c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _OVERRIDES)
    )
    return "".join(kept).strip()


_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class SafeInput(InputChannel):
    """An input channel whose turns are finished even when the caller goes away."""

    async def take_turn(self, on_new_message: OnNewMessage, incoming: Incoming) -> list[dict[str, Any]]:
        """Hand one message to Rasa and return its replies.

        The turn is shielded: a client that disconnects neither undoes nor halves it.

        Raises:
            ChannelError: 503 when the turn failed or the assistant has no model.
        """
        collector = CollectingOutputChannel()
        message = UserMessage(incoming.text, collector, incoming.sender, input_channel=self.name())
        turn = asyncio.ensure_future(self._finish(on_new_message, message))
        # The event loop itself does not keep a task alive that nobody waits for any more.
        _turns.add(turn)
        turn.add_done_callback(_turns.discard)
        if not await asyncio.shield(turn):
            raise ChannelError(503, "unavailable", "The assistant can't answer right now. Please try again.")
        if not collector.messages:
            raise ChannelError(503, "unavailable", "The assistant has no answer right now. Please try again.")
        return list(collector.messages)

    async def _finish(self, on_new_message: OnNewMessage, message: UserMessage) -> bool:
        """Take the turn; tell whether it worked, and log when not, whether anybody waits or not."""
        try:
            await on_new_message(message)
        except Exception as error:
            # Type only: the message of an exception may hold what the patient typed.
            logger.error("turn failed on channel %s: %s", self.name(), type(error).__name__)
            return False
        return True


#: The turns that are being taken.
_turns: set[asyncio.Future[bool]] = set()
