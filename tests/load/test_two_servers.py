"""Two Rasa servers on one PostgreSQL and one Redis: nothing lost, whoever is killed or restarted."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from scripts._env import child_environment
from scripts._ports import LOOPBACK, Ports
from scripts._stack import actions_are_up, actions_command, rasa_command
from tests.databases import Postgres, Redis, start_postgres, start_redis
from tests.stack import Service, free_port
from tests.web_agent import eventually

pytestmark = pytest.mark.stack
START_SECONDS = 120.0
ENDPOINTS = """
action_endpoint: {{url: "http://{host}:{actions}/webhook", enable_selective_domain: true}}
tracker_store:
  type: rasa_ext.stores.sql.SafeSQLTrackerStore
  dialect: postgresql
  url: {host}
  port: {postgres}
  db: {database}
  username: stria
lock_store: {{type: rasa_ext.stores.redis_lock.RedisLockStore, url: {host}, port: {redis}}}
"""


@dataclass
class Pair:
    """Two servers, what they share, and what was answered."""

    postgres: Postgres
    redis: Redis
    database: str
    ports: list[int]
    folder: Path
    services: dict[str, Service] = field(default_factory=dict)
    answered: Counter[tuple[int, str]] = field(default_factory=Counter)
    worst: float = 0.0

    def start(self, number: int) -> None:
        """Starts a server and waits until it is ready."""
        ports = Ports(self.ports[number], self.ports[-1])
        command = rasa_command(ports, {})
        command[command.index("endpoints.yml")] = str(self.folder / "endpoints.yml")
        environment = child_environment({"STRIA_WEB_SECRET": "a secret for the tests of two servers"})
        log = self.folder / f"rasa-{number}-{time.time_ns()}.log"
        self.services[f"rasa-{number}"] = Service.start("rasa", command, log, environment)
        eventually(lambda: self.send(number, "ready", "hello") == 200, START_SECONDS)

    def send(self, number: int, sender: str, text: str, retry: bool = False) -> int:
        """Sends a message to a server, or to the other one when this does not answer; returns the status."""
        started, status = time.monotonic(), 0
        for port in (self.ports[number], self.ports[1 - number])[: 2 if retry else 1]:
            connection = HTTPConnection(LOOPBACK, port, timeout=60)
            with contextlib.suppress(OSError, HTTPException):
                body = json.dumps({"sender": sender, "message": text})
                connection.request(
                    "POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
                )
                status = connection.getresponse().status
            connection.close()
            if status:
                break
        if sender != "ready":
            self.worst = max(self.worst, time.monotonic() - started)
            self.answered[(status, sender)] += 1
        return status

    def stored(self) -> Counter[str]:
        """Returns how many messages of each conversation are stored."""
        sql = "SELECT sender_id, count(*) FROM events WHERE type_name = 'user' GROUP BY sender_id"
        return Counter({s: n for s, n in self.postgres.query(self.database, sql) if s != "ready"})

    def good(self) -> Counter[str]:
        """Returns how many messages of each conversation were answered well."""
        return Counter({s: n for (status, s), n in self.answered.items() if status == 200})

    def load(self, seconds: float, senders: int, retry: bool = False) -> None:
        """Lets each patient write through both servers at once, for a while."""
        self.answered.clear()
        self.worst = 0.0
        end = time.monotonic() + seconds
        prefix = f"p{time.time_ns()}-"

        def talk(number: int) -> None:
            count = 0
            while time.monotonic() < end:
                self.send(number % 2, f"{prefix}{number // 2}", f"is it painful? {number} {count}", retry)
                count += 1

        with ThreadPoolExecutor(2 * senders) as pool:
            list(pool.map(talk, range(2 * senders)))

    def logs(self) -> str:
        """Returns what both have printed."""
        return "\n".join(p.read_text(errors="replace") for p in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both servers, with an action server, a PostgreSQL and a Redis."""
    postgres, redis = start_postgres(), start_redis()
    folder = tmp_path_factory.mktemp("pair")
    ports = [free_port() for _ in range(3)]
    pair = Pair(postgres, redis, postgres.new_database(), ports, folder)
    text = ENDPOINTS.format(
        host=LOOPBACK, actions=ports[2], postgres=postgres.port, redis=redis.port, database=pair.database
    )
    (folder / "endpoints.yml").write_text(text)
    try:
        stack = Ports(ports[0], ports[2])
        environment = child_environment({"SANIC_HOST": LOOPBACK})
        pair.services["actions"] = Service.start(
            "actions", actions_command(stack), folder / "actions.log", environment
        )
        eventually(lambda: actions_are_up(stack), START_SECONDS)
        for number in range(2):
            pair.start(number)
        yield pair
    finally:
        for service in pair.services.values():
            service.stop()
        redis.stop()
        postgres.stop()


def test_messages_of_one_patient_through_both(pair: Pair) -> None:
    """All are answered, all are stored, each once; nobody waits long."""
    pair.load(8, senders=3)
    assert {status for status, _ in pair.answered} == {200}
    stored = pair.stored()
    assert {s: stored[s] for s in pair.good()} == dict(pair.good())
    assert pair.worst < 5
    print(f"\n{sum(pair.good().values())} messages, worst wait {pair.worst:.2f} s")


def test_one_is_killed(pair: Pair) -> None:
    """The other takes over; what was answered is stored, and nobody waits longer than 12 seconds."""
    killer = threading.Timer(3, pair.services["rasa-0"].process.kill)
    killer.start()
    pair.load(16, senders=3, retry=True)
    killer.join()
    assert {status for status, _ in pair.answered} == {200}
    stored, good = pair.stored(), pair.good()
    assert [s for s in good if stored[s] < good[s]] == []
    # A message whose server died after storing it and before answering was sent again.
    assert sum(stored[s] - good[s] for s in good) <= 6
    assert pair.worst <= 12
    print(f"\n{sum(good.values())} messages, worst wait {pair.worst:.2f} s")
    pair.services["rasa-0"].stop()
    pair.start(0)


def test_the_databases_are_restarted(pair: Pair) -> None:
    """Meanwhile 503, afterwards all goes on; nothing that was answered is lost."""

    def restart() -> None:
        for server in (pair.postgres, pair.redis):
            time.sleep(2)
            server.kill()
            time.sleep(1)
            server.start()

    restarting = threading.Thread(target=restart)
    restarting.start()
    pair.load(10, senders=3)
    restarting.join()
    assert {status for status, _ in pair.answered} <= {200, 503}
    stored, good = pair.stored(), pair.good()
    assert [s for s in good if stored[s] < good[s]] == []
    pair.load(2, senders=1)
    assert {status for status, _ in pair.answered} == {200}
    assert "Traceback" not in pair.logs()
