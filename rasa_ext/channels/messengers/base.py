"""What every messenger shares: verified webhooks, answered at once; work in order; safe delivery.

A platform is a subclass that says how to verify, read, write and send: see the abstract methods.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from assistant import logs
from assistant.observability import metrics
from assistant.safety.red_flags import find_red_flag
from clinic.takeover_watch import watch
from rasa_ext.channels.base import (
    ChannelError,
    OnNewMessage,
    SafeInput,
    begin,
    clean,
    read_body,
)
from rasa_ext.channels.conversation import Outbox
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.chats import Chats
from rasa_ext.channels.messengers.claims import Claims
from rasa_ext.channels.messengers.client import Client, DeliveryError
from rasa_ext.channels.messengers.events import Event, EventIncoming, forbidden, is_id, notice_for
from rasa_ext.channels.messengers.off import Off
from rasa_ext.channels.messengers.received import Received
from rasa_ext.channels.order import Order, Place
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.settings import SettingError, Settings

__all__ = ["Event", "MessengerInput", "Off", "forbidden"]
logger = logging.getLogger(__name__)

#: Bytes of a webhook's body. Batches of Meta hold up to 1000 updates.
MAX_WEBHOOK = 1_048_576
#: Seconds that a server which stops gives to what is being sent.
LAST_SENDING = 5.0
#: Seconds after which somebody who has no reply yet sees that one is being written. Telegram advises that
#: sign "only when a response from the bot will take a noticeable amount of time" (sendChatAction); most
#: of ours are there sooner, and a sign that comes after the reply stays below it.
TYPING_AFTER = 0.3
#: Seconds. The answer goes first: most are sent within them.
MARK_AFTER = 0.05
#: People and groups that are remembered as told something once.
REMEMBERED = 10_000
#: Where people reach us, as in STRIA_WEB_URL.
PUBLIC_URL = r"https?://[A-Za-z0-9.-]+(:\d{1,5})?"
#: A platform's own address; http only for tests on this machine.
API_BASE = r"https://[^\s]+|http://(127\.0\.0\.1|localhost)(:\d{1,5})?[^\s]*"
#: Messages that no turn is taken for, and how they are counted.
_UNREADABLE = {texts.TOO_LONG: "too_long", texts.NOT_TEXT: "not_text"}
#: Said even while a person has taken over: words that nobody has read may tell of an emergency.
_ALWAYS_SAID = (texts.TOO_LONG, texts.TOO_MANY)


class MessengerInput(SafeInput, ABC):
    """A messenger's channel at `/webhooks/<name>/webhook`."""

    #: Settings without which the channel is off. Some of them set and others not is an error.
    NEEDED: ClassVar[tuple[str, ...]]
    #: The platform's address when `api_base` is not set.
    API: ClassVar[str]
    #: What `make connect-<name>` prints for platforms whose webhook is set by hand; {url} is filled.
    PASTE: ClassVar[str] = "Set this address as the webhook: {url}"

    client: Client
    #: Where people reach us; empty when it is not set. Set after `make`.
    public_url: str = ""

    # --- What a platform says ---------------------------------------------------------------

    @classmethod
    @abstractmethod
    def make(cls, settings: Settings, api_base: str) -> MessengerInput:
        """Return the channel. `NEEDED` is set. Raises SettingError (`settings.wrong`)."""

    @abstractmethod
    def verify(self, request: Request) -> None:
        """Make sure, in constant time, that the platform sent this. Raises `forbidden()`."""

    @abstractmethod
    def parse(self, request: Request) -> list[Event]:
        """Return what people did, in order; nothing for what does not concern us.

        What is of no known shape is left out. Raises ChannelError only when the platform should
        see an error.
        """

    @abstractmethod
    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return the messages, in the platform's form, that show a reply. Pure: no network."""

    @abstractmethod
    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Send one of `render`'s messages as an answer to an event. May raise, best DeliveryError."""

    async def mark(self, event: Event) -> None:
        """Show that an event was seen. May raise. Runs beside the turn, or after it."""
        return

    async def typing(self, event: Event) -> None:
        """Show that an answer is being written. May raise. Only for answers that take long."""
        return

    def numbered(self, event: Event) -> bool:
        """Tell whether numbers always stand at the choices."""
        return False

    def challenge(self, request: Request) -> HTTPResponse:
        """Answer a GET of the webhook's address, by which some platforms verify it."""
        raise ChannelError(405, "not_allowed", "This address takes POST only.", {"Allow": "POST"})

    def accepted(self, request: Request) -> HTTPResponse:
        """Return the answer to a webhook that was taken."""
        return empty(200)

    async def connect(self, public_url: str) -> str:
        """Set the webhook, when the platform has a call for it; return what to tell the owner."""
        return self.PASTE.format(url=self.webhook_url(public_url))

    # --- What all share -----------------------------------------------------------------------

    def __init__(self, client: Client) -> None:
        """Keep how the platform is called."""
        self.client = client
        client.channel = self.name()
        self._claims = Claims()
        self._received = Received(self.name())
        self._watch: asyncio.Future[None] | None = None
        self._arriving, self._outgoing = Order(0), Order(0)
        self._sending: set[asyncio.Future[Any]] = set()
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._warned: set[str] = set()

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Return the channel; one without routes when it is not set up, or (told in a line) wrongly."""
        try:
            return cls.read(credentials) or Off(cls.name())
        except SettingError as error:
            logger.error("%s is off: %s", cls.name(), error)
            return Off(cls.name())

    @classmethod
    def read(cls, credentials: Mapping[str, Any] | None) -> MessengerInput | None:
        """Return the channel, or None when none of what it needs is set. Raises SettingError."""
        settings = Settings(f"{cls.__module__}.{cls.__name__}", credentials)
        missing = [name for name in cls.NEEDED if not settings.text(name)]
        if len(missing) == len(cls.NEEDED):
            return None
        if missing:
            raise settings.wrong(missing[0], "it has to be set, too")
        api_base = settings.text("api_base", cls.API, API_BASE, cls.API)
        public_url = settings.text("public_url", "", PUBLIC_URL, "https://bot.clinic.example")
        channel = cls.make(settings, api_base)
        channel.public_url = public_url
        settings.no_others()
        return channel

    @classmethod
    def webhook_url(cls, public_url: str) -> str:
        """Return the address that the platform has to call."""
        return f"{public_url.rstrip('/')}/webhooks/{cls.name()}/webhook"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes."""
        metrics.channel_opened(self.name())
        metrics.messenger_opened(self.name())
        chats = Chats(self, self.take, self.numbered, self.is_left_to_a_person, on_new_message)
        self.conversations = chats
        routes = Blueprint(f"stria_{self.name()}", __name__)

        @routes.route("/webhook", methods=["GET", "POST"], stream=True)
        async def receive(request: Request) -> HTTPResponse:
            try:
                if request.method == "GET":
                    return self.challenge(request)
                await read_body(request, MAX_WEBHOOK)
                self.verify(request)
                await self._arrive(request.app.ctx.agent, self.parse(request))
            except ChannelError as error:
                return self.refused(error)
            except Exception as error:
                # Taken all the same: the platform would send it again and again. Type only: the
                # message of an exception may hold what the patient typed.
                logger.error("%s: an update could not be read: %s", self.name(), logs.kind(error))
            return self.accepted(request)

        @routes.listener("before_server_start")
        async def start(app: Sanic, loop: Any) -> None:
            # Rasa sets the agent at the same time, or later: until then there is none to ask for.
            watch = self._received.watch(lambda: getattr(app.ctx, "agent", None), self._take_up)
            self._watch = asyncio.ensure_future(watch)

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, loop: Any) -> None:
            if self._watch:
                self._watch.cancel()
            if self._sending:
                await asyncio.wait(self._sending, timeout=LAST_SENDING)
            await self.client.close()

        return routes

    def sender(self, event: Event) -> str:
        """Return the name of the conversation in the tracker."""
        return f"{self.name()}:{event.user}"

    def is_left_to_a_person(self, event: Event) -> bool:
        """Tell whether a person of the clinic has taken over; then the channel is silent as well."""
        return self.sender(event) in (watch.seen() or ())

    async def _arrive(self, agent: Any, events: list[Event]) -> None:
        """Write down what a request delivered, so that it may be answered 200, and take it into the lines.

        All is finished, also when the platform hangs up.
        """
        all_written = []
        for event in events:
            if self._is_new(event):
                written = asyncio.Event()
                place = self._arriving.join(self.sender(event), limited=False)
                self._background(self._take_in(place, agent, event, written))
                all_written.append(written)
        for written in all_written:
            await written.wait()

    async def _take_in(self, place: Place, agent: Any, event: Event, written: asyncio.Event) -> None:
        """Write an event down and take it into the line; of one person in the order of arrival. Never raises."""
        sender = self.sender(event)
        before: list[str] | None = []
        async with place:
            try:
                before = await self._received.keep(agent.tracker_store, sender, event)
            except Exception as error:
                # Without the store the turn fails as well, and the patient is told.
                self._log("could not write a message down", error)
            written.set()
            if before is None:
                self.count_refused("duplicate")
                return
            try:
                # Or the older one would answer the question after its own. An emergency ends all questions.
                if before and not find_red_flag(event.text):
                    await self._received.wait_for(agent.tracker_store, before)
            except Exception as error:
                self._log("could not look for earlier messages", error)
            self.accept(agent, event)

    def _is_new(self, event: Event) -> bool:
        sender = self.sender(event)
        if not (event.user and is_id(sender) and is_id(event.id)):
            self.count_refused("bad_sender")
            return False
        if not self._claims.first(sender, event.id):
            self.count_refused("duplicate")
            return False
        return True

    def _take_up(self, agent: Any, event: Event) -> None:
        """Answer what a server that was killed has left."""
        self._received.took_up(self.sender(event), event)
        self.accept(agent, event)

    def accept(self, agent: Any, event: Event) -> None:
        """Take an event into the lines and return at once; all else is done in the background."""
        sender = self.sender(event)
        text = clean(event.text)
        answers: Outbox | str = event.notice or notice_for(event, text)
        if answers in _UNREADABLE:
            self.count_refused(_UNREADABLE[answers])
        elif not answers:
            try:
                about = {"language": event.language} if event.language else None
                incoming = EventIncoming(sender, text, event.id, about, event=event)
                answers = self.conversations.send(agent, incoming)
            except ChannelError as error:
                self.count_refused(error.code)
                answers = "" if sender in self._warned else texts.TOO_MANY
                self._warned.add(sender)
        place = self._outgoing.join(sender, limited=False)
        self._background(self._deliver(place, agent, event, answers))

    async def take(self, agent: Any, event: Event) -> bool:
        """Claim an event for this process and show that it was seen; False when another has it."""
        # Also one that was left: it may be delivered once more.
        new = await self._claims.claim(agent.tracker_store, self.sender(event), event.id)
        if not new and not event.again:
            return False
        self._background(self._mark(event))
        return True

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = begin(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _mark(self, event: Event) -> None:
        try:
            await asyncio.sleep(MARK_AFTER)
            # A message that waits for a person was not seen yet. A press has to be acknowledged.
            if event.press or not self.is_left_to_a_person(event):
                await self.mark(event)
        except Exception as error:
            self._log("could not mark a message", error)

    async def _typing(self, event: Event) -> None:
        try:
            if not self.is_left_to_a_person(event):
                await self.typing(event)
        except Exception as error:
            self._log("could not show typing", error)

    async def _deliver(self, place: Any, agent: Any, event: Event, answers: Outbox | str) -> None:
        """Send what there is to say, after what was said before; never raises."""
        async with place:
            try:
                if isinstance(answers, str):
                    await self._notify(agent, event, answers)
                else:
                    await self._pass_on(event, answers)
            except Exception as error:
                self._log("could not answer", error)
        await self._received.answered(agent.tracker_store, self.sender(event), event)

    async def _pass_on(self, event: Event, answers: Outbox) -> None:
        """Send the replies of a turn as they come, and that it failed if it did."""
        item = await self._first(event, answers)
        while isinstance(item, Reply):
            await self._show(event, item)
            item = await answers.take()
        if item is not None:
            await self._show(event, Reply(texts.FAILED))

    async def _first(self, event: Event, answers: Outbox) -> Reply | ChannelError | None:
        """Wait for the first answer; when it takes long, show meanwhile that it is being written."""
        loop = asyncio.get_running_loop()
        late = loop.call_later(TYPING_AFTER, lambda: self._background(self._typing(event)))
        try:
            return await answers.take()
        finally:
            late.cancel()

    async def _notify(self, agent: Any, event: Event, notice: str) -> None:
        """Say something outside of a turn; nothing when it is empty or was to be said only once."""
        self._warned.discard(self.sender(event))
        if not await self.take(agent, event) or not notice:
            return
        if notice not in _ALWAYS_SAID and self.is_left_to_a_person(event):
            return
        if not (event.once and self._was_told(event.user, notice)):
            await self._show(event, Reply(notice))

    def _was_told(self, user: str, notice: str) -> bool:
        known = (user, notice) in self._told
        self._told[user, notice] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return known

    async def _show(self, event: Event, reply: Reply) -> None:
        """Send all messages of a reply; one that is lost does not hold up the next."""
        for message in self.render(reply, event):
            try:
                await self.send(event, message)
            except Exception as error:
                metrics.REPLIES_LOST.labels(self.name()).inc()
                self._log("could not send", error)

    def _log(self, what: str, error: Exception) -> None:
        # Only what DeliveryError promises to be safe; else the type.
        why = f" ({error})" if isinstance(error, DeliveryError) else ""
        logger.error("%s %s: %s%s", self.name(), what, logs.kind(error), why)
