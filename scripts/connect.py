"""Connects a messenger: sets its webhook, or says what to set where (`make connect-telegram`)."""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from importlib import import_module
from typing import Any

import yaml

from scripts._env import QUIET, ROOT, CommandError, run_command, say
from scripts._quiet import show_warning

#: Messengers' sections in credentials.yml begin so; the next word is the name of the command.
SECTION = "rasa_ext.channels.messengers."


def channel(name: str) -> Any:
    """Returns the channel as credentials.yml and the environment set it up.

    Raises:
        CommandError: There is none, or its settings are missing or wrong.
    """
    settings = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))
    sections = {p.removeprefix(SECTION).split(".")[0]: p for p in settings if p.startswith(SECTION)}
    if name not in sections:
        raise CommandError(f"credentials.yml has no messenger '{name}'; it has {', '.join(sections)}")
    place = sections[name]
    from rasa.shared.exceptions import RasaException  # here: it takes seconds

    from rasa_ext.channels.settings import Settings

    module, _, kind = place.rpartition(".")
    found = getattr(import_module(module), kind)
    section = Settings(place, settings[place])
    try:
        made = found.read(settings[place])
    except RasaException as error:
        raise CommandError(str(error)) from error
    if made is None:
        missing = ", ".join(section.variable(n) or n for n in found.NEEDED)
        raise CommandError(f"{name} is not set up; set {missing} (see docs/messengers/{name}.md)")
    if not made.public_url.startswith("https://"):
        variable = section.variable("public_url") or "public_url"
        raise CommandError(
            f"set {variable} to the address under which {name} reaches this server, with https"
        )
    return made


async def connect(made: Any) -> str:
    """Sets the webhook; returns what to tell.

    Raises:
        CommandError: The platform does not take it.
    """
    from rasa_ext.channels.messengers.client import DeliveryError

    try:
        return str(await made.connect(made.public_url))
    except DeliveryError as error:
        raise CommandError(f"{made.name()} did not take it: {error}{_told(error)}") from error
    finally:
        await made.client.close()


def _told(error: Any) -> str:
    """Returns what the platform said about it, which holds no secret of ours."""
    body = error.answer.body if error.answer else None
    told = body.get("description") or body.get("error") if isinstance(body, dict) else None
    return f" ({told})" if isinstance(told, str) else ""


def main() -> int:
    """Connects the messenger that the argument names; returns the exit status."""
    if len(sys.argv) != 2:
        raise CommandError("name a messenger, as in: make connect-telegram")
    warnings.showwarning = show_warning
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    say(asyncio.run(connect(channel(sys.argv[1]))))
    return 0


if __name__ == "__main__":
    run_command(main)
