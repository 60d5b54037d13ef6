"""What holds on every messenger: each test is run for each transport of tests/transports."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.base import Off
from tests import transports
from tests.client import Client
from tests.fakes.platform import Failure
from tests.messenger_server import CHOICES, QUESTION, Messenger, asks, messenger, sql_agent
from tests.transports.base import MessengerTransport
from tests.web_agent import WebAgent, eventually

MESSENGERS = [
    name for name in transports.CHANNELS if isinstance(transports.transport(name), MessengerTransport)
]
#: What a platform does with a call, and what then happens to the message.
HELPED = (Failure(500), Failure(503, "<html>"), Failure(429, {}, {"Retry-After": "0"}))
SECRET_WORDS = "my secret sore"


@pytest.fixture(scope="module", params=MESSENGERS)
def transport(request: pytest.FixtureRequest) -> Iterator[MessengerTransport]:
    """A platform, started once."""
    found = transports.transport(request.param)
    assert isinstance(found, MessengerTransport)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def bot(transport: MessengerTransport) -> Iterator[Messenger]:
    """A server with an assistant that has heard nothing yet."""
    transport.fake.clear()
    with messenger(transport) as running:
        yield running


def test_a_turn(bot: Messenger) -> None:
    """The message reaches the assistant under a name of the channel's own; the replies come in order."""
    assert bot.say("hello") == ["You said hello", f"{QUESTION} ({bot.agent.messages[0].message_id})"]
    message = bot.agent.messages[0]
    assert message.sender_id == bot.transport.conversation_of(bot.user)
    assert [b["title"] for b in bot.shown()[-1]["buttons"]] == list(CHOICES)
    assert not bot.fake.refused


def test_forged_requests_cause_nothing(bot: Messenger) -> None:
    """403, no call to the platform, no turn; the real one is taken afterwards."""
    real = bot.transport.text(bot.user, "start over")
    for forged in [*bot.transport.forged(real), *bot.transport.forged(bot.transport.photo(bot.user))]:
        assert bot.transport.status(forged) == 403
    bot.settled()
    assert (bot.fake.calls, bot.fake.refused, bot.agent.messages) == ([], [], [])
    bot.post(real)
    bot.settled()
    assert bot.heard == ["start over"]


def test_a_message_counts_once(bot: Messenger) -> None:
    """Delivered again, also at the same time and after other messages, it causes nothing."""
    webhook = bot.transport.text(bot.user, "hello")
    for _ in range(3):
        bot.post(webhook)
    bot.settled()
    bot.say("and more")
    calls = len(bot.fake.calls)
    for _ in range(3):
        bot.post(webhook)
    bot.settled()
    assert (bot.heard, len(bot.fake.calls)) == (["hello", "and more"], calls)


def test_two_servers_take_a_message_once(transport: MessengerTransport, tmp_path: Path) -> None:
    """With one database, and also after a restart: one turn, one answer, nothing from a replay."""
    transport.fake.clear()
    agents = [sql_agent(tmp_path / "one.db") for _ in range(2)]
    with messenger(transport, agents[0]) as first:
        client = transport.client
        with messenger(transport, agents[1]) as second:
            clients = (client, transport.client)
            webhooks = [transport.text(first.user, f"message {n}") for n in range(8)]

            def deliver(to: Client, webhook: Any) -> None:
                other = transports.transport(_name_of(transport))
                assert isinstance(other, MessengerTransport)
                other.connect(to)
                other.post(webhook)

            for webhook in webhooks:
                threads = [threading.Thread(target=deliver, args=(c, webhook)) for c in clients]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                first.settled()
                second.settled()
            assert len(agents[0].messages) + len(agents[1].messages) == 8
            assert len(first.shown()) == 16
    calls = len(transport.fake.calls)
    with messenger(transport, sql_agent(tmp_path / "one.db")) as again:
        for webhook in webhooks:
            again.post(webhook)
        again.settled()
        assert (again.heard, len(transport.fake.calls)) == ([], calls)


