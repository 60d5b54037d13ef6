"""The parts of messengers: calls to a platform, and claims of messages."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import (
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from rasa_ext.channels.messengers import claims as claims_module
from rasa_ext.channels.messengers.claims import Claims
from rasa_ext.channels.messengers.client import Client, DeliveryError
from rasa_ext.channels.settings import SettingError, Settings
from rasa_ext.stores import claims as of_stores
from rasa_ext.stores import erasure
from tests.databases import Redis, start_redis
from tests.fakes.platform import Failure, Fake


@pytest.fixture(scope="module")
def redis_server() -> Iterator[Redis]:
    """A Redis server."""
    server = start_redis()
    yield server
    server.stop()


class Echo(Fake):
    """A platform that takes everything."""

    def method(self, path: str) -> str:
        """The path is the method."""
        return path

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Tells what came."""
        return {"got": body}


@pytest.fixture
def echo() -> Iterator[Echo]:
    """A running platform."""
    fake = Echo()
    fake.start()
    yield fake
    fake.stop()


class TestClient:
    async def test_json_and_forms(self, echo: Echo) -> None:
        """Both arrive, with the headers; the answer's JSON comes back."""
        client = Client(f"{echo.url}/", headers={"Authorization": "Bearer x"})
        assert (await client.post("a", {"b": 1})).body == {"got": {"b": 1}}
        assert (await client.post("a", form={"b": "ü"})).body == {"got": {"b": "ü"}}
        assert echo.calls[0].headers["Authorization"] == "Bearer x"
        await client.close()

    async def test_it_works_again_after_it_was_closed(self, echo: Echo) -> None:
        """The session belongs to the loop that calls."""
        client = Client(echo.url)
        for _ in range(2):
            await client.post("a", {})
            await client.close()
        assert len(echo.calls) == 2

    def test_another_loop(self, echo: Echo) -> None:
        """Made outside of any loop, it can be used in one."""
        client = Client(echo.url)

        async def call() -> None:
            await client.post("a", {})
            await client.close()

        asyncio.run(call())
        asyncio.run(call())
        assert len(echo.calls) == 2

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
    async def test_final(self, echo: Echo, status: int) -> None:
        """What the caller did wrong is not tried again."""
        client = Client(echo.url, first_wait=0)
        echo.fail("a", Failure(status, {"why": "x"}))
        with pytest.raises(DeliveryError) as failed:
            await client.post("a", {"text": "secret"})
        assert (failed.value.status, str(failed.value)) == (status, f"HTTP {status}")
        assert failed.value.answer
        assert failed.value.answer.body == {"why": "x"}
        assert len(echo.failed) == 1
        await client.close()

    async def test_time_outs_and_broken_answers(self, echo: Echo) -> None:
        """Tried again, each with its own time; no JSON is no answer's JSON."""
        client = Client(echo.url, patience=0.2, first_wait=0.001)
        echo.fail("a", Failure(hang=2), Failure(500, "<html>"), Failure(200, "not JSON"))
        answer = await client.post("a", {})
        assert (answer.status, answer.body) == (200, None)
        await client.close()

    async def test_nobody_there(self, caplog: pytest.LogCaptureFixture) -> None:
        """Given up after four tries; neither error nor log names the address, which may hold a token."""
        client = Client("http://127.0.0.1:1/bot-token", first_wait=0.001)
        with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as failed:
            await client.post("secret", {})
        assert failed.value.status == 0
        assert "token" not in str(failed.value) + caplog.text
        await client.close()

    async def test_waits(self, echo: Echo) -> None:
        """They grow, and half of each is left to chance."""
        client = Client(echo.url, first_wait=0.1)
        echo.fail("a", *[Failure(500)] * 3)
        started = time.monotonic()
        await client.post("a", {})
        assert 0.35 <= time.monotonic() - started < 1.5
        await client.close()

    async def test_retry_after(self, echo: Echo) -> None:
        """Waited for as long as asked; too long is given up at once."""
        client = Client(echo.url, first_wait=0)
        echo.fail("a", Failure(429, headers={"Retry-After": "1"}))
        started = time.monotonic()
        await client.post("a", {})
        assert 1 <= time.monotonic() - started < 2
        echo.fail("a", Failure(429, headers={"Retry-After": "61"}))
        with pytest.raises(DeliveryError):
            await client.post("a", {})
        assert time.monotonic() - started < 3
        await client.close()

    async def test_one_attempt(self, echo: Echo) -> None:
        """What is wrong when it comes late is tried once."""
        client = Client(echo.url)
        echo.fail("a", Failure(500))
        with pytest.raises(DeliveryError):
            await client.post("a", {}, attempts=1)
        await client.close()


