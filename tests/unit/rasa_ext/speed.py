"""What the tests of the mends for speed look at, with and without them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any
from unittest import mock

from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import (
    ActionExtractSlots,
    ActionListen,
    RemoteAction,
    action_for_name_or_text,
)
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import trackers
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slot_mappings import SlotMapping
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from scripts._env import ROOT
from scripts._ports import LOOPBACK
from tests.engine import Engine


class Adds(GraphComponent):
    """Adds what it is given, and counts how often."""

    done = 0

    @classmethod
    def create(cls, *_: Any, **__: Any) -> Adds:
        """Makes one."""
        return cls()

    def add(self, first: int, second: int) -> int:
        """Adds two numbers."""
        Adds.done += 1
        if first < 0:
            raise RuntimeError("negative")
        return first + second


def graph() -> DaskGraphRunner:
    """A graph in which `sum` needs `inner` twice, and `other` is wanted by nobody."""

    def node(**needs: str) -> SchemaNode:
        return SchemaNode(needs, Adds, "create", "add", {}, eager=True)

    nodes = {
        "sum": node(first="inner", second="inner"),
        "inner": node(first="given", second="given"),
        "other": node(first="given", second="missing"),
    }
    schema = GraphSchema(nodes)
    return DaskGraphRunner.create(schema, None, ExecutionContext(schema))  # type: ignore[arg-type]


def plans() -> int:
    """Returns how often the graph is reduced to what is wanted, in three runs."""
    runner = graph()
    look = GraphSchema.minimal_graph_schema
    with mock.patch.object(GraphSchema, "minimal_graph_schema", autospec=True, side_effect=look) as reduced:
        for number in range(3):
            assert runner.run({"given": number}, ["sum"]) == {"sum": 4 * number}
    return reduced.call_count


def conversation() -> DialogueStateTracker:
    """A conversation of some turns, with a slot."""
    tracker = DialogueStateTracker("a", [AnySlot("topic", mappings=[])])
    for number in range(4):
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"text {number}", {"name": "faq", "confidence": 1.0}))
        tracker.update(SlotSet("topic", [number]))
        tracker.update(BotUttered(f"answer {number}"))
    return tracker


def replayed() -> int:
    """Returns how many events are replayed for a copy."""
    tracker = conversation()
    look = DialogueStateTracker.update
    with mock.patch.object(DialogueStateTracker, "update", autospec=True, side_effect=look) as update:
        tracker.copy()
    return update.call_count


def domains_made() -> int:
    """Returns how many empty domains are made to see three times that one is not empty."""
    domain = Domain.from_dict({"intents": ["a"]})
    domain.is_empty()
    look = Domain.empty
    with mock.patch.object(Domain, "empty", side_effect=look) as empty:
        for _ in range(3):
            assert not domain.is_empty()
    return empty.call_count


def states_made() -> int:
    """Returns of how many moments of a conversation Rasa makes a state, to predict what follows."""
    engine = Engine()
    for number in range(5):
        engine.tracker.update(UserUttered(f"text {number}", {"name": "faq", "confidence": 1.0}))
        engine.tracker.update(ActionExecuted("action_answer"))
        engine.tracker.update(ActionExecuted("action_listen"))
    engine.tracker.update(UserUttered("text", {"name": "faq", "confidence": 1.0}))
    look = Domain.get_active_state
    with mock.patch.object(Domain, "get_active_state", autospec=True, side_effect=look) as states:
        engine._predict_next_with_tracker(engine.tracker)
    return states.call_count


def rules_read() -> int:
    """Returns how often a rule is read from its text, to predict what follows a question."""
    engine = Engine()
    engine.tracker.update(UserUttered("text", {"name": "faq", "confidence": 1.0}))
    engine._predict_next_with_tracker(engine.tracker)
    look = RulePolicy._rule_key_to_state
    with mock.patch.object(RulePolicy, "_rule_key_to_state", side_effect=look) as read:
        engine._predict_next_with_tracker(engine.tracker)
    return read.call_count


class _Counting(type):
    """A kind of event that counts how often somebody asks for it, and is none."""

    asked = 0

    def __instancecheck__(cls, _: object) -> bool:
        cls.asked += 1
        return False


def events_asked() -> int:
    """Returns how often an event is asked whether it starts anew, to see which of 16 count."""
    tracker = conversation()
    kind = _Counting("Restarted", (), {})
    with mock.patch.object(trackers, "Restarted", kind):
        assert len(tracker.applied_events()) == len(tracker.events) == 16
    return kind.asked


def actions_made() -> int:
    """Returns how often Rasa's listening is made to look it up three times."""
    domain = Domain.empty()
    action_for_name_or_text("action_listen", domain, None)
    with mock.patch.object(rasa_action, "ActionListen", side_effect=ActionListen) as made:
        found = [action_for_name_or_text("action_listen", domain, None) for _ in range(3)]
    assert {one.name() for one in found} == {"action_listen"}
    return made.call_count


