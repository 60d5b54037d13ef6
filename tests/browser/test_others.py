"""Nobody else gets at a conversation: not another browser, not another page in the same one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chat import Chat
from tests.browser.conftest import NewContext, Watch
from tests.browser.sites import Sites
from tests.own_stack import OwnStack
from tests.web_client import Visitor


def test_another_browser(page: Page, chat: Chat, new_context: NewContext, bot: OwnStack) -> None:
    """Can neither read nor drive a conversation, whatever it knows about it."""
    secret = "I have afib and a cold sore"
    chat.start().begin_check().tell(secret).expect_question(2)
    sender = bot.newest_sender()
    transcript = chat.frame.evaluate(
        "fetch('messages', {headers: {'X-Stria': '1'}}).then(answer => answer.json())"
    )
    public_ids = [m["id"] for m in transcript["messages"]]
    assert secret in str(transcript)
    turns, events = bot.user_turns(sender), bot.senders()[sender]

    # A visitor of the same site, with a session of their own.
    thief_context = new_context()
    thief_page = thief_context.new_page()
    thief_page.goto("/")
    thief = Chat(thief_page).start()
    script = """async ([method, path, body, headers]) => {
        const answer = await fetch(path, {method, body, headers: {'X-Stria': '1',
            'Content-Type': 'application/json', ...headers}});
        return [answer.status, await answer.text()];
    }"""

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        sent = None if body is None else json.dumps(body)
        status, text = thief.frame.evaluate(script, [method, path, sent, headers])
        assert "afib" not in text
        assert "cold sore" not in text
        return int(status), str(text)

    # Guessed or stolen names in the body, the address and the headers.
    keys = ("sender", "sender_id", "session", "session_id", "conversation", "user")
    for name in (sender, sender.removeprefix("web:"), public_ids[0]):
        named = dict.fromkeys(keys, name)
        assert ask("POST", "webhook", {"message": "no", "id": f"thief-{len(name)}", **named})[0] == 200
        ask("POST", "webhook", {"message": "no", "id": name})
        assert ask("GET", "messages", Authorization=f"Bearer {name}")[0] == 401
        ask("GET", f"messages?sender={name}&session={name}&id={name}")
    # Slash payloads, as Rasa's own channels would run them.
    for text in ("/restart", "/session_start", '/inform{"herpes":"no"}', f"/{sender}"):
        thief.tell(text)
    ask("POST", "restart", {"sender": sender})
    ask("DELETE", "session", {"sender": sender})
    # No session at all, or made up ones.
    for cookie in ("", sender, "x" * 40, public_ids[0]):
        visitor = Visitor(bot.port, cookie=cookie)
        for path in ("messages", "summary", "session"):
            assert visitor.get(path).status == 401
        assert visitor.say("no").status == 401

    assert (bot.user_turns(sender), bot.senders()[sender]) == (turns, events)
    page.reload()
    chat.wait().expect_question(2)
    chat.answer(2)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.localhost"])
def test_another_page_in_the_same_browser(
    page: Page, chat: Chat, sites: Sites, bot: OwnStack, watch: Watch, host: str
) -> None:
    """A page of another origin, even of a listed site, can't use the visitor's session."""
    chat.start().begin_check()
    sender = bot.newest_sender()
    turns, events = bot.user_turns(sender), bot.senders()[sender]
    sites.pages.clear()
    sites.put("")
    evil = page.context.new_page()
    evil.goto(f"{sites.origin(host)}/")
    script = """async ([base, method, path, mode, headers, body]) => {
        try {
            const answer = await fetch(base + path, {method, mode, credentials: 'include', headers, body});
            return answer.type + ':' + await answer.text();
        } catch (error) {
            return 'failed';
        }
    }"""
    base = f"{bot.url}/webhooks/web/"
    message = json.dumps({"message": "no", "id": "evil-0001"})
    json_type = {"X-Stria": "1", "Content-Type": "application/json"}
    for method, path, mode, headers, body in (
        ("GET", "messages", "cors", {"X-Stria": "1"}, None),
        ("GET", "messages", "no-cors", {}, None),
        ("GET", "summary", "cors", {}, None),
        ("POST", "webhook", "cors", json_type, message),
        ("POST", "webhook", "no-cors", {"Content-Type": "text/plain"}, message),
        ("POST", "restart", "cors", json_type, "{}"),
        ("POST", "restart", "no-cors", {"Content-Type": "text/plain"}, "{}"),
        ("DELETE", "session", "cors", {"X-Stria": "1"}, None),
    ):
        found = evil.evaluate(script, [base, method, path, mode, headers, body])
        assert found in ("failed", "opaque:"), (method, path, mode, found)
    # A form needs no script, and a frame of the answer is not shown.
    evil.evaluate(
        """base => { const form = document.createElement('form');
        Object.assign(form, {method: 'post', action: base + 'restart', enctype: 'text/plain', target: 'sink'});
        const sink = document.createElement('iframe'); sink.name = 'sink';
        document.body.append(form, sink); form.submit(); }""",
        base,
    )
    evil.wait_for_load_state("networkidle")
    assert (bot.user_turns(sender), bot.senders()[sender]) == (turns, events)
    # The browser says of each that it was refused.
    assert all("CORS" in problem for problem in watch.problems)
    watch.problems.clear()
    chat.answer(1)
