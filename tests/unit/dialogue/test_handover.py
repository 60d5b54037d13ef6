"""The course of a request to the clinic, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import handover
from assistant.dialogue.handover import ContactStep, Turn, advance
from assistant.handover.consent import consent_version
from assistant.handover.record import CHANGE, CONSENT, NAME, QUESTIONS, SEND, WAY, WISH, ContactRecord
from assistant.screening.record import EMERGENCY as STILL
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.fakes import answered, said, spoken


def at(question: str) -> ContactRecord:
    """Returns a request whose questions before this one were answered."""
    record = ContactRecord()
    if question == CONSENT:
        return record
    record.agree("1")
    given_ = {NAME: {"name": "Maria"}, WAY: {"phone": "+49 171 2345678"}, WISH: {"wish": "call me"}}
    for before, values in given_.items():
        if before == question:
            return record
        record.settle(before, **values)
    record.read_back()
    return record


def say(
    record: ContactRecord, question: str, text: str, topic: str = "", confidence: float = 0.9,
    check: CheckRecord | None = None,
) -> ContactStep:  # fmt: skip
    """Sends a message to a question."""
    return advance(Turn(said(text, topic, confidence), record, question, check or CheckRecord()))


class TestConsent:
    def test_yes(self) -> None:
        """It is kept with version and time, and the first question follows."""
        record = at(CONSENT)
        step = say(record, CONSENT, "Yes, I agree", "affirm")
        assert step.ask == NAME
        assert record.consent
        assert record.consent["version"] == consent_version()
        assert record.consent["at"].endswith("+00:00")

    @pytest.mark.parametrize("text", ["No, thanks", "nope", "stop", "I changed my mind"])
    def test_no(self, text: str) -> None:
        """Nothing is asked and nothing kept."""
        record = at(CONSENT)
        step = say(record, CONSENT, text, "deny")
        assert (step.ask, step.end, record) == (None, handover.DROPPED, ContactRecord())

    @pytest.mark.parametrize(
        "text", ["Maria Gomez, +49 171 2345678", "hm", "maybe", "yes but why", "what for?"]
    )
    def test_anything_else(self, text: str) -> None:
        """Asked again; what was typed before the yes is not kept."""
        record = at(CONSENT)
        step = say(record, CONSENT, text)
        assert (step.ask, record) == (CONSENT, ContactRecord())
        assert spoken(step.reply)


class TestName:
    @pytest.mark.parametrize(
        ("text", "topic", "name"),
        [
            ("Maria", "", "Maria"),
            ("my name is Maria Gomez", "inform_health", "Maria Gomez"),
            ("Will Price", "not_in_document/price", "Will Price"),
            ("rosa cea", "inform_health", "rosa cea"),
            ("john smith", "out_of_scope/everyday", "john smith"),
            ("Skip", "", ""),
            ("no", "deny", ""),
        ],
    )
    def test_taken(self, text: str, topic: str, name: str) -> None:
        """Whatever the classifier takes it for, and no answer to the check."""
        record, check = at(NAME), CheckRecord()
        step = say(record, NAME, text, topic, check=check)
        assert (step.ask, record.name) == (WAY, name)
        assert check == CheckRecord()

    @pytest.mark.parametrize(
        ("text", "topic"),
        [
            ("joy", "smalltalk/wishes"),
            ("faith brown", "not_in_document/skin_color"),
            ("hope", "inform_health"),
        ],
    )
    def test_a_name_that_is_a_word(self, text: str, topic: str) -> None:
        """It counts when it comes again, and is never noted as a question."""
        record, check = at(NAME), CheckRecord()
        step = say(record, NAME, text, topic, check=check)
        assert (step.ask, record.name) == (NAME, "")
        assert "If that is your name" in spoken(step.reply)
        assert say(record, NAME, text, topic, check=check).ask == WAY
        assert (record.name, check) == (text, CheckRecord())

    def test_name_and_way_in_one(self) -> None:
        """Both are taken."""
        record = at(NAME)
        step = say(record, NAME, "Maria Gomez, +49 171 2345678 or m@example.org")
        assert (step.ask, record.name) == (WISH, "Maria Gomez")
        assert (record.phone, record.email) == ("+49 171 2345678", "m@example.org")

    def test_not_understood_twice(self) -> None:
        """It is left out then: nobody has to give a name."""
        record = at(NAME)
        assert say(record, NAME, "12345").ask == NAME
        assert say(record, NAME, "12345").ask == WAY
        assert record.name == ""


class TestWay:
    def test_taken(self) -> None:
        """As it was typed, in its normal form."""
        record = at(WAY)
        assert say(record, WAY, "reach me on 0049 171 2345678 pls", "human_handoff").ask == WISH
        assert record.phone == "+49 171 2345678"

    @pytest.mark.parametrize(
        ("text", "part"),
        [("0171 2345678", "country code"), ("maria@", "e-mail address"), ("12345678901234567", "country code"),
         ("skip", "one way"), ("blue", "found no phone")],
    )  # fmt: skip
    def test_refused(self, text: str, part: str) -> None:
        """Said with the remedy, asked again, nothing kept."""
        record = at(WAY)
        step = say(record, WAY, text)
        assert step.ask == WAY
        assert part in spoken(step.reply)
        assert (record.phone, record.email) == ("", "")

    def test_refused_twice(self) -> None:
        """The clinic's own ways are told, so that nobody is stuck here."""
        record = at(WAY)
        say(record, WAY, "blue")
        assert "call or write to the clinic" in spoken(say(record, WAY, "red").reply)

    def test_a_number_of_no_plan(self) -> None:
        """Typed again it is taken: plans change, and the patient knows best."""
        record = at(WAY)
        assert say(record, WAY, "+49 1999 9999999").ask == WAY
        assert record.phone == ""
        assert say(record, WAY, "+49 1999 9999999").ask == WISH
        assert record.phone.startswith("+49 1999")


