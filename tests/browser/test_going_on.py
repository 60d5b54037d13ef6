"""A conversation outlives reloads, other pages, other tabs, and a crash of the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.chat import NO_REASON, QUESTIONS, Chat
from tests.own_stack import OwnStack


def test_reload(page: Page, chat: Chat) -> None:
    """Transcript and open choices are back, the chat stands open, and the focus is left alone."""
    chat.start().begin_check().answer(1)
    before = chat.said()
    page.reload()
    chat.wait().expect_question(2)
    assert chat.said() == before
    assert chat.focused() == ""
    expect(chat.launcher).to_have_attribute("aria-expanded", "true")
    chat.answer(2)


def test_another_page(page: Page, chat: Chat) -> None:
    """The check that was begun on one page is finished on the other."""
    chat.start().begin_check()
    for number in (1, 2, 3):
        chat.answer(number)
    page.get_by_role("navigation").get_by_role("link", name="About").press("Enter")
    page.wait_for_url("**/about")
    chat.wait().expect_question(4)
    for number in range(4, QUESTIONS + 1):
        chat.answer(number)
    expect(chat.bubble(NO_REASON)).to_be_visible()


def test_closed_stays_closed(page: Page, chat: Chat) -> None:
    """After closing, the next page loads nothing of the chat; its launcher brings the conversation back."""
    chat.start().begin_check()
    chat.launcher.click()
    page.reload()
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    expect(chat.iframe).to_have_count(0)
    chat.open().wait().expect_question(1)


def test_two_tabs(page: Page, chat: Chat, context: BrowserContext, bot: OwnStack) -> None:
    """What is said in one appears in the other: so an answer never goes to a question not shown there."""
    chat.start().begin_check()
    other = context.new_page()
    other.goto("/about")
    second = Chat(other).open().wait().expect_question(1)
    second.answer(1, "Not sure")
    chat.expect_question(2)
    assert chat.said() == second.said()
    chat.answer(2)
    second.expect_question(3)
    sender = bot.newest_sender()
    slots = bot.client.slots(sender)
    assert (slots["cardiovascular"], slots["local_infection"]) == ("unsure", "no")


def test_a_draft_is_kept(page: Page, chat: Chat, context: BrowserContext) -> None:
    """What somebody is typing in one tab is not lost because of the other."""
    chat.start()
    other = context.new_page()
    other.goto("/")
    second = Chat(other).open().wait()
    chat.input.fill("I have a quest")
    chat.input.focus()
    second.say("how long is recovery?")
    chat.expect_message("two or three days")
    expect(chat.input).to_have_value("I have a quest")
    chat.expect_focus("Message input box")


def test_deleted_in_another_tab(page: Page, chat: Chat, context: BrowserContext) -> None:
    """What was deleted in one tab is not shown in the other any more."""
    chat.start().begin_check()
    other = context.new_page()
    other.goto("/")
    second = Chat(other).open().wait()
    second.command("Delete my data")
    second.button("Delete everything").click()
    expect(chat.consent).to_be_visible()
    expect(chat.bubbles).to_have_count(0)
    # And who agrees in one has agreed in both.
    second.agree()
    chat.wait()


def test_the_server_is_killed(page: Page, chat: Chat, mortal: OwnStack) -> None:
    """In the middle of a turn: "Retry" is shown, works when the server is back, and counts once."""
    chat.start().begin_check().answer(1)
    sender = mortal.newest_sender()
    with mortal.frozen("actions"):
        chat.choose("No")
        expect(chat.typing).to_be_visible()
        mortal.kill("rasa")
    expect(chat.retry).to_be_visible()
    expect(chat.notice).to_contain_text("Your message was not sent.")
    # Nobody answers yet: it fails once more, and can still be tried again.
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/webhook")):
        chat.retry.click()
    expect(chat.notice).to_contain_text("There is no connection to the assistant at the moment.")
    expect(chat.retry).to_be_visible()

    mortal.start("rasa")
    chat.retry.click()
    chat.expect_question(3)
    expect(chat.retry).to_have_count(0)
    expect(chat.notice).to_be_empty()
    assert mortal.user_turns(sender) == ["Start the check", "No", "No"]
    before = chat.said()
    for number in range(3, QUESTIONS + 1):
        chat.answer(number)
    page.reload()
    chat.wait().expect_message(NO_REASON)
    # The welcome stands in both; what was said before the crash is all there.
    assert chat.said()[: len(before)] == before


def test_the_server_is_down_at_first(page: Page, chat: Chat) -> None:
    """A sentence and a button in place of an empty frame; the button works when the server is back."""
    page.route("**/session", lambda route: route.abort())
    chat.launcher.click()
    again = chat.button("Try again")
    expect(again).to_be_visible()
    expect(chat.inside.locator("main").get_by_role("alert").last).to_contain_text("cannot be reached")
    page.unroute("**/session")
    again.click()
    expect(chat.consent).to_be_visible()


@pytest.mark.parametrize("after", ["message", "nothing"])
def test_a_reply_that_breaks_off(page: Page, chat: Chat, after: str) -> None:
    """The rest can be fetched; what was shown is not shown twice."""
    chat.start()

    def cut(route: Route) -> None:
        lines = route.fetch().text().splitlines(keepends=True)
        first = lines[0] if after == "message" else ""
        route.fulfill(status=200, content_type="application/x-ndjson", body=first)

    page.route("**/webhook", cut, times=1)
    chat.choose("Start the check")
    if after == "message":
        expect(chat.notice).to_contain_text("The rest of the reply did not arrive.")
        chat.notice.get_by_role("button", name="Try again").click()
    else:
        chat.retry.click()
    chat.expect_question(1)
    chat.expect_message("I can go through the short list of reasons", count=1)
    chat.expect_message("Start the check", count=1)
