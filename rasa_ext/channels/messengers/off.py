"""What a messenger is that is not set up."""

from __future__ import annotations

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint

from rasa_ext.channels.base import OnNewMessage


class Off(InputChannel):
    """A channel that is not set up: it has a name and no address."""

    def __init__(self, name: str):
        """Keep the name that the address would have."""
        self._name = name

    def name(self) -> str:  # type: ignore[override]
        """Return the name."""
        return self._name

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return no routes."""
        return Blueprint(f"stria_{self._name}_off", __name__)
