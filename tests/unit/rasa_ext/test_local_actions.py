"""Actions in Rasa's own process give what they would over HTTP, and fail as honestly."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rasa.core import run as server
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from rasa_ext.hardening import local_actions
from rasa_ext.hardening.local_actions import executor_for
from scripts._env import ROOT
from tests.engine import Engine
from tests.unit.rasa_ext import local
from tests.unit.rasa_ext.speed import Endpoint, act, calls, conversation, understood

pytestmark = pytest.mark.usefixtures("mended")
HERE = "tests.unit.rasa_ext.local"
DOMAIN = Domain.from_dict({"responses": {"utter_hello": [{"text": "Hello {name}"}]}})
OURS = Domain.load(ROOT / "domain.yml")


def test_stock_rasa_calls_the_action_server(stock: dict[str, Any]) -> None:
    """Without the mend the setting is not known."""
    assert stock["calls"] == 1
    assert calls() == 0


async def test_an_action_sees_and_says_what_it_would_over_http() -> None:
    """Texts, responses with their parts, buttons, events; slots, message and events of the tracker."""
    events = await act("action_local", Endpoint(actions_module=HERE), conversation(), DOMAIN)
    said = [e for e in events if isinstance(e, BotUttered)]
    assert [e.text for e in said] == ["here", "Hello Ada"]
    assert said[0].data["buttons"] == [{"title": "Yes", "payload": "yes"}]
    assert said[1].metadata["utter_action"] == "utter_hello"
    assert [e for e in events if isinstance(e, SlotSet)] == [SlotSet("topic", [3, "changed"])]
    assert local.seen["text"] == "text 3"
    assert local.seen["sender"] == "a"
    assert local.seen["users"] == 4
    assert local.seen["tail"] == ["slot", "bot"]
    assert local.seen["count"] == 16


async def test_an_action_can_not_change_the_tracker() -> None:
    """What it was given is its own; only its events count."""
    tracker = conversation()
    await act("action_local", Endpoint(actions_module=HERE), tracker, DOMAIN)
    assert tracker.get_slot("topic") == [3]
    assert tracker.latest_message.intent["name"] == "faq"  # type: ignore[union-attr]


async def test_the_domain_is_given_when_it_is_asked_for() -> None:
    """As the action server is given it."""
    tracker = conversation()
    await act("action_local", Endpoint(actions_module=HERE), tracker, DOMAIN)
    assert local.seen["domain"] == {}
    everything = Endpoint(actions_module=HERE, enable_selective_domain=False)
    await act("action_local", everything, tracker, DOMAIN)
    assert "utter_hello" in local.seen["domain"]["responses"]


async def test_other_actions_are_the_action_servers() -> None:
    """Also those that a named module has merely imported."""
    for name, modules in (("action_other", HERE), ("action_answer", "actions.control")):
        endpoint = Endpoint(actions_module=[modules])
        await act(name, endpoint, conversation(), DOMAIN)
        assert [call["next_action"] for call in endpoint.asked] == [name]


async def test_a_refusal_is_rasas_refusal() -> None:
    """Rasa then asks its policies again."""
    with pytest.raises(ActionExecutionRejection):
        await act("action_refuses", Endpoint(actions_module=HERE), conversation(), DOMAIN)


async def test_a_slow_action_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that the action server has as well."""
    monkeypatch.setattr(rasa_action, "DEFAULT_REQUEST_TIMEOUT", 0.05)
    with pytest.raises(asyncio.TimeoutError):
        await act("action_slow", Endpoint(actions_module=HERE), conversation(), DOMAIN)


