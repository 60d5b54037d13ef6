"""Sends a request by e-mail."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate

from assistant.wording import wording
from clinic import letter
from clinic.requests import Request
from clinic.settings import OFF, SSL, STARTTLS, Mail

logger = logging.getLogger(__name__)

#: Seconds for each step of the talk with the server.
TIMEOUT = 15


def send(request: Request, settings: Mail, look_again: Callable[[], None] = lambda: None) -> None:
    """Send the e-mail.

    Args:
        request: what to tell.
        settings: of the mail server.
        look_again: called when all is ready to send; what it raises keeps the e-mail here.

    Raises:
        OSError, smtplib.SMTPException: No recipient's server took it.
    """
    message = build(request, settings)
    context = ssl.create_default_context() if settings.tls != OFF else None
    kind = smtplib.SMTP_SSL if settings.tls == SSL else smtplib.SMTP
    options = {"context": context} if settings.tls == SSL else {}
    with kind(settings.host, settings.port, timeout=TIMEOUT, **options) as server:
        if settings.tls == STARTTLS:
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
        look_again()
        refused = server.send_message(message, settings.sender, list(settings.recipients))
    if refused:
        # The others have it; sending it again would only repeat it for them.
        logger.error(
            "%d of %d recipients of STRIA_SMTP_TO were refused", len(refused), len(settings.recipients)
        )


def build(request: Request, settings: Mail) -> EmailMessage:
    """Return the e-mail. Nothing of the patient stands in its headers."""
    message = EmailMessage()
    message["Subject"] = wording("handover.letter.subject", number=request.number)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = formatdate(request.created)
    # The same for each attempt: a mailbox that gets it twice can tell.
    message["Message-ID"] = f"<{request.id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if not settings.details:
        message.set_content(wording("handover.letter.waiting", number=request.number) + "\n")
        return message
    message.set_content(letter.letter(request))
    if (page := letter.page(request)) is not None:
        name = f"summary-{request.number}.html"
        message.add_attachment(page, subtype="html", filename=name)
    return message
