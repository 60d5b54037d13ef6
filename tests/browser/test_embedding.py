"""On other websites: strict policies, integrity, who may show the chat, blocked cookies, looks."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts._ports import LOOPBACK
from tests.browser.chat import STORED, Chat
from tests.browser.conftest import MANIFEST, NewContext, Watch
from tests.browser.sites import STRICT_CSP, Sites, embed
from tests.own_stack import OwnStack

INTEGRITY = MANIFEST["loader"]["integrity"]
#: A picture of one dark pixel.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
#: Another origin of the bot's own site, and another site: the cookie does not go along there.
HOSTS = [LOOPBACK, "localhost"]
Embedded = Callable[..., Chat]


@pytest.fixture
def visit(context: BrowserContext, sites: Sites) -> Page:
    """A page of a visitor, not opened yet."""
    sites.pages.clear()
    return context.new_page()


@pytest.fixture
def embedded(visit: Page, sites: Sites, bot: OwnStack) -> Embedded:
    """Puts the chat with these attributes on the first page of a website, and opens it there."""

    def put(host: str = LOOPBACK, **attributes: str) -> Chat:
        sites.put(embed(bot.url, **attributes))
        visit.goto(f"{sites.origin(host)}/")
        return Chat(visit)

    return put


@pytest.mark.parametrize("host", HOSTS)
def test_strict_policy(visit: Page, sites: Sites, bot: OwnStack, host: str) -> None:
    """With nothing inline, trusted types, and integrity: no violation, and the chat works and goes on."""
    tag = embed(bot.url, INTEGRITY, title="Clinic")
    for path in ("/", "/other"):
        sites.put(tag, path, csp=STRICT_CSP.format(bot=bot.url))
    visit.goto(f"{sites.origin(host)}/")
    chat = Chat(visit).start().begin_check().answer(1)
    visit.get_by_role("link", name="Another page").press("Enter")
    visit.wait_for_url("**/other")
    chat.wait().expect_question(2)
    chat.answer(2)


def test_styles_of_the_page(visit: Page, sites: Sites, bot: OwnStack) -> None:
    """They do not reach the launcher."""
    style = "<style>button, button * { color: red !important; display: none !important }</style>"
    sites.put(embed(bot.url, INTEGRITY), more=style)
    visit.goto(f"{sites.origin()}/")
    chat = Chat(visit)
    assert chat.launcher.evaluate("e => getComputedStyle(e).color") == "rgb(255, 255, 255)"
    chat.open()


def test_wrong_integrity(visit: Page, sites: Sites, bot: OwnStack, watch: Watch) -> None:
    """A loader that is not the expected one is not run."""
    sites.put(embed(bot.url, "sha384-" + base64.b64encode(bytes(48)).decode()))
    visit.goto(f"{sites.origin()}/")
    visit.wait_for_load_state("networkidle")
    expect(visit.locator("#stria-chat")).to_have_count(0)
    assert "integrity" in watch.problems.pop()


@pytest.mark.parametrize("framing", ["loader", "frame"])
def test_a_site_that_is_not_listed(
    visit: Page, sites: Sites, bot: OwnStack, watch: Watch, framing: str
) -> None:
    """Can't show the chat, by the loader or by a frame of its own."""
    frame = f'<iframe src="{bot.url}/webhooks/web/chat" title="x"></iframe>'
    sites.put(embed(bot.url), more=frame if framing == "frame" else "")
    visit.goto(f"{sites.origin('evil.localhost')}/")
    if framing == "loader":
        visit.locator("#stria-chat .launcher").click()
    visit.wait_for_load_state("networkidle")
    inside = [f for f in visit.frames if f != visit.main_frame]
    assert len(inside) == 1
    assert inside[0].url == "chrome-error://chromewebdata/"
    assert "frame-ancestors" in watch.problems.pop()


def test_a_listed_site_in_a_foreign_one(visit: Page, sites: Sites, bot: OwnStack, watch: Watch) -> None:
    """All pages around the frame have to be listed, so nobody can lay the clinic's page under their own."""
    sites.put(embed(bot.url), "/clinic")
    sites.put("", "/", more=f'<iframe src="{sites.origin()}/clinic" title="x"></iframe>')
    visit.goto(f"{sites.origin('evil.localhost')}/")
    clinic = visit.frame_locator("iframe").first
    clinic.locator("#stria-chat .launcher").click()
    visit.wait_for_load_state("networkidle")
    assert "frame-ancestors" in watch.problems.pop()
    assert not [f for f in visit.frames if f.url.endswith("/webhooks/web/chat")]


def test_cookies_where_they_are_kept(visit: Page, embedded: Embedded) -> None:
    """On the bot's own site the session is in a cookie that no script reads; nothing is in storage."""
    chat = embedded().start()
    assert [c["name"] for c in visit.context.cookies()] == ["stria_session"]
    assert chat.frame.evaluate(STORED) == [{}, {}]


def test_no_cookie_on_another_site(profile: BrowserContext, sites: Sites, bot: OwnStack) -> None:
    """Without https a frame on another site gets no cookie: a token in its own storage takes its place."""
    sites.put(embed(bot.url))
    page = profile.new_page()
    page.goto(f"{sites.origin('localhost')}/")
    chat = Chat(page).start().begin_check()
    assert profile.cookies() == []
    local, tab = chat.frame.evaluate(STORED)
    assert (list(local), tab) == (["stria-session"], {})
    # The page around it holds nothing of it.
    assert page.evaluate(STORED) == [{}, {"stria-open": "1"}]
    page.reload()
    chat.wait().expect_question(1)
    # Another tab has the same conversation.
    other = profile.new_page()
    other.goto(f"{sites.origin('localhost')}/")
    Chat(other).open().wait().expect_question(1).answer(1)
    chat.expect_question(2)
    chat.command("Delete my data").expect_focus("Cancel")
    chat.button("Delete everything").click()
    expect(chat.consent).to_be_visible()
    assert chat.frame.evaluate(STORED) == [{}, {}]


