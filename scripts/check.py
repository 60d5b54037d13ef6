"""Checks the code and the content, and stops at the first check that fails."""

from __future__ import annotations

import subprocess
import sys

from scripts._env import PROJECT, ROOT, CommandError, child_environment, module, run_command, say, shown
from scripts.train import project_options

PYTHON = [sys.executable, "-m"]
CODE = (
    ("Code style", [*PYTHON, "ruff", "check", "--quiet", "."], "make fmt corrects some of it"),
    ("Formatting", [*PYTHON, "ruff", "format", "--quiet", "--check", "."], "make fmt corrects it"),
    ("Types", [*PYTHON, "mypy"], ""),
)
CONTENT = (
    ("Content", [*PYTHON, "assistant.check"], ""),
    ("Rasa data", [*module("rasa"), "data", "validate", "--fail-on-warnings", *project_options()], ""),
)


def main() -> int:
    """Runs the checks in turn; returns the exit status. The code is checked with the project beside it."""
    if not (PROJECT / "config.yml").exists():
        raise CommandError(f"{shown(PROJECT)} is no project: it has no config.yml")
    for title, command, hint in (*(CODE if PROJECT == ROOT else ()), *CONTENT):
        say(f"== {title}")
        done = subprocess.run(command, cwd=ROOT, env=child_environment(), check=False)
        if done.returncode != 0:
            raise CommandError(f"{title.lower()}: not in order" + (f" ({hint})" if hint else ""))
    say("All checks passed.")
    return 0


if __name__ == "__main__":
    run_command(main)
