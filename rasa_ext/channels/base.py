"""What every channel of ours shares: reading a request, limits, errors, a turn that is finished."""

from __future__ import annotations

import asyncio
import json
import logging
import unicodedata
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, OutputChannel, UserMessage
from sanic.exceptions import RequestTimeout, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from assistant import logs
from assistant.observability import metrics
from rasa_ext.hardening.first_look import Look, look_first
from rasa_ext.metrics.turns import may_be_silent, measured

logger = logging.getLogger(__name__)

#: Characters of a message; costs and abuse grow beyond it (research/ops.md 0, finding 12).
MAX_TEXT = 1000
#: Characters of a sender id; PostgreSQL's column holds 255.
MAX_SENDER = 128
#: Bytes of a request body.
MAX_BODY = 16_384

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Result = TypeVar("Result")


class ChannelError(Exception):
    """A request that can't be served: HTTP status, short code and a sentence for the caller."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None):
        """Keep the parts; `headers` go with the answer."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """Return `{"error": {"code", "message"}}`."""
        return {"error": {"code": self.code, "message": self.message}}

    def as_response(self) -> HTTPResponse:
        """Return the error as JSON with its status and headers."""
        return json_response(self.as_json(), status=self.status, headers=self.headers)


def unavailable(why: str = "can't answer right now") -> ChannelError:
    """Return the error of a turn that failed."""
    return ChannelError(503, "unavailable", f"The assistant {why}. Please try again.")


@dataclass(frozen=True)
class Incoming:
    """A checked message: who, what was typed, the channel's id of it, what is kept beside it."""

    sender: str
    text: str
    id: str | None = None
    metadata: dict[str, Any] | None = None


async def read_body(request: Request, most: int = MAX_BODY) -> None:
    """Read the body of a request to a route with `stream=True`, no further than `most` bytes.

    Without this the server keeps up to 100 MB of each request before a handler sees it.

    Raises:
        ChannelError: 413 too long, 408 too slow, 400 not readable, such as chunks without an end.
    """
    too_long = ChannelError(413, "too_long", f"The request is longer than {most} bytes.")
    declared = request.headers.get("content-length") or "0"
    if declared.isdecimal() and int(declared) > most:
        raise too_long
    body = b""
    try:
        while request.stream and request.stream.request_body:
            body += await request.stream.read() or b""
            if len(body) > most:
                raise too_long
    except RequestTimeout:
        raise ChannelError(408, "too_slow", "The request took too long to arrive.") from None
    except SanicException:
        raise ChannelError(400, "malformed", "The body of the request can't be read.") from None
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
        raise ChannelError(400, "no_message", "The message is empty.")
    if len(text) > MAX_TEXT:
        raise ChannelError(
            413, "too_long", f"The message has more than {MAX_TEXT} characters. Please shorten it."
        )
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


def begin(work: Coroutine[Any, Any, Result]) -> asyncio.Future[Result]:
    """Start `work`, which is done to its end whether anybody waits for it or not."""
    task = asyncio.ensure_future(work)
    # The event loop itself does not keep a task alive that nobody waits for any more.
    _running.add(task)
    task.add_done_callback(_ended)
    return task


async def finish(work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work`, which goes on to its end when the caller goes away."""
    return await asyncio.shield(begin(work))


def _ended(task: asyncio.Future[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        # Looked at, or asyncio logs it, whose message may hold what the patient typed.
        task.exception()


#: What is being done.
_running: set[asyncio.Future[Any]] = set()


class SafeInput(InputChannel):
    """An input channel whose turns are finished even when the caller goes away."""

    def count_refused(self, reason: str) -> None:
        """Count a message that is not taken; `reason` is the code of an error, or another name of ours."""
        metrics.REFUSED.labels(self.name(), reason).inc()

    def refused(self, error: ChannelError) -> HTTPResponse:
        """Count an error and return it as a response."""
        self.count_refused(error.code)
        return error.as_response()

    async def take_turn(self, on_new_message: OnNewMessage, incoming: Incoming) -> list[dict[str, Any]]:
        """Hand one message to Rasa and return its replies.

        There are none while a person of the clinic has taken over.

        Raises:
            ChannelError: 503 when the turn failed or the assistant has no model.
        """
        collector = CollectingOutputChannel()
        with measured(self.name(), incoming.sender):
            await self.run_turn(on_new_message, incoming, collector)
            if not collector.messages and not may_be_silent():
                raise unavailable("has no answer right now")
        return list(collector.messages)

    async def run_turn(
        self,
        on_new_message: OnNewMessage,
        incoming: Incoming,
        output: OutputChannel,
        look: Look | None = None,
    ) -> None:
        """Hand one message to Rasa, whose replies go to `output` as they are produced.

        The turn is shielded: a client that disconnects neither undoes nor halves it. Under the lock
        of the conversation, `look` decides whether it is taken.

        Raises:
            ChannelError: 503 when the turn failed.
        """
        message = UserMessage(
            incoming.text,
            output,
            incoming.sender,
            input_channel=self.name(),
            message_id=incoming.id,
            metadata=incoming.metadata,
        )
        if look:
            look_first(message, look)
        if not await finish(self._turn(on_new_message, message)):
            raise unavailable()

    async def _turn(self, on_new_message: OnNewMessage, message: UserMessage) -> bool:
        """Take the turn; tell whether it worked, and log when not, whether anybody waits or not."""
        try:
            await on_new_message(message)
        except Exception as error:
            # Type only: the message of an exception may hold what the patient typed.
            logger.error("turn failed on channel %s: %s", self.name(), logs.kind(error))
            return False
        return True
