"""The settings of the inbox, read from the environment; docs/inbox.md says what each means."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.datafiles import project_dir
from assistant.kept_secret import SHORTEST, kept_secret

LOOPBACK = "127.0.0.1"
#: Names under which a browser on this machine reaches it.
HERE = ("127.0.0.1", "localhost", "[::1]")
_URL = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class InboxSettingError(ValueError):
    """A setting can't be used. The message names the variable and the remedy, and never a secret."""


#: Ports that other services are known by, above 1023: browsers refuse them (WHATWG Fetch, "bad port").
BLOCKED = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669)
    + (6679, 6697, 10080)
)


@dataclass(frozen=True)
class InboxSettings:
    """The settings, checked.

    Attributes:
        host, port: where it listens.
        url: under which browsers reach it; empty on this machine alone.
        secret: what sessions are signed with.
        idle_seconds, most_seconds: after which a session ends: without use, and in any case.
        proxies: of ours in front; what they say about addresses and names counts.
        sso_header: in which a proxy names who has logged in there; empty when passwords are used.
        rate_store: where tries to log in are counted.
        zone: in which times are shown.
    """

    host: str
    port: int
    url: str
    secret: str
    idle_seconds: int
    most_seconds: int
    proxies: tuple[Network, ...]
    sso_header: str
    rate_store: str
    zone: ZoneInfo

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> InboxSettings:
        """Read them.

        Raises:
            InboxSettingError: One is wrong.
        """
        reader = _Reader(environ)
        host = reader.text("STRIA_INBOX_HOST", LOOPBACK)
        url = reader.url()
        if not url and host not in HERE:
            raise reader.wrong(
                "STRIA_INBOX_URL", "is not set", "it is needed where others can reach the inbox"
            )
        proxies = reader.networks()
        header = reader.text("STRIA_INBOX_SSO_HEADER")
        if header and not _HEADER.fullmatch(header):
            raise reader.wrong(
                "STRIA_INBOX_SSO_HEADER", "is no header", "set it to one such as X-Forwarded-User"
            )
        if header and not proxies:
            raise reader.wrong(
                "STRIA_INBOX_PROXIES", "is not set", "name the proxy whose header tells who has logged in"
            )
        return cls(
            host=host,
            port=reader.port(),
            url=url,
            secret=reader.secret(),
            idle_seconds=60 * reader.number("STRIA_INBOX_IDLE_MINUTES", 30, 1, 720),
            most_seconds=3600 * reader.number("STRIA_INBOX_HOURS", 10, 1, 24),
            proxies=proxies,
            sso_header=header,
            rate_store=reader.text("STRIA_INBOX_RATE_STORE", "memory://"),
            zone=reader.zone(),
        )

    @property
    def https(self) -> bool:
        """Whether browsers come by TLS."""
        return self.url.startswith("https:")

    @property
    def address(self) -> str:
        """Where browsers find it."""
        return self.url or f"http://{LOOPBACK}:{self.port}"

    def is_ours(self, address: str) -> bool:
        """Tell whether an address is that of a proxy of ours."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self.proxies)

    def knows_host(self, host: str) -> bool:
        """Tell whether a request is meant for us: a page of others may have a name that leads here."""
        if self.url:
            return host.lower() == urlsplit(self.url).netloc
        return re.sub(r":\d{1,5}$", "", host.lower()) in HERE


@dataclass(frozen=True)
class _Reader:
    environ: Mapping[str, str]

    def wrong(self, name: str, problem: str, remedy: str) -> InboxSettingError:
        return InboxSettingError(f"{name} {problem}; {remedy}")

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def number(self, variable: str, default: int, least: int, most: int) -> int:
        text = self.environ.get(variable, "").strip() or str(default)
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise self.wrong(variable, f"is {text}", f"set it to a number from {least} to {most}")
        return int(text)

    def port(self) -> int:
        port = self.number("INBOX_PORT", 5070, 1, 65535)
        if port in BLOCKED:
            raise self.wrong(
                "INBOX_PORT", f"is {port}", "browsers open no page there; take another, such as 5070"
            )
        return port

    def url(self) -> str:
        url = self.text("STRIA_INBOX_URL").rstrip("/")
        if url and not _URL.fullmatch(url):
            remedy = "set it to one such as https://inbox.clinic.example, in small letters"
            raise self.wrong("STRIA_INBOX_URL", "is no address", remedy)
        name = (urlsplit(url).hostname or "") if url else ""
        if url.startswith("http:") and name not in ("localhost", LOOPBACK, "::1"):
            raise self.wrong(
                "STRIA_INBOX_URL", "has no https", "passwords and health data need it beyond this machine"
            )
        return url

    def networks(self) -> tuple[Network, ...]:
        try:
            return tuple(ipaddress.ip_network(part) for part in self.text("STRIA_INBOX_PROXIES").split())
        except ValueError:
            remedy = "set it to addresses or networks such as 10.0.0.7 or 10.0.0.0/24, with blanks between"
            raise self.wrong("STRIA_INBOX_PROXIES", "is no list of addresses", remedy) from None

    def secret(self) -> str:
        secret = self.text("STRIA_INBOX_SECRET")
        if secret and len(secret) < SHORTEST:
            raise self.wrong("STRIA_INBOX_SECRET", "is too short", f"give it {SHORTEST} characters or more")
        file = project_dir() / "var" / "inbox_secret"
        try:
            return secret or kept_secret(file)
        except (OSError, ValueError) as error:
            problem = f"is not set, and var/inbox_secret can't be used ({type(error).__name__})"
            raise self.wrong("STRIA_INBOX_SECRET", problem, "set it, or remove the file") from None

    def zone(self) -> ZoneInfo:
        name = self.text("STRIA_INBOX_ZONE", "UTC")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.wrong(
                "STRIA_INBOX_ZONE", "is no time zone", "set it to one such as Europe/London"
            ) from None
