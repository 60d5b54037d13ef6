"""What Rasa does without the mends, as JSON on stdout; run by the fixture `stock`.

Our channel is imported as `rasa run` would; `STRIA_HARDENING=off` has to leave Rasa as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

from jsonschema import ValidationError
from rasa import server as rasa_server
from rasa.core import run
from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from rasa_ext.channels.rest import RestInput
from rasa_ext.hardening.first_look import look_first
from scripts._env import ROOT
from scripts._ports import LOOPBACK
from tests.channel_server import ChannelServer, listening, serving
from tests.engine import Engine
from tests.room import Room
from tests.unit.rasa_ext.speed import (
    actions_made,
    calls,
    connections,
    domains_made,
    events_asked,
    mappings_read,
    plans,
    replayed,
    rules_read,
    states_made,
    understood,
)
from tests.unit.rasa_ext.stock_requests import blamed, requests


def slash(texts: list[str]) -> dict[str, Any]:
    """Returns intent and entities of typed commands."""
    domain = Domain.load(str(ROOT / "domain.yml"))
    handler = RegexMessageHandler()
    found = {}
    for text in texts:
        message = handler.process([Message(data={"text": text})], domain)[0]
        entities = {e["entity"]: e["value"] for e in message.get("entities") or []}
        found[text] = {"intent": (message.get("intent") or {}).get("name"), "entities": entities}
    return found


def schema_error(answer: Any) -> str:
    """Returns what the check of the action server's answer says about a wrong answer."""
    try:
        RemoteAction("action_x", None)._validate_action_result(answer)
    except ValidationError as error:
        return str(error)
    return ""


def seconds_of_schema_checks(count: int) -> float:
    """Returns the CPU time of so many checks."""
    action = RemoteAction("action_x", None)
    started = time.process_time()
    for _ in range(count):
        action._validate_action_result({"events": [], "responses": []})
    return time.process_time() - started


def merge_shares() -> bool:
    """Returns whether merged training data hold the very examples that went in."""
    example = Message(data={"text": "hello", "intent": "greet"})
    merged = TrainingData([example]).merge(TrainingData())
    return merged.training_examples[0] is example


def parses() -> int:
    """Returns how often the NLU files are read for a training."""
    importer = TrainingDataImporter.load_from_dict(
        {}, None, None, [str(ROOT / "data" / "nlu" / "smalltalk.yml")]
    )
    with mock.patch.object(RasaYAMLReader, "reads", side_effect=lambda *_, **__: TrainingData()) as reads:
        importer.get_domain()
        importer.get_nlu_data()
    return reads.call_count


async def dead_action_server() -> dict[str, Any]:
    """Returns what is said and called when the check is started and no action can run."""
    engine = Engine()
    engine.server.down()
    said = await engine.say("start the check", "start_check")
    return {"said": said, "called": engine.server.called, "loop": engine.loop}


async def dead_in_the_middle() -> dict[str, Any]:
    """Returns what is said when an answer can't be processed, also to an emergency."""
    engine = Engine()
    await engine.say("start the check", "start_check")
    engine.server.down()
    said = await engine.say("no", "deny")
    return {"said": said, "emergency": await engine.say("I can't breathe", "deny")}


def nonsense_lengths() -> dict[str, str]:
    """Returns the first line of the answer to a nonsense length, and to the next request."""
    running = serving(RestInput()).__enter__()  # not left: it may hang
    found = {}
    for length in (b"abc", b"-5"):
        with running.connection() as connection:
            connection.settimeout(2)
            line = b"GET /webhooks/rest/ HTTP/1.1\r\nHost: x\r\n"
            connection.sendall(line + b"Content-Length: " + length + b"\r\n\r\n{}")
            try:
                found[length.decode()] = connection.recv(4096).decode().split("\r\n")[0]
            except TimeoutError:
                found[length.decode()] = "no answer"
    try:
        with running.connection() as connection:
            connection.settimeout(2)
            connection.sendall(b"GET /webhooks/rest/ HTTP/1.1\r\nHost: x\r\n\r\n")
            found["next"] = connection.recv(4096).decode().split("\r\n")[0]
    except TimeoutError:
        found["next"] = "no answer"
    return found


