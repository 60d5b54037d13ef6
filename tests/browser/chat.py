"""The widget as a visitor sees it: what can be seen, pressed and read on a page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Frame, Locator, Page, Request, expect

from tests.silence import silence

#: The questions of the check.
QUESTIONS = 6
NO_REASON = "You did not report any of the reasons in our document."
#: What page or frame keep, as a script: local storage, then that of the tab.
STORED = "() => [{...localStorage}, {...sessionStorage}]"
#: Milliseconds that one turn may take on a busy machine.
PATIENCE = 20_000

#: The name of the focused element; "IFRAME" when it is in the frame, empty when nothing has the focus.
_FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body) return '';
  if (one.tagName === 'IFRAME') return 'IFRAME';
  return (one.getAttribute('aria-label') ?? one.innerText).trim().replace(/\\s+/g, ' ');
}"""

#: What must not have to be scrolled sideways.
_MAY_OVERFLOW = (
    "html, body, main, #view, .webchat, [role=log], .webchat__bubble__content, .consent, #menu, dialog.dialog"
)

expect.set_options(timeout=PATIENCE)


class Chat:
    """The widget on a page; all waiting is for something that can be seen."""

    def __init__(self, page: Page) -> None:
        """Finds the parts; nothing has to be there yet."""
        self.page = page
        self._ended = 0
        page.on("requestfinished", self._note_end)
        page.on("requestfailed", self._note_end)
        self.launcher = page.locator("#stria-chat .launcher")
        self.panel = page.locator("#stria-chat dialog")
        self.badge = page.locator("#stria-chat .badge")
        self.iframe = page.locator("#stria-chat iframe")
        self.inside = page.frame_locator("#stria-chat iframe")
        self.title = self.inside.locator("#title")
        self.consent = self.inside.locator(".consent")
        self.input = self.inside.locator('[data-id="webchat-sendbox-input"]')
        self.bubbles = self.inside.locator(".webchat__bubble__content")
        self.choices = self.inside.locator(".webchat__suggested-action")
        self.notice = self.inside.locator("#notice")
        self.status = self.inside.locator("#status")
        self.menu_button = self.inside.locator("#menu-button")
        self.menu = self.inside.locator("#menu")
        self.dialog = self.inside.locator("dialog")
        self.typing = self.inside.locator(".webchat__typing-indicator")
        self.retry = self.inside.get_by_role("button", name="Retry")

    @property
    def frame(self) -> Frame:
        """The document in the frame, for scripts of the tests."""
        (found,) = [f for f in self.page.frames if f.url.endswith("/webhooks/web/chat")]
        return found

    def open(self) -> Chat:
        """Presses the launcher and waits for the consent panel or the chat."""
        self.launcher.click()
        expect(self.consent.or_(self.input)).to_be_visible()
        return self

    def agree(self) -> Chat:
        """Agrees, and waits for the chat."""
        self.button("Agree and start").click()
        return self.wait()

    def start(self) -> Chat:
        """Opens the chat and agrees."""
        return self.open().agree()

    def wait(self) -> Chat:
        """Waits until the chat can be written in."""
        expect(self.input).to_be_visible()
        return self

    def button(self, name: str) -> Locator:
        """Returns a button in the frame by its name."""
        return self.inside.get_by_role("button", name=name, exact=True)

    def bubble(self, text: str) -> Locator:
        """Returns the messages that have this text."""
        return self.bubbles.filter(has_text=re.compile(re.escape(text)))

    def said(self) -> list[str]:
        """Returns the texts of all messages that are shown."""
        return self.bubbles.all_inner_texts()

    def say(self, text: str) -> Chat:
        """Types a message and sends it."""
        silence.note(text)
        self.input.fill(text)
        self.input.press("Enter")
        return self

    def tell(self, text: str) -> Chat:
        """Sends a message and waits until its turn has ended, so that the server has stored it."""
        return self.whole_turn(lambda: self.say(text))

    def whole_turn(self, begin: Callable[[], object]) -> Chat:
        """Does something that sends a message, and waits until the turn has ended."""
        before = self._ended
        begin()
        end = time.monotonic() + PATIENCE / 1000
        while self._ended == before:
            assert time.monotonic() < end, "the turn did not end"
            self.page.wait_for_timeout(10)
        return self

    def _note_end(self, request: Request) -> None:
        # The frame stops reading at the line "done", mostly before the stream is closed.
        self._ended += request.url.endswith("/webhook")

    def choose(self, title: str) -> Chat:
        """Presses a choice."""
        self.choices.get_by_text(title, exact=True).click()
        return self

    def expect_message(self, text: str, count: int = 1) -> Chat:
        """Waits for so many messages with this text."""
        expect(self.bubble(text)).to_have_count(count)
        return self

    def expect_question(self, number: int) -> Chat:
        """Waits for a question of the check and its choices, both in view."""
        expect(self.choices).to_have_text(["Yes", "No", "Not sure"])
        expect(self.bubble(f"Question {number} of {QUESTIONS}").last).to_be_in_viewport()
        return self

    def begin_check(self) -> Chat:
        """Starts the check with the first choice, up to its first question."""
        return self.whole_turn(lambda: self.choose("Start the check")).expect_question(1)

    def answer(self, number: int, title: str = "No") -> Chat:
        """Answers a question by its choice, and waits for what follows."""
        self.whole_turn(lambda: self.choose(title))
        if number < QUESTIONS:
            return self.expect_question(number + 1)
        return self.expect_message(NO_REASON)

    def command(self, name: str) -> Chat:
        """Selects an item of the menu."""
        self.menu_button.click()
        self.menu.get_by_role("menuitem", name=name, exact=True).click()
        return self

    def focused(self) -> str:
        """Returns the name of what has the focus, as a screen reader would say it: in page or frame."""
        name = str(self.page.evaluate(_FOCUSED))
        # The frame may be there before its document is.
        return str(self.inside.locator("html").evaluate(_FOCUSED)) if name == "IFRAME" else name

    def expect_focus(self, name: str) -> None:
        """Waits until the focus is where it should be."""
        end = time.monotonic() + PATIENCE / 1000
        while (found := self.focused()) != name:
            assert time.monotonic() < end, f"the focus is at {found!r}, not at {name!r}"
            self.page.wait_for_timeout(20)

    def press(self, key: str, focus: str | None = None) -> None:
        """Presses a key; checks what has the focus then."""
        self.page.keyboard.press(key)
        if focus is not None:
            self.expect_focus(focus)

    def has_no_overflow(self) -> bool:
        """Tells whether nothing has to be scrolled sideways, neither page nor frame nor messages."""
        script = (
            "parts => [...document.querySelectorAll(parts)].every(e => e.scrollWidth <= e.clientWidth + 1)"
        )
        return all(bool(frame.evaluate(script, _MAY_OVERFLOW)) for frame in self.page.frames)
