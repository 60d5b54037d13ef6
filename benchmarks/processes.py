"""One and two servers on PostgreSQL and Redis: what a message costs each part, and how it adds up.

Patients ask questions and go through the check, in turn; benchmarks/talk.py says how many of each.
Throughput is bounded by the cores of the machine, which databases and patients share: the CPU of a
message in each part tells more about a larger machine, and so do servers that are held to a share of a core.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import quota, talk, wire
from benchmarks.bots import Bot, wait
from benchmarks.results import Figures
from scripts._env import ROOT, CommandError, child_environment
from scripts._eval_machine import percentile, usage
from scripts._ports import LOOPBACK, Ports
from scripts._stack import actions_command, rasa_command
from scripts.train import ensure_model
from tests.databases import Database, Postgres, Redis, start_postgres, start_redis
from tests.stack import Service, free_port

NAMES = ("1", "2")
#: The entry of one and of two servers with a share of a core each, and that share: two such servers, the
#: databases and the patients leave a machine of two cores half idle.
SHARES, SHARE = "shares", 0.25
USERS, ROUNDS, WARM_UP = 10, 3, 2
#: Seconds after which PostgreSQL's idle processes have told their statistics (it waits up to 10).
TOLD = 11.0


@dataclass
class Cluster:
    """Servers, an action server, and the databases that they share."""

    bots: list[Bot]
    actions: Service
    postgres: Postgres
    redis: Redis
    database: str
    wires: dict[str, wire.Wire]

    def cpu(self) -> dict[str, float]:
        """Returns the CPU seconds of each part so far."""
        return {
            "rasa": sum(bot.usage().cpu for bot in self.bots),
            "actions": usage(self.actions.process.pid).cpu,
            "postgres": _cpu(self.postgres),
            "redis": _cpu(self.redis),
        }

    def memory(self) -> dict[str, float]:
        """Returns the resident MB of a server and of the action server."""
        servers = [bot.usage().kilobytes for bot in self.bots]
        actions = usage(self.actions.process.pid).kilobytes
        return {"rasa": 1024 * max(servers) / 1e6, "actions": 1024 * actions / 1e6}

    def counts(self) -> dict[str, float]:
        """Returns what the databases have done so far."""
        sql = (
            "SELECT xact_commit + xact_rollback, pg_database_size(datname), "
            "pg_current_wal_insert_lsn() - '0/0'::pg_lsn FROM pg_stat_database WHERE datname = %s"
        )
        transactions, size, log = self.postgres.query("postgres", sql, self.database)[0]
        rows = self.postgres.query(self.database, "SELECT count(*) FROM events")[0][0]
        commands = self.redis.client().info("commandstats")
        ours = ("cmdstat_info", "cmdstat_ping")
        return {
            "transactions": float(transactions),
            "stored_bytes": float(size),
            "log_bytes": float(log),
            "rows": float(rows),
            "redis_commands": float(sum(v["calls"] for k, v in commands.items() if k not in ours)),
        }


def _cpu(server: Database) -> float:
    assert server.process
    return usage(server.process.pid).cpu


@contextlib.contextmanager
def cluster(servers: int, *, wires: bool = False) -> Iterator[Cluster]:
    """Starts everything on free ports, waits until the servers answer, and stops it at the end.

    Args:
        servers: number of Rasa servers.
        wires: count what goes over each connection; slower, and so not for times.

    Raises:
        CommandError: Something does not start.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stria-bench-")))
        postgres = _durable(start_postgres())
        stack.callback(postgres.stop)
        redis = start_redis()
        stack.callback(redis.stop)
        ports = [free_port() for _ in range(servers)]
        stack_ports = Ports(ports[0], free_port())
        actual = {"postgres": postgres.port, "redis": redis.port, "actions": stack_ports.actions}
        actual["patients"] = ports[0]
        counted = {n: stack.enter_context(wire.counted(port)) for n, port in actual.items() if wires}
        reached = {**actual, **{name: one.port for name, one in counted.items()}}
        database = postgres.new_database()
        endpoints = folder / "endpoints.yml"
        endpoints.write_text(yaml.safe_dump(_endpoints(reached, database)), encoding="utf-8")
        environment = child_environment({"SANIC_HOST": LOOPBACK, "STRIA_WEB_PURGE_HOURS": "0"})
        environment["STRIA_WEB_SECRET"] = "a secret that the servers of a measurement share"
        log = folder / "actions.log"
        actions = Service.start("actions", actions_command(stack_ports), log, environment)
        stack.callback(actions.stop)
        bots = []
        for number, port in enumerate(ports):
            command = rasa_command(Ports(port, stack_ports.actions), {})
            command[command.index("endpoints.yml")] = str(endpoints)
            service = Service.start("rasa", command, folder / f"rasa-{number}.log", environment)
            stack.callback(service.stop)
            address = f"http://{LOOPBACK}:{reached['patients'] if wires else port}"
            bots.append(Bot("stria", address, folder, [service]))
        for bot in bots:
            wait(bot)
        yield Cluster(bots, actions, postgres, redis, database, counted)


