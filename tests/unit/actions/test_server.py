"""The action server measures what it runs, on a port of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from rasa_sdk.plugin import plugin_manager

from actions import server
from actions.answer import ActionAnswer
from actions.check_form import ValidateContraindicationCheck
from assistant.observability import port
from clinic import delivery_figures
from scripts._env import ROOT
from tests.action_turn import Patient
from tests.counted import counted


@pytest.fixture(autouse=True)
def nothing_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that delivers has tests of its own."""
    monkeypatch.setattr(server.worker, "start", lambda: False)


class App:
    """As much of a Sanic application as is used."""

    def __init__(self) -> None:
        self.listeners: list[tuple[Any, str]] = []

    def register_listener(self, listener: Any, event: str) -> None:
        """Keeps a listener."""
        self.listeners.append((listener, event))


def test_it_begins_when_the_action_server_starts() -> None:
    """By the hook of rasa_sdk for its plugins, not by importing the actions."""
    app = App()
    plugin_manager().hook.attach_sanic_app_extensions(app=app)
    assert (server.start, "after_server_start") in app.listeners


def test_it_is_warm_before_it_listens() -> None:
    """The first call imports nothing more: a new process, as after a crash, asked for its first question."""
    code = (
        "import asyncio, sys\n"
        "from actions import server\n"
        "from actions.check_start import ActionStartCheck\n"
        "from tests.action_turn import Patient\n"
        "app = type('App', (), {'found': [], 'register_listener': lambda s, f, e: s.found.append((f, e))})()\n"
        "server.attach_sanic_app_extensions(app)\n"
        "asyncio.run([f for f, e in app.found if e == 'before_server_start'][0](app, None))\n"
        "before = set(sys.modules)\n"
        "Patient().run(ActionStartCheck(), 'start the check', 'start_check')\n"
        "print(sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


async def test_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of Rasa's process, which may have the same environment."""
    served: list[str] = []
    monkeypatch.setattr(port, "serve", lambda name: bool(served.append(name)))
    await server.start(None, None)
    assert served == ["STRIA_METRICS_ACTIONS_PORT"]
    assert server._watching == set()
    monkeypatch.setattr(port, "serve", lambda _: True)
    await server.start(None, None)
    assert len(server._watching) == 2
    for task in server._watching:
        task.cancel()
    await asyncio.sleep(0)


async def test_it_tells_how_deliveries_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, in a thread: the outbox may be slow."""
    looked: list[threading.Thread] = []
    monkeypatch.setattr(delivery_figures, "show", lambda: looked.append(threading.current_thread()))
    monkeypatch.setattr(delivery_figures, "STEP", 0.01)
    watching = asyncio.ensure_future(server.watch_deliveries())
    while len(looked) < 3:
        await asyncio.sleep(0.01)
    watching.cancel()
    assert threading.current_thread() not in looked


def test_an_action() -> None:
    """Its time, by its name."""
    with counted() as grown:
        Patient().run(ActionAnswer(), "hello", "smalltalk/greet")
    assert grown == {'stria_action_run_seconds_count{action="action_answer"}': 1}


class Fails(ActionAnswer):
    """An action with a fault."""

    def name(self) -> str:
        """Return a name of its own."""
        return "action_with_a_fault"

    def respond(self, *_: Any) -> Any:
        """Fail."""
        raise ValueError("I take Zorvolex")


def test_an_action_that_fails() -> None:
    """Rasa does not see it, since it is said honestly; so it is counted here."""
    with counted() as grown:
        Patient().run(Fails(), "hello", "smalltalk/greet")
    assert grown['stria_action_run_errors_total{action="action_with_a_fault"}'] == 1


@pytest.mark.parametrize(
    ("intent", "topic"), [("not_in_document/price", "N01"), ("not_in_document/unheard_of", "N00")]
)
def test_refusals_outside_of_the_check(intent: str, topic: str) -> None:
    """By topic."""
    with counted() as grown:
        Patient().run(ActionAnswer(), "and what about Zorvolex?", intent)
    assert grown[f'stria_refusals_total{{topic="{topic}"}}'] == 1
    assert len([name for name in grown if name.startswith("stria_refusals")]) == 1


def test_refusals_in_the_check() -> None:
    """The question is refused in between, and counted once."""
    patient = Patient.with_answers(to=2)
    with counted() as grown:
        patient.run(ValidateContraindicationCheck(), "what does it cost?", "not_in_document/price")
    assert grown['stria_refusals_total{topic="N01"}'] == 1
    assert patient.slots["answer_kind"] == "not_in_document"
