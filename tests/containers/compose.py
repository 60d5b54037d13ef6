"""The containers of deploy/compose.yml, started from a checkout of its own as docs/deploy.md tells it.

What stands in the page's first block of commands is what is run, but for the place of the certificate.
Project and image have names of their own: nothing that runs here otherwise is touched.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from itertools import count
from pathlib import Path
from typing import Any

from scripts._env import ROOT
from tests.edge import HOST, ORIGIN, make_certificate
from tests.own_stack import MANY
from tests.stack import free_port
from tests.waiting import eventually
from tests.web_client import Visitor

PROJECT = "striatest"
IMAGE = f"{PROJECT}:1"
#: Building installs all packages and trains.
BUILD_SECONDS, UP_SECONDS, COMMAND_SECONDS = 3600, 300, 180
#: Where the page takes the certificate from.
LETSENCRYPT = "/etc/letsencrypt/live/bot.clinic.example"
#: Each patient comes from an address of their own, as behind a load balancer.
REAL_IP = "set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;"
#: Rates of the channel that no test reaches; those of the edge are what they are.
RATES = dict.fromkeys(("STRIA_WEB_RATE_IP", "STRIA_WEB_RATE_NEW", "STRIA_WEB_RATE_SESSION"), MANY)
#: Ends a process as a crash would: it has to be one outside, since nothing in a container can kill its first.
KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"


def missing_engine() -> str:
    """Returns why no container can be started here; nothing when they can."""
    if not shutil.which("docker"):
        return "there is no docker command"
    for asked in (["info"], ["compose", "version"]):
        done = subprocess.run(["docker", *asked], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"`docker {' '.join(asked)}` fails: {done.stderr.strip()[:200]}"
    return ""


def documented() -> str:
    """Returns the commands of docs/deploy.md that make settings and secrets."""
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    block = re.search(r"## One machine.*?```sh\n(.*?)```", page, re.DOTALL)
    assert block
    commands = block[1][block[1].index("cp example.env .env") :]
    return commands[: commands.index("docker compose build")]


def check_out(folder: Path) -> None:
    """Copies what git knows into a folder; nobody else may read it there, as with umask 077."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o600)


@dataclass
class TlsVisitor(Visitor):
    """A visitor of the edge, which goes by the name of the assistant and has a certificate nobody signed."""

    #: The name that is asked for.
    name: str = HOST

    def connection(self) -> HTTPConnection:
        """Returns a connection to the edge that is not open yet."""
        return _Connection(self.name, self.host, self.port)


class _Connection(HTTPSConnection):
    """Asks for a name, wherever that is."""

    def __init__(self, name: str, host: str, port: int) -> None:
        self.trust = ssl._create_unverified_context()
        super().__init__(host, port, timeout=60, context=self.trust)
        self.name = name

    def connect(self) -> None:
        HTTPConnection.connect(self)
        self.sock = self.trust.wrap_socket(self.sock, server_hostname=self.name)