def _durable(postgres: Postgres) -> Postgres:
    """Starts a server again with what production has: what is committed is on the disk."""
    postgres.kill()
    postgres.command.remove("-F")
    postgres.start()
    return postgres


def _endpoints(ports: dict[str, int], database: str) -> dict[str, Any]:
    """Returns the project's endpoints with PostgreSQL and Redis in the place of SQLite and memory."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    found["action_endpoint"]["url"] = f"http://{LOOPBACK}:{ports['actions']}/webhook"
    found["tracker_store"] |= {
        "dialect": "postgresql",
        "url": LOOPBACK,
        "port": ports["postgres"],
        "db": database,
        "username": "stria",
    }
    lock = {"type": "rasa_ext.stores.redis_lock.RedisLockStore", "url": LOOPBACK, "port": ports["redis"]}
    return {**found, "lock_store": lock}


def measure(name: str) -> Figures:
    """Measures so many servers: one of `NAMES`.

    Raises:
        CommandError: Something cannot be started.
    """
    ensure_model()
    try:
        with cluster(int(name)) as running:
            _talk(running, "warm", WARM_UP, 1)
            figures = _loaded(running)
        with cluster(1, wires=True) as running:
            figures["wire"] = _wires(running)
    except pytest.fail.Exception as missing:
        raise CommandError(str(missing)) from missing
    return figures


def measure_shares() -> Figures:
    """Measures one and two servers that get no more than `SHARE` of a core each.

    Raises:
        CommandError: Something cannot be started, or held to a share.
    """
    ensure_model()
    figures: Figures = {"share": SHARE}
    try:
        for name in NAMES:
            with cluster(int(name)) as running, contextlib.ExitStack() as stack:
                _talk(running, "warm", WARM_UP, 1)
                for bot in running.bots:
                    stack.enter_context(quota.limited(bot.services[0].process.pid, SHARE))
                figures[name] = _loaded(running)
    except pytest.fail.Exception as missing:
        raise CommandError(str(missing)) from missing
    return figures


def _loaded(running: Cluster) -> Figures:
    time.sleep(TOLD)
    counts, cpu = running.counts(), running.cpu()
    found = _talk(running, "load", USERS, ROUNDS)
    used = {part: value - cpu[part] for part, value in running.cpu().items()}
    time.sleep(TOLD)
    done = {key: value - counts[key] for key, value in running.counts().items()}
    messages = len(found.seconds)
    return {
        "messages": messages,
        "users": USERS,
        "per_second": messages / found.wall,
        "median_ms": 1000 * percentile(found.seconds, 0.5),
        "p95_ms": 1000 * percentile(found.seconds, 0.95),
        "cpu_ms": {part: 1000 * value / messages for part, value in used.items()},
        "per_message": {key: value / messages for key, value in done.items()},
        "memory_mb": running.memory(),
    }


def _talk(running: Cluster, name: str, users: int, rounds: int) -> talk.Talk:
    """Lets so many patients write at once; the servers take turns in getting one."""
    lines = [
        [m for n in range(rounds) for m in _conversations(f"{name}-{user}-{n}", n)] for user in range(users)
    ]
    shares = [lines[number :: len(running.bots)] for number in range(len(running.bots))]
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(running.bots)) as pool:
        talks = list(pool.map(talk.at_once, running.bots, shares))
    seconds = [one for found in talks for one in found.seconds]
    return talk.Talk(seconds, time.perf_counter() - begun)


def _conversations(name: str, number: int) -> list[talk.Message]:
    """Returns the messages of a patient who asks questions, and of one who goes through the check."""
    asked = [(f"{name}-q", text) for text in talk.questions(number + 1)[number]]
    begun, answers = talk.check_messages(1, f"{name}-c")
    return [*asked, *begun, *answers]


def _wires(running: Cluster) -> dict[str, dict[str, float]]:
    """Returns bytes and round trips of a message on each connection."""
    _talk(running, "warm", 1, 1)
    before = {name: one.snapshot() for name, one in running.wires.items()}
    messages = len(_talk(running, "wire", 1, ROUNDS).seconds)
    after = {name: one.snapshot() for name, one in running.wires.items()}
    return {
        name: {
            "bytes": (after[name][0] - before[name][0]) / messages,
            "round_trips": (after[name][1] - before[name][1]) / messages,
        }
        for name in running.wires
    }
