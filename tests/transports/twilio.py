"""SMS to the clinic's number, by Twilio."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from tests.fakes.platform import Call
from tests.fakes.twilio import ACCOUNT, SMS_NUMBER, TOKEN, FakeTwilio
from tests.numbered import listed
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/twilio/webhook"
PUBLIC_URL = "https://bot.clinic.example"
_numbers = count(1)


def signature(body: bytes, url: str = PUBLIC_URL + PATH, token: str = TOKEN) -> str:
    """Returns the value of X-Twilio-Signature."""
    from twilio.request_validator import RequestValidator

    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    # The validator takes a value a field; several are joined as it would join them.
    joined = {name: (name.join(sorted(set(values)))) for name, values in form.items()}
    return str(RequestValidator(token).compute_signature(url, joined))


def headers(signed: str | None) -> dict[str, str]:
    """Returns the headers of Twilio's requests."""
    found = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
    }
    return found if signed is None else {**found, "X-Twilio-Signature": signed}


def form(sender: str, text: str, to: str = SMS_NUMBER, **more: str) -> dict[str, str]:
    """Returns the fields of a message; `more` are other fields."""
    sid = f"SM{next(_numbers):032x}"
    return {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "To": to,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
        **more,
    }


class TwilioTransport(MessengerTransport):
    """People who send SMS."""

    name = "twilio"
    shows = ("send",)
    prefix = "STRIA_TWILIO_"
    tagged = False
    before: ClassVar[str] = "+"
    number: ClassVar[str] = SMS_NUMBER
    #: One for SMS and WhatsApp, which may be played side by side: the server knows one address.
    fake: FakeTwilio = FakeTwilio()

    def variables(self) -> dict[str, str]:
        """Returns the variables; that of the public address is shared by all channels."""
        found = super().variables()
        return {**found, "STRIA_WEB_URL": found.pop(f"{self.prefix}PUBLIC_URL")}

    def channel(self) -> type[Any]:
        """Returns the class of the channel."""
        from rasa_ext.channels.messengers.twilio import TwilioInput

        return TwilioInput

    def credentials(self) -> dict[str, str]:
        """Returns the settings."""
        return {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "public_url": PUBLIC_URL,
            "api_base": self.fake.url,
        }

    def conversation_of(self, user: str) -> str:
        """Returns the name of a user's conversation in the tracker."""
        return f"{self.name}:{self.before.removesuffix('+')}{user}"

    def text(self, user: str, text: str) -> Webhook:
        """Returns a webhook with a message."""
        return self.form(form(self.before + user, text, self.number))

    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns a webhook with a typed number: there are no buttons."""
        return self.text(user, payload)

    def photo(self, user: str) -> Webhook:
        """Returns a webhook with a picture."""
        url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
        media = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": url}
        return self.form(form(self.before + user, "", self.number, **media))

    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns it unsigned, wrongly signed, for another address, and changed after signing."""
        right = signature(webhook.body)
        wrong = (
            None,
            "",
            right[:-1],
            right + "=",
            right.swapcase(),
            signature(webhook.body, token="another token"),
            signature(webhook.body, url=f"http://bot.clinic.example{PATH}"),
            signature(webhook.body, url=f"https://bot.clinic.example{PATH}/"),
            signature(webhook.body, url="https://evil.example/webhooks/twilio/webhook"),
            signature(b""),
            "ümläut",
        )
        found = [replace(webhook, headers=headers(one)) for one in wrong]
        found.append(replace(webhook, body=webhook.body.replace(b"Body=", b"Body=not+")))
        found.append(replace(webhook, body=webhook.body + b"&ButtonText=Yes"))
        found.append(replace(webhook, body=webhook.body + b"&a=1" * 300))
        return found

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes with their signature."""
        return Webhook(PATH, body, headers(signature(body)))

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the phone shows it."""
        text, titles = listed(self.shown(call.body["Body"]))
        buttons = [{"title": t, "payload": str(n)} for n, t in enumerate(titles, 1)]
        return {"user": call.body["To"].removeprefix(self.before), "text": text, "buttons": buttons}

    def shown(self, text: str) -> str:
        """Returns a text as the phone shows it."""
        return text

    def form(self, fields: dict[str, str]) -> Webhook:
        """Returns the request that delivers a form."""
        return replace(self.signed(urlencode(fields).encode()), id=fields.get("MessageSid", ""))


TRANSPORT = TwilioTransport
