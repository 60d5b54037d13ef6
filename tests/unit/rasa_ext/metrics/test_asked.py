"""Which questions of a turn are handed on, and what is counted, by the real rules, form and actions."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import ActiveLoop, Restarted, SlotSet, UserUttered

from assistant.safety.red_flags import find_red_flag
from clinic.insights import store
from rasa_ext.metrics.asked import Beside, counts_of, read_beside
from rasa_ext.metrics.reading import Happened, read_turn
from tests.engine import Engine

pytestmark = pytest.mark.usefixtures("mended")
CHECK = "contraindication_check"


class Talk:
    """A conversation; `say` returns what of the turn is handed on."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.happened = Happened()

    async def say(self, text: str, intent: str) -> Beside:
        """Sends a message classified as `intent`, which is also the question that it asks."""
        parent = flag.kind if (flag := find_red_flag(text)) else intent.partition("/")[0]
        topics = {"whole": [[intent, 0.95]], "hits": [{"topic": intent, "confidence": 0.95, "text": text}]}
        data: Any = {"topics": topics, "intent": {"name": parent}}
        said = UserUttered(text, {"name": parent, "confidence": 0.95}, parse_data=data)
        self.engine.tracker.update(said, self.engine.domain)
        await self.engine._run_prediction_loop(CollectingOutputChannel(), self.engine.tracker)
        self.happened = read_turn(self.engine.tracker.events)
        return read_beside(self.engine.tracker.events, self.happened)


@pytest.fixture
def talk() -> Talk:
    """A new conversation."""
    return Talk()


def texts(beside: Beside) -> list[tuple[str, str, str]]:
    """Returns kind, topic and text of what is handed on."""
    return [(a.kind, a.topic, a.text) for a in beside.asked]


@pytest.mark.parametrize(
    ("text", "intent", "handed_on"),
    [
        ("what does it cost?", "not_in_document/price", [("not_in_document", "price")]),
        ("what about ducks?", "not_in_document/other", [("not_in_document", "other")]),
        ("who won the match?", "out_of_scope/other", [("out_of_scope", "")]),
        ("blorp", "nlu_fallback", [("unclear", "")]),
        ("how long is recovery?", "faq/recovery_time", []),
        ("hello", "smalltalk/greet", []),
        ("I have a cold sore", "inform_health", []),
        ("I can't breathe", "out_of_scope/other", []),
    ],
)
async def test_what_is_handed_on(talk: Talk, text: str, intent: str, handed_on: list[Any]) -> None:
    """Questions that are refused or not understood, and nothing else."""
    beside = await talk.say(text, intent)
    assert texts(beside) == [(kind, topic, text) for kind, topic in handed_on]
    assert beside.refused == tuple(topic for kind, topic in handed_on if kind == "not_in_document")


def message(text: str, *hits: tuple[str, str], entities: tuple[dict[str, Any], ...] = ()) -> UserUttered:
    """Returns a message in which these topics are asked with these words."""
    topics = {
        "whole": [[hits[0][0], 0.9]],
        "hits": [{"topic": t, "confidence": 0.9, "text": x} for t, x in hits],
    }
    data: Any = {"topics": topics, "entities": list(entities)}
    return UserUttered(text, {"name": "not_in_document"}, parse_data=data)


def test_several_questions() -> None:
    """Each silent one with its own words; what was answered beside them is left out."""
    asked = message(
        "how long is recovery? what does it cost? does it hurt?",
        ("faq/recovery_time", "how long is recovery?"),
        ("not_in_document/price", "what does it cost?"),
        ("not_in_document/pain", "does it hurt?"),
    )
    beside = read_beside([asked, SlotSet("answer_kind", "answered")], Happened("answered"))
    assert texts(beside) == [
        ("not_in_document", "price", "what does it cost?"),
        ("not_in_document", "pain", "does it hurt?"),
    ]


