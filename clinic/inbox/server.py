"""Serves the inbox by waitress, until it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable

import waitress

from assistant import logs
from assistant.observability import json_logs
from clinic.inbox.app import LARGEST, create_app
from clinic.inbox.settings import InboxSettings
from clinic.insights import vectors

#: More would only wait for each other; a try to log in needs 32 MB.
THREADS = 4
#: Seconds for a connection that does nothing.
SILENT = 60


def serve(settings: InboxSettings, on_ready: Callable[[], None]) -> None:
    """Serve it until SystemExit or KeyboardInterrupt; requests that run may end.

    Args:
        settings: of the inbox.
        on_ready: called when it listens.

    Raises:
        OSError: It can't listen.
    """
    server = waitress.create_server(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        url_scheme="https" if settings.https else "http",
        ident=None,
        channel_timeout=SILENT,
        max_request_header_size=32 * 1024,
        # The page that says so is the application's, so that it gets a little more than it takes.
        max_request_body_size=4 * LARGEST,
        # visitors.py decides whose word counts.
        clear_untrusted_proxy_headers=False,
    )
    logs.install()
    json_logs.install()
    # From now on there is something of patients here.
    logs.arm()
    on_ready()
    # It takes some seconds, which nobody has to wait for then.
    vectors.prepare()
    server.run()
