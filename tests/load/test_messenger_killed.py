"""Servers that are killed while a messenger's messages wait: each is answered once, in its conversation."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.own_stack import OwnStack, start_own
from tests.transports.telegram import TelegramTransport
from tests.waiting import eventually

pytestmark = pytest.mark.stack
#: Seconds that anybody waits after the servers are back (issue 5).
MOST_WAIT = 12.0
PEOPLE = [str(70_000_000 + number) for number in range(8)]


@pytest.fixture
def telegram() -> Iterator[TelegramTransport]:
    """The platform, as long as a test."""
    transport = TelegramTransport()
    transport.fake.start()
    yield transport
    transport.stop()


@pytest.fixture
def own(telegram: TelegramTransport) -> Iterator[OwnStack]:
    """The assistant with Telegram, as `make run` starts it."""
    own = start_own({**telegram.variables(), "STRIA_WEB_SECRET": "a secret for the tests of failures"})
    telegram.connect(own.client)
    yield own
    own.stop()


def shown(telegram: TelegramTransport, user: str) -> list[str]:
    """Returns what somebody has seen."""
    calls = [c for c in telegram.fake.calls if c.method in telegram.shows]
    return [m["text"] for c in calls if str((m := telegram.seen(c))["user"]) == user]


def test_no_message_is_lost_with_its_server(own: OwnStack, telegram: TelegramTransport) -> None:
    """While the action server hangs, eight answers to the check are taken (200), and Rasa is killed."""
    for user in PEOPLE:
        telegram.post(telegram.text(user, "start the check"))
    eventually(lambda: all("Question 1 of 6" in "".join(shown(telegram, user)[-1:]) for user in PEOPLE), 60)
    before = {user: len(shown(telegram, user)) for user in PEOPLE}
    with own.frozen("actions"):
        for user in PEOPLE:
            telegram.post(telegram.text(user, "no"))
        own.kill("rasa")
    assert {user: len(shown(telegram, user)) for user in PEOPLE} == before
    own.start("rasa")
    back = time.monotonic()
    eventually(lambda: all(len(shown(telegram, user)) > before[user] for user in PEOPLE), 60)
    waited = time.monotonic() - back
    for user in PEOPLE:
        assert "Question 2 of 6" in shown(telegram, user)[-1]
        assert own.user_turns(telegram.conversation_of(user)) == ["start the check", "No"]
    assert waited <= MOST_WAIT, waited
    eventually(lambda: own.query("SELECT count(*) FROM stria_received") == [(0,)], 10)
    print(f"{len(PEOPLE)} messages waited {waited:.1f} s after the start")
