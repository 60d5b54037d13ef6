"""Finds the two things that set-up needs: uv and Python 3.10 (standard library, Python 3.8)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scripts._env import TOOLS, CommandError, say

WANTED = (3, 10)
CURRENT = sys.version_info[:2]
OLDEST_UV = (0, 4)
_PROBE = (
    "import json, platform, sys;"
    "print(json.dumps([platform.python_implementation(), platform.machine(),"
    " list(sys.version_info[:3])]))"
)


def output_of(command: list[str]) -> str | None:
    """Returns what a command prints, or None when it cannot be started or fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def probe(interpreter: str) -> str | None:
    """Returns the version of an interpreter that the project can use, else None.

    It is run, because a file called python3.10 may be a pyenv shim that starts nothing.
    """
    try:
        implementation, machine, version = json.loads(output_of([interpreter, "-c", _PROBE]) or "")
    except ValueError:
        return None
    if implementation != "CPython" or machine != "x86_64" or tuple(version[:2]) != WANTED:
        return None
    return ".".join(map(str, version))


def _version_key(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.name)]


def candidates(
    environ: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
    run: Callable[[list[str]], str | None] = output_of,
) -> Iterator[str]:
    """Yields the interpreters to try, best first: PATH, this one, then pyenv's newest 3.10."""
    on_path = which("python3.10")
    if on_path:
        yield on_path
    if CURRENT == WANTED:
        yield sys.executable
    root = environ.get("PYENV_ROOT") or (run(["pyenv", "root"]) if which("pyenv") else None)
    if root:
        versions = Path(root).glob("versions/3.10.*")
        for version in sorted(versions, key=_version_key, reverse=True):
            yield str(version / "bin" / "python3.10")


def find_python(
    uv: str,
    environ: Mapping[str, str] = os.environ,
    probe: Callable[[str], str | None] = probe,
    which: Callable[[str], str | None] = shutil.which,
    run: Callable[[list[str]], str | None] = output_of,
) -> str | None:
    """Returns a usable Python 3.10 of this machine, or None when it has none.

    Args:
        uv: The uv program; it is asked last, for the builds that it keeps itself.
        environ: The environment.
        probe: Tells the version of an interpreter, or None when it is of no use.
        which: Finds a program on the PATH.
        run: Returns what a command prints, or None.

    Returns:
        The path of the interpreter.
    """
    for interpreter in candidates(environ, which, run):
        if probe(interpreter):
            return interpreter
    of_uv = run([uv, "python", "find", "3.10"])
    return of_uv if of_uv and probe(of_uv) else None


def _usable_uv(program: str) -> bool:
    version = re.match(r"uv (\d+)\.(\d+)", output_of([program, "--version"]) or "")
    return bool(version) and tuple(map(int, version.groups())) >= OLDEST_UV  # type: ignore[union-attr]


def find_uv(tools: Path = TOOLS) -> str:
    """Returns uv: the one on the PATH, or a private copy, which is made when there is none.

    Raises:
        CommandError: When there is none and the private copy cannot be made.
    """
    private = tools / "bin" / "uv"
    on_path = shutil.which("uv")
    for program in (on_path, str(private)):
        if program and _usable_uv(program):
            return program
    say(f"Installing uv into {tools.name}/ ...")
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(tools)],
        [str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"],
    )
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise CommandError(_uv_remedy(done.stdout.decode(errors="replace")))
    if not _usable_uv(str(private)):
        raise CommandError(f"the uv in {tools.name}/ does not run; install uv yourself, then try again")
    return str(private)


def _uv_remedy(output: str) -> str:
    if "ensurepip" in output or "No module named venv" in output:
        return (
            "uv is missing and this Python cannot make environments; "
            "install uv, or the venv module (Debian, Ubuntu: apt install python3-venv)"
        )
    if "No space left" in output:
        return "the disk is full; free about 5 GB and try again"
    return (
        "uv is missing and pip could not install it: check the network connection, "
        "or install uv yourself, then try again"
    )
