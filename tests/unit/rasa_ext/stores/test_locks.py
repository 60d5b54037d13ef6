"""One at a time works on a conversation, in the order of arrival, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore
from rasa.core.lock_store import RedisLockStore as StockRedis
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from rasa_ext.hardening import memory_lock
from rasa_ext.stores import redis_lock
from rasa_ext.stores.redis_lock import RedisLockStore
from rasa_ext.stores.sql import SafeSQLTrackerStore
from scripts._env import ROOT, child_environment
from tests.databases import Redis
from tests.room import Room
from tests.web_agent import DOMAIN

pytestmark = pytest.mark.usefixtures("mended")
Make = Callable[[], LockStore]


def on_redis(server: Redis, **more: Any) -> RedisLockStore:
    """Returns a lock store, as one of several servers has it."""
    endpoint = EndpointConfig(
        "127.0.0.1", type="rasa_ext.stores.redis_lock.RedisLockStore", port=server.port, **more
    )
    store = LockStore.create(endpoint)
    assert isinstance(store, RedisLockStore)
    return store


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a lock store for another server; in memory there is one server only."""
    if request.param == "memory":
        store = InMemoryLockStore()
        return lambda: store
    server: Redis = request.getfixturevalue("redis")
    server.client(1).flushdb()
    return lambda: on_redis(server)


def standing(store: Any, redis: Redis | None) -> int:
    """Returns how many stand in the line of the room's conversation, the one in work among them."""
    if redis is None:
        return int(vars(store)["stria_lines"]["web:a"].members)
    return int(redis.client(1).zcard(store._keys("web:a")[0]))


async def test_one_at_a_time_in_order(make: Make, request: pytest.FixtureRequest) -> None:
    """Many messages through three servers, each of which stands in the line before the next one comes."""
    redis = None if isinstance(make(), InMemoryLockStore) else request.getfixturevalue("redis")
    room, servers, tasks = Room(), [make() for _ in range(3)], []
    async with make().lock("web:a"):
        for number in range(30):
            tasks.append(asyncio.ensure_future(room.work(servers[number % 3], number)))
            while standing(servers[0], redis) < number + 2:
                await asyncio.sleep(0.001)
        assert room.order == []
    await asyncio.gather(*tasks)
    assert room.most == 1
    assert room.order == list(range(30))


async def test_different_conversations_do_not_wait(make: Make) -> None:
    """Each has a line of its own."""
    room, server = Room(), make()
    started = time.monotonic()
    await asyncio.gather(*(room.work(server, n, 0.3, f"web:{n}") for n in range(10)))
    assert time.monotonic() - started < 1.5
    assert room.most == 10


async def test_the_next_begins_at_once(make: Make) -> None:
    """Not up to a second later."""
    first, second = make(), make()
    async with first.lock("web:a"):
        waiting = asyncio.ensure_future(Room().work(second, 1, 0))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    started = time.monotonic()
    await waiting
    assert time.monotonic() - started < 0.2


async def test_an_error_frees_the_place(make: Make) -> None:
    """Also when the caller is cancelled, while working or while waiting."""
    server = make()
    with pytest.raises(ValueError, match="broken"):
        async with server.lock("web:a"):
            raise ValueError("broken")
    for _ in range(3):
        working = asyncio.ensure_future(Room().work(server, 0, 60))
        await asyncio.sleep(0.03)
        waiting = asyncio.ensure_future(Room().work(server, 1, 60))
        await asyncio.sleep(0.03)
        waiting.cancel()
        await asyncio.sleep(0.03)
        working.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)
    await asyncio.wait_for(Room().work(make(), 2), 1)


