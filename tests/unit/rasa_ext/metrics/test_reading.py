"""What a turn was about, read from the events of the real rules, form and actions."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered

from assistant.screening.items import ITEMS
from rasa_ext.metrics.reading import ANSWER_KINDS, Happened, read_turn
from scripts._env import ROOT
from tests.engine import Engine

pytestmark = pytest.mark.usefixtures("mended")


class Talk:
    """A conversation; `say` returns what the turn was about."""

    def __init__(self) -> None:
        self.engine = Engine()

    async def say(self, text: str, intent: str) -> Happened:
        """Sends a message classified as `intent`."""
        await self.engine.say(text, intent)
        return read_turn(self.engine.tracker.events)

    async def answers(self, count: int) -> None:
        """Answers so many questions with no."""
        for _ in range(count):
            await self.say("no", "deny")


@pytest.fixture
async def talk() -> Talk:
    """A new conversation."""
    return Talk()


@pytest.fixture
async def check() -> Talk:
    """A conversation in which the check was begun."""
    talk = Talk()
    await talk.say("start the check", "start_check")
    return talk


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("why?", "follow_up/why", "unclear"),
        ("hello", "smalltalk/greet", "smalltalk"),
        ("who won the match?", "out_of_scope/other", "out_of_scope"),
        ("blorp", "nlu_fallback", "unclear"),
        ("I have a cold sore", "inform_health", "condition"),
    ],
)
async def test_the_kind_of_an_answer(talk: Talk, text: str, intent: str, kind: str) -> None:
    """As the slot has it; nothing of the check."""
    assert await talk.say(text, intent) == Happened(kind=kind)


@pytest.mark.parametrize(
    ("text", "kind"), [("I can't breathe", "emergency"), ("I want to kill myself", "self_harm")]
)
async def test_emergencies(talk: Talk, text: str, kind: str) -> None:
    """By what the message was recognised as, also when no action can run."""
    assert await talk.say(text, "deny") == Happened(kind="emergency", emergency=kind)
    talk.engine.server.down()
    assert await talk.say(text, "deny") == Happened(kind="none", emergency=kind)


def test_all_kinds_of_answers() -> None:
    """Those of the domain; of several in a turn the last one."""
    kinds = Domain.load(str(ROOT / "domain.yml")).slots
    (slot,) = (s for s in kinds if s.name == "answer_kind")
    assert tuple(v for v in slot.values if v != "__other__") == ANSWER_KINDS
    for kind in ANSWER_KINDS:
        events = [UserUttered("hello"), SlotSet("answer_kind", "smalltalk"), SlotSet("answer_kind", kind)]
        assert read_turn(events) == Happened(kind=kind)


async def test_a_failed_action_has_no_kind(talk: Talk) -> None:
    """The kind of the turn before is not taken again."""
    await talk.say("hello", "smalltalk/greet")
    talk.engine.server.down()
    assert (await talk.say("how long is recovery?", "faq/recovery_time")).kind == "none"


async def test_an_apology_of_the_action_server(talk: Talk) -> None:
    """Rasa takes it for an answer; it is told apart by the response."""
    talk.engine.server.answers["action_answer"] = {
        "events": [],
        "responses": [{"response": "utter_action_failed"}],
    }
    assert await talk.say("hello", "smalltalk/greet") == Happened(apology=True)


async def test_a_whole_check(talk: Talk) -> None:
    """Begun, each question put and answered once, finished with its result."""
    begun = await talk.say("start the check", "start_check")
    assert begun == Happened(kind="smalltalk", begun=True, asked=ITEMS[0])
    for number, item in enumerate(ITEMS[:-1]):
        turn = await talk.say("no", "deny")
        assert turn == Happened(kind="condition", answered=[item], asked=ITEMS[number + 1])
    last = await talk.say("no", "deny")
    assert last == Happened(kind="condition", answered=[ITEMS[-1]], outcome="no_listed_contraindication")


async def test_a_question_in_between(check: Talk) -> None:
    """The open question is put again, which is not counted again."""
    assert await check.say("hello", "smalltalk/greet") == Happened(kind="smalltalk")


async def test_stopped_and_resumed(check: Talk) -> None:
    """It was left at the open question; going on is no new check."""
    await check.answers(2)
    stopped = await check.say("stop", "stop_check")
    assert stopped == Happened(kind="smalltalk", left=("temperature", "stopped"))
    resumed = await check.say("go on", "resume_check")
    assert resumed == Happened(kind="smalltalk", asked="temperature")


async def test_an_emergency_in_the_check(check: Talk) -> None:
    """It was left because of that."""
    await check.answers(1)
    turn = await check.say("I can't breathe", "deny")
    assert turn == Happened(kind="emergency", emergency="emergency", left=("local_infection", "emergency"))


async def test_started_over_in_the_check(check: Talk) -> None:
    """One was left, another begun."""
    await check.answers(2)
    turn = await check.say("start over", "restart_check")
    assert turn == Happened(kind="smalltalk", begun=True, left=("temperature", "restarted"), asked=ITEMS[0])


async def test_a_second_check(check: Talk) -> None:
    """After the first one's result."""
    await check.answers(6)
    assert await check.say("start the check", "start_check") == Happened(
        kind="smalltalk", begun=True, asked=ITEMS[0]
    )


