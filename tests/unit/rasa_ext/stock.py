"""What Rasa does without the mends, as JSON on stdout; run by the fixture `stock`.

Our channel is imported as `rasa run` would; `STRIA_HARDENING=off` has to leave Rasa as it is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from typing import Any
from unittest import mock

from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_ext.channels.rest import RestInput
from scripts._env import ROOT
from tests.channel_server import serving
from tests.engine import Engine


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
    server = serving(RestInput()).__enter__()  # not left: it may hang
    found = {}
    for length in (b"abc", b"-5"):
        with server.connection() as connection:
            connection.settimeout(2)
            line = b"GET /webhooks/rest/ HTTP/1.1\r\nHost: x\r\n"
            connection.sendall(line + b"Content-Length: " + length + b"\r\n\r\n{}")
            try:
                found[length.decode()] = connection.recv(4096).decode().split("\r\n")[0]
            except TimeoutError:
                found[length.decode()] = "no answer"
    try:
        with server.connection() as connection:
            connection.settimeout(2)
            connection.sendall(b"GET /webhooks/rest/ HTTP/1.1\r\nHost: x\r\n\r\n")
            found["next"] = connection.recv(4096).decode().split("\r\n")[0]
    except TimeoutError:
        found["next"] = "no answer"
    return found


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
    report["lengths"] = nonsense_lengths()
    print(json.dumps(report), flush=True)
    os._exit(0)
