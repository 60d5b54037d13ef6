"""Silence while a person has taken over: Rasa's engine with our rules, the form and the policy."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.domains import with_languages
from rasa_ext.hardening import install
from rasa_ext.metrics import turns
from rasa_ext.policies import take_over
from rasa_ext.policies.take_over import TakeOver
from tests.unit.rasa_ext.policies.engine import AGAIN, NOTICE, Both, Flags

pytestmark = pytest.mark.usefixtures("mended")


@pytest.fixture
def flags(monkeypatch: pytest.MonkeyPatch) -> Flags:
    """What the clinic has set."""
    made = Flags()
    monkeypatch.setattr(take_over, "watch", made)
    return made


@pytest.fixture
def chat(flags: Flags) -> Both:
    """A conversation of `patient`."""
    return Both()


async def to_question(chat: Both, number: int) -> None:
    """Brings a check to one of its questions."""
    await chat.say("start the check", "start_check")
    for _ in range(number - 1):
        await chat.say("no", "deny")


async def test_it_is_said_in_the_language_of_the_conversation(chat: Both, flags: Flags) -> None:
    """The notice, with the numbers of an emergency, and that the assistant answers again."""
    chat.nlg = TemplatedNaturalLanguageGenerator(with_languages(chat.domain.as_dict())["responses"])
    chat.set(language="es")
    flags.taken = {"patient": 100.5}
    (said,) = await chat.say("gracias", "smalltalk/thanks")
    assert said.startswith("Una persona de la clínica se ha hecho cargo de este chat")
    assert "112 en Europa" in said
    flags.taken = {}
    again = await chat.say("gracias", "smalltalk/thanks")
    assert "La clínica me ha devuelto el chat" in "".join(again)


async def test_it_is_said_once(chat: Both, flags: Flags) -> None:
    """Then nothing is, whatever is asked."""
    flags.taken = {"patient": 100.5}
    (said,) = await chat.say("how long is recovery?", "faq/recovery_time")
    assert NOTICE in said
    assert "112" in said
    for text, intent in (
        ("how long?", "faq/recovery_time"),
        ("hello", "smalltalk/greet"),
        ("gghh", "nlu_fallback"),
    ):
        assert await chat.say(text, intent) == []
    assert chat.slots["answer_kind"] == "person"
    assert chat.slots["answered_facts"] == []


async def test_others_are_answered(chat: Both, flags: Flags) -> None:
    """A take-over concerns its conversation."""
    flags.taken = {"patient2": 100.5, "Patient": 100.5, "": 1.0}
    said = await chat.say("hello", "smalltalk/greet")
    assert "Stria" in said[0]
    assert chat.slots["person_answers"] is None


async def test_it_is_said_once_a_take_over(chat: Both, flags: Flags) -> None:
    """Also when nothing was written in between."""
    flags.taken = {"patient": 100.5}
    assert NOTICE in (await chat.say("hello", "smalltalk/greet"))[0]
    flags.taken = {"patient": 200.5}
    assert NOTICE in (await chat.say("hello", "smalltalk/greet"))[0]
    assert await chat.say("hello", "smalltalk/greet") == []


async def test_after_it_the_answer_is_as_ever(chat: Both, flags: Flags) -> None:
    """With one line before it, once."""
    flags.taken = {"patient": 100.5}
    await chat.say("hello", "smalltalk/greet")
    flags.taken = {}
    said = await chat.say("hello", "smalltalk/greet")
    assert AGAIN in said[0]
    assert "I'm not a doctor" in said[1]
    assert chat.slots["person_answers"] is None
    assert not any(AGAIN in text for text in await chat.say("hello", "smalltalk/greet"))


async def test_who_wrote_nothing_is_told_nothing(chat: Both, flags: Flags) -> None:
    """Taken over and given back between two messages of the patient."""
    await chat.say("hello", "smalltalk/greet")
    flags.taken = {"patient": 100.5}
    flags.taken = {}
    said = await chat.say("hello", "smalltalk/greet")
    assert "Stria" in said[0]


async def test_taken_again_before_the_next_message(chat: Both, flags: Flags) -> None:
    """The line that the assistant answers again, once due, is not said any more."""
    flags.taken = {"patient": 100.5}
    await chat.say("hello", "smalltalk/greet")
    flags.taken = {}
    chat.server.down()
    await chat.say("hello", "smalltalk/greet")
    chat.server.up()
    assert chat.slots["person_answers"] == "back"
    flags.taken = {"patient": 200.5}
    (said,) = await chat.say("hello", "smalltalk/greet")
    assert NOTICE in said


async def test_the_form_stays_as_it_is(chat: Both, flags: Flags) -> None:
    """Nothing is read as an answer, and the action server is not asked."""
    await to_question(chat, 3)
    before, called = chat.slots, len(chat.server.called)
    flags.taken = {"patient": 100.5}
    for text, intent in (
        ("no", "deny"),
        ("yes", "affirm"),
        ("I have a cold sore", "inform_health"),
        ("stop", "stop_check"),
    ):
        await chat.say(text, intent)
    changed = {name for name, value in chat.slots.items() if value != before[name]}
    assert changed == {"person_answers", "answer_kind", "answered_facts"}
    assert (chat.loop, len(chat.server.called)) == ("contraindication_check", called)


async def test_the_check_goes_on_after_it(chat: Both, flags: Flags) -> None:
    """The question is put again, because a no may have been meant for the person."""
    await to_question(chat, 3)
    flags.taken = {"patient": 100.5}
    await chat.say("no", "deny")
    flags.taken = {}
    first, second = await chat.say("no", "deny")
    assert AGAIN in first
    assert "Question 3 of 6" in second
    assert chat.slots["temperature"] is None
    (third,) = await chat.say("no", "deny")
    assert "Question 4 of 6" in third
    assert chat.slots["temperature"] == "no"


async def test_a_yes_to_the_person_does_nothing_later(chat: Both, flags: Flags) -> None:
    """What was offered before the person came is offered no more."""
    await to_question(chat, 2)
    await chat.say("stop", "stop_check")
    await chat.say("delete my data", "delete_data")
    flags.taken = {"patient": 100.5}
    await chat.say("yes", "affirm")
    flags.taken = {}
    await chat.say("yes", "affirm")
    assert chat.slots["cardiovascular"] == "no"


@pytest.mark.parametrize("text", ["my blood pressure is 190/125", "I have a temperature of 40.5"])
async def test_what_needs_help_today_is_said(chat: Both, flags: Flags, text: str) -> None:
    """The person may see it too late; in the check as well, where nothing else happens with it."""
    flags.taken = {"patient": 100.5}
    first = await chat.say(text, "inform_health")
    second = await chat.say(text, "inform_health")
    assert NOTICE in first[0]
    assert "needs medical help today" in first[1]
    assert second == first[1:]


async def test_both_readings_are_said(chat: Both, flags: Flags) -> None:
    """Each of them once."""
    flags.taken = {"patient": 100.5}
    said = await chat.say("bp 190/125 and temperature 40.5, 40.6", "inform_health")
    assert [NOTICE in said[0], *(("180/120" in t, "40 °C" in t) for t in said[1:])] == [
        True,
        (True, False),
        (False, True),
    ]


async def test_what_was_said_last_holds_when_nothing_is_known(chat: Both, flags: Flags) -> None:
    """Started anew while the database is away: the conversation itself remembers."""
    flags.taken = {"patient": 100.5}
    await chat.say("hello", "smalltalk/greet")
    flags.taken = None
    assert await chat.say("hello", "smalltalk/greet") == []
    flags.taken = {}
    assert AGAIN in (await chat.say("hello", "smalltalk/greet"))[0]
    flags.taken = None
    assert await chat.say("hello", "smalltalk/greet") != []


async def test_without_the_action_server(chat: Both, flags: Flags) -> None:
    """Silence needs nobody else."""
    flags.taken = {"patient": 100.5}
    chat.server.down()
    (said,) = await chat.say("hello", "smalltalk/greet")
    assert NOTICE in said
    assert await chat.say("hello", "smalltalk/greet") == []


async def test_a_turn_that_has_begun_is_ended(
    chat: Both, flags: Flags, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who takes over in the middle of one does not leave it half done."""
    request = chat.server.request

    async def and_taken(json: dict[str, Any], **options: Any) -> Any:
        flags.taken = {"patient": 100.5}
        return await request(json, **options)

    monkeypatch.setattr(chat.server, "request", and_taken)
    said = await chat.say("start the check", "start_check")
    assert "Question 1 of 6" in said[-1]
    assert NOTICE in (await chat.say("no", "deny"))[0]