@dataclass
class Containers:
    """The services of compose.yml, in a checkout of their own."""

    folder: Path
    https: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    files: tuple[str, ...] = ("compose.yml", "test.yml")
    _visitors: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def prepare(cls, folder: Path) -> Containers:
        """Checks out, and does what the page says before anything is built."""
        check_out(folder)
        found = cls(folder)
        deploy = folder / "deploy"
        certificate = make_certificate(folder)
        for name in ("fullchain.pem", "privkey.pem"):
            shutil.copy(certificate, folder / name)
        commands = documented()
        assert commands.count(LETSENCRYPT) == 2
        commands = commands.replace(LETSENCRYPT, str(folder))
        subprocess.run(["sh", "-eu", "-c", commands], cwd=deploy, check=True, timeout=COMMAND_SECONDS)
        found.set_variables(
            STRIA_IMAGE=IMAGE,
            STRIA_HTTPS_PORT=str(found.https),
            STRIA_HTTP_PORT=str(found.http),
            STRIA_EDGE_REAL_IP=f'"{REAL_IP}"',
        )
        (deploy / "test.yml").write_text(json.dumps({"services": {"rasa": {"environment": RATES}}}))
        return found

    def set_variables(self, **more: str) -> None:
        """Sets variables in .env; what stands later counts."""
        with (self.folder / "deploy" / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in more.items())

    def run(self, *arguments: str, seconds: float = COMMAND_SECONDS, ok: bool = True, stdin: str = "") -> str:
        """Runs `docker compose ...`; returns what it printed, and fails when the command does."""
        files = [part for name in self.files for part in ("-f", name)]
        return self._docker("compose", *files, *arguments, seconds=seconds, ok=ok, stdin=stdin)

    def shell(self, command: str) -> None:
        """Runs a command as somebody types it, in the folder of the compose files."""
        environment = {**os.environ, "COMPOSE_PROJECT_NAME": PROJECT}
        folder = self.folder / "deploy"
        subprocess.run(
            ["sh", "-eu", "-c", command], cwd=folder, env=environment, check=True, timeout=COMMAND_SECONDS
        )

    def docker(self, *arguments: str, seconds: float = COMMAND_SECONDS) -> str:
        """Runs `docker ...`; returns what it printed, and fails when the command does."""
        return self._docker(*arguments, seconds=seconds)

    def _docker(self, *arguments: str, seconds: float, ok: bool = True, stdin: str = "") -> str:
        done = subprocess.run(
            ["docker", *arguments],
            cwd=self.folder / "deploy",
            env={**os.environ, "COMPOSE_PROJECT_NAME": PROJECT},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert not ok or done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout if ok else done.stdout + done.stderr

    def up(self, *more: str) -> None:
        """Starts what is not as the files say, and waits until all are healthy."""
        self.run("up", "-d", "--wait", "--wait-timeout", str(UP_SECONDS), *more, seconds=UP_SECONDS + 60)

    def names(self, service: str) -> list[str]:
        """Returns the containers of a service that run."""
        return sorted(self.run("ps", "--format", "{{.Name}}", service).split())

    def inspect(self, container: str, what: str) -> str:
        """Returns something of a container or an image, by a template."""
        return self.docker("inspect", "--format", what, container).strip()

    def is_healthy(self, container: str) -> bool:
        """Tells whether a container runs and says that it is well."""
        return self.inspect(container, "{{.State.Running}} {{.State.Health.Status}}") == "true healthy"

    def kill(self, container: str) -> None:
        """Ends what a container runs with SIGKILL, and waits until the engine has started it again."""
        before = self.inspect(container, "{{.RestartCount}}")
        pid = self.inspect(container, "{{.State.Pid}}")
        command = [
            "run",
            "--rm",
            "--pid",
            "host",
            "--user",
            "0:0",
            "--network",
            "none",
            "--entrypoint",
            "python",
        ]
        self.docker(*command, IMAGE, "-c", KILL, pid)
        eventually(lambda: self.inspect(container, "{{.RestartCount}}") > before, COMMAND_SECONDS)
        eventually(lambda: self.is_healthy(container), COMMAND_SECONDS)

    def stop(self, container: str) -> float:
        """Asks a container to end, in its own time; returns how many seconds that took."""
        begun = time.monotonic()
        self.docker("stop", container)
        return time.monotonic() - begun

    def start(self, container: str) -> None:
        """Starts a container again, and waits until it is healthy."""
        self.docker("start", container)
        eventually(lambda: self.is_healthy(container), UP_SECONDS)

    def inside(self, service: str, *command: str) -> str:
        """Runs a command in a container of a service; returns what it printed, also when it fails."""
        return self.run("exec", "-T", service, *command, ok=False)

    def query(self, database: str, sql: str) -> list[Any]:
        """Runs a statement in PostgreSQL and returns its rows."""
        asked = ["psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "-U", "postgres", "-d", database]
        out = self.run("exec", "-T", "postgres", *asked, "-c", sql)
        return list(csv.reader(io.StringIO(out)))

    def visitor(self) -> Visitor:
        """Returns somebody who calls the edge from an address of their own, without a session."""
        number = next(self._visitors)
        more = {
            "Host": HOST,
            "Origin": ORIGIN,
            "X-Forwarded-For": f"198.51.{number // 250}.{1 + number % 250}",
        }
        return TlsVisitor(self.https, more=more)

    def close(self) -> None:
        """Ends and removes everything but the image."""
        self.run("--profile", "*", "down", "--volumes", "--timeout", "10", "--remove-orphans", ok=False)
