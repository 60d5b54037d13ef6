"""What was taken down is read back: it is sent by a plain yes, and anything in it can be corrected."""

from __future__ import annotations

import pytest

from assistant.dialogue import handover
from assistant.handover.record import CHANGE, NAME, SEND, WAY, WISH
from tests.unit.dialogue.contact import at, say
from tests.unit.dialogue.fakes import spoken


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
