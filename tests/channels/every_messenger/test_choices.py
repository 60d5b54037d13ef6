"""Choices on every messenger: numbers, labels and presses, and buttons that are too old."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers import texts
from tests import transports
from tests.messenger_server import CHOICES, Messenger, asks

#: The messengers whose buttons know to which reply they belong. Where choices are numbers in the text,
#: a number always means the last ones.
with_buttons = pytest.mark.parametrize("transport", transports.messengers(tagged=True), indirect=True)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2", "No"),
        ("2.", "No"),
        (" 2) ", "No"),
        ("2️⃣", "No"),
        ("3", "Not sure"),
        ("NOT SURE", "Not sure"),
        ("yes.", "Yes"),
        ("4", "4"),
        ("0", "0"),
        ("38", "38"),
        ("no?", "no?"),
        ("2 days", "2 days"),
    ],
)
def test_numbers_and_labels_are_choices(bot: Messenger, typed: str, means: str) -> None:
    """They stand for what was offered last; other numbers and words are what they are."""
    bot.say("hello")
    bot.say(typed)
    assert bot.heard == ["hello", means]


def test_numbers_without_choices_are_numbers(bot: Messenger) -> None:
    """When the last turn offered nothing, a number picks nothing from an earlier one."""

    async def tells(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        yield {"text": "I see."}

    bot.say("2")
    bot.agent.script = tells
    bot.say("hello")
    bot.say("2")
    assert bot.heard == ["2", "hello", "2"]


def test_a_number_may_be_an_amount(bot: Messenger) -> None:
    """ "2" to a question that asks to type is no second choice, unless numbers stand at the choices."""

    async def asks(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        buttons = [{"title": title, "payload": title} for title in CHOICES]
        yield {"text": "Do you take any medicine? Please type the names.", "buttons": buttons}

    bot.agent.script = asks
    bot.say("hello")
    bot.say("2")
    numbered = bot.transport.name in ("instagram", "twilio")
    assert bot.heard[-1] == ("No" if numbered else "2")


def test_a_press(bot: Messenger) -> None:
    """It sends the text of the choice, below the last question."""
    bot.say("hello")
    for button, means in zip(bot.shown()[-1]["buttons"], CHOICES, strict=True):
        assert button["title"] == means
    bot.press(bot.shown()[-1]["buttons"][1]["payload"])
    assert bot.heard == ["hello", "No"]


@with_buttons
def test_an_old_button_answers_no_other_question(bot: Messenger) -> None:
    """Pressed after the next question was asked, "Yes" counts for nothing; the open question is shown again."""
    bot.say("hello")
    old = bot.shown()[-1]["buttons"]
    bot.press(old[0]["payload"])
    bot.press(old[0]["payload"])
    assert bot.heard == ["hello", "Yes"]
    before, question, notice, again = bot.shown()[-4:]
    assert (before["text"], notice["text"]) == ("You said Yes", texts.OLD_BUTTON)
    assert (again["text"], again["buttons"]) == (question["text"], question["buttons"])
    bot.press(again["buttons"][2]["payload"])
    assert bot.heard == ["hello", "Yes", "Not sure"]


@with_buttons
def test_old_buttons_that_stand_for_themselves(bot: Messenger) -> None:
    """A question on an old button is asked; long texts, which are sent as a number, are found again."""
    question = "How does the laser remove stretch marks, and how deep does it go into the skin?"

    async def offers(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        yield {
            "text": "Is it one of these?",
            "buttons": [{"title": "How deep?"}, {"title": "How?", "payload": question}],
        }

    bot.agent.script = offers
    bot.say("hello")
    old = bot.shown()[-1]["buttons"]
    bot.agent.script = asks
    bot.say("more")
    bot.press(old[0]["payload"])
    bot.press(old[1]["payload"])
    assert bot.heard == ["hello", "more", "How deep?", question]


@with_buttons
def test_buttons_of_nobody(bot: Messenger) -> None:
    """A button of an erased conversation is told to be too old; what is no payload of ours is a text."""
    for payload in ("abcdefgh#2", "abcdefgh:Yes"):
        assert bot.press(payload) == [texts.LOST_BUTTON]
    bot.say("hello")
    tag = bot.shown()[-1]["buttons"][0]["payload"][:8]
    for payload in (f"{tag}#9", f"{tag}#0", f"{tag}:Another answer"):
        assert bot.press(payload) == [texts.LOST_BUTTON]
    assert bot.heard == ["hello"]
    bot.press("Start the check")
    assert bot.heard[-1] == "Start the check"