def mappings_read() -> int:
    """Returns how many mappings of slots are read for a message of our own domain, all of which only actions fill."""
    domain = Domain.load(str(ROOT / "domain.yml"))
    channel, nlg = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator(domain.responses)
    look = SlotMapping.intent_is_desired
    with mock.patch.object(SlotMapping, "intent_is_desired", side_effect=look) as read:
        for _ in range(2):
            assert asyncio.run(ActionExtractSlots(None).run(channel, nlg, conversation(), domain)) == []
    return read.call_count


class _Actions(threading.Thread):
    """A server that answers every request with an empty answer, and counts its connections."""

    def __init__(self, answers: int) -> None:
        """Listens; a connection is closed by surprise after so many answers."""
        super().__init__(daemon=True)
        self.connections, self.requests, self._answers = 0, 0, answers
        self._socket = socket.create_server((LOOPBACK, 0))
        self.url = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}/webhook"

    def run(self) -> None:
        """Serves one connection after the other, until `stop`."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                with connection:
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        for number in range(self._answers + 1):
            request = b""
            while b"{}" not in request:
                received = connection.recv(4096)
                if not received:
                    return
                request += received
            self.requests += 1
            if number == self._answers:
                return
            body = b'{"events": [], "responses": []}'
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % len(body) + body)

    def stop(self) -> None:
        """Listens no more."""
        self._socket.close()


async def _call(server: _Actions, times: int) -> None:
    endpoint = EndpointConfig(server.url)
    for _ in range(times):
        answer = await endpoint.request(json={}, timeout=5)
        assert answer == {"events": [], "responses": []}


def connections(answers: int = 9) -> tuple[int, int]:
    """Returns how many connections three calls of actions take, and how many requests.

    Args:
        answers: after so many on one connection the server closes it at the next request.
    """
    server = _Actions(answers)
    server.start()
    asyncio.run(_call(server, 3))
    server.stop()
    return server.connections, server.requests


class Endpoint:
    """The address of an action server that answers nothing, with settings."""

    url = "http://actions.test/webhook"

    def __init__(self, **kwargs: Any) -> None:
        self.kwargs: dict[str, Any] = {"enable_selective_domain": True, **kwargs}
        self.asked: list[dict[str, Any]] = []

    async def request(self, json: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Notes what was sent."""
        self.asked.append(json)
        return {"events": [], "responses": []}


async def act(
    name: str, endpoint: Any, tracker: DialogueStateTracker, domain: Domain | None = None
) -> list[Event]:
    """Runs a custom action as Rasa does."""
    domain = domain or Domain.empty()
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    return await RemoteAction(name, endpoint).run(CollectingOutputChannel(), nlg, tracker, domain)


def calls() -> int:
    """Returns how often the action server is called for an action that is named as local."""
    endpoint = Endpoint(actions_module="tests.unit.rasa_ext.local")
    asyncio.run(act("action_local", endpoint, conversation()))
    return len(endpoint.asked)


def understood() -> int:
    """Returns with how many messages the action server is sent what was understood."""
    endpoint = Endpoint(selective_events=True)
    asyncio.run(act("action_other", endpoint, conversation()))
    return sum("parse_data" in event for event in endpoint.asked[0]["tracker"]["events"])
