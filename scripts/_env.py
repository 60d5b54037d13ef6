"""What the commands share: the project's places, the children's environment, how a failure looks.

`setup` and `test` run before the project's own Python exists, so this module keeps to the standard
library and to Python 3.8.
"""

from __future__ import annotations

import getpass
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".venv-tools"
LOCK_FILE = ROOT / "requirements.lock"
#: The project that the commands work on: `make ... PROJECT=folder`, else the one beside the code.
PROJECT = Path(os.environ.get("STRIA_PROJECT") or ROOT).resolve()
VAR = PROJECT / "var"

# Rasa and TensorFlow say a great deal at start-up that nobody can act on.
QUIET = {
    "LOG_LEVEL": "WARNING",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLBACKEND": "Agg",
    "PYTHONUNBUFFERED": "1",
}


def shown(path: Path) -> str:
    """Returns a path as it is told to people: from the root where it is below."""
    return str(path.relative_to(ROOT)) if ROOT in path.parents else str(path)


def project_file(name: str) -> Path:
    """Returns a file of the project; of the one beside the code when the project has none."""
    own = PROJECT / name
    return own if own.exists() else ROOT / name


class CommandError(Exception):
    """A failure that the user can act on; shown as one line, without a stack trace."""


def venv_python(venv: Path = VENV) -> Path:
    """Returns the interpreter of the project's environment."""
    return venv / "bin" / "python"


def module(name: str, python: str = "") -> list[str]:
    """Returns the start of a command that runs a third-party module quietly."""
    return [python or sys.executable, "-m", "scripts._quiet", name]


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns the environment for a program of the project.

    Args:
        extra: Variables to add.

    Returns:
        The current environment, made quiet and independent of the user's own Python settings.
    """
    environment = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        # Without byte code each start compiles TensorFlow again: 20 s instead of 6 s.
        environment.pop(name, None)
    for name, value in QUIET.items():
        environment.setdefault(name, value)
    # Never optional: reporting would leave the machine.
    environment["RASA_TELEMETRY_ENABLED"] = "false"
    # The top-level packages are found from the root; the project itself is never installed.
    environment["PYTHONPATH"] = str(ROOT)
    if PROJECT != ROOT:
        environment["STRIA_PROJECT"] = str(PROJECT)
    environment.update(extra or {})
    return environment


def caller(command: str) -> str:
    """Returns under which name the audit knows a command: with that of who runs it, where there is one."""
    try:
        return f"{command} ({getpass.getuser()})"
    except (KeyError, OSError):
        return command


def say(text: str) -> None:
    """Prints a line of progress at once, also into a pipe."""
    print(text, flush=True)


def run_command(main: Callable[[], int]) -> NoReturn:
    """Runs a command's main function and exits with its status.

    A `CommandError` becomes one line on stderr and status 1, Ctrl-C a quiet 130. SIGTERM ends the
    command in order, so that no training goes on behind its back.
    """
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    try:
        sys.exit(main())
    except CommandError as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        sys.exit(130)