@pytest.mark.parametrize(("role", "is_kept"), [("present", False), ("family", False), ("absent", False), ("hypothetical", True)])  # fmt: skip
def test_who_names_a_condition(role: str, is_kept: bool) -> None:
    """Only as a possibility; else the message tells of somebody's health."""
    entity = {"entity": "condition", "role": role, "value": "cold sore"}
    asked = message("does a cold sore cost more?", ("not_in_document/price", "x"), entities=(entity,))
    beside = read_beside([asked, SlotSet("answer_kind", "not_in_document")], Happened("not_in_document"))
    assert bool(beside.asked) is is_kept
    assert beside.refused == ("price",)


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"off_list": ["gout"]}, False),
        ({"readings": ["180/110"]}, False),
        ({"entries": [{"item": "herpes", "value": "yes"}]}, False),
        ({"entries": [{"item": "herpes", "value": "no"}]}, True),
        ({"unanswered": ["price"]}, True),
        ({"entries": ["nonsense"]}, False),
    ],
)
def test_what_the_record_learnt(change: dict[str, Any], is_kept: bool) -> None:
    """A message by which the record knows more of a condition is not kept."""
    was = {"entries": [], "off_list": [], "readings": [], "red_flags": [], "unanswered": []}
    events = [
        UserUttered("hello"),
        SlotSet("check_record", was),
        message("what does it cost?", ("not_in_document/price", "what does it cost?")),
        SlotSet("check_record", {**was, **change}),
        SlotSet("answer_kind", "not_in_document"),
    ]
    assert bool(read_beside(events, Happened("not_in_document")).asked) is is_kept


@pytest.mark.parametrize(
    ("before", "in_check"),
    [
        ([], False),
        ([ActiveLoop(CHECK)], True),
        ([ActiveLoop(CHECK), ActiveLoop(None)], False),
        ([ActiveLoop("contact_request")], None),
        ([ActiveLoop("contact_request"), Restarted(), UserUttered("hello")], False),
    ],
)
def test_forms(before: list[Any], in_check: bool | None) -> None:
    """In the check, questions between are marked; of any other form nothing is handed on."""
    asked = message("what does it cost?", ("not_in_document/price", "what does it cost?"))
    events = [UserUttered("x"), *before, asked, SlotSet("answer_kind", "not_in_document")]
    beside = read_beside(events, Happened("not_in_document"))
    assert [a.in_check for a in beside.asked] == ([] if in_check is None else [in_check])


@pytest.mark.parametrize(
    ("value", "kept"), [(None, "en"), ("es", "es"), ("es-MX", "es-MX"), ("Zorvolex is ill", "en"), (5, "en")]
)
def test_the_language(value: Any, kept: str) -> None:
    """Of the conversation, as its slot has it when it is the name of a language."""
    asked = message("what does it cost?", ("not_in_document/price", "what does it cost?"))
    events = [SlotSet("language", value), UserUttered("x"), asked, SlotSet("answer_kind", "not_in_document")]
    assert [a.locale for a in read_beside(events, Happened("not_in_document")).asked] == [kept]


async def test_a_question_in_the_check(talk: Talk) -> None:
    """Is handed on; answers are not, whatever they say."""
    await talk.say("start the check", "start_check")
    beside = await talk.say("what does it cost?", "not_in_document/price")
    assert [(a.topic, a.in_check) for a in beside.asked] == [("price", True)]
    for text in ("no", "blorp", "yes I have palpitations"):
        assert texts(await talk.say(text, "nlu_fallback")) == []


async def test_the_beginning_of_a_conversation(talk: Talk) -> None:
    """Its first message, and the first after starting over."""
    assert (await talk.say("hello", "smalltalk/greet")).first
    assert not (await talk.say("hello", "smalltalk/greet")).first
    talk.engine.tracker.update(Restarted())
    assert (await talk.say("hello", "smalltalk/greet")).first


async def test_what_is_counted(talk: Talk) -> None:
    """As metrics count it, with conversations and refused topics."""
    beside = await talk.say("what does it cost?", "not_in_document/price")
    assert counts_of("web", talk.happened, beside) == (
        (store.MESSAGES, "web"),
        (store.ANSWERS, "not_in_document"),
        (store.CONVERSATIONS, "web"),
        (store.REFUSALS, "price"),
    )
    beside = await talk.say("start the check", "start_check")
    assert set(counts_of("web", talk.happened, beside)) == {
        (store.MESSAGES, "web"),
        (store.ANSWERS, "smalltalk"),
        (store.BEGUN, "web"),
        (store.ASKED, "cardiovascular"),
    }
    beside = await talk.say("stop", "stop_check")
    assert (store.LEFT, "cardiovascular/stopped") in counts_of("web", talk.happened, beside)
    beside = await talk.say("I can't breathe", "deny")
    assert (store.EMERGENCIES, "emergency") in counts_of("web", talk.happened, beside)


def test_odd_events() -> None:
    """A conversation without a message, and one that nobody understood, are no errors."""
    assert read_beside([], Happened()) == Beside()
    nothing = UserUttered("x", parse_data=None)
    assert read_beside([nothing], Happened("unclear")).first
    assert read_beside([nothing], Happened("not_in_document")).refused == ("other",)
