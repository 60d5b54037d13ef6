"""axe-core finds no violation on the page and in the frame, in any state, light and dark."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewContext

#: Each document is looked at by itself. All rules of axe count, its best practices too.
OPTIONS = {"resultTypes": ["violations"], "iframes": False}
#: Notes the colours of the connection's state, which is shown for a moment only.
NOTE_COLOURS = """() => {
  window.notes = [];
  new MutationObserver(() => {
    for (const one of document.querySelectorAll('.webchat *'))
      if (one.textContent.startsWith('Connecting')) notes.push(getComputedStyle(one).color);
  }).observe(document.body, {subtree: true, childList: true});
}"""


def violations(frame: Frame | Page) -> list[dict[str, Any]]:
    """Returns what axe finds: rule, and where."""
    results = Axe().run(frame, options=OPTIONS).response
    return [
        {v["id"]: [(n["target"], n["failureSummary"]) for n in v["nodes"]]} for v in results["violations"]
    ]


def luminance(colour: str) -> float:
    """Returns WCAG's relative luminance of `rgb(...)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Returns WCAG's contrast of two colours."""
    low, high = sorted((luminance(one) + 0.05, luminance(other) + 0.05))
    return high / low


def expect_none(chat: Chat) -> None:
    """Checks page and frame."""
    assert violations(chat.page.main_frame) == []
    assert violations(chat.frame) == []


@pytest.mark.parametrize("path", ["/", "/about"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_host_page(new_context: NewContext, path: str, scheme: str) -> None:
    """The demo pages while the chat is closed."""
    page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto(path)
    expect(Chat(page).launcher).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_while_it_connects(new_context: NewContext, scheme: str) -> None:
    """What is shown for a moment only can be read as well."""
    page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto("/")
    chat = Chat(page).open()
    chat.frame.evaluate(NOTE_COLOURS)
    chat.agree()
    colours = chat.frame.evaluate("notes")
    assert colours
    surface = chat.inside.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert [(c, surface) for c in set(colours) if contrast(c, surface) < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state(new_context: NewContext, scheme: str) -> None:
    """Consent, chat with choices, menu, each dialog, a notice, the result, closed again."""
    page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto("/")
    chat = Chat(page).open()
    assert chat.frame.evaluate("document.documentElement.dataset.theme") == scheme
    expect_none(chat)
    chat.agree()
    expect_none(chat)
    chat.begin_check().answer(1, "Yes")
    expect_none(chat)
    chat.menu_button.click()
    expect_none(chat)
    page.keyboard.press("Escape")
    # The help that shows while the keyboard is at it.
    chat.inside.locator(".webchat__keyboard-help__close-button").focus()
    expect(chat.inside.locator(".webchat__keyboard-help--shown")).to_be_visible()
    expect_none(chat)
    chat.press("Enter")
    expect_none(chat)
    for command in ("Summary of the check", "Start over", "Delete my data"):
        chat.command(command)
        expect(chat.dialog).to_be_visible()
        expect_none(chat)
        page.keyboard.press("Escape")
        expect(chat.dialog).to_have_count(0)
    page.route("**/webhook", lambda route: route.abort())
    chat.say("hello")
    expect(chat.retry).to_be_visible()
    expect(chat.notice).not_to_be_empty()
    expect_none(chat)
    chat.launcher.click()
    expect(chat.panel).to_be_hidden()
    assert violations(page.main_frame) == []


def test_phone(new_context: NewContext) -> None:
    """Full screen, where the dialog is modal."""
    context = new_context(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    chat = Chat(page).open()
    expect_none(chat)
    chat.agree().begin_check()
    expect_none(chat)


@pytest.mark.parametrize(
    ("color", "scheme"),
    [("#ffff00", "light"), ("#000000", "dark"), ("#777777", "light"), ("#c2185b", "dark")],
)
def test_any_colour_can_be_read(new_context: NewContext, color: str, scheme: str) -> None:
    """Whatever colour a site gives, contrast is kept."""
    page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.route(
        "/",
        lambda route: route.fulfill(response=(r := route.fetch()), body=r.text().replace("#0b6266", color)),
    )
    page.goto("/")
    chat = Chat(page).open()
    assert violations(chat.frame) == []
    chat.agree().begin_check().choose("No").expect_question(2)
    expect_none(chat)


def test_forced_colours(new_context: NewContext) -> None:
    """With the system's own colours everything still has an edge, and nothing is lost."""
    page = new_context(forced_colors="active").new_page()
    page.goto("/")
    chat = Chat(page)
    edge = (
        "e => { const s = getComputedStyle(e); return parseFloat(s.borderTopWidth) > 0 && s.borderTopStyle; }"
    )
    assert chat.launcher.evaluate(edge) == "solid"
    chat.start().begin_check()
    assert chat.frame.evaluate("matchMedia('(forced-colors: active)').matches")
    for part in (chat.bubbles.last, chat.choices.first, chat.menu_button):
        assert part.evaluate(edge) == "solid"
    chat.answer(1)
    expect_none(chat)


def test_reduced_motion(new_context: NewContext) -> None:
    """Nothing moves: not the panel, not the messages, not the sign of typing."""
    moving = "document.getAnimations().filter(a => a.playState === 'running').length"
    page = new_context(reduced_motion="reduce").new_page()
    page.goto("/")
    chat = Chat(page).start()
    assert page.evaluate(moving) == 0
    page.route("**/webhook", lambda route: None)
    chat.say("hello")
    expect(chat.typing).to_be_visible()
    assert chat.frame.evaluate(moving) == 0
    picture = chat.typing.evaluate(
        "e => [e, ...e.querySelectorAll('*')].map(one => getComputedStyle(one).backgroundImage).join()"
    )
    assert "svg" in picture
    assert "animate" not in picture
    page.unroute_all(behavior="ignoreErrors")