def sql(path: Path) -> SQLTrackerStore:
    """Returns a store of its own to a database."""
    return SQLTrackerStore(Domain.empty(), db=str(path))


class TestClaims:
    def test_first(self) -> None:
        """A process remembers what it has seen, of each sender apart, and forgets the oldest."""
        claims = Claims()
        assert [claims.first("a", "1"), claims.first("a", "1"), claims.first("b", "1")] == [True, False, True]
        for n in range(claims_module.REMEMBERED):
            claims.first("c", str(n))
        assert claims.first("a", "1")

    def test_many_servers(self, tmp_path: Path) -> None:
        """Of eight that claim the same message at the same time, one gets it; also with a new database."""
        stores = [FailSafeTrackerStore(sql(tmp_path / "x.db")) for _ in range(8)]
        claims = [Claims() for _ in stores]
        for number in range(5):
            won: list[bool] = []
            barrier = threading.Barrier(8)

            def claim(n: int, number: int = number, won: list[bool] = won, barrier: Any = barrier) -> None:
                barrier.wait()
                won.append(asyncio.run(claims[n].claim(stores[n], "a", str(number))))

            threads = [threading.Thread(target=claim, args=(n,)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(won) == [False] * 7 + [True]

    async def test_nothing_that_tells_who_wrote(self, tmp_path: Path) -> None:
        """Only a hash is stored, and old ones are cleared."""
        store = sql(tmp_path / "x.db")
        old = Claims()
        assert await old.claim(store, "telegram:4242", "77")
        with store.engine.begin() as connection:
            ((key, _),) = connection.execute(sa.text("SELECT id, at FROM stria_claims")).fetchall()
            assert len(key) == 64
            connection.execute(sa.text("UPDATE stria_claims SET at = 0"))
        assert await Claims().claim(store, "telegram:4242", "78")
        with store.engine.begin() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM stria_claims")).scalar() == 1

    async def test_the_store_waits_for_the_disk_as_before(self, tmp_path: Path) -> None:
        """Only the claim does not wait, taken or not."""
        store = sql(tmp_path / "x.db")
        for _ in range(2):
            await Claims().claim(store, "a", "1")
            with store.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2

    async def test_a_store_that_fails(self, tmp_path: Path) -> None:
        """It is an error: nobody can tell whether the message was taken."""
        store = sql(tmp_path / "x.db")
        store.engine = sa.create_engine(f"sqlite:///{tmp_path}/none/x.db")
        with pytest.raises(sa.exc.OperationalError):
            await Claims().claim(store, "a", "1")

    async def test_redis(self, redis_server: Redis) -> None:
        """One key a conversation, with an end, that is erased with it; nobody's name is in it."""
        store = RedisTrackerStore.__new__(RedisTrackerStore)
        store.red, store.key_prefix = redis_server.client(), "tracker:"
        assert [await Claims().claim(store, "anna", "1") for _ in range(2)] == [True, False]
        assert await Claims().claim(store, "anna", "2")
        assert await Claims().claim(store, "ben", "1")
        first, second = store.red.keys("*")
        assert b"anna" not in first + second
        assert 0 < store.red.ttl(first) <= of_stores.KEPT
        await erasure._erase(store, "anna")
        assert await Claims().claim(store, "anna", "1")
        assert not await Claims().claim(store, "ben", "1")

    async def test_memory(self) -> None:
        """Other stores leave it to `first` and to what the tracker knows."""
        domain = Domain.empty()
        store = InMemoryTrackerStore(domain)
        assert await Claims().claim(store, "a", "1")
        tracker = await store.get_or_create_tracker("a")
        tracker.update(UserUttered("hi", message_id="1"), domain)
        await store.save(tracker)
        assert not await Claims().claim(store, "a", "1")
        assert await Claims().claim(store, "a", "2")


class TestSettings:
    def test_errors_name_the_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """That is what people set."""
        s = Settings("channel", {"a": "${STRIA_X:-}", "b": "plain"})
        assert s.variable("a") == "STRIA_X"
        assert "'a' (variable STRIA_X): bad." in str(s.wrong("a", "bad"))
        assert "'b': bad." in str(s.wrong("b", "bad"))

    def test_secrets_are_not_shown(self) -> None:
        """A wrong one is described, not quoted."""
        with pytest.raises(SettingError) as error:
            Settings("channel", {"a": "hunter2"}).secret("a", r"\d+", "digits")
        assert "hunter2" not in str(error.value)
        assert "digits" in str(error.value)
        assert Settings("channel", {"a": "42"}).secret("a", r"\d+", "digits") == "42"
        assert Settings("channel", {}).secret("a", r"\d+", "digits") == ""
