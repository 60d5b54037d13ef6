"""Resolves the lock files anew, with hashes and without any index address.

requirements.lock from pyproject.toml, and security/tools.lock from security/tools.in. Pinned versions are
kept where they still fit; `UPGRADE=1` takes the newest ones. The image has a lock file of its own,
without what only developers need, in the same versions.
"""

from __future__ import annotations

import os
from pathlib import Path

from scripts._env import LOCK_FILE, ROOT, CommandError, run_command, say
from scripts._python import find_uv
from scripts._security_tools import LOCK as TOOLS_LOCK
from scripts.setup import explain, run_uv

#: What the image of deploy/ installs.
IMAGE_LOCK = ROOT / "deploy" / "requirements.lock"


def resolve(out: Path, like: Path, *source: str) -> None:
    """Writes a lock file, with the versions of another one where they fit, and says whether it changed.

    Raises:
        CommandError: When there is no solution, or the index cannot be reached.
    """
    before = out.read_bytes() if out.exists() else b""
    if like.exists():
        out.write_bytes(like.read_bytes())
    name = str(out.relative_to(ROOT))
    command = [find_uv(), "pip", "compile", *source, "--universal"]
    command += ["--python-version", "3.10", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--quiet", "--output-file", name]
    if os.environ.get("UPGRADE") and out == like:
        command.append("--upgrade")
    code, said = run_uv(command)
    if code != 0:
        raise CommandError(explain(said) if "No solution" not in said else said)
    say(f"{name} {'was updated' if out.read_bytes() != before else 'is up to date'}.")


def main() -> int:
    """Writes the lock files; returns the exit status."""
    resolve(LOCK_FILE, LOCK_FILE, "pyproject.toml", "--extra", "dev")
    resolve(IMAGE_LOCK, LOCK_FILE, "pyproject.toml")
    # Without the overrides of pyproject.toml, which are about Rasa.
    tools = TOOLS_LOCK.with_suffix(".in").relative_to(ROOT)
    resolve(TOOLS_LOCK, TOOLS_LOCK, str(tools), "--no-config")
    return 0


if __name__ == "__main__":
    run_command(main)
