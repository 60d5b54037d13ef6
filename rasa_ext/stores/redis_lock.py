"""A lock of conversations in Redis that several servers can trust.

In endpoints.yml: `type: rasa_ext.stores.redis_lock.RedisLockStore`, with the settings of Rasa's own
`type: redis` and `lifetime`. Rasa's own reads, changes and writes in three steps: 6 % of the messages
of two servers were lost, and a server that was killed kept its patients waiting for a minute
(research/ops.md 1.6). Here each step is one script inside Redis, on its clock. Whoever waits or
works says so every few seconds; who does not any more is taken out of the line after `lifetime`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockError, LockStore
from rasa.shared.exceptions import RasaException
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from rasa_ext.metrics.timing import lock_wait

logger = logging.getLogger(__name__)

#: Seconds after which the place of a server that is gone is free. A user waits no longer for it.
LIFETIME = 8.0
#: Seconds after which somebody who waits in vain is told so.
PATIENCE = 60.0
#: Seconds between looks at the line, for the next in it; those behind look less often.
STEP, MOST = 0.02, 0.5
#: Seconds for a command, which is tried twice.
COMMAND = 1.5

#: Settings of Rasa's own lock store, which mean the same here.
_OF_RASA = {"port", "db", "username", "password", "use_ssl", "socket_timeout"}
_OF_RASA |= {"ssl_certfile", "ssl_keyfile", "ssl_ca_certs"}

_ON, _OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")

#: Joins the line (unless in it), says "still here", and returns how many are in front.
_JOIN = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('ZREM', KEYS[2], gone)
end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if ARGV[3] == '0' then return -1 end
  redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[3]), ARGV[1])
end
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2] * 2) end
return redis.call('ZRANK', KEYS[1], ARGV[1])
"""
#: Leaves the line; returns whether one was still in it.
_LEAVE = """
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('ZREM', KEYS[1], ARGV[1])
"""


def _wrong(name: str, what: str) -> RasaException:
    """Return the error for a setting; it does not quote the value, which may be a password in the wrong place."""
    return RasaException(f"endpoints.yml, lock_store: '{name}' has to be {what}.")


def _is_on(name: str, value: Any) -> bool:
    """Read a switch; what comes from a variable of the environment is a text."""
    text = str(value).strip().lower()
    if text not in _ON + _OFF:
        raise _wrong(name, "on or off")
    return text in _ON


