"""How often somebody may ask: moving windows, in memory or in Redis, by the library `limits`."""

from __future__ import annotations

import logging
import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from assistant import logs
from assistant.observability import metrics
from rasa_ext.channels.base import ChannelError

logger = logging.getLogger(__name__)


def too_many(seconds: float) -> ChannelError:
    """Return the friendly refusal, with the whole seconds to wait."""
    wait = max(1, math.ceil(seconds))
    text = f"You are writing faster than I can read. Please wait {wait} second{'s' if wait > 1 else ''}."
    return ChannelError(429, "too_many", text, {"Retry-After": str(wait)})


#: Seconds by which the clocks of servers that count together may differ.
CLOCKS = 5


class Rates:
    """Limits by name, such as `{"ip": "60/minute"}`, counted for each key of their own."""

    def __init__(self, limits: dict[str, str], store: str = "memory://"):
        """Read the limits.

        Raises:
            ValueError: A limit or the address of the store can't be read; names it.
        """
        self._limits: dict[str, RateLimitItem] = {}
        for name, limit in limits.items():
            try:
                self._limits[name] = parse(limit)
            except ValueError:
                raise ValueError(f"'{limit}' is no rate; write it like 20/minute") from None
        options = {"socket_timeout": 1, "socket_connect_timeout": 1} if store.startswith("redis") else {}
        try:
            self._shared = MovingWindowRateLimiter(storage_from_string(store, **options))
        except Exception as error:
            # Not the message: it quotes the address, which may hold a password.
            raise ValueError(f"the store of rates can't be used ({type(error).__name__})") from None
        self._own = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, **keys: str) -> None:
        """Count one request against the named limits, all or none.

        Raises:
            ChannelError: 429 when one of them is used up.
        """
        try:
            self._hit(self._shared, keys)
        except ChannelError:
            raise
        except Exception as error:
            metrics.RATE_STORE_ERRORS.inc()
            logger.error("rates: the shared store failed (%s); counting here", logs.kind(error))
            self._hit(self._own, keys)

    def _hit(self, limiter: MovingWindowRateLimiter, keys: dict[str, str]) -> None:
        wanted = [(self._limits[name], name, key) for name, key in keys.items()]
        waits = []
        for one in wanted:
            if limiter.test(*one):
                continue
            wait = self._wait(limiter, *one)
            if wait > one[0].get_expiry() + CLOCKS:
                # Counted when the clock was ahead: it would go on counting until then.
                limiter.clear(*one)
            else:
                waits.append(wait)
        if waits:
            raise too_many(max(waits))
        for item in wanted:
            limiter.hit(*item)

    def _wait(self, limiter: MovingWindowRateLimiter, limit: RateLimitItem, name: str, key: str) -> float:
        """Return the seconds until the oldest request leaves the window."""
        return limiter.get_window_stats(limit, name, key).reset_time - time.time()
