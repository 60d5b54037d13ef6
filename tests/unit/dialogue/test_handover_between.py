"""What comes in between while a request is taken down: emergencies, questions, the check, and whatever is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import handover
from assistant.dialogue.handover import Turn, advance
from assistant.handover.record import CHANGE, CONSENT, NAME, QUESTIONS, SEND, WAY, WISH, ContactRecord
from assistant.screening.record import EMERGENCY as STILL
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.contact import at, say
from tests.unit.dialogue.fakes import answered, said, spoken


class TestInBetween:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_an_emergency(self, question: str) -> None:
        """Before everything else, in one message; what was given stays."""
        record = at(question)
        before = record.to_slots()
        step = say(record, question, "I have chest pain and can't breathe", "affirm")
        assert (step.ask, step.end, step.reply.kind) == (None, handover.EMERGENCY, "emergency")
        assert step.flag is not None
        assert record.to_slots() == before

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_stop(self, question: str) -> None:
        """At any question."""
        assert say(at(question), question, "stop", "stop_check").end == handover.DROPPED

    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize(
        ("text", "topic"),
        [("how long is recovery?", "faq/recovery_time"), ("who reads that?", "ask_privacy"),
         ("why do you ask?", "explain_why"), ("my summary?", "show_summary"), ("say that again", "repeat_question")],
    )  # fmt: skip
    def test_questions(self, question: str, text: str, topic: str) -> None:
        """Answered, and the same question put again; nothing is taken for an answer."""
        record = at(question)
        before = record.to_slots()
        step = say(record, question, text, topic)
        assert (step.ask, step.end) == (question, "")
        assert spoken(step.reply) or topic == "repeat_question"
        assert record.to_slots() == before

    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize(
        "text", ["yes", "Yes, send it", "Maria", "a@b.org", "no", "call me", "my name is Ana"]
    )
    def test_after_a_person_has_talked(self, question: str, text: str) -> None:
        """It may be an answer to the person: nothing is kept or sent, and the question is put again."""
        record = at(question)
        before = record.to_slots()
        step = advance(Turn(said(text, "affirm"), record, question, CheckRecord(), stale=True))
        assert (step.ask, step.end) == (question, "")
        assert record.to_slots() == before
        assert question != SEND or "This is what" in spoken(step.reply)

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_what_counts_all_the_same(self, question: str) -> None:
        """An emergency, and a wish to stop."""
        record = at(question)
        turn = Turn(said("I can't breathe"), record, question, CheckRecord(), stale=True)
        assert advance(turn).end == handover.EMERGENCY
        turn = Turn(said("drop it"), record, question, CheckRecord(), stale=True)
        assert advance(turn).end == handover.DROPPED

    def test_the_check(self) -> None:
        """The request waits; after an emergency the check needs "I'm fine" first."""
        step = say(at(WAY), WAY, "start the check", "start_check")
        assert (step.ask, step.end, spoken(step.reply)) == (None, handover.CHECK, "")
        step = say(at(WAY), WAY, "start the check", "start_check", check=CheckRecord(status=STILL))
        assert spoken(step.reply) == "utter_still_emergency"

    def test_deletion(self) -> None:
        """It is asked before, as everywhere."""
        step = say(at(WAY), WAY, "delete my data", "delete_data")
        assert (step.end, step.reply.offer) == (handover.DELETE, "delete")

    def test_start_over(self) -> None:
        """The consent stays, all else is asked again."""
        record = at(SEND)
        step = say(record, SEND, "start over", "restart_check")
        assert (step.ask, record.name, record.phone) == (NAME, "", "")
        assert record.consent

    def test_what_goes_with_it(self) -> None:
        """The patient reads what of the check the clinic gets."""
        record, check = at(WISH), answered("no", "yes")
        check.flag("chest_pain", None)
        text = spoken(say(record, WISH, "skip", check=check).reply)
        assert "Your answers from the check" in text
        assert "emergency" in text
        assert "could not answer" not in text


SAYINGS = st.sampled_from(
    ["yes", "no", "skip", "stop", "send", "ok", "Maria", "+49 171 2345678", "0171", "a@b.org", "a@", "why?", "my name is X",
     "change my number", "remove my name", "My wish", "keep", "I have lupus", "\x00", "💥", "", "?", "yes and no", "don't send it",
     "how long is recovery?", "İ" * 50, "change my wish to: a", "I can't breathe", "\ud800"]
) | st.text(max_size=60)  # fmt: skip
TOPICS = st.sampled_from(
    ["", "affirm", "deny", "faq/recovery_time", "not_in_document/price", "stop_check", "smalltalk/greet", "inform_health",
     "follow_up/why", "out_of_scope/everyday", "restart_check", "show_summary", "human_handoff", "correct_answer"]
)  # fmt: skip


@given(st.lists(st.tuples(SAYINGS, TOPICS, st.sampled_from((0.3, 0.7, 0.95))), max_size=12))
def test_whatever_is_said(messages: list[tuple[str, str, float]]) -> None:
    """Nothing is raised, sent without a yes and a way, kept without a consent, or read as an answer of the check."""
    record, check, question = ContactRecord(), CheckRecord(), CONSENT
    for text, topic, confidence in messages:
        step = say(record, question, text, topic, confidence, check=check)
        assert all(value is None for value in check.values.values())
        if record.consent is None:
            assert set(record.to_slots().values()) == {None}
        if step.end == handover.SENT:
            assert question in (SEND, CHANGE)
            assert record.consent
            assert record.id
            assert record.phone or record.email
        if step.ask is None:
            assert step.end
            return
        assert step.ask in (*QUESTIONS, CHANGE)
        record, question = ContactRecord.from_slots(record.to_slots()), step.ask


class TestUrgentNumbers:
    @pytest.mark.parametrize("question", [CONSENT, NAME, WAY, WISH, SEND, CHANGE])
    @pytest.mark.parametrize(
        ("text", "what"),
        [("my blood pressure is 210/130 today, please call me", "blood_pressure"), ("i have a fever of 41", "temperature")],
    )  # fmt: skip
    def test_what_needs_help_today_is_said_first(self, question: str, text: str, what: str) -> None:
        """Staff may read it tomorrow. The check is not changed, and the request goes on."""
        check = CheckRecord()
        step = say(at(question), question, text, check=check)
        assert step.reply.messages[0].response == f"utter_urgent_{what}"
        assert step.ask
        assert check == CheckRecord()

    @pytest.mark.parametrize(
        "text", ["+49 30 901820", "call me between 18:00-20:00", "my mum's pressure is 210/130"]
    )
    def test_other_numbers_are_none(self, text: str) -> None:
        """Phone numbers, hours, and those of others."""
        step = say(at(WISH), WISH, text)
        assert not [m for m in step.reply.messages if (m.response or "").startswith("utter_urgent")]
