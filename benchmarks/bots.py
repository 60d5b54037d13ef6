"""The bots that are compared, each as processes on free ports with a new SQLite database.

* `stria`: this project, as `make run` starts it.
* `null`: stock Rasa with a keyword classifier, RulePolicy and one fixed response: the engine's floor.
* `null-same-store`: the same with Stria's tracker store, and still none of Stria's mends.
* `stock`: the pipeline and policies of `rasa init` on Stria's own training data and actions.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import stock
from scripts import _http
from scripts._env import ROOT, CommandError, child_environment, module
from scripts._eval_machine import Usage, usage
from scripts._model import model_path
from scripts._ports import LOOPBACK, Ports
from scripts._stack import actions_command, rasa_command
from tests.stack import Service, free_port

NULL_BOT = Path(__file__).parent / "nullbot"
START_SECONDS = 300.0
#: Of stock Rasa's training: enough for what a message costs, and for nothing else.
EPOCHS = 1
#: A bot's own settings must not leak into another one's.
_UNSET = ("STRIA_HARDENING", "STRIA_DB", "RASA_TOKEN")


@dataclass
class Bot:
    """A running bot: where it answers, and its processes."""

    name: str
    url: str
    folder: Path
    services: list[Service] = field(default_factory=list)

    def usage(self) -> Usage:
        """Returns memory and CPU of all its processes."""
        used = [usage(service.process.pid) for service in self.services]
        return Usage(sum(u.kilobytes for u in used), sum(u.cpu for u in used))

    def memory(self) -> dict[str, int]:
        """Returns the resident kilobytes of each process."""
        return {service.name: usage(service.process.pid).kilobytes for service in self.services}

    def stop(self) -> None:
        """Ends its processes and removes its folder."""
        for service in reversed(self.services):
            service.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(name: str, models: Mapping[str, Path]) -> Iterator[Bot]:
    """Starts a bot, waits until it answers, and stops it at the end.

    Args:
        name: One of `NAMES`.
        models: The trained models of those that `train` makes.

    Raises:
        CommandError: When it does not start.
    """
    bot = start(name, models)
    try:
        wait(bot)
        yield bot
    finally:
        bot.stop()


def start(name: str, models: Mapping[str, Path]) -> Bot:
    """Starts the processes of a bot without waiting for them; see `running`."""
    ports = Ports(free_port(), free_port())
    bot = Bot(name, ports.rasa_url, Path(tempfile.mkdtemp(prefix=f"stria-bench-{name}-")))
    settings = {
        "ACTION_ENDPOINT_URL": f"{ports.actions_url}/webhook",
        "STRIA_DB": str(bot.folder / "conversations.db"),
        # What is measured is no patient's.
        "STRIA_CLINIC_DB": f"sqlite:///{bot.folder}/clinic.db",
        "BENCH_DB": str(bot.folder / "conversations.db"),
        "STRIA_WEB_PURGE_HOURS": "0",
        "SANIC_HOST": LOOPBACK,
    }
    commands = {"rasa": _rasa(name, ports, models)}
    if name in WITH_ACTIONS:
        commands["actions"] = actions_command(ports)
    if name != "stria":
        settings["STRIA_HARDENING"] = "off"
    environment = {k: v for k, v in child_environment().items() if k not in _UNSET}
    for process, command in sorted(commands.items()):
        log = bot.folder / f"{process}.log"
        bot.services.append(Service.start(process, command, log, {**environment, **settings}))
    return bot


def _rasa(name: str, ports: Ports, models: Mapping[str, Path]) -> list[str]:
    if name == "stria":
        return rasa_command(ports, {})
    store = "same_store" if name == "null-same-store" else "endpoints"
    endpoints = NULL_BOT / f"{store}.yml" if name.startswith("null") else stock.ENDPOINTS
    command = [*module("rasa"), "run", "-i", LOOPBACK, "-p", str(ports.rasa)]
    command += ["--model", str(models[name.removesuffix("-same-store")])]
    return [*command, "--endpoints", str(endpoints), "--credentials", str(NULL_BOT / "credentials.yml")]


def wait(bot: Bot) -> None:
    """Waits until a bot answers a message.

    Raises:
        CommandError: When it does not, or when a process has ended.
    """
    deadline = time.monotonic() + START_SECONDS
    while not answers(bot):
        ended = [s for s in bot.services if s.process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise CommandError(f"{bot.name} did not start\n" + "\n".join(s.tail() for s in bot.services))
        time.sleep(0.05)


def answers(bot: Bot) -> bool:
    """Tells whether a bot has an answer to a message now."""
    try:
        return bool(_http.post_json(f"{bot.url}/webhooks/rest/webhook", {"sender": "ready", "message": "hi"}))
    except (*_http.NO_ANSWER, ValueError):
        return False


def train(names: Sequence[str], folder: Path) -> dict[str, Path]:
    """Trains the models of the bots other than Stria, whose own must exist, into a folder.

    Raises:
        CommandError: When one can't be trained, or Stria's is missing.
    """
    if not model_path().exists():
        raise CommandError("there is no model yet: make train")
    wanted = {name.removesuffix("-same-store") for name in names} - {"stria"}
    return {name: _train(name, folder) for name in sorted(wanted)}


def _train(name: str, folder: Path) -> Path:
    home = NULL_BOT if name == "null" else stock.write(folder / "stock", EPOCHS)
    command = [*module("rasa"), "train", "--force", "--skip-validation", "--out", str(folder)]
    command += ["--fixed-model-name", name, "--config", str(home / "config.yml")]
    source = (NULL_BOT / "domain.yml", NULL_BOT / "data") if name == "null" else stock.SOURCE
    command += ["--domain", str(source[0]), "--data", *map(str, source[1:])]
    log = folder / f"{name}.log"
    environment = {**child_environment(), "RASA_MAX_CACHE_SIZE": "0", "STRIA_HARDENING": "off"}
    with log.open("wb") as out:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise CommandError(f"{name} could not be trained\n" + log.read_text(errors="replace")[-2000:])
    return folder / f"{name}.tar.gz"


NAMES = ("stria", "null", "null-same-store", "stock")
WITH_ACTIONS = ("stria", "stock")
