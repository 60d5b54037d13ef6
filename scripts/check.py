"""Checks the code and the content, and stops at the first check that fails."""

from __future__ import annotations

import subprocess
import sys

from scripts._env import ROOT, CommandError, child_environment, module, run_command, say

PYTHON = [sys.executable, "-m"]
CHECKS = (
    ("Code style", [*PYTHON, "ruff", "check", "--quiet", "."], "make fmt corrects some of it"),
    ("Formatting", [*PYTHON, "ruff", "format", "--quiet", "--check", "."], "make fmt corrects it"),
    ("Types", [*PYTHON, "mypy"], ""),
    ("Content", [*PYTHON, "assistant.check"], ""),
    ("Rasa data", [*module("rasa"), "data", "validate", "--fail-on-warnings"], ""),
)


def main() -> int:
    """Runs the checks in turn; returns the exit status."""
    for title, command, hint in CHECKS:
        say(f"== {title}")
        done = subprocess.run(command, cwd=ROOT, env=child_environment(), check=False)
        if done.returncode != 0:
            raise CommandError(f"{title.lower()}: not in order" + (f" ({hint})" if hint else ""))
    say("All checks passed.")
    return 0


if __name__ == "__main__":
    run_command(main)
