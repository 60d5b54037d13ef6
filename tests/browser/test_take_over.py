"""The chat while a person of the clinic has taken over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.own_stack import OwnStack
from tests.take_over import AGAIN, NOTICE, clinic_of, given_back, taken_over


@pytest.fixture(autouse=True)
def clinic(bot: OwnStack) -> Iterator[None]:
    """This process is the clinic's inbox."""
    with clinic_of(bot):
        yield


def test_silence_looks_like_silence(page: Page, chat: Chat, bot: OwnStack) -> None:
    """Messages are shown as sent, without an error, a retry or a sign of writing; a reload shows the same."""
    chat.start().tell("how long is recovery?").expect_message("two or three days")
    sender = bot.newest_sender("web:")
    taken_over(bot, sender)
    chat.tell("hello").expect_message(NOTICE)
    for text in ("are you there?", "anybody?"):
        chat.tell(text).expect_message(text)
        expect(chat.typing).to_have_count(0)
    assert chat.retry.count() == 0
    expect(chat.notice).to_be_hidden()
    before = chat.said()
    page.reload()
    chat.wait().expect_message("anybody?")
    assert chat.said() == before
    chat.tell("I can't breathe").expect_message("What you describe can be an emergency")
    given_back(bot, sender)
    chat.tell("how long is recovery?").expect_message(AGAIN)
    chat.expect_message("two or three days", 2)


def test_the_check_goes_on(chat: Chat, bot: OwnStack) -> None:
    """The choices of the open question come again after the person."""
    chat.start().begin_check().answer(1)
    sender = bot.newest_sender("web:")
    taken_over(bot, sender)
    chat.tell("no").expect_message(NOTICE)
    chat.tell("no")
    expect(chat.choices).to_have_count(0)
    given_back(bot, sender)
    chat.tell("no").expect_message(AGAIN).expect_question(2)
    chat.answer(2)
