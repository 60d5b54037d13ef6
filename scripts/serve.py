"""Starts one part of the assistant in production, or asks it whether it is well; for containers.

    python -m scripts.serve rasa | actions | inbox | purge | records | healthy rasa | healthy actions | healthy inbox
    python -m scripts.serve inbox-user | requests | audit-log     what make calls by these names

The files of deploy/ hold instead of those for development. All that differs between places comes
from the environment; NAME_FILE names a file that holds the value of NAME (a secret).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from scripts import _http
from scripts._env import ROOT, CommandError, child_environment, module, run_command
from scripts._model import model_path
from scripts._ports import LOOPBACK, read_port, read_ports

DEPLOY = ROOT / "deploy"
ENDPOINTS, EVENTS = DEPLOY / "endpoints.yml", DEPLOY / "event_broker.yml"
#: Whose NAME_FILE is read.
OURS = ("STRIA_", "PG_", "REDIS_", "RABBITMQ_")
#: What deploy/endpoints.yml and deploy/event_broker.yml read, when the environment does not say.
DEFAULTS = {
    "ACTION_ENDPOINT_URL": "http://balancer:5055/webhook",
    "PG_PORT": "5432",
    "PG_DB": "stria",
    "PG_USER": "stria",
    "PG_PASSWORD": "",
    "REDIS_PORT": "6379",
    "REDIS_PASSWORD": "",
    "REDIS_TLS": "off",
    "RABBITMQ_PORT": "5672",
    "RABBITMQ_USER": "stria",
    "RABBITMQ_PASSWORD": "",
    # One process a core: more threads would only wait for each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
NEEDED = ("PG_HOST", "REDIS_HOST")
#: Where the clinic's database is.
CLINIC = "STRIA_CLINIC_DB"
#: The database of Redis for rates; locks have number 1.
RATES = 2


def read_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables whose values stand in files.

    Raises:
        CommandError: A file can't be read, or NAME and NAME_FILE are both set.
    """
    found = {}
    for name, value in environ.items():
        secret = name.removesuffix("_FILE")
        if secret == name or not name.startswith(OURS) or not value:
            continue
        if environ.get(secret):
            raise CommandError(f"{secret} and {name} are both set; set one")
        try:
            found[secret] = Path(value).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name}: {value} can't be read ({type(error).__name__})") from None
    return found


def rate_store(environ: Mapping[str, str]) -> str:
    """Returns the address of the Redis in which all processes count together."""
    secret = quote(environ["REDIS_PASSWORD"], safe="")
    login = f":{secret}@" if secret else ""
    scheme = "rediss" if environ["REDIS_TLS"] == "on" else "redis"
    return f"{scheme}://{login}{environ['REDIS_HOST']}:{environ['REDIS_PORT']}/{RATES}"


def clinic_database(environ: Mapping[str, str]) -> str:
    """Returns the address of the clinic's database: the PostgreSQL of the conversations, other tables."""
    secret = quote(environ["PG_PASSWORD"], safe="")
    login = quote(environ["PG_USER"], safe="") + (f":{secret}" if secret else "")
    return f"postgresql://{login}@{environ['PG_HOST']}:{environ['PG_PORT']}/{environ['PG_DB']}"


def clinic_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment of a part that talks to the clinic's database alone.

    Raises:
        CommandError: Nothing says where it is.
    """
    found = {**DEFAULTS, **environ, **read_secrets(environ)}
    if not found.get(CLINIC):
        if not found.get("PG_HOST"):
            raise CommandError("PG_HOST is not set")
        found[CLINIC] = clinic_database(found)
    return found


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment of a part that talks to the databases.

    Raises:
        CommandError: Something is missing or contradicts itself.
    """
    found = {**DEFAULTS, **environ, **read_secrets(environ)}
    for name in NEEDED:
        if not found.get(name):
            raise CommandError(f"{name} is not set")
    if found["REDIS_TLS"] not in ("on", "off"):
        raise CommandError("REDIS_TLS has to be on or off")
    found.setdefault("STRIA_WEB_RATE_STORE", rate_store(found))
    found.setdefault("STRIA_CLINIC_DB", clinic_database(found))
    return found