def test_messages_of_one_person_are_in_order(bot: Messenger) -> None:
    """Turns and answers keep the order of arrival, though the platform is slow with the first."""
    bot.fake.fail(bot.transport.shows[0], Failure(500), Failure(500))
    for n in range(5):
        bot.post(bot.transport.text(bot.user, f"message {n}"))
    bot.settled()
    assert bot.heard == [f"message {n}" for n in range(5)]
    assert [t for t in bot.texts() if t.startswith("You")] == [f"You said message {n}" for n in range(5)]


def test_people_do_not_wait_for_each_other(bot: Messenger) -> None:
    """One whose messages the platform does not take holds up nobody else."""
    bot.fake.fail(bot.transport.shows[0], Failure(hang=1.5))
    bot.post(bot.transport.text(bot.user, "slow"))
    bot.wait(lambda: bool(bot.fake.failed))
    started = time.monotonic()
    bot.post(bot.transport.text("4343", "quick"))
    bot.wait(lambda: len(bot.shown("4343")) == 2)
    assert time.monotonic() - started < 1
    bot.settled()


def test_too_many_waiting(bot: Messenger) -> None:
    """Who writes faster than it can be read is told so, once, and nobody else is."""
    gate = threading.Event()

    async def slow(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        import asyncio

        while not gate.is_set():
            await asyncio.sleep(0.005)
        yield {"text": f"You said {message.text}"}

    bot.agent.script = slow
    for n in range(12):
        bot.post(bot.transport.text(bot.user, f"message {n}"))
    gate.set()
    bot.settled()
    assert bot.heard == [f"message {n}" for n in range(6)]
    assert bot.texts().count(texts.TOO_MANY) == 1
    assert len(bot.shown()) == 7


def test_what_is_not_text(bot: Messenger) -> None:
    """A picture gets a kind text and no turn: a check that is under way stays as it is."""
    bot.say("hello")
    bot.post(bot.transport.photo(bot.user))
    bot.settled()
    assert (bot.texts()[-1], bot.heard) == (texts.NOT_TEXT, ["hello"])


@pytest.mark.parametrize(
    ("text", "answer"), [("x" * 1001, texts.TOO_LONG), ("\u202e\u0000 ", texts.NOT_TEXT)]
)
def test_text_that_is_not_taken(bot: Messenger, text: str, answer: str) -> None:
    """Too long, or nothing that can be read: told, and no turn."""
    assert bot.say(text) == [answer]
    assert bot.heard == []


def test_typed_commands_are_text(bot: Messenger) -> None:
    """A slash has no power; the text reaches the assistant as it is."""
    bot.say("/restart")
    assert bot.heard == ["/restart"]


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
    numbered = bot.transport.name in ("instagram", "twilio", "twilio:whatsapp", "twilio_whatsapp")
    assert bot.heard[-1] == ("No" if numbered else "2")


def test_a_press(bot: Messenger) -> None:
    """It sends the text of the choice, below the last question."""
    bot.say("hello")
    for button, means in zip(bot.shown()[-1]["buttons"], CHOICES, strict=True):
        assert button["title"] == means
    bot.press(bot.shown()[-1]["buttons"][1]["payload"])
    assert bot.heard == ["hello", "No"]


def needs_buttons(bot: Messenger) -> None:
    """Leaves a test out where choices are only numbers in the text: these always mean the last ones."""
    if not bot.transport.tagged:
        pytest.skip("choices are only numbers")


def test_an_old_button_answers_no_other_question(bot: Messenger) -> None:
    """Pressed after the next question was asked, "Yes" counts for nothing; the open question is shown again."""
    needs_buttons(bot)
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


def test_old_buttons_that_stand_for_themselves(bot: Messenger) -> None:
    """A question on an old button is asked; long texts, which are sent as a number, are found again."""
    needs_buttons(bot)
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


def test_buttons_of_nobody(bot: Messenger) -> None:
    """A button of an erased conversation is told to be too old; what is no payload of ours is a text."""
    needs_buttons(bot)
    for payload in ("abcdefgh#2", "abcdefgh:Yes"):
        assert bot.press(payload) == [texts.LOST_BUTTON]
    bot.say("hello")
    tag = bot.shown()[-1]["buttons"][0]["payload"][:8]
    for payload in (f"{tag}#9", f"{tag}#0", f"{tag}:Another answer"):
        assert bot.press(payload) == [texts.LOST_BUTTON]
    assert bot.heard == ["hello"]
    bot.press("Start the check")
    assert bot.heard[-1] == "Start the check"


@pytest.mark.parametrize("failure", HELPED, ids=lambda f: str(f.status))
def test_a_platform_that_fails_is_asked_again(bot: Messenger, failure: Failure) -> None:
    """The answer arrives, complete and in order, and the turn is taken once."""
    bot.fake.fail(bot.transport.shows[0], failure, failure)
    assert bot.say("hello")[0] == "You said hello"
    assert (len(bot.shown()), bot.heard) == (2, ["hello"])


def test_a_platform_that_refuses(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """Asked once; the turn counts, the next message is answered, and the log has no words of anybody."""
    bot.fake.fail(bot.transport.shows[0], Failure(403, {"description": SECRET_WORDS}))
    with caplog.at_level(logging.DEBUG, "rasa_ext"):
        bot.say(SECRET_WORDS)
    assert bot.heard == [SECRET_WORDS]
    assert len(bot.fake.failed) == 1
    assert SECRET_WORDS not in caplog.text
    assert "could not send" in caplog.text
    assert bot.say("hello")[0] == "You said hello"


def test_a_platform_that_is_down(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """After some tries the message is given up; the turn is stored all the same."""
    bot.fake.fail(bot.transport.shows[0], *[Failure(502)] * 8)
    with caplog.at_level(logging.ERROR):
        assert bot.say("hello") == []
    assert len(bot.fake.failed) == 8
    assert "HTTP 502" in caplog.text
    assert bot.agent.stored(bot.transport.conversation_of(bot.user))
    assert len(bot.say("again")) == 2


def test_a_turn_that_fails(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """The patient is told honestly, whether the assistant breaks, is silent, or has no model."""

    async def breaks(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        yield {"text": "A part."}
        raise RuntimeError(SECRET_WORDS)

    async def silent(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        for nothing in ():
            yield nothing

    bot.agent.script = breaks
    with caplog.at_level(logging.DEBUG, "rasa_ext"):
        assert bot.say(SECRET_WORDS) == ["A part.", texts.FAILED]
    assert SECRET_WORDS not in caplog.text
    bot.agent.script = silent
    assert bot.say("hello") == [texts.FAILED]
    bot.agent.ready = False
    assert bot.say("hello") == [texts.FAILED]


def test_too_large_bodies(bot: Messenger) -> None:
    """Refused before they are kept."""
    assert bot.transport.status(bot.transport.signed(b" " * 1_100_000)) == 413


def test_off_and_half_set(transport: MessengerTransport, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing set: off and silent. Something missing or wrong: off, and one line names it without its value."""
    channel = transport.channel()
    settings = transport.credentials()
    unset = dict.fromkeys(settings, "")
    assert isinstance(channel.from_credentials(None), Off)
    assert isinstance(channel.from_credentials(unset), Off)
    assert caplog.text == ""
    for name in channel.NEEDED:
        caplog.clear()
        found = channel.from_credentials({**settings, name: f"${{{transport.prefix}{name.upper()}:-}}"})
        if len(channel.NEEDED) > 1:
            (line,) = caplog.messages
            assert f"{transport.prefix}{name.upper()}" in line
        assert isinstance(found, Off)
    caplog.clear()
    assert isinstance(channel.from_credentials({**settings, "no_such": "x"}), Off)
    (line,) = caplog.messages
    assert "no_such" in line
    assert not any(settings[name] in line for name in channel.NEEDED)


def test_what_it_adds_to_a_turn(bot: Messenger) -> None:
    """Between the webhook and the first message stand a few milliseconds, not more."""
    times = []
    for n in range(40):
        before = len(bot.shown())
        started = time.perf_counter()
        bot.post(bot.transport.text(bot.user, f"message {n}"))
        eventually(lambda before=before: len(bot.shown()) > before)  # type: ignore[misc]
        times.append(time.perf_counter() - started)
        bot.settled()
    # With both ends of two HTTP calls in this one process; docs/results.md has the figure without.
    assert sorted(times)[20] < 0.1


def _name_of(transport: MessengerTransport) -> str:
    return type(transport).__module__.rsplit(".", 1)[1]


__all__ = ["WebAgent"]