class TestEmergencies:
    """They are answered whatever the flags."""

    @pytest.mark.parametrize("in_check", [False, True])
    @pytest.mark.parametrize(
        ("text", "words"), [("I can't breathe", "112"), ("I want to kill myself", "988")]
    )
    async def test_while_taken_over(
        self, chat: Both, flags: Flags, text: str, words: str, in_check: bool
    ) -> None:
        """First thing, before the notice was given, and after it."""
        if in_check:
            await to_question(chat, 2)
        flags.taken = {"patient": 100.5}
        for _ in range(2):
            said = await chat.say(text, "deny")
            assert words in said[0]
            assert chat.slots["answer_kind"] == "emergency"
            await chat.say("hello", "smalltalk/greet")
        assert chat.loop is None

    async def test_after_it(self, chat: Both, flags: Flags) -> None:
        """The line that the assistant answers again waits."""
        flags.taken = {"patient": 100.5}
        await chat.say("hello", "smalltalk/greet")
        flags.taken = {}
        (said,) = await chat.say("I can't breathe", "deny")
        assert "emergency number" in said
        assert AGAIN in (await chat.say("hello", "smalltalk/greet"))[0]

    @settings(max_examples=200, deadline=None)
    @given(
        taken=st.none() | st.dictionaries(st.sampled_from(["patient", "other"]), st.floats(0, 2e9)),
        told=st.none() | st.just("back") | st.floats(0, 2e9),
        intent=st.sampled_from(["emergency", "self_harm"]),
        text=st.text(max_size=30),
    )
    def test_the_rules_decide_about_them(self, taken: Any, told: Any, intent: str, text: str) -> None:
        """Whatever is set, was told, or is not known: the policy keeps out and changes nothing."""
        chat, flags = Both(), Flags()
        flags.taken = taken
        chat.set(person_answers=told)
        chat.tracker.update(UserUttered(text, {"name": intent, "confidence": 1.0}))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(take_over, "watch", flags)
            prediction = chat.take_over.predict_action_probabilities(chat.tracker, chat.domain)
        assert set(prediction.probabilities) == {0.0}
        assert (prediction.events, prediction.optional_events) == ([], [])
        assert not prediction.is_no_user_prediction


