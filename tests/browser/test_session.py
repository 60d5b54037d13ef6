"""Consent, and what a visitor can do with the own conversation."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat import STORED, Chat
from tests.own_stack import OwnStack

SECRET = "Zorvolex"
#: Printing needs a person.
NO_PRINTER = "window.print = () => {};"


def test_consent_first(page: Page, chat: Chat, context: BrowserContext, bot: OwnStack) -> None:
    """Before "Agree" nothing is sent or stored; what was agreed to is in the tracker."""
    posted: list[str] = []
    context.on("request", lambda r: posted.append(r.url) if r.method != "GET" else None)
    chat.open()
    expect(chat.consent).to_contain_text("You are talking to a bot. It is not a doctor")
    expect(chat.consent).to_contain_text("for up to 30 days")
    expect(chat.consent.get_by_role("link")).to_have_attribute("href", f"{bot.url}/about#privacy")
    expect(chat.input).to_have_count(0)
    expect(chat.menu_button).to_be_hidden()
    assert posted == []
    assert context.cookies() == []
    # The demo page is of the same origin as the frame: the loader's note that the chat is open.
    assert chat.frame.evaluate(STORED) == [{}, {"stria-open": "1"}]

    chat.agree()
    assert [url.rsplit("/", 1)[1] for url in posted] == ["session"]
    (cookie,) = context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("stria_session", True, "Lax")
    assert "stria_session" not in chat.frame.evaluate("document.cookie")
    assert chat.frame.evaluate(STORED) == [{}, {"stria-open": "1"}]
    chat.tell("hello")
    first = next(e for e in bot.events(bot.newest_sender()) if e["event"] == "user")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first["metadata"]["consent"]["version"])


def test_no_thanks(page: Page, chat: Chat, context: BrowserContext, bot: OwnStack) -> None:
    """The chat closes, nothing is stored, and the next page asks nothing."""
    before = bot.senders()
    chat.open()
    chat.button("No thanks").click()
    expect(chat.panel).to_be_hidden()
    chat.expect_focus("Ask our assistant")
    assert context.cookies() == []
    assert page.evaluate(STORED) == [{}, {}]
    page.reload()
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    assert bot.senders() == before


def test_start_over(chat: Chat, bot: OwnStack) -> None:
    """Asks first; then the chat is empty, and so are the answers of the check."""
    chat.start().begin_check().answer(1, "Not sure")
    sender = bot.newest_sender()
    chat.command("Start over")
    chat.expect_focus("Cancel")
    chat.press("Enter", "Menu")
    assert bot.client.slots(sender)["cardiovascular"] == "unsure"
    chat.command("Start over")
    chat.dialog.get_by_role("button", name="Start over").click()
    expect(chat.bubbles).to_have_count(1)
    chat.expect_focus("Message input box")
    slots = bot.client.slots(sender)
    assert [slots[n] for n in ("cardiovascular", "check_record", "requested_slot")] == [None] * 3
    chat.begin_check().answer(1)


def test_delete_my_data(page: Page, chat: Chat, context: BrowserContext, bot: OwnStack) -> None:
    """Nothing of it is left: not on the page, not in the browser, not in the database file."""
    chat.start().tell(f"I take {SECRET}")
    assert SECRET.encode() in bot.database_bytes()
    sender = bot.newest_sender()
    chat.command("Delete my data")
    chat.expect_focus("Cancel")
    chat.press("Escape", "Menu")
    chat.command("Delete my data")
    chat.button("Delete everything").click()
    expect(chat.consent).to_be_visible()
    expect(chat.status).to_have_text("Your data was deleted.")
    assert sender not in bot.senders()
    assert SECRET.encode() not in bot.database_bytes()
    assert context.cookies() == []
    assert SECRET not in page.content() + chat.frame.content()
    page.reload()
    expect(chat.consent).to_be_visible()
    chat.agree()
    expect(chat.bubbles).to_have_count(1)


def test_talk_to_a_person(chat: Chat) -> None:
    """The menu says it for the visitor; with the buttons and two lines it becomes a request."""
    chat.start().command("Talk to a person")
    chat.expect_message("I want to talk to a person")
    chat.expect_message("I can't put you through to a person myself. Please call or write to the clinic")
    chat.choose("Yes, I agree").expect_message("What is your name?")
    chat.choose("Skip").expect_message("How can they reach you?")
    chat.say("+49 171 2345678").expect_message("What is it about?")
    chat.say("please call <b>me</b>").expect_message("Wish: “please call <b>me</b>”")
    expect(chat.choices).to_have_text(["Yes, send it", "Change something", "Don't send it"])
    chat.choose("Yes, send it").expect_message("Your request is now kept for the clinic's staff")


def test_download_of_the_chat(chat: Chat) -> None:
    """A text file with both sides, in order, and what it is not."""
    chat.start().say("how long is recovery?").expect_message("two or three days")
    with chat.page.expect_download() as saved:
        chat.command("Download the chat (.txt)")
    assert re.fullmatch(r"chat-\d{4}-\d\d-\d\d\.txt", saved.value.suggested_filename)
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert text.startswith("Example Clinic: assistant\nChat of ")
    assert "Written by a bot. It is not a diagnosis and not medical advice." in text
    asked, answered = text.index("how long is recovery?"), text.index("two or three days")
    assert 0 < text.index("You (") < asked < text.index("Assistant (bot) (") < answered


def test_print_of_the_chat(chat: Chat, context: BrowserContext) -> None:
    """The same on paper, and nothing else. A page that is printed itself leaves the chat out."""
    chat.start().say("how long is recovery?").expect_message("two or three days")
    chat.page.emulate_media(media="print")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_hidden()
    # By itself, as the browser prints the frame.
    alone = context.new_page()
    alone.add_init_script(NO_PRINTER)
    alone.goto("/webhooks/web/chat")
    alone.get_by_role("button", name="Menu").click()
    alone.get_by_role("menuitem", name="Print the chat").click()
    paper = alone.locator("#print")
    expect(paper).to_contain_text("two or three days")
    expect(paper).to_be_hidden()
    alone.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(alone.locator("header, main").locator("visible=true")).to_have_count(0)
    alone.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(paper).to_be_empty()


def test_summary_before_the_check(chat: Chat) -> None:
    """Says that there is none yet."""
    chat.start().command("Summary of the check")
    expect(chat.dialog).to_contain_text("There is no summary yet.")


def test_unread_badge(chat: Chat, bot: OwnStack) -> None:
    """Replies that come while the chat is closed are counted, said, and read when it is opened."""
    chat.start()
    expect(chat.badge).to_be_hidden()
    with bot.frozen("actions"):
        chat.choose("Start the check")
        expect(chat.typing).to_be_visible()
        chat.launcher.click()
        expect(chat.panel).to_be_hidden()
    expect(chat.badge).to_have_text("2")
    expect(chat.page.locator("#stria-chat [role=status]")).to_have_text("2 new messages")
    assert "2 new messages" in chat.launcher.inner_text()
    chat.launcher.click()
    expect(chat.badge).to_be_hidden()
    chat.expect_question(1)
    # Opened, nothing is counted.
    chat.answer(1)
    expect(chat.badge).to_be_hidden()


def test_escape_and_focus(page: Page, chat: Chat) -> None:
    """Escape closes one thing at a time, and the focus goes back to what opened it."""
    page.get_by_role("button", name="Ask the assistant").click()
    chat.agree()
    chat.expect_focus("Message input box")
    chat.menu_button.click()
    chat.press("Escape", "Menu")
    expect(chat.menu).to_be_hidden()
    chat.command("Delete my data").press("Escape", "Menu")
    expect(chat.dialog).to_have_count(0)
    expect(chat.panel).to_be_visible()
    chat.press("Escape", "Ask our assistant")
    expect(chat.panel).to_be_hidden()
    chat.press("Enter", "Message input box")
    chat.launcher.focus()
    chat.press("Escape", "Ask our assistant")
    expect(chat.panel).to_be_hidden()


def test_an_expired_session(page: Page, chat: Chat, context: BrowserContext) -> None:
    """The chat says that it has ended and asks for consent again."""
    chat.start()
    context.clear_cookies()
    chat.say("hello")
    expect(chat.consent).to_be_visible()
    expect(chat.notice).to_contain_text("This chat has ended. You can start a new one.")
    chat.agree().say("hello")
    expect(chat.bubbles).to_have_count(3)