def _number(name: str, value: Any, least: float, most: float, what: str) -> float:
    """Read a number; what comes from a variable of the environment is a text."""
    try:
        number = float("" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        raise _wrong(name, what) from None
    if not least <= number <= most:  # false for what is no number at all
        raise _wrong(name, what)
    return number


def _whole(name: str, value: Any, least: int, most: int) -> int:
    what = f"a whole number from {least} to {most}"
    if not str(value).strip().isdecimal():
        raise _wrong(name, what)
    return int(_number(name, value, least, most, what))


class RedisLockStore(LockStore):
    """Lets one server at a time work on a conversation, in the order of arrival."""

    def __init__(self, endpoint_config: Any = None, **settings: Any):
        """Read the settings; Redis is asked for the first time when somebody writes."""
        given = {**(endpoint_config.kwargs if endpoint_config else {}), **settings}
        # As a variable of the environment is that nobody filled.
        given = {name: value for name, value in given.items() if value is not None and str(value).strip()}
        host = (endpoint_config.url if endpoint_config else None) or given.pop("host", None) or "localhost"
        self._lifetime = _number("lifetime", given.pop("lifetime", LIFETIME), 1, 60, "1 to 60 seconds")
        prefix = str(given.pop("key_prefix", "stria"))
        self._prefix = f"{prefix}:lock"
        unknown = sorted(set(given) - _OF_RASA)
        if unknown:
            raise RasaException(f"endpoints.yml, lock_store: there is no setting '{unknown[0]}'.")
        patience = given.pop("socket_timeout", COMMAND)
        patience = _number("socket_timeout", patience, 0.01, 60, "0.01 to 60 seconds")
        self._options = {
            "host": str(host),
            "port": _whole("port", given.pop("port", 6379), 1, 65_535),
            "db": _whole("db", given.pop("db", 1), 0, 1_000_000),
            "ssl": _is_on("use_ssl", given.pop("use_ssl", False)),
            "socket_timeout": patience,
            "socket_connect_timeout": patience,
            # A connection that broke while nobody used it: once more. Every script may be repeated.
            "retry": Retry(ConstantBackoff(0.05), 1),
            "retry_on_error": [RedisConnectionError, RedisTimeoutError],
            **given,
        }
        self._clients: dict[int, tuple[Any, Any]] = {}
        self._leaving: set[asyncio.Future[None]] = set()
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LIFETIME,
        wait_time_in_seconds: float = STEP,
    ) -> AsyncIterator[TicketLock]:
        """Wait for the turn of this caller, and hold it until the end of the block.

        The arguments with defaults are Rasa's; the settings count instead of them.

        Raises:
            LockError: Redis does not answer, or the turn did not come.
        """
        keys, token = self._keys(conversation_id), secrets.token_hex(16)
        held = False
        try:
            with lock_wait("redis"):
                await self._wait(keys, token)
            held = True
            work = asyncio.ensure_future(self._stay(keys, token))
            try:
                yield TicketLock(conversation_id)
            finally:
                work.cancel()
        finally:
            leaving = asyncio.ensure_future(self._leave(keys, token, held=held))
            self._leaving.add(leaving)  # or it might be forgotten half way
            leaving.add_done_callback(self._leaving.discard)
            if held:
                # To its end, even when the caller is cancelled: others wait.
                await asyncio.shield(leaving)

    async def answers(self) -> bool:
        """Tell whether locks can be had, by taking a place in a line that no conversation has."""
        token, keys = secrets.token_hex(16), self._keys("\0readiness")
        try:
            await self._run(_JOIN, keys, token, self._milliseconds, 1)
            return bool(await self._run(_LEAVE, keys, token))
        except LockError:
            return False

    async def _wait(self, keys: list[str], token: str) -> None:
        """Stand in the line until nobody is in front."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        before = await self._run(_JOIN, keys, token, self._milliseconds, 1)
        while before:
            if loop.time() > end:
                raise LockError("The conversation is busy for too long.")
            await asyncio.sleep(min(MOST, self._lifetime / 4, STEP * before))
            before = await self._run(_JOIN, keys, token, self._milliseconds, 1)

    async def _stay(self, keys: list[str], token: str) -> None:
        """Say "still here" until cancelled; tell when the place was lost."""
        while True:
            await asyncio.sleep(self._lifetime / 3)
            try:
                before = await self._run(_JOIN, keys, token, self._milliseconds, 0)
            except LockError:
                continue
            if before != 0:
                # The tracker store notices when two have worked at the same time.
                logger.error("locks: a conversation's lock was lost")
                return

    async def _leave(self, keys: list[str], token: str, *, held: bool) -> None:
        try:
            there = await self._run(_LEAVE, keys, token)
        except LockError:
            # What was done is done; the place is free after its lifetime.
            logger.warning("locks: Redis did not answer at the end of a turn")
            return
        if held and not there:
            logger.error("locks: a conversation's lock was lost before the end of its turn")

    async def _run(self, script: str, keys: list[str], *arguments: Any) -> int:
        try:
            return int(await self._client().eval(script, len(keys), *keys, *arguments))
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            # Type only, and without a cause: it holds the address, and so perhaps a password.
            raise LockError(f"The lock store does not answer ({type(error).__name__}).") from None

    def _client(self) -> Any:
        """Return the client of this event loop."""
        loop = asyncio.get_running_loop()
        known = self._clients.get(id(loop))
        if known is None or known[0] is not loop:
            known = self._clients[id(loop)] = (loop, Redis(**self._options))
        return known[1]

    def _keys(self, conversation_id: str) -> list[str]:
        """Return line, times and counter; hashed, since Redis needs no names of conversations."""
        name = hashlib.sha256(conversation_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        # Braces: in a cluster, all three are on one node.
        return [f"{self._prefix}:{{{name}}}{kind}" for kind in ("", ":times", ":count")]

    @property
    def _milliseconds(self) -> int:
        return int(self._lifetime * 1000)
