"""Where Rasa's process is measured: turns, stores, the server. The metrics: assistant/observability/."""

from __future__ import annotations


def install() -> None:
    """Begin to measure. Idempotent; runs when a channel of ours is imported, so with plain `rasa run`."""
    from rasa_ext.metrics import server, stores  # here: they load Rasa's server

    stores.install()
    server.install()
