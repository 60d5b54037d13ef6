"""Limits: how much, how often, and how little is loaded from where."""

from __future__ import annotations

import re
import select

from playwright.sync_api import Page, Request, expect

from tests.browser.chat import STORED, Chat
from tests.browser.conftest import NewContext, Watch
from tests.own_stack import OwnStack
from tests.waiting import eventually
from tests.web_client import Visitor


def test_too_many_messages(page: Page, chat: Chat, bot: OwnStack) -> None:
    """A kind sentence with the seconds to wait; the message is not lost, and goes through afterwards."""
    chat.start().tell("hello")
    visitor = Visitor(bot.port, cookie=page.context.cookies()[0]["value"])
    with bot.frozen("actions"):
        # One is being answered and five wait; when the others are refused, the line is full.
        waiting = [visitor.start("start the check") for _ in range(8)]
        eventually(lambda: len(select.select(waiting, [], [], 0)[0]) == 2)
        chat.say("does it hurt?")
        expect(chat.notice).to_contain_text("You are writing faster than I can read. Please wait 5 seconds.")
        expect(chat.retry).to_be_visible()
    answers = [connection.recv(65536).split()[1] for connection in waiting]
    assert sorted(answers) == [b"200"] * 6 + [b"429"] * 2
    for connection in waiting:
        connection.close()
    chat.whole_turn(chat.retry.click)
    expect(chat.retry).to_have_count(0)
    expect(chat.notice).to_be_empty()
    assert bot.user_turns(bot.newest_sender())[-1] == "does it hurt?"
    expect(chat.bubbles.filter(has_text="about pain")).to_have_count(1)


def test_the_rate_of_a_session(page: Page, chat: Chat, bot: OwnStack) -> None:
    """With the default settings, after twenty requests in a minute."""
    chat.start()
    visitor = Visitor(bot.port, cookie=page.context.cookies()[0]["value"])
    assert [visitor.say("", "message-1").status for _ in range(21)] == [400] * 20 + [429]
    with page.expect_response("**/webhook") as answer:
        chat.say("hello")
    assert answer.value.status == 429
    wait = int(answer.value.headers["retry-after"])
    assert 1 <= wait <= 60
    expect(chat.notice).to_contain_text(f"You are writing faster than I can read. Please wait {wait} second")
    expect(chat.retry).to_be_visible()


def test_whole_session_without_foreign_requests(page: Page, chat: Chat) -> None:
    """Everything that a visitor can do; `watch` fails the test when another host is asked."""
    chat.start().begin_check().answer(1)
    chat.say("how long is recovery?").expect_message("two or three days")
    chat.expect_question(2)
    for command in ("Summary of the check", "Start over"):
        chat.command(command)
        expect(chat.dialog).to_be_visible()
        chat.press("Escape", "Menu")
    with page.expect_download():
        chat.command("Download the chat (.txt)")
    page.goto("/about")
    chat.wait()
    chat.command("Delete my data")
    chat.button("Delete everything").click()
    expect(chat.consent).to_be_visible()


def test_nothing_but_the_loader(new_context: NewContext, watch: Watch, bot: OwnStack) -> None:
    """Before the click a page loads one script of at most 4 kB; nothing is stored."""
    context = new_context()
    sizes: dict[str, int] = {}

    def measure(request: Request) -> None:
        sizes[request.url.removeprefix(bot.url)] = request.sizes()["responseBodySize"]

    page = context.new_page()
    page.on("requestfinished", measure)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    asked = {url for url in watch.requests if "/webhooks/web/" in url}
    of_page = {url for url in asked if re.search(r"/demo\.(css|svg)$", url)}
    assert asked - of_page == {f"{bot.url}/webhooks/web/loader.js"}
    assert 0 < sizes["/webhooks/web/loader.js"] <= 4096
    assert context.cookies() == []
    assert page.evaluate(STORED) == [{}, {}]


def test_too_long_a_message(chat: Chat) -> None:
    """The field takes 1000 characters and says so."""
    chat.start()
    chat.input.fill("x" * 999)
    chat.input.press_sequentially("yz")
    expect(chat.input).to_have_value("x" * 999 + "y")
    expect(chat.notice).to_contain_text("A message can have at most 1000 characters.")