async def store_errors() -> dict[str, Any]:
    """Returns what becomes of a tracker store that can't be read or written."""
    store = FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), db=":memory:"))
    store._tracker_store.engine.execute("DROP TABLE events")  # type: ignore[attr-defined]
    found = await store.retrieve("web:a")
    await store.save(DialogueStateTracker("web:a", []))
    return {
        "retrieve": found,
        "save": "no error",
        "behind": type(store._fallback_tracker_store).__name__,
    }


def logged() -> str:
    """Returns what is logged when a store fails with an error that quotes the patient."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.disable(logging.NOTSET)
    logging.getLogger("rasa").addHandler(handler)
    store = FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), db=":memory:"))
    store.on_tracker_store_error(ValueError("(Zorvolex since my divorce)"))
    logging.getLogger("rasa").removeHandler(handler)
    logging.disable(logging.CRITICAL)
    return stream.getvalue()


async def memory_lock() -> dict[str, float]:
    """Returns how many work on a conversation together when a turn takes long, and how long the next waits."""
    store, room = InMemoryLockStore(), Room()
    short = {"lock_lifetime": 0.1, "wait_time_in_seconds": 0.02}

    async def later(delay: float, seconds: float) -> None:
        await asyncio.sleep(delay)
        await room.work(store, 2, seconds, **short)

    await asyncio.gather(room.work(store, 1, 0.4, **short), later(0.15, 0.1), return_exceptions=True)
    started = time.monotonic()
    async with store.lock("b"):
        waiting = asyncio.ensure_future(store.lock("b").__aenter__())
        await asyncio.sleep(0.05)
    await waiting
    return {"together": room.most, "waited": time.monotonic() - started}


async def carried() -> int:
    """Returns how many values of a slot that changed 50 times are carried into a new session."""
    engine = Engine()
    for number in range(50):
        engine.set(last_topic=f"topic {number}")
    events = await ActionSessionStart().run(None, None, engine.tracker, engine.domain)  # type: ignore[arg-type]
    return len([e for e in events if isinstance(e, SlotSet)])


class ApiAgent:
    """As much of an agent as Rasa's API needs to take a message; its turn takes a moment."""

    def __init__(self, failure: Exception | None = None) -> None:
        """Has heard nothing yet."""
        self.begun = self.saved = 0
        self._failure = failure
        self.lock_store = InMemoryLockStore()
        self.processor = self

    def is_ready(self) -> bool:
        """Tells whether there is a model."""
        return True

    async def log_message(self, message: Any, should_save_tracker: bool = True) -> DialogueStateTracker:
        """Does what can't be undone."""
        self.begun += 1
        await asyncio.sleep(0.3)
        if self._failure:
            raise self._failure
        return DialogueStateTracker(message.sender_id, [])

    async def run_action_extract_slots(self, _channel: Any, tracker: Any) -> Any:
        """Changes nothing."""
        return tracker

    async def save_tracker(self, _tracker: Any) -> None:
        """Counts."""
        self.saved += 1


@contextlib.contextmanager
def api_server(agent: ApiAgent, token: str | None = None) -> Iterator[int]:
    """Serves Rasa's API; gives its port."""
    Sanic.test_mode = True
    with listening(rasa_server.create_app(agent, auth_token=token)) as port:  # type: ignore[arg-type]
        yield port


def goes_away(port: int) -> None:
    """Sends a message to Rasa's API and does not wait for the answer."""
    body = b'{"text": "hello", "sender": "user"}'
    with socket.create_connection((LOOPBACK, port)) as connection:
        head = f"POST /conversations/a/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(0.1)


