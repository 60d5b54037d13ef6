"""The environment of the tools of `make audit` and `make sbom`, which do not fit beside Rasa."""

from __future__ import annotations

from pathlib import Path

from scripts import setup
from scripts._env import ROOT, say
from scripts._python import find_uv

LOCK = ROOT / "security" / "tools.lock"
VENV = ROOT / ".venv-security"


def tool(name: str) -> Path:
    """Returns the program of a tool, whose environment is made when it is missing or old.

    Raises:
        CommandError: When a package cannot be had.
    """
    if not setup.is_current(LOCK, VENV):
        say("Installing the tools of security/tools.lock ...")
        setup.bring_up_to_date(find_uv(), VENV, LOCK)
    return VENV / "bin" / name