async def test_a_failure_is_said_honestly(caplog: pytest.LogCaptureFixture) -> None:
    """One line; the check does not go on; the log has nothing of the patient."""
    engine = Engine()
    engine.server.kwargs["actions_module"] = HERE  # type: ignore[assignment]
    wrong = rasa_action.RemoteAction("action_wrong", engine.server)  # type: ignore[arg-type]
    prediction = engine._predict_next_with_tracker(engine.tracker)
    with caplog.at_level(logging.DEBUG):
        channel = CollectingOutputChannel()
        assert not await engine._run_action(wrong, engine.tracker, channel, engine.nlg, prediction)
    assert [m["text"][:38] for m in channel.messages] == ["Sorry, something went wrong on my side"]
    assert "Zorvolex" not in caplog.text


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("no.such.module", "can't be imported"),
        (["actions.answer", "no_such"], "'no_such' can't be imported"),
        ({"a": 1}, "has to be the name of a module"),
        ([1], "has to be the name of a module"),
    ],
)
def test_a_wrong_setting_is_named(setting: Any, problem: str) -> None:
    """With the file in which it stands."""
    with pytest.raises(RasaException, match=problem) as caught:
        executor_for(Endpoint(actions_module=setting))
    assert "endpoints.yml" in str(caught.value)


async def test_a_wrong_name_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a model is loaded; a right one does not, nor does none. Installed twice, it looks once."""
    loaded: list[str] = []

    async def load(model: str, *_: Any) -> None:
        loaded.append(model)

    monkeypatch.setattr(server, "load_agent_on_start", load)
    monkeypatch.delattr(server, "stria_imports_actions", raising=False)
    local_actions.install_server()
    once = server.load_agent_on_start
    local_actions.install_server()
    assert server.load_agent_on_start is once
    for endpoint in (Endpoint(actions_module=HERE), None):
        await once("right", SimpleNamespace(action=endpoint), None, None, None)  # type: ignore[arg-type]
    wrong = SimpleNamespace(action=Endpoint(actions_module="no_such"))
    with pytest.raises(RasaException, match="no_such"):
        await once("wrong", wrong, None, None, None)  # type: ignore[arg-type]
    assert loaded == ["right", "right"]


def test_without_the_setting_nothing_runs_here() -> None:
    """Nor without an endpoint."""
    assert executor_for(None) is None
    assert executor_for(Endpoint()) is None


def test_a_package_stands_for_all_that_is_in_it() -> None:
    """`actions` names every action of the project."""
    executor = executor_for(Endpoint(actions_module="actions"))
    assert executor is not None
    assert set(OURS._custom_actions) <= set(executor.actions)


@pytest.mark.parametrize("name", sorted(OURS._custom_actions))
async def test_no_action_is_sent_the_domain(name: str) -> None:
    """Rasa sends it whole to what is named validate_..., unless domain.yml says otherwise; none of ours reads it."""
    endpoint = Endpoint()
    await act(name, endpoint, conversation(), OURS)
    assert endpoint.asked[0].keys() == {"next_action", "sender_id", "tracker", "version"}


def test_answers_run_here_and_the_check_does_not() -> None:
    """As endpoints.yml says: what decides the check is the action server's."""
    settings = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))["action_endpoint"]
    executor = executor_for(EndpointConfig.from_dict(settings))
    assert executor is not None
    here = {"action_answer", "action_answer_short", "action_confirm_deletion", "action_explain"}
    assert set(executor.actions) == {*here, "action_utter", "action_emergency", "action_talk_to_person"}


async def test_the_action_server_is_sent_what_was_said_and_not_all_that_happened(
    stock: dict[str, Any],
) -> None:
    """Slots and the latest message stay whole; without the setting all is sent."""
    assert stock["understood"] == 4
    assert await asyncio.to_thread(understood) == 0
    endpoint = Endpoint(selective_events=True)
    await act("action_other", endpoint, conversation())
    sent = endpoint.asked[0]["tracker"]
    assert [(e["event"], e["text"]) for e in sent["events"]] == [("user", f"text {n}") for n in range(4)]
    assert sent["latest_message"]["intent"]["name"] == "faq"
    assert sent["slots"] == {"topic": [3]}
    endpoint = Endpoint()
    await act("action_other", endpoint, conversation())
    sent = endpoint.asked[0]["tracker"]
    assert len(sent["events"]) == 16
    assert sum("parse_data" in event for event in sent["events"]) == 4
