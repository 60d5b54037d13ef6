"""What browser tests have: the assistant, Chromium, other websites, and an eye on every request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from scripts._env import ROOT
from scripts._ports import LOOPBACK
from scripts.browser import need_browser
from tests.browser.chat import Chat
from tests.browser.sites import Sites
from tests.own_stack import MANY, OwnStack, start_own

NewContext = Callable[..., BrowserContext]
OpenPage = Callable[..., Page]
MANIFEST = json.loads((ROOT / "widget" / "dist" / "manifest.json").read_text(encoding="utf-8"))
#: Playwright does not look into closed shadow roots: the launcher's is opened for the tests, and
#: test_embedding.py checks that it is closed without that.
OPEN_SHADOW = """(() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, {...init, mode: 'open'}); };
})()"""
#: Whatever is not on this machine has no address.
NO_OUTSIDE = (
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}, EXCLUDE localhost, EXCLUDE *.localhost"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks all tests here."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("stack")


@pytest.fixture(scope="package")
def sites() -> Iterator[Sites]:
    """A server for pages of other origins."""
    server = Sites()
    yield server
    server.close()


@pytest.fixture(scope="package")
def bot(sites: Sites) -> Iterator[OwnStack]:
    """The real assistant with the built widget; only two of the other origins may show the chat."""
    stack = start_own(
        {
            "STRIA_WEB_SECRET": "a secret for the tests in the browser",
            "STRIA_WEB_SITES": f"{sites.origin()} {sites.origin('localhost')}",
            "STRIA_WEB_DEMO": "on",
            "STRIA_WEB_RATE_IP": MANY,
            "STRIA_WEB_RATE_NEW": MANY,
        }
    )
    yield stack
    stack.stop()


@pytest.fixture
def mortal(bot: OwnStack) -> Iterator[OwnStack]:
    """The assistant for a test that kills it; it lives afterwards in any case."""
    yield bot
    if bot.service("rasa").process.poll() is not None:
        bot.start("rasa")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a window. Its contexts are private ones: they refuse third-party storage."""
    chromium = playwright.chromium.launch(executable_path=need_browser(), args=[NO_OUTSIDE])
    yield chromium
    chromium.close()


@pytest.fixture
def profile(playwright: Playwright, tmp_path: Path, watch: Watch) -> Iterator[BrowserContext]:
    """A browser that keeps third-party storage, as most visitors' do."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}), encoding="utf-8")
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=need_browser(), args=[NO_OUTSIDE]
    )
    context.add_init_script(OPEN_SHADOW)
    watch.add(context)
    yield context
    context.close()


class Watch:
    """What happened on all pages of a test: requests, and what a page complained about."""

    def __init__(self) -> None:
        """Has seen nothing yet."""
        self.requests: list[str] = []
        self.problems: list[str] = []

    def add(self, context: BrowserContext) -> None:
        """Looks at everything in a context from now on."""
        context.on("request", self._see_request)
        context.on("console", self._see_console)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))

    def _see_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _see_console(self, message: ConsoleMessage) -> None:
        # The browser notes every status from 400 on and every lost connection, the chat what was not sent.
        expected = ("Failed to load resource", "botframework-webchat: Failed to post activity")
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.problems.append(message.text)

    @property
    def foreign(self) -> list[str]:
        """The requests to hosts that are not on this machine."""
        asked = [(urlsplit(url), url) for url in self.requests]
        network = [
            (url.hostname or "", whole)
            for url, whole in asked
            if url.scheme in ("http", "https", "ws", "wss")
        ]
        return [
            whole for host, whole in network if host != LOOPBACK and host.rpartition(".")[2] != "localhost"
        ]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails a test in which something foreign was asked for, or a page complained."""
    seen = Watch()
    yield seen
    assert seen.foreign == []
    assert seen.problems == []


@contextmanager
def watched(browser: Browser, watch: Watch, **defaults: Any) -> Iterator[NewContext]:
    """Makes browsers of somebody's own, with options of Playwright's; closes them at the end."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"accept_downloads": True, **defaults, **options})
        context.set_default_timeout(20_000)
        watch.add(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def new_context(browser: Browser, bot: OwnStack, watch: Watch) -> Iterator[NewContext]:
    """Makes a visitor's browser, with its own cookies."""
    with watched(browser, watch, base_url=bot.url) as make:

        def made(**options: Any) -> BrowserContext:
            context = make(**options)
            context.add_init_script(OPEN_SHADOW)
            return context

        yield made


@pytest.fixture
def paper(browser: Browser, watch: Watch) -> Iterator[Page]:
    """An empty page in a browser of its own, for pages that no server shows."""
    with watched(browser, watch) as make:
        yield make().new_page()


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    """A visitor's browser."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The demo page in a visitor's browser."""
    page = context.new_page()
    page.goto("/")
    return page


@pytest.fixture
def chat(page: Page) -> Chat:
    """The widget on the demo page, still closed."""
    return Chat(page)
