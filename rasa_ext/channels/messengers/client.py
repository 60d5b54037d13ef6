"""Calls to a platform: a session of the running loop, time limits, and retries where they help."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from assistant.observability import metrics

logger = logging.getLogger(__name__)

#: Seconds for one call.
PATIENCE = 10.0
#: How often a call is tried.
ATTEMPTS = 4
#: Seconds before the second try; each further wait doubles. A random half is taken off, so that
#: those who were refused together do not come back together.
FIRST_WAIT = 0.5
#: Seconds. A platform that asks for more is not waited for: the patient has long gone on.
LONGEST_WAIT = 60.0
#: Bytes read of an answer.
MOST_READ = 65_536


@dataclass(frozen=True)
class Answer:
    """What a platform answered: HTTP status, headers, and its JSON (None when it is none)."""

    status: int
    body: Any = None
    headers: Mapping[str, str] | None = None


class DeliveryError(Exception):
    """A call failed for good: `answer` is the last one; None when there was none in time.

    Its text is safe to log: it never holds what was sent, nor an address with a token.
    """

    def __init__(self, why: str, answer: Answer | None = None):
        """Keep the parts."""
        super().__init__(why)
        self.answer = answer

    @property
    def status(self) -> int:
        """The last HTTP status; 0 when there was none."""
        return self.answer.status if self.answer else 0


def retry_after_header(answer: Answer) -> float | None:
    """Return the seconds of a `Retry-After` header; None without one, or when it is a date."""
    value = (answer.headers or {}).get("Retry-After", "")
    return float(value) if value.isascii() and value.isdecimal() else None


class Client:
    """Calls one platform. Made at any time; the session is made in the loop that calls first."""

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        retry_after: Callable[[Answer], float | None] = retry_after_header,
        patience: float = PATIENCE,
        first_wait: float = FIRST_WAIT,
    ):
        """Keep where it calls; `retry_after` reads how long an answer asks to wait, in seconds."""
        self._base, self._headers = base.rstrip("/"), dict(headers or {})
        self._retry_after, self._first_wait = retry_after, first_wait
        self._patience = aiohttp.ClientTimeout(total=patience)
        self._session: aiohttp.ClientSession | None = None
        #: Whose calls these are, for the metrics. Set by the channel.
        self.channel = ""

    async def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        attempts: int = ATTEMPTS,
    ) -> Answer:
        """Post JSON (or a form) and return the answer, whose status is below 400.

        Tried again after a 5xx, a 429, a broken connection and a time-out: better said twice than
        not at all. Another 4xx is final.

        Raises:
            DeliveryError: It failed for good.
        """
        for attempt in range(1, attempts + 1):
            with metrics.OUTGOING_SECONDS.labels(self.channel).time():
                answer, why = await self._once(path, data, form)
            status = metrics.status_class(answer.status if answer else 0)
            metrics.OUTGOING.labels(self.channel, status).inc()
            if answer and answer.status < 400:
                return answer
            wait = self._wait(attempt, answer)
            if wait is None or attempt == attempts:
                break
            await asyncio.sleep(wait)
        raise DeliveryError(self._told(why, answer), answer)

    async def close(self) -> None:
        """End the session; the next call makes a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _told(self, why: str, answer: Answer | None) -> str:
        """Return what is said of a failed call: `why`, and what of the answer is safe to log."""
        return why

    def _wait(self, attempt: int, answer: Answer | None) -> float | None:
        """Return the seconds before the next try; None when there is to be none."""
        if answer and answer.status < 500 and answer.status != 429:
            return None
        asked = self._retry_after(answer) if answer else None
        if asked is not None:
            return asked if asked <= LONGEST_WAIT else None
        return self._first_wait * 2 ** (attempt - 1) * random.uniform(0.5, 1)

    async def _once(
        self, path: str, data: Mapping[str, Any] | None, form: Mapping[str, str] | None
    ) -> tuple[Answer | None, str]:
        session = self._open()
        try:
            async with session.post(f"{self._base}/{path}", json=data, data=form) as answer:
                raw = await _read(answer.content)
                return Answer(answer.status, _json(raw), answer.headers), f"HTTP {answer.status}"
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # Type only: the message may hold the address, and that a token.
            return None, type(error).__name__

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            # No proxies and no .netrc of the environment.
            self._session = aiohttp.ClientSession(
                timeout=self._patience, headers=self._headers, trust_env=False
            )
        return self._session


async def _read(content: aiohttp.StreamReader) -> bytes:
    """Return the whole answer, which may come in parts."""
    raw = b""
    while len(raw) < MOST_READ and (part := await content.read(MOST_READ - len(raw))):
        raw += part
    return raw


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