def api() -> dict[str, int]:
    """Returns what becomes of a message when its caller goes away."""
    agent = ApiAgent()
    with api_server(agent) as port:
        goes_away(port)
        time.sleep(1)
    return {"begun": agent.begun, "saved": agent.saved}


async def refused_turn() -> bool:
    """Returns whether a turn is taken that was refused under the lock of its conversation."""
    taken: list[Any] = []

    class Processor:
        """Takes no turn further than this."""

        async def log_message(self, message: UserMessage, should_save_tracker: bool) -> None:
            """Counts, and ends the turn."""
            taken.append(message)
            raise EOFError

    async def refuse(message: UserMessage) -> bool:
        return False

    message = UserMessage("hello")
    look_first(message, refuse)
    with contextlib.suppress(EOFError):
        await MessageProcessor.handle_message(Processor(), message)  # type: ignore[arg-type]
    return bool(taken)


def unknown_store() -> str:
    """Returns the kind of store that Rasa takes when the named one does not exist."""
    return type(TrackerStore.create(EndpointConfig(type="no_such.Store"))).__name__


def first_line(server: ChannelServer, line: bytes, body: bytes = b"") -> str:
    """Sends a request that begins so; returns the first line of the answer, if there is one."""
    with server.connection() as connection:
        connection.settimeout(5)
        connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n" + body)
        with contextlib.suppress(ConnectionError):
            return connection.recv(4096).decode().split("\r\n")[0]
    return ""


def unreadable() -> list[str]:
    """Returns the first line of the answer to each request line that can't be read."""
    with serving(RestInput()) as server:
        return [first_line(server, line) for line in UNREADABLE]


#: Request lines that can't be read.
UNREADABLE = [
    b"GET /w\xc3\xa9bhooks/rest/ HTTP/1.1",
    b"GET /\xff\xfe HTTP/1.1",
    b"GET /webhooks/rest/?x=\xff HTTP/1.1",
    b"GE\xffT /webhooks/rest/ HTTP/1.1",
    b"GET http://[::1 HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET  HTTP/1.1",
    b"CONNECT a:1 HTTP/1.1",
    b"GET nowhere HTTP/1.1",
]
TYPED = ["/restart", "/session_start", "  /restart", "\u00a0/restart", '/inform{"red_flag":"no"}']
TYPED += ["/delete_data", '/deny@0.1{"medicine": "none"}']

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    report = {
        "slash": slash([*TYPED, "hello"]),
        "schema_error": schema_error({"events": "my chest hurts", "responses": []}),
        "schema_seconds": seconds_of_schema_checks(20),
        "event_class_is_cached": hasattr(Event.resolve_by_type, "cache_info"),
        "merge_shares": merge_shares(),
        "parses": parses(),
        "dead": asyncio.run(dead_action_server()),
        "middle": asyncio.run(dead_in_the_middle()),
    }
    report.update(calls=calls(), domains_made=domains_made(), plans=plans(), replayed=replayed())
    report.update(understood=understood(), states_made=states_made(), connections=connections())
    report.update(
        actions_made=actions_made(),
        rules_read=rules_read(),
        events_asked=events_asked(),
        mappings_read=mappings_read(),
    )
    report["store_errors"] = asyncio.run(store_errors())
    report["memory_lock"] = asyncio.run(memory_lock())
    report["refused_turn"] = asyncio.run(refused_turn())
    report["carried"] = asyncio.run(carried())
    report["api"] = api()
    report["model_is_checked"] = hasattr(run.load_agent_on_start, "checks_model")
    report["logged"] = logged()
    report["unknown_store"] = unknown_store()
    report["unreadable"] = unreadable()
    report["requests"] = requests()
    report["blamed"] = blamed(api_server, ApiAgent)
    report["lengths"] = nonsense_lengths()
    print(json.dumps(report), flush=True)
    os._exit(0)