async def test_a_failure_in_the_check(check: Talk) -> None:
    """Nothing was answered, nothing left."""
    check.engine.server.down()
    assert await check.say("no", "deny") == Happened()


@pytest.mark.parametrize("value", ["Zorvolex", None, 7, ["emergency"], {"a": 1}])
def test_values_that_nobody_knows(value: Any) -> None:
    """Nothing else than what is known beforehand gets out."""
    events = [
        UserUttered("hello", {"name": value}),
        *(SlotSet(slot, value) for slot in ("answer_kind", "check_outcome", "requested_slot")),
        SlotSet("check_record", {"status": value, "asked": [value, "herpes"]}),
        ActiveLoop("contraindication_check"),
        ActiveLoop(None),
    ]
    assert read_turn(events) == Happened(answered=["herpes"], left=("none", "other"))


def test_a_conversation_without_a_message() -> None:
    """Rasa's API can store one."""
    assert read_turn([]) == Happened()


@pytest.mark.usefixtures("clinic_db")
class TestARequestToTheClinic:
    """It has a form of its own, which is no check."""

    async def test_from_begin_to_end(self, talk: Talk) -> None:
        """Nothing of a check is begun, asked, answered or left."""
        said = [
            ("a person", "human_handoff"),
            ("yes", "affirm"),
            ("skip", "deny"),
            ("a@b.org", "deny"),
            ("skip", "deny"),
        ]
        for text, intent in (*said, ("yes", "affirm")):
            assert await talk.say(text, intent) == Happened(kind="smalltalk")
        assert talk.engine.loop is None

    async def test_in_the_check(self, check: Talk) -> None:
        """The check is left once, at its question; giving the request up leaves it no second time."""
        await check.answers(1)
        happened = await check.say("a person", "human_handoff")
        assert happened.left == (ITEMS[1], "stopped")
        assert await check.say("no", "deny") == Happened(kind="smalltalk")

    async def test_after_a_result(self, check: Talk) -> None:
        """The check is not finished twice."""
        await check.answers(len(ITEMS))
        await check.say("a person", "human_handoff")
        assert await check.say("stop", "stop_check") == Happened(kind="smalltalk")

    async def test_the_check_in_between(self, talk: Talk) -> None:
        """It is begun, and not left by the form that ends."""
        for text, intent in (("a person", "human_handoff"), ("yes", "affirm")):
            await talk.say(text, intent)
        happened = await talk.say("start the check", "start_check")
        assert (happened.begun, happened.asked, happened.left) == (True, ITEMS[0], None)