def endpoints(environ: Mapping[str, str]) -> Path:
    """Returns endpoints.yml: with the event broker in it when there is one."""
    if not environ.get("RABBITMQ_HOST"):
        return ENDPOINTS
    handle, name = tempfile.mkstemp(prefix="endpoints-", suffix=".yml")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(ENDPOINTS.read_text(encoding="utf-8") + EVENTS.read_text(encoding="utf-8"))
    return Path(name)


def rasa(environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Returns command and environment of Rasa: without its API."""
    found = settings(environ)
    port = str(read_ports(environ).rasa)
    command = [*module("rasa"), "run", "-i", environ.get("HOST") or "0.0.0.0", "-p", port]
    command += ["--model", str(model_path()), "--endpoints", str(endpoints(found))]
    return [*command, "--credentials", str(DEPLOY / "credentials.yml")], found


def actions(environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Returns command and environment of the action server, which reads its secrets itself."""
    port = str(read_ports(environ).actions)
    command = [*module("rasa_sdk"), "--quiet", "--actions", "actions", "--port", port]
    return command, {**environ, "SANIC_HOST": environ.get("HOST") or "0.0.0.0"}


def inbox(environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Returns command and environment of the inbox for staff."""
    found = clinic_settings(environ)
    return [sys.executable, "-m", "scripts.inbox"], {"STRIA_INBOX_HOST": "0.0.0.0", **found}


def healthy(part: str, environ: Mapping[str, str]) -> int:
    """Returns 0 when the part in this container is ready, else 1."""
    ports = read_ports(environ)
    host = environ.get("HOST") or LOOPBACK
    port, path = {
        "rasa": (ports.rasa, "/webhooks/web/"),
        "actions": (ports.actions, "/health"),
        "inbox": (read_port("INBOX_PORT", 5070, environ), "/ready"),
    }[part]
    status, _ = _http.get(f"http://{host}:{port}{path}")
    return 0 if status == 200 else 1


def purge(environ: Mapping[str, str]) -> int:
    """Erases expired conversations; returns the exit status."""
    os.environ.update(settings(environ))
    from scripts.purge import purge_once

    return purge_once(DEPLOY)


def on_the_clinics_database(command: str, environ: Mapping[str, str]) -> int:
    """Runs a command for staff with the database of the environment; returns the exit status."""
    os.environ.update(clinic_settings(environ))
    status: int = import_module(COMMANDS[command]).main()
    return status


def records(environ: Mapping[str, str]) -> int:
    """Prints the record of processing; returns the exit status."""
    os.environ.update(settings(environ))
    from scripts.records import form_of, made

    sys.stdout.write(made(DEPLOY, form_of(environ)))
    return 0


def start(command: list[str], environment: Mapping[str, str]) -> int:
    """Becomes the command: signals reach it without anybody in between."""
    os.chdir(ROOT)
    os.execve(command[0], command, child_environment(environment))


PARTS: dict[str, Callable[[Mapping[str, str]], tuple[list[str], dict[str, str]]]] = {
    "rasa": rasa,
    "actions": actions,
    "inbox": inbox,
}
#: What can be done from within a container: name of the command of make -> module.
COMMANDS = {
    "inbox-user": "scripts.inbox_user",
    "requests": "scripts.inbox_requests",
    "audit-log": "scripts.audit_log",
}


def main() -> int:
    """Does what the command line says; returns the exit status."""
    match sys.argv[1:]:
        case [("rasa" | "actions" | "inbox") as part]:
            return start(*PARTS[part](os.environ))
        case ["healthy", ("rasa" | "actions" | "inbox") as part]:
            return healthy(part, os.environ)
        case ["purge"]:
            return purge(os.environ)
        case [("inbox-user" | "requests" | "audit-log") as command]:
            return on_the_clinics_database(command, os.environ)
        case ["records"]:
            return records(os.environ)
    names = ", ".join([*PARTS, "purge", "records", *COMMANDS])
    raise CommandError(f"say what to start: {names}, or healthy and one of {', '.join(PARTS)}")


if __name__ == "__main__":
    run_command(main)
