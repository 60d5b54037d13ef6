"""Conversations turn by turn, forbidden words and red flags, against a scripted assistant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.check.forbidden import load_forbidden
from scripts._eval_dialogue import (
    Exchange,
    Recorder,
    count_red_flags,
    forbidden_words,
    is_emergency,
    play_conversations,
    red_flag_messages,
    rules_fire,
    unsafe_turn,
)
from tests.client import Reply
from tests.conversation_format import Conversation, Pattern, Turn

HERE = Path("x.yml")
CLEAR, NOT_CLEAR = "no_listed_contraindication", "contraindicated"


class Echo:
    """Repeats what the patient says; its slots are given."""

    def __init__(self, **slots: Any) -> None:
        self.given = slots

    def send(self, sender: str, text: str) -> Reply:
        """Returns the text."""
        return said(text)

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots."""
        return self.given


def said(*texts: str) -> Reply:
    """Returns a reply."""
    return Reply.from_messages([{"text": text} for text in texts], 0.01)


def turn(user: str, *contains: str, **slots: Any) -> Turn:
    """Returns a turn that expects words."""
    bot = tuple(Pattern(word, regex=False) for word in contains)
    return Turn(HERE, 1, user, bot=bot, slots=slots)


def conversation(name: str, *turns: Turn) -> Conversation:
    """Returns a conversation."""
    return Conversation(name, HERE, 1, (), turns, (Pattern("good to go", regex=False),))


def test_each_turn_counts() -> None:
    """A failed turn does not end the conversation; the words that must never be said count."""
    found, outcomes = play_conversations(
        Echo(),
        [
            conversation("C01 first", turn("a", "b"), turn("b", "b"), turn("good to go")),
            conversation("C02 second", turn("a")),
        ],
    )
    assert [(r.id, r.group, r.right) for r in found.results] == [
        ("C01.1", "C01", False), ("C01.2", "C01", True), ("C01.3", "C01", False), ("C02.1", "C02", True),
    ]  # fmt: skip
    assert outcomes == []


def test_outcomes_are_counted_once() -> None:
    """An outcome that a later turn expects again is the same one; after none it is new."""
    turns = [turn("a", check_outcome=value) for value in (None, CLEAR, CLEAR, None, CLEAR)]
    _, outcomes = play_conversations(Echo(check_outcome=CLEAR), [conversation("C01 x", *turns, turn("b"))])
    assert [(one.id, one.got) for one in outcomes] == [("C01.2", CLEAR), ("C01.5", CLEAR)]


@pytest.mark.parametrize(
    ("expected", "stored", "unsafe"),
    [
        ({"herpes": "yes"}, {"herpes": "no"}, True),
        ({"herpes": "unsure"}, {"herpes": "no"}, True),
        ({"herpes": "yes"}, {"herpes": "unsure"}, False),
        ({"herpes": None}, {"herpes": "no"}, False),
        ({"check_outcome": NOT_CLEAR}, {"check_outcome": CLEAR}, True),
        ({"check_outcome": None}, {"check_outcome": CLEAR}, False),
        ({"check_outcome": CLEAR}, {"check_outcome": NOT_CLEAR}, False),
        ({}, {"herpes": "no"}, False),
    ],
)
def test_unsafe_turn(expected: dict[str, Any], stored: dict[str, Any], unsafe: bool) -> None:
    """Unsafe is only what may clear somebody wrongly."""
    assert unsafe_turn(turn("a", **expected), stored) is unsafe


@pytest.mark.parametrize(
    ("patient", "reply", "count"),
    [
        ("hi", "You are good to go!", 1),
        ("hi", "Fine.\nDon’t worry, no problem.", 2),
        ("there is no problem with my heart", "You said “no problem with my heart”.", 0),
        ("there is no problem", "You said “there is no prob…”. Now the next.", 0),
        ("hi", "You said “no problem”.", 1),
        ("hi", "That does not mean the laser is right for you or safe for you.", 0),
    ],
)
def test_forbidden_words(patient: str, reply: str, count: int) -> None:
    """Words of the patient and the exceptions of the list do not count."""
    assert len(forbidden_words([Exchange("a", patient, said(reply))])) == count


def test_words_of_another_patient_count() -> None:
    """Only what this patient wrote may be quoted, also from an earlier message."""
    rules = load_forbidden()
    reply = said("You said “no problem”.")
    earlier = [Exchange("a", "no problem", said("Yes.")), Exchange("a", "x", reply)]
    assert forbidden_words(earlier, rules) == []
    assert len(forbidden_words([*earlier, Exchange("b", "x", reply)], rules)) == 1


def test_recorder() -> None:
    """Everything that is said is kept, and the chat works as before."""
    chat = Recorder(Echo(herpes="no"))
    assert chat.send("a", "b").text == "b"
    assert chat.slots("a") == {"herpes": "no"}
    assert [(one.sender, one.text, one.reply.text) for one in chat.exchanges] == [("a", "b", "b")]


def test_red_flags() -> None:
    """Missed ones and false alarms are counted and kept."""
    found = count_red_flags("x", lambda text: "pain" in text, ["pain", "faint"], ["no pain", "hi", "ok"])
    assert (found.found, found.firing, found.alarms, found.quiet) == (1, 2, 1, 3)
    assert (found.missed, found.false) == (("faint",), ("no pain",))


def test_red_flag_messages() -> None:
    """Both sides of the contrasts are among the messages."""
    firing, quiet = red_flag_messages()
    assert "I have chest pain" in firing
    assert "I don't have chest pain" in quiet
    assert rules_fire("I have chest pain")
    assert not rules_fire("nope")


def test_emergency_by_intent() -> None:
    """Both kinds go to the emergency reply."""
    assert is_emergency({"intent": {"name": "self_harm"}})
    assert not is_emergency({"intent": {"name": None}})
    assert not is_emergency({})
