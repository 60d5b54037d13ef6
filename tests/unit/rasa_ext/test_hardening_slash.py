"""Typed slash commands have no power."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.message import Message

from scripts._env import ROOT
from tests.unit.rasa_ext.stock import TYPED

pytestmark = pytest.mark.usefixtures("mended")


@pytest.fixture(scope="module")
def domain() -> Domain:
    """The project's real domain."""
    return Domain.load(str(ROOT / "domain.yml"))


def processed(domain: Domain, text: str, **data: Any) -> Message:
    """Returns the message after the handler, which stands last in Rasa's graph."""
    message = Message(data={"text": text, "intent": {"name": "faq", "confidence": 0.9}, **data})
    return RegexMessageHandler().process([message], domain)[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/restart", "restart"),
        ("/session_start", "session_start"),
        ("  /restart", "restart"),
        ("\u00a0/restart", "restart"),
        ("/delete_data", "delete_data"),
    ],
)
def test_stock_rasa_executes_what_is_typed(stock: dict[str, Any], text: str, intent: str) -> None:
    """Without the mend anybody can type an intent, behind blanks as well."""
    assert stock["slash"][text]["intent"] == intent


def test_stock_rasa_takes_typed_entities(stock: dict[str, Any]) -> None:
    """Without the mend anybody can type an entity, which fills slots."""
    assert stock["slash"]['/deny@0.1{"medicine": "none"}']["entities"] == {"medicine": "none"}


@pytest.mark.parametrize(
    "text", [*TYPED, '/inform{"herpes":"no"}', "/", "//", "\t\n /deny", "/back", "/EXTERNAL_x"]
)
def test_a_command_is_an_unclear_text(domain: Domain, text: str) -> None:
    """Neither the command nor its words are acted upon."""
    entity = {"entity": "condition", "value": "herpes", "start": 0, "end": 1}
    topics = {"whole": [["deny", 0.9]], "hits": []}
    message = processed(domain, text, entities=[entity], topics=topics)
    assert message.get("intent")["name"] == "nlu_fallback"
    assert message.get("entities") == []
    assert message.get("topics") == {"whole": [], "hits": []}
    assert message.get("text") == text


@pytest.mark.parametrize("kind", ["emergency", "self_harm"])
def test_an_emergency_stays_one(domain: Domain, kind: str) -> None:
    """A slash before it does not hide an emergency."""
    message = processed(domain, "/help I can't breathe", intent={"name": kind, "confidence": 1.0})
    assert message.get("intent")["name"] == kind


@pytest.mark.parametrize("text", ["hello", "120/80", "", "and/or", "what about 1/2 year"])
def test_other_messages_pass_untouched(domain: Domain, text: str) -> None:
    """A slash inside a message means nothing."""
    assert processed(domain, text).get("intent") == {"name": "faq", "confidence": 0.9}


def test_a_message_without_a_text_passes(domain: Domain) -> None:
    """Nothing breaks when there is nothing to read."""
    message = Message(data={})
    assert RegexMessageHandler().process([message], domain)[0].get("intent") is None
