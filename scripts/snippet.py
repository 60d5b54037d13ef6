"""Prints the line with which a website embeds the chat: address of the assistant, hash of its loader."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from scripts._env import ROOT, CommandError, run_command

MANIFEST = ROOT / "widget" / "dist" / "manifest.json"
SETTING = "STRIA_WEB_URL"
REMEDY = f"make snippet {SETTING}=https://bot.clinic.example"
#: An origin, as the setting takes it (rasa_ext/channels/web_settings.py).
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
PRIVACY = "/privacy"


def integrity(manifest: Path = MANIFEST) -> str:
    """Returns the hash of the built loader.

    Raises:
        CommandError: When the manifest does not hold it.
    """
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))["loader"]["integrity"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{manifest} can't be read ({type(error).__name__}); run make widget") from error
    if not isinstance(found, str) or not re.fullmatch(r"sha384-[A-Za-z0-9+/]{64}", found):
        raise CommandError(f"{manifest} holds no hash of the loader; run make widget")
    return found


def snippet(url: str, hash_: str) -> str:
    """Returns the line. Its address changes with the loader, so that no browser takes an old one.

    Args:
        url: The address of the assistant.
        hash_: What `integrity` returns.

    Raises:
        CommandError: When the address can't be one.
    """
    url = url.strip().rstrip("/")
    if not ORIGIN.fullmatch(url):
        raise CommandError(
            f"{url!r} can't be the address of the assistant; write it in small letters: {REMEDY}"
        )
    version = re.sub(r"\W", "", hash_.partition("-")[2])[:8]
    return (
        f'<script src="{url}/webhooks/web/loader.js?v={version}" integrity="{escape(hash_)}"'
        f' crossorigin="anonymous" defer data-privacy="{PRIVACY}"></script>'
    )


def address(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Returns the address from the argument, else from the variable.

    Raises:
        CommandError: When there is none, or too much.
    """
    if len(arguments) > 1:
        raise CommandError(f"one address, please: {REMEDY}")
    found = arguments[0] if arguments else environ.get(SETTING, "").strip()
    if not found:
        raise CommandError(f"at which address do browsers reach the assistant? {REMEDY}")
    return found


def main() -> int:
    """Prints the snippet; returns the exit status."""
    print(snippet(address(sys.argv[1:], os.environ), integrity()))
    return 0


if __name__ == "__main__":
    run_command(main)
