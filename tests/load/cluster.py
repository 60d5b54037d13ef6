"""The topology of deploy/ as processes of this machine; each may be killed and started again.

Edge and balancer (nginx), two Rasa servers, two action servers, PostgreSQL and Redis, with the files of
deploy/ and the commands that the containers run. Where containers have a name with several addresses,
so have these: the same port at two addresses of loopback, and a name server.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from scripts import _http
from scripts._env import child_environment
from scripts._ports import LOOPBACK
from tests.databases import Database, Postgres, Redis, start_postgres, start_redis
from tests.edge import HOST, ORIGIN, make_edge
from tests.names import NameServer
from tests.nginx import Nginx, make_nginx
from tests.own_stack import MANY
from tests.silence import silence
from tests.stack import Service, free_port
from tests.waiting import eventually
from tests.web_client import Visitor

START_SECONDS = 120.0
ADDRESSES = ("127.0.1.1", "127.0.1.2")
RASA, ACTIONS = ("rasa-1", "rasa-2"), ("actions-1", "actions-2")
#: Rates of the channel that no load reaches; those of the edge are what they are.
RATES = dict.fromkeys(("STRIA_WEB_RATE_IP", "STRIA_WEB_RATE_NEW", "STRIA_WEB_RATE_SESSION"), MANY)


@dataclass
class Cluster:
    """All processes by name."""

    postgres: Postgres
    redis: Redis
    database: str
    names: NameServer
    folder: Path
    rasa_port: int
    actions_port: int
    balancer_port: int
    settings: dict[str, str]
    servers: dict[str, Database] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    _visitors: Iterator[int] = field(default_factory=count)

    @property
    def edge(self) -> Nginx:
        """The edge."""
        edge = self.servers["edge"]
        assert isinstance(edge, Nginx)
        return edge

    def kill(self, name: str) -> None:
        """Ends a process as a crash would, with SIGKILL."""
        if name in self.servers:
            self.servers[name].kill()
            return
        process = self.services[name].process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def stop(self, name: str) -> float:
        """Asks a server to end, as Docker and Kubernetes do; returns how many seconds it took."""
        begun = time.monotonic()
        process = self.services[name].process
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        return time.monotonic() - begun

    def start(self, name: str) -> None:
        """Starts a process and waits until it is ready."""
        if name in self.servers:
            self.servers[name].start()
            return
        address = ADDRESSES[int(name[-1]) - 1]
        part = name[:-2]
        environment = child_environment({**self.settings, "HOST": address})
        log = self.folder / f"{name}-{time.time_ns()}.log"
        command = [sys.executable, "-m", "scripts.serve", part]
        self.services[name] = Service.start(name, command, log, environment)
        eventually(lambda: self.is_ready(name), START_SECONDS)

    def is_ready(self, name: str) -> bool:
        """Tells whether a server says that it is ready."""
        service = self.services[name]
        assert service.process.poll() is None, service.tail()
        address = ADDRESSES[int(name[-1]) - 1]
        if name in RASA:
            url = f"http://{address}:{self.rasa_port}/webhooks/web/"
        else:
            url = f"http://{address}:{self.actions_port}/health"
        return _http.get(url)[0] == 200

    def visitor(self) -> Visitor:
        """Returns somebody who calls the edge from an address of their own, without a session."""
        number = next(self._visitors)
        address = f"127.1.{number // 250}.{1 + number % 250}"
        return Visitor(self.edge.port, more={"Host": HOST}, address=address)

    def logs(self) -> str:
        """Returns what the servers of ours have printed."""
        return "\n".join(p.read_text(errors="replace") for p in self.folder.glob("*.log"))

    def close(self) -> None:
        """Ends everything."""
        for service in self.services.values():
            service.stop()
        silence.listen_below(self.folder)
        for server in self.servers.values():
            server.stop()
        self.names.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster(**more: str) -> Cluster:
    """Returns a running cluster; `more` are variables of the environment."""
    postgres, redis, names = start_postgres(), start_redis(), NameServer()
    rasa, actions, balancer = free_port(), free_port(), free_port()
    names.names = {"rasa.test": ADDRESSES, "actions.test": ADDRESSES}
    database = postgres.new_database()
    settings = {
        "PORT": str(rasa),
        "ACTIONS_PORT": str(actions),
        "ACTION_ENDPOINT_URL": f"http://{LOOPBACK}:{balancer}/webhook",
        "PG_HOST": LOOPBACK,
        "PG_PORT": str(postgres.port),
        "PG_DB": database,
        "REDIS_HOST": LOOPBACK,
        "REDIS_PORT": str(redis.port),
        "STRIA_WEB_URL": ORIGIN,
        "STRIA_WEB_SECRET": "a secret for the tests of the topology",
        **RATES,
        **more,
    }
    folder = Path(tempfile.mkdtemp(prefix="stria-cluster-"))
    cluster = Cluster(postgres, redis, database, names, folder, rasa, actions, balancer, settings)
    variables = {
        "NGINX_LOCAL_RESOLVERS": names.address,
        "STRIA_ACTIONS": f"actions.test:{actions}",
        "STRIA_BALANCER_PORT": str(balancer),
    }
    cluster.servers = {
        "postgres": postgres,
        "redis": redis,
        "balancer": make_nginx("actions", balancer, variables),
        "edge": make_edge(names.address, f"rasa.test:{rasa}"),
    }
    try:
        for name in (*ACTIONS, "balancer", *RASA, "edge"):
            cluster.start(name)
        eventually(lambda: cluster.visitor().get("").status == 200, START_SECONDS)
    except BaseException:
        cluster.close()
        raise
    return cluster