async def test_waiting_has_an_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who waits in vain is told so, and is out of the line."""
    monkeypatch.setattr(memory_lock, "PATIENCE", 0.3)
    monkeypatch.setattr(redis_lock, "PATIENCE", 0.3)
    server = make()
    async with server.lock("web:a"):
        with pytest.raises(LockError, match="busy"):
            await Room().work(make(), 1)
    await asyncio.wait_for(Room().work(make(), 2), 1)


async def test_a_long_turn_keeps_its_place(redis: Redis) -> None:
    """Longer than the lifetime of a place, and with others waiting longer than that."""
    servers, room = [on_redis(redis, lifetime=1) for _ in range(3)], Room()
    started = time.monotonic()
    await asyncio.gather(*(room.work(s, n, 1.5) for n, s in enumerate(servers)))
    assert room.most == 1
    assert time.monotonic() - started < 6


class TestMemory:
    async def test_a_long_turn_keeps_its_place(self) -> None:
        """Whatever lifetime is asked for."""
        store, room = InMemoryLockStore(), Room()
        short = {"lock_lifetime": 0.1, "wait_time_in_seconds": 0.02}
        await asyncio.gather(*(room.work(store, n, 0.3, **short) for n in range(3)))
        assert room.most == 1
        assert vars(store)["stria_lines"] == {}

    def test_stock_rasa(self, stock: dict[str, Any]) -> None:
        """Two work together when one takes long, and the next waits up to a second."""
        assert stock["memory_lock"]["together"] == 2
        assert stock["memory_lock"]["waited"] > 0.9


class TestRedis:
    async def test_a_killed_server_frees_its_place(self, redis: Redis, tmp_path: Path) -> None:
        """After the lifetime; stock Rasa keeps it for a minute."""
        code = (
            "import asyncio\nfrom rasa_ext.stores.redis_lock import RedisLockStore\n"
            f"store = RedisLockStore(host='127.0.0.1', port={redis.port}, lifetime=2)\n"
            "async def main():\n  async with store.lock('web:k'):\n    print('in', flush=True)\n"
            "    await asyncio.sleep(60)\nasyncio.run(main())"
        )
        environment = child_environment()
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"in\n"
            os.kill(process.pid, signal.SIGKILL)
        started = time.monotonic()
        await Room().work(on_redis(redis, lifetime=2), 1, sender="web:k")
        assert 0.5 < time.monotonic() - started < 2.6

    async def test_only_the_owner_leaves(self, redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
        """A server whose place was lost does not take somebody else's; it is told."""
        redis.client(1).flushdb()
        first, second = on_redis(redis), on_redis(redis)
        async with second.lock("web:other"):
            pass
        holding = first.lock("web:a")
        await holding.__aenter__()
        redis.client(1).flushdb()
        async with second.lock("web:a"):
            await holding.__aexit__(None, None, None)
            waiting = asyncio.ensure_future(Room().work(first, 1))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        await waiting
        assert "lock was lost before the end of its turn" in caplog.text
        assert "web:" not in caplog.text

    async def test_a_loss_is_noticed_meanwhile(self, redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
        """When Redis has lost its memory; the place is not taken a second time."""
        server = on_redis(redis, lifetime=1)
        async with server.lock("web:a"):
            redis.client(1).flushdb()
            await asyncio.sleep(0.5)
            assert "a conversation's lock was lost" in caplog.text
            assert redis.client(1).keys("*") == []

    async def test_what_is_in_redis(self, redis: Redis) -> None:
        """No name of a conversation, and nothing that stays."""
        redis.client(1).flushdb()
        server = on_redis(redis, lifetime=1, key_prefix="clinic")
        async with server.lock("web:a"):
            keys = redis.client(1).keys("*")
        assert {k.split(b"{")[0] for k in keys} == {b"clinic:lock:"}
        assert not [k for k in keys if b"web:a" in k]
        await asyncio.sleep(2.2)
        assert redis.client(1).keys("*") == []

    async def test_a_restart_of_redis(self, caplog: pytest.LogCaptureFixture) -> None:
        """While it is down there is an error, in short time; afterwards all works as before."""
        from tests.databases import start_redis

        server = start_redis()
        try:
            store = on_redis(server, socket_timeout=0.5, lifetime=2)
            await Room().work(store, 1)
            server.kill()
            started = time.monotonic()
            with pytest.raises(LockError, match="does not answer"):
                await Room().work(store, 2)
            assert time.monotonic() - started < 3
            server.start()
            await Room().work(store, 3)
            with server.frozen(), pytest.raises(LockError, match="does not answer"):
                await Room().work(store, 4)
            # What was sent meanwhile may still take a place, for its lifetime.
            await asyncio.wait_for(Room().work(store, 5), 5)
        finally:
            server.stop()
        assert "web:" not in caplog.text

    async def test_wrong_settings_stop_the_start(self) -> None:
        """They are named; the address is not."""
        with pytest.raises(RasaException, match="'lifetime' has to be 1 to 60"):
            RedisLockStore(lifetime=0)
        for name, values in {
            "lifetime": ("x", "nan", 0, 61, "-1", True),
            "port": ("x", "-1", 65536, 6379.5, "1e3"),
            "db": ("x", -1),
            "socket_timeout": ("x", 0, -3, "nan", 61, [1]),
            # Or a word that nobody knows would send the password without TLS.
            "use_ssl": ("maybe", "onn", 2, []),
        }.items():
            for value in values:
                with pytest.raises(RasaException, match=rf"lock_store: '{name}' has to be"):
                    RedisLockStore(**{name: value})
        with pytest.raises(RasaException, match="no setting 'colour'"):
            RedisLockStore(colour="blue")

    @pytest.mark.parametrize("empty", [None, "", " "])
    async def test_empty_settings_are_not_set(self, empty: str | None) -> None:
        """As a variable of the environment is that nobody filled."""
        names = ("lifetime", "port", "db", "socket_timeout", "use_ssl", "username", "key_prefix")
        plain, given = RedisLockStore(), RedisLockStore(**dict.fromkeys(names, empty))
        for option in ("port", "db", "ssl", "socket_timeout"):
            assert given._options[option] == plain._options[option]
        assert "username" not in given._options
        assert (given._lifetime, given._prefix) == (plain._lifetime, plain._prefix)

    async def test_switches_may_be_words(self) -> None:
        """Of a variable of the environment, in any case."""
        on = [RedisLockStore(use_ssl=v)._options["ssl"] for v in (True, "on", "True", " YES ", "1")]
        off = [RedisLockStore(use_ssl=v)._options["ssl"] for v in (False, "off", "False", "no", "0")]
        assert (on, off) == ([True] * 5, [False] * 5)

    def test_several_event_loops(self, redis: Redis) -> None:
        """A store may be used by one loop after another."""
        store = on_redis(redis)
        for number in range(3):
            asyncio.run(Room().work(store, number))


async def take_turns(
    lock_stores: list[LockStore], tracker_stores: list[SQLTrackerStore], count: int
) -> tuple[int, int, float]:
    """Sends messages of 4 patients through all servers at once.

    Returns:
        How many were taken without an error, how many of these are stored, and the longest wait.
    """
    taken: list[str] = []
    worst = 0.0

    async def turn(number: int) -> None:
        nonlocal worst
        sender, server = f"web:{number % 4}", number % len(lock_stores)
        started = time.monotonic()
        try:
            async with lock_stores[server].lock(sender):
                tracker = await tracker_stores[server].get_or_create_tracker(
                    sender, append_action_listen=False
                )
                await asyncio.sleep(0.005)
                tracker.update(UserUttered(str(number)))
                await tracker_stores[server].save(tracker)
        except LockError:
            return
        worst = max(worst, time.monotonic() - started)
        taken.append(str(number))

    await asyncio.gather(*(turn(n) for n in range(count)))
    stored = set()
    for sender in range(4):
        tracker = await tracker_stores[0].retrieve_full_tracker(f"web:{sender}")
        stored |= {str(e.text) for e in tracker.events if isinstance(e, UserUttered)} if tracker else set()
    return len(taken), len(stored & set(taken)), worst


async def test_two_servers_lose_nothing(redis: Redis, tmp_path: Path) -> None:
    """Messages of four patients at the same time, with a real Redis and one database."""
    redis.client(1).flushdb()
    domain = Domain.from_yaml(DOMAIN)
    stores = [SafeSQLTrackerStore(domain, db=str(tmp_path / "events.db")) for _ in range(2)]
    taken, stored, worst = await take_turns([on_redis(redis), on_redis(redis)], list(stores), 120)
    assert (taken, stored) == (120, 120)
    assert worst < 10


async def test_without_any_lock_nothing_is_lost_silently(tmp_path: Path) -> None:
    """The second guard: the store refuses what would make another's events vanish."""
    from rasa_ext.stores.sql import StoreConflict

    class NoLock(LockStore):
        def lock(self, conversation_id: str, *args: Any, **more: Any) -> Any:
            from contextlib import nullcontext

            class Context(nullcontext[None]):
                async def __aenter__(self) -> None:
                    return None

                async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
                    if isinstance(error, StoreConflict):
                        raise LockError("conflict") from None

            return Context()

    domain = Domain.from_yaml(DOMAIN)
    stores = [SafeSQLTrackerStore(domain, db=str(tmp_path / "events.db")) for _ in range(2)]
    taken, stored, _ = await take_turns([NoLock(), NoLock()], list(stores), 60)
    assert stored == taken
    assert taken < 60


async def test_stock_rasa_gives_two_servers_the_same_place(redis: Redis) -> None:
    """It reads, changes and writes in three steps; in between another server does the same."""
    redis.client(1).flushdb()
    first, second = (StockRedis("127.0.0.1", redis.port) for _ in range(2))
    locks = [store.get_or_create_lock("web:a") for store in (first, second)]
    tickets = [lock.issue_ticket(60) for lock in locks]
    for store, lock in zip((first, second), locks, strict=True):
        store.save_lock(lock)
    assert tickets[0] == tickets[1]
