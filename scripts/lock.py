"""Resolves the lock files anew, with hashes and without any index address.

requirements.lock from pyproject.toml, and security/tools.lock from security/tools.in.

Pinned versions are kept where they still fit; `UPGRADE=1` takes the newest ones.
"""

from __future__ import annotations

import os
from pathlib import Path

from scripts._env import LOCK_FILE, ROOT, CommandError, run_command, say
from scripts._python import find_uv
from scripts._security_tools import LOCK as TOOLS_LOCK
from scripts.setup import explain, run_uv


def main() -> int:
    """Writes both lock files; returns the exit status."""
    uv = find_uv()
    resolve(uv, LOCK_FILE, ["pyproject.toml", "--extra", "dev"])
    # Without the overrides of pyproject.toml, which are about Rasa.
    tools = TOOLS_LOCK.with_suffix(".in").relative_to(ROOT)
    resolve(uv, TOOLS_LOCK, [str(tools), "--no-config"])
    return 0


def resolve(uv: str, lock_file: Path, source: list[str]) -> None:
    """Writes one lock file.

    Raises:
        CommandError: When there is no solution, or the index cannot be reached.
    """
    name = str(lock_file.relative_to(ROOT))
    before = lock_file.read_bytes() if lock_file.exists() else b""
    command = [uv, "pip", "compile", *source, "--universal"]
    command += ["--python-version", "3.10", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--quiet", "--output-file", name]
    if os.environ.get("UPGRADE"):
        command.append("--upgrade")
    code, said = run_uv(command)
    if code != 0:
        raise CommandError(explain(said) if "No solution" not in said else said)
    say(f"{name} {'was updated' if lock_file.read_bytes() != before else 'is up to date'}.")


if __name__ == "__main__":
    run_command(main)
