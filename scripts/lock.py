"""Resolves requirements.lock anew from pyproject.toml, with hashes and without any index address.

Pinned versions are kept where they still fit; `UPGRADE=1` takes the newest ones.
"""

from __future__ import annotations

import os

from scripts._env import LOCK_FILE, CommandError, run_command, say
from scripts._python import find_uv
from scripts.setup import explain, run_uv


def main() -> int:
    """Writes the lock file; returns the exit status."""
    before = LOCK_FILE.read_bytes() if LOCK_FILE.exists() else b""
    command = [find_uv(), "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal"]
    command += ["--python-version", "3.10", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--quiet", "--output-file", LOCK_FILE.name]
    if os.environ.get("UPGRADE"):
        command.append("--upgrade")
    code, said = run_uv(command)
    if code != 0:
        raise CommandError(explain(said) if "No solution" not in said else said)
    changed = LOCK_FILE.read_bytes() != before
    say(f"{LOCK_FILE.name} {'was updated' if changed else 'is up to date'}.")
    return 0


if __name__ == "__main__":
    run_command(main)
