"""Websites that embed the chat: pages from other origins than the bot's, with headers of choice."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scripts._ports import LOOPBACK

#: A site that takes security seriously: nothing inline, and of others only the bot.
STRICT_CSP = (
    "default-src 'none'; script-src {bot}; frame-src {bot}; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'"
)
PAGE = """<!doctype html>
<html lang="{lang}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>A clinic</title>
    {script}
  </head>
  <body>
    <main><h1>A clinic</h1><p><a href="/other">Another page</a></p>{more}</main>
  </body>
</html>
"""


@dataclass(frozen=True)
class HostPage:
    """One page of a website."""

    body: bytes
    headers: Mapping[str, str]
    content_type: str = "text/html; charset=utf-8"


class Sites:
    """One server on loopback with several origins: by its names `127.0.0.1` and `localhost`."""

    def __init__(self) -> None:
        """Listens at a free port."""
        self.pages: dict[str, HostPage] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = pages.get(self.path.partition("?")[0])
                self.send_response(200 if page else 404)
                if page:
                    self.send_header("Content-Type", page.content_type)
                    for name, value in page.headers.items():
                        self.send_header(name, value)
                self.end_headers()
                if page:
                    self.wfile.write(page.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def origin(self, host: str = LOOPBACK) -> str:
        """Returns the origin under a name; `localhost` is another site than the bot's."""
        return f"http://{host}:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def put(
        self,
        script: str,
        path: str = "/",
        csp: str = "",
        more: str = "",
        lang: str = "en",
    ) -> None:
        """Publishes a page.

        Args:
            script: The tag that embeds the chat.
            path: Where the page is.
            csp: Its content security policy.
            more: What it has in its body besides.
            lang: The language that it says it is in.
        """
        headers = {"Content-Security-Policy": csp} if csp else {}
        text = PAGE.format(script=script, more=more, lang=lang)
        self.pages[path] = HostPage(text.encode(), headers)

    def put_file(self, path: str, body: bytes, content_type: str, **headers: str) -> None:
        """Publishes a file, such as a logo."""
        self.pages[path] = HostPage(body, headers, content_type)


def embed(bot: str, integrity: str = "", **attributes: str) -> str:
    """Returns the line that a site owner adds.

    Args:
        bot: The bot's origin.
        integrity: The hash of the loader, or nothing.
        attributes: What is set by data attributes; `_` stands for `-`.
    """
    check = f' integrity="{integrity}" crossorigin="anonymous"' if integrity else ""
    data = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<script src="{bot}/webhooks/web/loader.js"{check} defer{data}></script>'
