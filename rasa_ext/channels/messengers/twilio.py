"""SMS and WhatsApp by Twilio.

Sources are pages of www.twilio.com/docs, as of 2026: messaging/guides/webhook-request,
messaging/api/message-resource, usage/webhooks/webhooks-security, messaging/tutorials/advanced-opt-out,
api/errors/21617 and 20429.
"""

from __future__ import annotations

import base64
import hmac
import logging
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sanic.request import Request, RequestParameters
from sanic.response import HTTPResponse
from twilio.request_validator import RequestValidator

from assistant.rendering.choices import Limits, offer
from assistant.rendering.markup import PLAIN, WHATSAPP
from assistant.rendering.splitting import pieces, utf16_units
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.base import Event, MessengerInput, forbidden
from rasa_ext.channels.messengers.client import Answer, Client
from rasa_ext.channels.messengers.reading import at
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.settings import Settings

logger = logging.getLogger(__name__)

#: message-resource, Body: "up to 1,600 characters"; error 21617 counts other signs as more, so UTF-16.
MAX_TEXT = 1600
#: Neither SMS nor WhatsApp by Twilio have buttons without templates: all choices are numbered.
LIMITS = Limits()
#: Fields of a form; Twilio sends some thirty.
MOST_FIELDS = 200
SIGNATURE_HEADER = "x-twilio-signature"
#: Twilio itself answers these SMS: advanced-opt-out, "By default, Twilio handles [...]". YES is one of
#: its words to opt in, too, but here it is an answer to a question of the check.
KEYWORDS = frozenset("stop stopall unsubscribe cancel end quit revoke optout start unstop help info".split())
#: What Twilio says beside a message that it has answered by Advanced Opt-Out, also on WhatsApp.
OPT_OUT_TYPES = frozenset(("STOP", "START", "HELP"))
ANSWER = "yes"

#: What we can answer to. Others are short codes and names, mostly of machines.
_PERSON = re.compile(r"\+\d{1,15}|whatsapp:[A-Za-z0-9+._-]{1,100}")
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
#: Forms, by their field SmsStatus; others tell how a message of ours fared.
_INCOMING = ("received", "receiving", "")


class TwilioClient(Client):
    """Calls Twilio's API, which tells by a number what is wrong."""

    def _told(self, why: str, answer: Answer | None) -> str:
        code = at(answer.body, "code") if answer else None
        return f"{why}, error {code}" if isinstance(code, int) else why


class TwilioInput(MessengerInput):
    """The channel of the numbers of a Twilio account: SMS, and WhatsApp as `whatsapp:+...`."""

    NEEDED = ("account_sid", "auth_token")
    API = "https://api.twilio.com"
    PASTE = (
        "In the Twilio Console, at each number (and each WhatsApp sender): set 'A message comes in' to\n"
        "Webhook, HTTP POST, {url}\n"
        "Exactly so: the signature covers this address."
    )

    def __init__(self, account_sid: str, auth_token: str, public_url: str, api_base: str):
        """Keep the token, by which Twilio signs and by which we are known to it."""
        address = f"{api_base.rstrip('/')}/2010-04-01/Accounts/{account_sid}"
        basic = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        super().__init__(TwilioClient(address, headers={"Authorization": f"Basic {basic}"}))
        self._account, self._validator = account_sid, RequestValidator(auth_token)
        url = urlsplit(self.webhook_url(public_url))
        port = url.port or (443 if url.scheme == "https" else 80)
        # Twilio's own validator tries both: "sig generation on back end is inconsistent".
        host = url.netloc.partition(":")[0]
        self._urls = tuple(url._replace(netloc=place).geturl() for place in (host, f"{host}:{port}"))

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "twilio"

    @classmethod
    def make(cls, settings: Settings, api_base: str) -> TwilioInput:
        """Return the channel. Raises SettingError."""
        account_sid = settings.secret(
            "account_sid", r"AC[0-9a-fA-F]{32}", "AC and 32 digits and letters a to f"
        )
        auth_token = settings.secret("auth_token", r"[0-9a-zA-Z]{32,64}", "32 digits and letters")
        public_url = settings.text("public_url")
        if not public_url:
            raise settings.wrong(
                "public_url", "it has to be set, too: Twilio signs the address that it calls"
            )
        return cls(account_sid, auth_token, public_url, api_base)

    def verify(self, request: Request) -> None:
        """Check X-Twilio-Signature: of the public address and all fields of the form."""
        given = (request.headers.get(SIGNATURE_HEADER) or "").encode("utf-8", "replace")
        form = _form(request)
        signed = [self._validator.compute_signature(url, form).encode() for url in self._urls]
        # A list: both are compared, whatever comes of the first.
        right = [hmac.compare_digest(given, one) for one in signed]
        if not any(right):
            raise forbidden()

    def parse(self, request: Request) -> list[Event]:
        """Read one message; forms about messages of ours are looked at for errors."""
        form = _form(request)
        if form.get("AccountSid", self._account) != self._account:
            return []
        number = form.get("MessageSid") or form.get("SmsSid") or ""
        if form.get("MessageStatus") or form.get("SmsStatus", "") not in _INCOMING:
            _tell_failure(form)
            return []
        to = {"To": form.get("From", ""), "From": form.get("To", "")}
        if not (_PERSON.fullmatch(to["To"]) and to["From"]) or _is_for_twilio(form):
            return []
        # Rasa's API does not find conversations with a plus, which clients escape.
        user = to["To"].replace("+", "")
        # The words of a button of the owner's own template are what the patient saw.
        text = form.get("ButtonText") or form.get("Body") or form.get("ButtonPayload") or ""
        events = [Event(user, number, text=text, to=to)]
        if text.strip() and form.get("NumMedia", "0") not in ("", "0"):
            events.insert(0, Event(user, f"{number}-media", notice=texts.ONLY_CAPTION, to=to))
        return events

    def numbered(self, event: Event) -> bool:
        """Tell that numbers stand at the choices."""
        return True

    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return texts, with numbered choices below; bold only for WhatsApp."""
        dialect = WHATSAPP if event.user.startswith("whatsapp:") else PLAIN
        text = offer([b.title for b in reply.buttons], LIMITS).below(reply.text or texts.CHOOSE)
        return [{"Body": part} for part in pieces(text, dialect, MAX_TEXT, utf16_units)]

    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Send a message from the number to which the patient wrote."""
        await self.client.post("Messages.json", form={**event.to, **message})

    def accepted(self, request: Request) -> HTTPResponse:
        """Return TwiML that says nothing: the answers are sent by the API."""
        return HTTPResponse(_TWIML, content_type="text/xml")


def _form(request: Request) -> RequestParameters:
    """Return all fields, also the empty ones, which are signed like the others. Raises `forbidden()`."""
    try:
        body = request.body.decode("utf-8", "replace")
        return RequestParameters(parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise forbidden() from None


def _is_for_twilio(form: RequestParameters) -> bool:
    """Tell whether Twilio answers this message itself, so that we keep quiet."""
    text = form.get("Body", "").strip().lower()
    if form.get("OptOutType", "") in OPT_OUT_TYPES:
        return text != ANSWER
    return text in KEYWORDS and not form.get("From", "").startswith("whatsapp:")


def _tell_failure(form: RequestParameters) -> None:
    """Log that a message did not arrive, by Twilio's number."""
    status, code = form.get("MessageStatus") or form.get("SmsStatus"), form.get("ErrorCode", "")
    if status in ("failed", "undelivered") and code.isascii() and code.isdecimal():
        logger.error("twilio: a message was not delivered: error %s", code[:6])
