"""The servers listen on this machine only, and their state is told apart."""

import pytest

from scripts import _http, _stack
from scripts._env import ROOT
from scripts._ports import Ports

PORTS = Ports(6005, 6055)
HELLO = '{"version":"3.6.21","minimum_compatible_version":"3.5.0"}'


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[int, str]]) -> None:
    """Replaces the network by fixed answers; what is not among them is not there."""

    def get(url: str, timeout: float = 5.0, token: str | None = None) -> tuple[int, str]:
        return answers.get(url, (0, ""))

    monkeypatch.setattr(_http, "get", get)


@pytest.mark.parametrize(
    ("root", "status", "state"),
    [
        ((0, ""), (0, ""), "down"),
        ((200, "<html>nginx"), (404, ""), "other"),
        ((200, HELLO), (409, ""), "no model"),
        ((200, HELLO), (200, "{}"), "ready"),
        ((200, HELLO), (401, ""), "ready"),
    ],
)
def test_states_of_rasa(
    monkeypatch: pytest.MonkeyPatch, root: tuple[int, str], status: tuple[int, str], state: str
) -> None:
    """Nothing, another program, Rasa without its model and Rasa at work are four things."""
    answers = {"http://127.0.0.1:6005/version": root, "http://127.0.0.1:6005/status": status}
    answering(monkeypatch, answers)
    assert _stack.rasa_state(PORTS, None) == state


@pytest.mark.parametrize(
    ("answer", "up"),
    [
        ((200, '{"status": "ok"}'), True),
        ((200, "hi"), False),
        ((200, "[]"), False),
        ((0, ""), False),
    ],
)
def test_action_server_is_up(monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str], up: bool) -> None:
    """Only the action server's own word counts."""
    answering(monkeypatch, {"http://127.0.0.1:6055/health": answer})
    assert _stack.actions_are_up(PORTS) is up


@pytest.mark.parametrize(
    ("root", "on"),
    [
        ((200, (ROOT / "widget" / "dist" / "demo.html").read_text(encoding="utf-8")), True),
        ((200, "Hello from Rasa: 3.6.21"), False),
        ((404, '{"error": {"code": "not_found"}}'), False),
        ((0, ""), False),
    ],
)
def test_demo_page(monkeypatch: pytest.MonkeyPatch, root: tuple[int, str], on: bool) -> None:
    """What the server shows at its root address counts, not where it was switched on or off."""
    answering(monkeypatch, {"http://127.0.0.1:6005/": root})
    assert _stack.demo_is_on(PORTS) is on


def test_rasa_listens_on_loopback() -> None:
    """Rasa is started for this machine only, on its port."""
    command = " ".join(_stack.rasa_command(PORTS, {}))
    assert "-i 127.0.0.1 -p 6005 --enable-api" in command
    assert "--auth-token" not in command


def test_token_guards_the_api() -> None:
    """A token in RASA_TOKEN is passed on to Rasa."""
    assert _stack.rasa_command(PORTS, {"RASA_TOKEN": "s3 cret"})[-2:] == ["--auth-token", "s3 cret"]


def test_database_is_under_var() -> None:
    """The conversations are kept under var/ unless STRIA_DB names another place."""
    assert _stack.rasa_settings(PORTS, {"STRIA_DB": ""})["STRIA_DB"] == "var/stria.db"
    assert _stack.rasa_settings(PORTS, {"STRIA_DB": "x.db"})["STRIA_DB"] == "x.db"


def test_action_server_listens_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The action server, which has no password, is bound to this machine unless told otherwise."""
    monkeypatch.delenv("ACTIONS_HOST", raising=False)
    stack = _stack.Stack(PORTS, lambda: None)
    actions = stack._processes["actions"]["obj"]
    rasa = stack._processes["rasa"]["obj"]
    assert actions.env["SANIC_HOST"] == "127.0.0.1"
    assert rasa.env["ACTION_ENDPOINT_URL"] == "http://127.0.0.1:6055/webhook"
    assert "SANIC_HOST" not in rasa.env
