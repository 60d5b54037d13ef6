"""The questions of a request to the clinic, each with what answers it: consent, name, way, wish."""

from __future__ import annotations

import pytest

from assistant.dialogue import handover
from assistant.handover.consent import consent_version
from assistant.handover.record import CONSENT, NAME, SEND, WAY, WISH, ContactRecord
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.contact import at, say
from tests.unit.dialogue.fakes import spoken


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