class TestWish:
    @pytest.mark.parametrize(
        ("text", "topic"),
        [
            ("I have a cold sore and take warfarin", "inform_health"),
            ("please call me after 5", "human_handoff"),
            ("the number of my old clinic is +49 30 901820", ""),
            ("stop calling me in the morning please, I work at night", "stop_check"),
            ("I want to change my appointment request", "correct_answer"),
        ],
    )
    def test_taken(self, text: str, topic: str) -> None:
        """In the patient's words; it changes neither the check nor the way."""
        record, check = at(WISH), CheckRecord()
        step = say(record, WISH, text, topic, check=check)
        assert (step.ask, record.wish, record.phone) == (SEND, text, "+49 171 2345678")
        assert check == CheckRecord()
        assert text in spoken(step.reply)

    def test_a_question_that_the_document_answers(self) -> None:
        """It is answered, and the wish asked for again."""
        record = at(WISH)
        step = say(record, WISH, "how long is recovery?", "faq/recovery_time")
        assert (step.ask, record.wish, step.reply.kind) == (WISH, "", "answered")

    def test_a_question_that_it_does_not_answer(self) -> None:
        """It becomes the wish: people can answer it."""
        record, check = at(WISH), CheckRecord()
        step = say(record, WISH, "what does it cost?", "not_in_document/price", check=check)
        assert (step.ask, record.wish) == (SEND, "what does it cost?")
        assert check.unanswered == ["price"]

    def test_too_long(self) -> None:
        """Said, and asked again; not cut."""
        record = at(WISH)
        step = say(record, WISH, "word " * 500)
        assert (step.ask, record.wish) == (WISH, "")
        assert "too long" in spoken(step.reply)


class TestSend:
    @pytest.mark.parametrize("text", ["yes", "Yes, send it", "send"])
    def test_yes(self, text: str) -> None:
        """Only then."""
        assert say(at(SEND), SEND, text, "affirm").end == handover.SENT

    @pytest.mark.parametrize("text", ["ok", "hm", "thanks", "yes?", "I guess", "👍", "send me the summary"])
    def test_anything_else(self, text: str) -> None:
        """Asked again."""
        step = say(at(SEND), SEND, text)
        assert (step.ask, step.end) == (SEND, "")

    @pytest.mark.parametrize("text", ["stop", "Don't send it", "cancel the request"])
    def test_given_up(self, text: str) -> None:
        """The action then empties the slots."""
        assert say(at(SEND), SEND, text).end == handover.DROPPED

    @pytest.mark.parametrize("text", ["no", "Change something"])
    def test_something_is_wrong(self, text: str) -> None:
        """What, is asked; nothing is lost."""
        record = at(SEND)
        assert say(record, SEND, text, "deny").ask == CHANGE
        assert record.phone

    @pytest.mark.parametrize(
        ("text", "name", "phone", "email", "wish"),
        [
            ("my name is Ana", "Ana", "+49 171 2345678", "", "call me"),
            ("my number is +44 20 7946 0958", "Maria", "+44 20 7946 0958", "", "call me"),
            ("a@b.org", "Maria", "+49 171 2345678", "a@b.org", "call me"),
            ("change my wish to: write to me", "Maria", "+49 171 2345678", "", "write to me"),
            ("remove my name", "", "+49 171 2345678", "", "call me"),
            ("please delete the wish", "Maria", "+49 171 2345678", "", ""),
        ],
    )
    def test_corrections(self, text: str, name: str, phone: str, email: str, wish: str) -> None:
        """They are applied, and the whole is read back under another id."""
        record = at(SEND)
        before = record.id
        step = say(record, SEND, text, "correct_answer")
        assert (step.ask, step.end) == (SEND, "")
        assert (record.name, record.phone, record.email, record.wish) == (name, phone, email, wish)
        assert "This is what" in spoken(step.reply)
        assert record.id != before

    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("wrong number", WAY),
            ("change the e-mail", WAY),
            ("my name is misspelt", NAME),
            ("edit my message", WISH),
        ],
    )
    def test_corrections_without_a_value(self, text: str, question: str) -> None:
        """The question is put again; "keep" leaves it as it was."""
        record = at(SEND)
        assert say(record, SEND, text, "correct_answer").ask == question
        assert say(record, question, "keep it").ask == SEND
        assert (record.name, record.phone, record.wish) == ("Maria", "+49 171 2345678", "call me")

    def test_the_only_way_can_not_be_removed(self) -> None:
        """Nobody could answer."""
        record = at(SEND)
        step = say(record, SEND, "delete my phone number", "correct_answer")
        assert record.phone
        assert "one way" in spoken(step.reply)

    def test_a_wrong_new_way(self) -> None:
        """Said with the remedy; the old one stays until there is a new one."""
        record = at(SEND)
        step = say(record, SEND, "my number is 0171 2345678", "correct_answer")
        assert step.ask == WAY
        assert "country code" in spoken(step.reply)
        assert say(record, WAY, "keep it").ask == SEND


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