class TestChannels:
    """What a channel is told of it."""

    @pytest.mark.parametrize("text", ["hello", "I have a temperature of 40.5"])
    async def test_a_silent_turn_is_no_failure(self, chat: Both, flags: Flags, text: str) -> None:
        """The channel asks after the turn."""
        flags.taken = {"patient": 100.5}
        with turns.measured("rest", "patient"):
            assert not turns.may_be_silent()
            await chat.say(text, "inform_health")
            assert turns.may_be_silent()

    async def test_other_turns_may_not_be_silent(self, chat: Both, flags: Flags) -> None:
        """Neither an emergency's, nor another conversation's."""
        flags.taken = {"patient": 100.5}
        with turns.measured("rest", "patient"):
            await chat.say("I can't breathe", "deny")
            assert not turns.may_be_silent()
        flags.taken = {}
        with turns.measured("rest", "patient"):
            await chat.say("hello", "smalltalk/greet")
            assert not turns.may_be_silent()


class TestTheComponent:
    """How it stands in Rasa."""

    def test_it_is_before_the_rules(self) -> None:
        """On equal terms its word counts."""
        assert TakeOver.get_default_config()["priority"] > RulePolicy.get_default_config()["priority"]

    def test_the_recipe_knows_it(self) -> None:
        """By the name in config.yml."""
        install()
        name = "rasa_ext.policies.take_over.TakeOver"
        assert DefaultV1Recipe._from_registry(name).clazz is TakeOver

    def test_loading_it_begins_to_watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """So the first message after a restart finds what is taken over."""
        started: list[bool] = []
        monkeypatch.setattr(take_over.watch, "start", lambda: started.append(True))
        context = ExecutionContext(GraphSchema({}), "test")
        TakeOver.load(TakeOver.get_default_config(), None, Resource("take_over"), context)  # type: ignore[arg-type]
        assert started == [True]

    @pytest.mark.parametrize("number", [0, 1000])
    def test_it_costs_next_to_nothing(self, chat: Both, flags: Flags, number: int) -> None:
        """Below 0.1 ms for a message that is not taken over, however many conversations are."""
        flags.taken = {f"web:{n}": 100.5 for n in range(number)}
        chat.tracker.update(UserUttered("hello", {"name": "smalltalk", "confidence": 0.9}))
        best = min(_seconds(chat.take_over, chat.tracker, chat.domain) for _ in range(5))
        assert best < 1e-4


def _seconds(policy: TakeOver, tracker: DialogueStateTracker, domain: Domain) -> float:
    started = time.process_time()
    for _ in range(200):
        policy.predict_action_probabilities(tracker, domain)
    return (time.process_time() - started) / 200


def test_the_slot_is_not_part_of_what_rules_see() -> None:
    """Else no rule would fit while it is set."""
    domain = Both().domain
    (slot,) = (s for s in domain.slots if s.name == "person_answers")
    tracker = DialogueStateTracker("patient", domain.slots)
    tracker.update(SlotSet("person_answers", 1.0))
    assert not slot.influence_conversation
    assert domain.get_active_state(tracker).get("slots", {}).get("person_answers") is None
