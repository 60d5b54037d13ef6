"""What screen readers are told: everything that changes is in a live region, and only that."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.own_stack import OwnStack

#: Notes what enters a live region that is not hidden: [role or politeness, text].
LISTEN = """() => {
  window.heard = [];
  const LIVE = '[aria-live]:not([aria-live=off]), [role=log], [role=status], [role=alert]';
  const hear = (node) => {
    const element = node.nodeType === 1 ? node : node.parentElement;
    const region = element?.closest(LIVE);
    const text = node.textContent.trim().replace(/\\s+/g, ' ');
    if (!region || !text || element.closest('[aria-hidden=true]')) return;
    heard.push([region.getAttribute('role') ?? region.getAttribute('aria-live'), text]);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'childList') change.addedNodes.forEach(hear);
      else hear(change.target);
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def heard(chat: Chat, role: str) -> list[str]:
    """Returns what regions of a role announced, in order."""
    return [text for found, text in chat.frame.evaluate("heard") if found == role]


def expect_heard(chat: Chat, role: str, start: str) -> None:
    """Waits until something that begins so was announced."""
    script = "([role, start]) => heard.some(([where, text]) => where === role && text.startsWith(start))"
    chat.frame.wait_for_function(script, arg=[role, start])


def test_a_turn(chat: Chat) -> None:
    """One's own message, the typing, each reply, and that there are choices, in this order, politely."""
    chat.start()
    chat.frame.evaluate(LISTEN)
    chat.begin_check()
    expect_heard(chat, "log", "Message has suggested actions.")
    log = heard(chat, "log")
    assert log[0] == "You said:Start the check"
    assert "The assistant is typing." in log
    replies = [text for text in log if text.startswith("Bot said:")]
    assert replies[0].startswith("Bot said:I can go through the short list of reasons")
    assert replies[1].startswith("Bot said:Question 1 of 6:")
    # The choices stand behind the question, and in the toolbar once more.
    assert replies[1].endswith("YesNoNot sure")
    assert log.index("The assistant is typing.") < log.index(replies[0])
    assert log.index(replies[1]) < log.index(
        "Message has suggested actions. Press Alt Shift A to select them."
    )
    assert heard(chat, "toolbar") == ["YesNoNot sure"]
    assert heard(chat, "alert") == []
    region = chat.inside.locator(".webchat__live-region-transcript")
    expect(region).to_have_attribute("aria-live", "polite")


def test_the_shortcut_that_is_announced(page: Page, chat: Chat) -> None:
    """Alt Shift A does what the announcement says."""
    chat.start().begin_check()
    chat.expect_focus("Message input box")
    chat.press("Alt+Shift+A", "Yes")


def test_the_welcome(chat: Chat) -> None:
    """The first message is announced as well."""
    chat.open()
    chat.frame.evaluate(LISTEN)
    chat.agree()
    expect_heard(chat, "log", "Bot said:Hello! I’m a bot.")


def test_a_restored_chat(page: Page, chat: Chat) -> None:
    """Not the whole chat is read out again, but one sentence says that it is there."""
    chat.start().begin_check().answer(1)
    page.add_init_script(f"if (window !== top) addEventListener('DOMContentLoaded', {LISTEN})")
    page.reload()
    expect(chat.status).to_have_text("Your conversation so far is shown again.")
    chat.wait().expect_message("Question 2 of 6")
    assert heard(chat, "status") == ["Your conversation so far is shown again."]
    assert heard(chat, "log") == []
    # From then on it speaks again.
    region = chat.inside.locator(".webchat__live-region-transcript")
    expect(region).not_to_have_attribute("aria-hidden", "true")
    chat.answer(2)
    expect_heard(chat, "log", "Bot said:Question 3 of 6:")


def test_failures_are_alerts(page: Page, chat: Chat) -> None:
    """What went wrong is said at once, and again when it happens again."""
    chat.start()
    chat.frame.evaluate(LISTEN)
    page.route("**/webhook", lambda route: route.abort())
    chat.say("hello")
    expect_heard(chat, "alert", "There is no connection to the assistant at the moment.")
    expect(chat.inside.get_by_role("alert").get_by_role("button", name="Dismiss")).to_be_visible()


def test_commands_are_said(chat: Chat, bot: OwnStack) -> None:
    """Start over and deletion end with a sentence."""
    chat.start()
    chat.frame.evaluate(LISTEN)
    chat.command("Start over")
    chat.dialog.get_by_role("button", name="Start over").click()
    expect_heard(chat, "status", "The chat starts over.")
    chat.command("Delete my data")
    chat.button("Delete everything").click()
    expect_heard(chat, "status", "Your data was deleted.")
    chat.expect_focus("Before you start")
