"""One Rasa server as in production, with PostgreSQL behind a network that may be slow, and Redis."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from scripts import _http
from scripts._env import child_environment
from scripts._ports import LOOPBACK
from tests.databases import Postgres, Redis, start_postgres, start_redis
from tests.delay_proxy import DelayProxy
from tests.own_stack import MANY
from tests.silence import silence
from tests.stack import Service, free_port
from tests.waiting import eventually
from tests.web_client import Visitor

START_SECONDS = 120.0


@dataclass
class OneServer:
    """The processes, and the way to the database."""

    postgres: Postgres
    redis: Redis
    network: DelayProxy
    database: str
    port: int
    folder: Path
    services: dict[str, Service] = field(default_factory=dict)

    def visitor(self) -> Visitor:
        """Returns somebody with a new session."""
        visitor = Visitor(self.port)
        assert visitor.open().status == 201
        return visitor

    def stored(self) -> list[str]:
        """Returns the ids of all messages that are stored."""
        sql = "SELECT data::json->>'message_id' FROM events WHERE type_name = 'user' ORDER BY id"
        return [row[0] for row in self.postgres.query(self.database, sql)]

    def logs(self) -> str:
        """Returns what the servers have printed."""
        return "\n".join(p.read_text(errors="replace") for p in self.folder.glob("*.log"))

    def close(self) -> None:
        """Ends everything."""
        for service in self.services.values():
            service.stop()
        silence.listen_below(self.folder)
        self.network.close()
        self.redis.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_one() -> OneServer:
    """Returns a running server."""
    postgres, redis = start_postgres(), start_redis()
    network, port, actions = DelayProxy(postgres.port), free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="stria-one-"))
    one = OneServer(postgres, redis, network, postgres.new_database(), port, folder)
    environment = {
        "HOST": LOOPBACK,
        "PORT": str(port),
        "ACTIONS_PORT": str(actions),
        "ACTION_ENDPOINT_URL": f"http://{LOOPBACK}:{actions}/webhook",
        "PG_HOST": LOOPBACK,
        "PG_PORT": str(network.port),
        "PG_DB": one.database,
        "REDIS_HOST": LOOPBACK,
        "REDIS_PORT": str(redis.port),
        "STRIA_WEB_URL": f"http://{LOOPBACK}:{port}",
        "STRIA_WEB_SECRET": "a secret for the tests of failures",
        **{f"STRIA_WEB_RATE_{name}": MANY for name in ("IP", "NEW", "SESSION", "READS")},
    }
    try:
        for part, url in (("actions", f"{actions}/health"), ("rasa", f"{port}/webhooks/web/")):
            command = [sys.executable, "-m", "scripts.serve", part]
            one.services[part] = Service.start(
                part, command, folder / f"{part}.log", child_environment(environment)
            )
            eventually(lambda url=url: _http.get(f"http://{LOOPBACK}:{url}")[0] == 200, START_SECONDS)  # type: ignore[misc]
    except BaseException:
        print(one.logs())
        one.close()
        raise
    return one
