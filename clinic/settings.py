"""Settings of the deliveries, from the environment; NAME_FILE names a file that holds a secret."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

SMTP_HOST, WEBHOOK_URL = "STRIA_SMTP_HOST", "STRIA_WEBHOOK_URL"
#: How a mail server is talked to: `off` only on this machine.
STARTTLS, SSL, OFF = TLS = ("starttls", "ssl", "off")
PORTS = {STARTTLS: 587, SSL: 465, OFF: 25}
#: Shorter secrets can be guessed.
SECRET_LENGTH = 16


class SettingsError(Exception):
    """A setting can't be used. The message names the variable and the remedy, and no value."""


@dataclass(frozen=True)
class Mail:
    """Where e-mails go: server, port, TLS (see `TLS`), login, addresses, and whether they tell all."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    recipients: tuple[str, ...]
    details: bool


@dataclass(frozen=True)
class Webhook:
    """Where requests are posted, and the secret by which they are signed."""

    url: str
    secret: str


def secret(name: str, environ: Mapping[str, str]) -> str:
    """Return a value, or what the file in NAME_FILE holds; an empty text when neither is set.

    Raises:
        SettingsError: Both are set, or the file can't be read.
    """
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        raise SettingsError(f"{name} and {name}_FILE are both set; set one")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE can't be read ({type(error).__name__})") from None


def mail(environ: Mapping[str, str] = os.environ) -> Mail | None:
    """Return where e-mails go; None when no server is named.

    Raises:
        SettingsError: Something is missing or wrong.
    """
    host = environ.get(SMTP_HOST, "").strip()
    if not host:
        return None
    tls = environ.get("STRIA_SMTP_TLS") or STARTTLS
    if tls not in TLS:
        raise SettingsError(f"STRIA_SMTP_TLS has to be one of {', '.join(TLS)}")
    if tls == OFF and not _is_loopback(host):
        raise SettingsError("STRIA_SMTP_TLS=off is only for a server on this machine; use starttls or ssl")
    port = environ.get("STRIA_SMTP_PORT") or str(PORTS[tls])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise SettingsError("STRIA_SMTP_PORT has to be a number of a port")
    user, password = environ.get("STRIA_SMTP_USER", ""), secret("STRIA_SMTP_PASSWORD", environ)
    if bool(user) != bool(password):
        raise SettingsError("set STRIA_SMTP_USER and STRIA_SMTP_PASSWORD, or neither")
    details = environ.get("STRIA_SMTP_DETAILS") or "on"
    if details not in ("on", "off"):
        raise SettingsError("STRIA_SMTP_DETAILS has to be on or off")
    recipients = tuple(_address("STRIA_SMTP_TO", a) for a in environ.get("STRIA_SMTP_TO", "").split())
    if not recipients:
        raise SettingsError("STRIA_SMTP_TO is not set; name who gets the e-mails, with blanks between")
    sender = _address("STRIA_SMTP_FROM", environ.get("STRIA_SMTP_FROM", ""))
    return Mail(host, int(port), tls, user, password, sender, recipients, details == "on")


def webhook(environ: Mapping[str, str] = os.environ) -> Webhook | None:
    """Return where requests are posted; None when no address is named.

    Raises:
        SettingsError: Something is missing or wrong.
    """
    url = environ.get(WEBHOOK_URL, "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError(f"{WEBHOOK_URL} is no address") from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or not url.isascii():
        raise SettingsError(f"{WEBHOOK_URL} has to be an https address without a login")
    if parts.scheme == "http" and not _is_loopback(host):
        raise SettingsError(f"{WEBHOOK_URL}: http is only for this machine; use https")
    signing = secret("STRIA_WEBHOOK_SECRET", environ)
    if len(signing) < SECRET_LENGTH:
        raise SettingsError(f"STRIA_WEBHOOK_SECRET needs {SECRET_LENGTH} characters or more")
    return Webhook(url, signing)


def _address(name: str, address: str) -> str:
    try:
        # A clinic's own mail server may serve names that the internet does not know.
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise SettingsError(f"{name} has to hold e-mail addresses") from None
    return found.ascii_email or found.normalized


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
