"""What containers are started with: commands, secrets in files, and the files of deploy/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import serve
from scripts._env import ROOT, CommandError, child_environment

DATABASES = {"PG_HOST": "postgres", "REDIS_HOST": "redis"}


def test_the_clinics_database() -> None:
    """The PostgreSQL of the conversations, unless another one is named; a password may hold anything."""
    environ = {"PG_HOST": "db", "REDIS_HOST": "r", "PG_PASSWORD": "a/b@c:d"}
    found = serve.settings(environ)["STRIA_CLINIC_DB"]
    assert found == "postgresql://stria:a%2Fb%40c%3Ad@db:5432/stria"
    assert serve.settings({**environ, "STRIA_CLINIC_DB": "sqlite:///x"})["STRIA_CLINIC_DB"] == "sqlite:///x"


class TestSecrets:
    def test_a_file(self, tmp_path: Path) -> None:
        """Its content is the value; the line break at its end is none of it."""
        (tmp_path / "secret").write_text("it's $ecret\n")
        found = serve.read_secrets({"PG_PASSWORD_FILE": str(tmp_path / "secret"), "OTHER_FILE": "x"})
        assert found == {"PG_PASSWORD": "it's $ecret"}

    def test_no_file(self, tmp_path: Path) -> None:
        """The variable is named, and the file, not what is in it."""
        with pytest.raises(CommandError, match=r"REDIS_PASSWORD_FILE: .*missing can't be read"):
            serve.read_secrets({"REDIS_PASSWORD_FILE": str(tmp_path / "missing")})

    def test_both(self, tmp_path: Path) -> None:
        """Which one counts would be a guess."""
        with pytest.raises(CommandError, match="both set"):
            serve.read_secrets({"PG_PASSWORD": "a", "PG_PASSWORD_FILE": str(tmp_path)})

    def test_an_empty_one_is_none(self) -> None:
        """As an orchestrator sets it that leaves something out."""
        assert serve.read_secrets({"PG_PASSWORD_FILE": ""}) == {}


class TestSettings:
    @pytest.mark.parametrize("missing", sorted(DATABASES))
    def test_what_is_needed(self, missing: str) -> None:
        """The databases have no default: with one, conversations would go astray."""
        given = {name: value for name, value in DATABASES.items() if name != missing}
        with pytest.raises(CommandError, match=missing):
            serve.settings(given)

    def test_rates_are_counted_in_redis(self) -> None:
        """With its password, in any letters, and with TLS when it has that."""
        found = serve.settings({**DATABASES, "REDIS_PASSWORD": "p@ss/word"})
        assert found["STRIA_WEB_RATE_STORE"] == "redis://:p%40ss%2Fword@redis:6379/2"
        found = serve.settings({**DATABASES, "REDIS_TLS": "on", "REDIS_PORT": "6380"})
        assert found["STRIA_WEB_RATE_STORE"] == "rediss://redis:6380/2"

    def test_the_clinics_database(self) -> None:
        """The PostgreSQL of the conversations, unless another is named; its password in any letters."""
        found = serve.settings({**DATABASES, "PG_PASSWORD": "p@ss/word"})
        assert found["STRIA_CLINIC_DB"] == "postgresql://stria:p%40ss%2Fword@postgres:5432/stria"
        assert (
            serve.clinic_settings({**DATABASES, "PG_PASSWORD": "p@ss/word"})["STRIA_CLINIC_DB"]
            == (found["STRIA_CLINIC_DB"])
        )
        named = {"STRIA_CLINIC_DB": "postgresql://other/db"}
        assert serve.clinic_settings(named)["STRIA_CLINIC_DB"] == named["STRIA_CLINIC_DB"]
        with pytest.raises(CommandError, match="PG_HOST"):
            serve.clinic_settings({})

    def test_a_wrong_switch(self) -> None:
        """It says what it may be."""
        with pytest.raises(CommandError, match="on or off"):
            serve.settings({**DATABASES, "REDIS_TLS": "maybe"})


class TestCommands:
    def test_rasa(self) -> None:
        """It listens to others, has no API, and takes the files of deploy/."""
        command, environment = serve.rasa(DATABASES)
        assert command[command.index("-i") + 1] == "0.0.0.0"
        assert "--enable-api" not in command
        assert command[command.index("--endpoints") + 1] == str(ROOT / "deploy" / "endpoints.yml")
        assert command[command.index("--credentials") + 1] == str(ROOT / "deploy" / "credentials.yml")
        assert environment["PG_USER"] == "stria"

    def test_events(self) -> None:
        """With a broker, both files in one."""
        command, _ = serve.rasa({**DATABASES, "RABBITMQ_HOST": "rabbitmq"})
        file = Path(command[command.index("--endpoints") + 1])
        found = yaml.safe_load(file.read_text())
        file.unlink()
        assert found.keys() == {"action_endpoint", "tracker_store", "lock_store", "event_broker"}

    def test_inbox(self, tmp_path: Path) -> None:
        """It listens to others, and its secrets are read from their files."""
        (tmp_path / "secret").write_text("s" * 40)
        given = {"PG_HOST": "postgres", "STRIA_INBOX_SECRET_FILE": str(tmp_path / "secret")}
        command, environment = serve.inbox(given)
        assert command == [sys.executable, "-m", "scripts.inbox"]
        assert environment["STRIA_INBOX_HOST"] == "0.0.0.0"
        assert environment["STRIA_INBOX_SECRET"] == "s" * 40
        assert environment["STRIA_CLINIC_DB"].startswith("postgresql://")

    def test_the_action_server_gets_no_secret_read(self, tmp_path: Path) -> None:
        """What it needs it reads itself (clinic/database.py)."""
        command, environment = serve.actions({"PG_PASSWORD_FILE": str(tmp_path / "missing")})
        assert "PG_PASSWORD" not in environment
        assert command[-1] == "5055"
        assert environment["SANIC_HOST"] == "0.0.0.0"

    def test_nobody_is_healthy_where_nobody_is(self) -> None:
        """What a container's health check calls."""
        assert serve.healthy("rasa", {"PORT": "1"}) == 1
        assert serve.healthy("actions", {"ACTIONS_PORT": "1"}) == 1
        assert serve.healthy("inbox", {"INBOX_PORT": "1"}) == 1

    @pytest.mark.parametrize("arguments", [[], ["web"], ["rasa", "actions"], ["healthy"]])
    def test_anything_else(self, arguments: list[str]) -> None:
        """One line says what can be started."""
        done = subprocess.run(
            [sys.executable, "-m", "scripts.serve", *arguments],
            cwd=ROOT,
            env=child_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.startswith("error: say what to start")
        assert done.stderr.count("\n") == 1


def test_a_form_that_the_record_does_not_have() -> None:
    """It is refused, not told in another form, before any database is asked."""
    environ = {**DATABASES, "FORMAT": "pdf"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.serve", "records"],
        cwd=ROOT, env=child_environment(environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: FORMAT=pdf is not known; use one of text, html\n"
