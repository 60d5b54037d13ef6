"""The whole check: by mouse, by keyboard alone, and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.chat import NO_REASON, QUESTIONS, Chat
from tests.browser.conftest import NewContext

SUMMARY = "Summary of the check"
#: What the frame does in place of printing, which needs a person.
NO_PRINTER = "() => { window.print = () => { window.wasPrinted = true; }; }"


def text_of(download: Download) -> str:
    """Returns what was downloaded, as text."""
    return Path(download.path()).read_text(encoding="utf-8")


def test_by_mouse(chat: Chat) -> None:
    """From the launcher to the result, the summary, its file and its printed page."""
    chat.start().begin_check()
    for number in range(1, QUESTIONS + 1):
        expect(chat.bubbles.last).to_be_in_viewport(ratio=1)
        chat.answer(number)
    expect(chat.choices).to_have_text(["Show my summary", "Talk to a person"])
    chat.choose("Show my summary").expect_message("Summary for the specialist")

    chat.command(SUMMARY)
    shown = chat.dialog.locator(".said").inner_text()
    assert "Summary for the specialist" in shown
    with chat.page.expect_download() as saved:
        chat.button("Download (.txt)").click()
    assert re.fullmatch(r"check-summary-\d{4}-\d\d-\d\d\.txt", saved.value.suggested_filename)
    assert "It is not a diagnosis and not medical advice." in text_of(saved.value)
    assert shown.split() == text_of(saved.value).split()[-len(shown.split()) :]

    chat.frame.evaluate(NO_PRINTER)
    chat.button("Print").click()
    assert chat.frame.evaluate("window.wasPrinted")
    paper = chat.inside.locator("#print")
    expect(paper).to_contain_text("It is not a diagnosis and not medical advice.")
    assert " ".join(shown.split()) in " ".join((paper.text_content() or "").split())
    chat.frame.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(paper).to_be_empty()


def test_by_keyboard(page: Page, chat: Chat) -> None:
    """With Tab, arrows, Enter and Escape alone; the focus is where one expects it at each step."""
    for name in ("Skip to content", "What this is", "Example Clinic", "Treatment", "About"):
        chat.press("Tab", name)
    chat.press("Tab", "Ask the assistant")
    chat.press("Tab", "Ask our assistant")
    chat.press("Enter", "Before you start")
    chat.press("Tab", "Privacy notice (opens in a new tab)")
    chat.press("Tab", "Agree and start")
    chat.press("Tab", "No thanks")
    chat.press("Shift+Tab", "Agree and start")
    chat.press("Enter", "Message input box")

    # Backwards through the chat: one stop for all choices, then the transcript, then the header.
    chat.press("Shift+Tab", "What is laser resurfacing?")
    chat.press("Shift+Tab", "End of chat history")
    chat.press("Shift+Tab", "Chat history, press arrow keys to navigate.")
    for _ in range(2):
        chat.press("Tab")
    chat.expect_focus("What is laser resurfacing?")
    chat.press("ArrowRight", "How long is recovery?")
    chat.press("ArrowRight", "Start the check")
    chat.press("Enter")
    for number in range(1, QUESTIONS + 1):
        chat.expect_question(number)
        chat.expect_focus("Message input box")
        chat.press("Shift+Tab", "Yes")
        chat.press("ArrowRight", "No")
        chat.press("Enter")
    chat.expect_message(NO_REASON)
    chat.expect_focus("Message input box")

    # Choices can be typed as well.
    page.keyboard.type("show my summary")
    chat.press("Enter")
    chat.expect_message("Summary for the specialist")

    for _ in range(20):
        chat.press("Shift+Tab")
        if chat.focused() == "Menu":
            break
    chat.press("Enter", "Talk to a person")
    chat.press("ArrowDown", SUMMARY)
    chat.press("End", "Privacy notice (opens in a new tab)")
    chat.press("ArrowDown", "Talk to a person")
    chat.press("ArrowUp", "Privacy notice (opens in a new tab)")
    chat.press("Escape", "Menu")
    chat.press("ArrowDown", "Talk to a person")
    chat.press("ArrowDown", SUMMARY)
    chat.press("Enter", "Done")
    # A modal dialog: all of its controls, and nothing of what lies behind.
    chat.press("Shift+Tab", "Print")
    chat.press("Shift+Tab", "Download (.txt)")
    chat.press("Shift+Tab", SUMMARY)
    chat.press("Escape", "Menu")
    expect(chat.panel).to_be_visible()
    chat.press("Escape", "Ask our assistant")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    chat.press("Enter", "Message input box")


def test_transcript_by_keyboard(page: Page, chat: Chat) -> None:
    """Messages can be gone through by arrows; a way back leads out."""
    chat.start().begin_check()
    chat.press("Shift+Tab", "Yes")
    chat.press("Shift+Tab", "End of chat history")
    chat.press("Shift+Tab", "Chat history, press arrow keys to navigate.")
    transcript = chat.inside.locator("[role=group][aria-activedescendant]")
    described = []
    for _ in range(3):
        page.keyboard.press("ArrowUp")
        message = transcript.get_attribute("aria-activedescendant")
        described.append(chat.frame.evaluate("id => document.getElementById(id)?.innerText", message))
    assert [str(d).split(":")[0] for d in described] == ["Bot said", "You said", "Bot said"]


PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def test_on_a_phone(new_context: NewContext) -> None:
    """At 360 x 640, by touch: full screen, nothing to be scrolled sideways, targets large enough."""
    page = new_context(viewport={"width": 360, "height": 640}, **PHONE).new_page()
    page.goto("/")
    chat = Chat(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    chat.launcher.tap()
    expect(chat.consent).to_be_visible()
    assert chat.iframe.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert chat.has_no_overflow()
    chat.button("Agree and start").tap()
    chat.wait().choices.get_by_text("Start the check", exact=True).tap()
    chat.expect_question(1)
    for number in range(1, QUESTIONS + 1):
        expect(chat.bubbles.last).to_be_in_viewport(ratio=1)
        assert chat.has_no_overflow()
        for target in (*chat.choices.all(), chat.menu_button, chat.inside.locator("#close")):
            box = target.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 40
        chat.choices.get_by_text("No", exact=True).tap()
        if number < QUESTIONS:
            chat.expect_question(number + 1)
    chat.expect_message(NO_REASON)
    chat.menu_button.tap()
    chat.menu.get_by_role("menuitem", name=SUMMARY).tap()
    expect(chat.dialog).to_be_visible()
    assert chat.has_no_overflow()
    chat.button("Done").tap()
    chat.inside.locator("#close").tap()
    expect(chat.panel).to_be_hidden()
    chat.expect_focus("Ask our assistant")


def test_full_screen_keeps_the_focus(new_context: NewContext) -> None:
    """On a small screen the page behind can't be reached; Escape leads out."""
    page = new_context(viewport={"width": 360, "height": 640}).new_page()
    page.goto("/")
    chat = Chat(page).open()
    seen = set()
    for _ in range(12):
        chat.press("Tab")
        seen.add(chat.focused())
    assert seen <= {
        "",
        "Close the chat",
        "Agree and start",
        "No thanks",
        "Privacy notice (opens in a new tab)",
    }
    assert "Agree and start" in seen
    chat.button("No thanks").focus()
    chat.press("Escape", "Ask our assistant")


@pytest.mark.parametrize("height", [640, 256])
def test_reflow(new_context: NewContext, height: int) -> None:
    """At 320 px, as a desktop page at 400 %: all can be read and pressed without scrolling sideways."""
    page = new_context(viewport={"width": 320, "height": height}).new_page()
    page.goto("/")
    chat = Chat(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    chat.open()
    assert chat.has_no_overflow()
    chat.agree().begin_check()
    assert chat.has_no_overflow()
    chat.answer(1, "Not sure")
    expect(chat.input).to_be_in_viewport()
    expect(chat.choices.first).to_be_in_viewport()
    for open_it in (lambda: chat.menu_button.click(), lambda: chat.menu.get_by_text("Start over").click()):
        open_it()
        assert chat.has_no_overflow()
    expect(chat.button("Start over")).to_be_in_viewport()
