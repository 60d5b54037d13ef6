"""The settings of the web channel; credentials.yml says what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.kept_secret import SHORTEST, kept_secret
from rasa_ext.channels.rates import Rates
from rasa_ext.channels.settings import Settings

ORIGIN = r"https?://[a-z0-9.-]+(:\d{1,5})?"
#: Also with a wildcard for all subdomains, as `frame-ancestors` allows.
SITE = r"https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?"
RATE = r"[1-9]\d{0,8}/(second|minute|hour|day)"


@dataclass(frozen=True)
class WebSettings:
    """The settings, checked."""

    public_url: str
    sites: tuple[str, ...]
    demo: bool
    assets: Path
    secret: str
    session_days: int
    purge_hours: int
    most_waiting: int
    trusted_proxies: int
    rates: Rates

    @classmethod
    def read(cls, values: Mapping[str, Any] | None) -> WebSettings:
        """Read what stands in credentials.yml.

        Raises:
            SettingError: One is wrong.
        """
        s = Settings("rasa_ext.channels.web.WebInput", values)
        limits = {
            "session": s.text("rate_session", "20/minute", RATE, "20/minute"),
            "ip": s.text("rate_ip", "60/minute", RATE, "60/minute"),
            "new": s.text("rate_new_sessions", "10/minute", RATE, "10/minute"),
            "reads": s.text("rate_reads", "60/minute", RATE, "60/minute"),
        }
        rate_store = s.text("rate_store", "memory://")
        secret, secret_file = s.text("secret"), s.path("secret_file", "var/web_secret")
        public_url = s.text("public_url", "", ORIGIN, "https://bot.clinic.example, in small letters")
        sites = s.words("sites", SITE, "https://www.clinic.example, in small letters")
        demo = s.flag("demo", default=False)
        assets = s.path("assets", "widget/dist")
        days = s.number("session_days", 30, 1, 400)
        purge_hours = s.number("purge_hours", 6, 0, 168)
        most_waiting = s.number("most_waiting", 5, 0, 100)
        proxies = s.number("trusted_proxies", 0, 0, 10)
        s.no_others()
        try:
            rates = Rates(limits, rate_store)
        except ValueError as error:
            raise s.wrong("rate_store", str(error)) from None
        if proxies and not public_url:
            raise s.wrong("public_url", "behind a proxy it has to be set")
        if secret and len(secret) < SHORTEST:
            raise s.wrong("secret", f"it has to have at least {SHORTEST} characters")
        try:
            secret = secret or kept_secret(secret_file)
        except (OSError, ValueError) as error:
            raise s.wrong("secret_file", f"{secret_file} can't be used ({type(error).__name__})") from None
        return cls(public_url, sites, demo, assets, secret, days, purge_hours, most_waiting, proxies, rates)

    @property
    def session_seconds(self) -> int:
        """How long a session lasts that is not used."""
        return self.session_days * 86_400