def test_blocked_storage(visit: Page, embedded: Embedded) -> None:
    """Where the browser refuses the frame cookies and storage, the page keeps the token for this tab."""
    chat = embedded("localhost").start().begin_check()
    refused = "() => { try { return localStorage.length; } catch (error) { return error.name; } }"
    assert chat.frame.evaluate(refused) == "SecurityError"
    assert visit.context.cookies() == []
    assert list(visit.evaluate(STORED)[1]) == ["stria-open", "stria-token"]
    visit.reload()
    chat.wait().expect_question(1)
    chat.command("Delete my data").expect_focus("Cancel")
    chat.button("Delete everything").click()
    expect(chat.consent).to_be_visible()
    assert visit.evaluate(STORED) == [{}, {"stria-open": "1"}]


def test_looks(embedded: Embedded, sites: Sites) -> None:
    """Colour, side, title, label, logo, language, theme and days are those of the attributes."""
    sites.put_file("/logo.png", DOT, "image/png")
    chat = embedded(
        title="Clínica",
        label="Pregunte",
        color="#7a1fa2",
        position="left",
        logo="/logo.png",
        locale="es-MX",
        theme="dark",
        privacy="/privacidad",
        retention_days="7",
    )
    background = "e => getComputedStyle(e).backgroundColor"
    assert chat.launcher.evaluate(background) == "rgb(122, 31, 162)"
    assert chat.launcher.evaluate("e => getComputedStyle(e).color") == "rgb(255, 255, 255)"
    box = chat.launcher.bounding_box()
    assert box
    assert box["x"] == 20
    expect(chat.launcher).to_contain_text("Pregunte")

    chat.launcher.click()
    expect(chat.consent).to_contain_text("Antes de empezar")
    expect(chat.consent).to_contain_text("7 días")
    expect(chat.consent.get_by_role("link")).to_have_attribute("href", f"{sites.origin()}/privacidad")
    expect(chat.title).to_have_text("Clínica")
    expect(chat.iframe).to_have_attribute("title", "Clínica")
    expect(chat.inside.locator("html")).to_have_attribute("lang", "es")
    expect(chat.inside.locator("html")).to_have_attribute("data-theme", "dark")
    assert chat.inside.locator("header").evaluate(background) == "rgb(122, 31, 162)"
    expect(chat.inside.locator("#logo")).to_be_visible()
    assert chat.inside.locator("#logo").evaluate("e => e.naturalWidth") > 0
    frame = chat.iframe.bounding_box()
    assert frame
    assert frame["x"] < 30

    chat.button("Aceptar y empezar").click()
    chat.choose("Empezar el cuestionario")
    # The assistant begins in the language of the page.
    chat.expect_message("Pregunta 1 de 6")
    expect(chat.bubble("Pregunta 1 de 6").locator("[lang=en]")).to_have_count(0)
    expect(chat.input).to_have_attribute("placeholder", "Escriba su mensaje")


def test_attributes_that_are_no_use(embedded: Embedded) -> None:
    """Nonsense and attacks in them are left out."""
    chat = embedded(
        title="<img src=x onerror=alert(1)>",
        label="<b>x</b>",
        color="red;background:url(https://evil.example/x)",
        position="middle",
        logo="data:text/html,<script>alert(1)</script>",
        locale="../../etc",
        theme="pink",
        privacy="javascript:alert(1)",
        retention_days="-1",
    )
    assert chat.launcher.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(11, 98, 102)"
    chat.open()
    expect(chat.title).to_have_text("<img src=x onerror=alert(1)>")
    expect(chat.title.locator("*")).to_have_count(0)
    expect(chat.consent.get_by_role("link")).to_have_count(0)
    expect(chat.consent).to_contain_text("30 days")
    expect(chat.inside.locator("#logo")).to_be_hidden()


def test_two_tags(visit: Page, sites: Sites, bot: OwnStack) -> None:
    """The line twice on one page makes one launcher; a button of the page opens the chat as well."""
    sites.put(embed(bot.url) * 2, more='<button data-stria-open><b id="deep">Ask</b></button>')
    visit.goto(f"{sites.origin()}/")
    expect(visit.locator("#stria-chat")).to_have_count(1)
    visit.locator("#deep").click()
    expect(Chat(visit).consent).to_be_visible()


def test_the_shadow_root_is_closed(browser: Browser, bot: OwnStack) -> None:
    """Without the tests' hand the page can't look into what the loader draws."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(bot.url)
    page.locator("#stria-chat").wait_for(state="attached")
    assert page.evaluate("document.getElementById('stria-chat').shadowRoot") is None
    context.close()


def test_theme_follows_the_system(new_context: NewContext) -> None:
    """Also while the chat is open."""
    page = new_context(color_scheme="light").new_page()
    page.goto("/")
    chat = Chat(page).start()
    root = chat.inside.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    bubble = "e => getComputedStyle(e).backgroundColor"
    before = chat.inside.locator(".webchat__bubble__content").first.evaluate(bubble)
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    assert chat.inside.locator(".webchat__bubble__content").first.evaluate(bubble) != before
