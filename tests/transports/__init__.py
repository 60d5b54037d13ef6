"""How a patient talks to the assistant on each channel; a module of this folder is a channel's name."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.transports.base import MessengerTransport, Transport

#: All channels on which conversations can be played.
CHANNELS = tuple(
    sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in ("__init__", "base"))
)


def messengers(**like: bool) -> list[str]:
    """Returns the names of the messengers' transports; `like` are attributes that theirs have to equal."""
    found = {name: transport(name) for name in CHANNELS}
    return [
        name
        for name, one in found.items()
        if isinstance(one, MessengerTransport) and all(getattr(one, k) == v for k, v in like.items())
    ]


def transport(name: str) -> Transport:
    """Returns a new transport; raises ValueError when there is no such channel."""
    if name not in CHANNELS:
        raise ValueError(f"there is no channel '{name}'; there are {', '.join(CHANNELS)}")
    found: Transport = importlib.import_module(f"tests.transports.{name}").TRANSPORT()
    return found
