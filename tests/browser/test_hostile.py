"""Script in what is typed, answered or sent by other windows does not run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.chat import Chat
from tests.browser.sites import Sites, embed
from tests.own_stack import OwnStack

#: Each would set `window.xss`, open a dialog, load something, or leave an element that does.
STRINGS = [
    "<script>window.xss=1</script>",
    "<img src=x onerror=window.xss=1>",
    "<svg/onload=window.xss=1>",
    "\"><iframe srcdoc='<script>parent.xss=1</script>'></iframe>",
    '<a href="javascript:window.xss=1">press</a>',
    "[press](javascript:window.xss=1)",
    "[press](JaVaScRiPt:window.xss=1)",
    "[press](java&#9;script:window.xss=1)",
    "[press](data:text/html,<script>window.xss=1</script>)",
    "[press](vbscript:x)",
    "<javascript:window.xss=1>",
    "![x](https://evil.example/x.png)",
    "![x](x onerror=window.xss=1)",
    "[a]: javascript:window.xss=1\n\n[a]",
    "<style>*{background:url(https://evil.example/x)}</style>",
    "<form action=https://evil.example><input name=x><button>press</button></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.xss=1>",
    'https://evil.example/"onmouseover=window.xss=1//',
    "{{constructor.constructor('window.xss=1')()}}",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0;url=https://evil.example>",
]
#: What no message may bring along.
ELEMENTS = "img:not(.webchat__render-markdown__external-link-icon), svg, script, iframe, style, form, input, object, embed, base, meta, link, math, video, audio"
TRAP = "addEventListener('securitypolicyviolation', () => { window.violated = true; })"


@pytest.fixture
def dialogs(page: Page) -> Iterator[list[str]]:
    """Fails the test when a script asks something."""
    seen: list[str] = []

    def note(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    yield seen
    assert seen == []


def expect_nothing_ran(chat: Chat) -> None:
    """Checks that no script ran and that messages hold only text and good links."""
    for frame in chat.page.frames:
        assert frame.evaluate("[window.xss, window.violated]") == [None, None]
    log = chat.inside.locator("[role=log]")
    for place in (chat.bubbles, log, chat.choices, chat.dialog, chat.inside.locator("#print")):
        expect(place.locator(ELEMENTS)).to_have_count(0)
    links = chat.frame.evaluate("[...document.querySelectorAll('[href]:not(link)')].map(e => e.href)")
    assert [u for u in links if not u.startswith(("https:", "tel:", "mailto:", chat.page.url))] == []
    handlers = """[...document.querySelectorAll('.webchat__bubble__content *, [role=log] *')]
        .filter(e => [...e.attributes].some(a => /^(on|style$)/.test(a.name))).length"""
    assert chat.frame.evaluate(handlers) == 0


def test_typed_by_the_visitor(page: Page, chat: Chat, dialogs: list[str]) -> None:
    """Shown letter by letter as it was typed, now and after a reload."""
    page.add_init_script(TRAP)
    page.reload()
    chat.start()
    for text in STRINGS[:8]:
        chat.tell(text)
    mine = chat.inside.locator(".webchat__bubble--from-user")
    assert mine.all_inner_texts() == STRINGS[:8]
    expect_nothing_ran(chat)
    page.reload()
    chat.wait()
    expect(mine).to_have_count(8)
    assert mine.all_inner_texts() == STRINGS[:8]
    expect_nothing_ran(chat)


def answers_with(texts: list[str]) -> str:
    """Returns what the server would stream: a message for each text, with choices of the same texts."""
    lines: list[dict[str, Any]] = [
        {"type": "message", "id": f"evil.{n}", "text": text} for n, text in enumerate(texts)
    ]
    lines[-1]["buttons"] = [{"title": text, "payload": text} for text in texts]
    return "".join(json.dumps(line) + "\n" for line in [*lines, {"type": "done"}])


def test_said_by_the_server(page: Page, chat: Chat, dialogs: list[str]) -> None:
    """Content may be wrong, too: HTML in it stays text, and links lead nowhere else than they may."""
    page.add_init_script(TRAP)
    page.reload()
    good = "See [this](https://clinic.example/a), [call](tel:+1555), [write](mailto:a@clinic.example)."
    stream = answers_with([*STRINGS, good])
    page.route("**/webhook", lambda r: r.fulfill(content_type="application/x-ndjson", body=stream))
    transcript = [
        {"id": f"t{n}", "from": "bot", "text": text, "time": "<img src=x onerror=window.xss=1>"}
        for n, text in enumerate(STRINGS)
    ]
    page.route("**/messages", lambda r: r.fulfill(json={"messages": transcript}))
    page.route("**/summary", lambda r: r.fulfill(json={"text": "\n".join(STRINGS)}))
    chat.start()
    expect_nothing_ran(chat)
    chat.say("hello")
    expect(chat.choices).to_have_count(20)
    expect_nothing_ran(chat)
    links = chat.bubbles.locator("a")
    hrefs = set(links.evaluate_all("all => all.map(e => e.getAttribute('href'))"))
    assert {"https://clinic.example/a", "tel:+1555", "mailto:a@clinic.example"} <= hrefs
    for link in links.all():
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")

    # What looks like a link and is none does nothing when it is pressed.
    for text in ("[press](javascript:window.xss=1)", "[press](vbscript:x)"):
        chat.bubble(text).first.click()
    chat.frame.evaluate("() => { window.print = () => {}; }")
    chat.command("Summary of the check")
    assert chat.dialog.locator(".said").inner_text().split() == "\n".join(STRINGS).split()
    expect_nothing_ran(chat)
    chat.button("Print").click()
    expect_nothing_ran(chat)
    chat.button("Done").click()
    chat.command("Print the chat")
    expect_nothing_ran(chat)
    assert len(page.context.pages) == 1


@pytest.mark.parametrize(
    "body",
    ["[]", "null", '{"messages": {"a": 1}}', '{"messages": [null, 1, "x", {}, {"text": 5}]}'],
    ids=["list", "null", "object", "rubbish"],
)
def test_answers_of_the_wrong_shape(page: Page, chat: Chat, body: str) -> None:
    """An empty chat in place of a crash."""
    page.route("**/messages", lambda r: r.fulfill(content_type="application/json", body=body))
    chat.start()
    expect(chat.bubbles).to_have_count(1)


def test_notes_from_other_windows(page: Page, chat: Chat, sites: Sites, bot: OwnStack) -> None:
    """Only the chat's frame and the page around it are listened to, and the page has no say over links."""
    sites.pages.clear()
    sites.put(
        "",
        "/ad",
        more="<p id='ad'>ad</p>",
    )
    sites.put(embed(bot.url), more=f'<iframe src="{sites.origin("localhost")}/ad" title="ad"></iframe>')
    page.goto(f"{sites.origin()}/")
    chat.start()
    ad = next(f for f in page.frames if f.url.endswith("/ad"))
    for note in ({"type": "close"}, {"type": "keep", "token": "stolen"}, {"type": "unread", "count": 9}):
        ad.evaluate("note => top.postMessage({...note, mark: 'stria:1'}, '*')", note)
    # Frames in a closed shadow root are not in the list of a page's frames: the ad can't find the chat.
    assert ad.evaluate("top.length") == 1
    evil = {"title": "Evil", "privacy": "javascript:window.xss=1"}
    ad.evaluate("settings => top.postMessage({mark: 'stria:1', type: 'settings', settings}, '*')", evil)
    chat.begin_check()
    expect(chat.panel).to_be_visible()
    expect(chat.title).to_have_text("Chat assistant")
    assert page.evaluate("sessionStorage.getItem('stria-token')") is None
