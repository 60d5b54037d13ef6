"""WhatsApp to the clinic's number, by Twilio."""

from __future__ import annotations

import re

from tests.fakes.twilio import WHATSAPP_NUMBER
from tests.transports.twilio import TwilioTransport

_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")


class TwilioWhatsAppTransport(TwilioTransport):
    """People who write in WhatsApp, of which Twilio makes the same forms."""

    before = "whatsapp:+"
    number = WHATSAPP_NUMBER

    def shown(self, text: str) -> str:
        """Returns a text as the app shows it."""
        return _BOLD.sub(r"\1", text)


TRANSPORT = TwilioWhatsAppTransport
