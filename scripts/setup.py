"""Makes the project's environment, `.venv`, with exactly the packages of requirements.lock.

Runs on any Python 3.8 or later with the standard library only, and does nothing when the
environment is already as the lock file says.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

if not __package__:  # started as a file, `python3 scripts/setup.py`
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from scripts._env import LOCK_FILE, ROOT, VENV, CommandError, run_command, say, venv_python
from scripts._python import find_python, find_uv, probe

STAMP = "stria.json"
PTH = "lib/python3.10/site-packages/stria.pth"
NEEDED_BYTES = 3 * 10**9
INSTALL_PYTHON = "install it (Debian, Ubuntu: apt install python3.10; or: pyenv install 3.10), then try again"
BAD_CERTIFICATE = r"invalid peer certificate|UnknownIssuer"
# What uv says, and what to tell the user; the first match counts.
REMEDIES = (
    (r"No space left on device|os error 28", "the disk is full; free about 5 GB and try again"),
    (
        r"[Hh]ash mismatch",
        "a downloaded package has another hash than requirements.lock expects, so nothing was "
        "installed; check the package mirror or proxy in use, then run: uv cache clean",
    ),
    (
        BAD_CERTIFICATE,
        "the package index shows a certificate that uv does not trust; "
        "name your certificates with SSL_CERT_FILE and try again",
    ),
    (
        r"dns error|error sending request|tcp connect|onnect(ion)? |timed out|network was disabled"
        r"|Failed to fetch|Network connectivity",
        "the package index cannot be reached; check the network connection "
        "(a proxy is set with HTTPS_PROXY, a mirror with UV_DEFAULT_INDEX) and try again",
    ),
    (
        r"No solution found",
        "the package index lacks a version that requirements.lock names; "
        "check the mirror in use, and that UV_OFFLINE is not set, then try again",
    ),
    (r"Permission denied", "the project folder or uv's cache is not writable for you"),
)


def check_platform(system: str, machine: str, libc: str) -> None:
    """Refuses a platform for which the lock file was not resolved.

    Raises:
        CommandError: When this is not Linux on x86_64 with glibc.
    """
    if system != "Linux" or machine not in ("x86_64", "AMD64") or libc != "glibc":
        here = f"{system} {machine}" + (" without glibc" if system == "Linux" and not libc else "")
        raise CommandError(
            f"requirements.lock is resolved for Linux x86_64 with glibc only and this is {here}; "
            "use such a machine, a container or WSL 2"
        )


def python_of(venv: Path) -> str | None:
    """Returns the Python version of an environment, without starting it, or None."""
    try:
        text = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return None
    version = re.search(r"^version(?:_info)? *= *(\S+)", text, re.MULTILINE)
    return version.group(1) if version and venv_python(venv).exists() else None


def wanted_stamp(lock_file: Path, venv: Path) -> dict[str, str | None]:
    """Returns what the stamp of an up-to-date environment says."""
    digest = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    return {"lock": digest, "python": python_of(venv)}


def is_current(lock_file: Path = LOCK_FILE, venv: Path = VENV) -> bool:
    """Tells whether the environment holds what the lock file says."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = wanted_stamp(lock_file, venv)
    return bool(wanted["python"]) and stamp == wanted


def explain(output: str) -> str:
    """Turns uv's error output into one line with a remedy."""
    lines = [line.strip(" ×╰─▶├│") for line in output.splitlines() if line.strip()]
    in_one = " ".join(lines)  # uv breaks its lines anywhere
    for pattern, remedy in REMEDIES:
        if re.search(pattern, in_one):
            return remedy
    said = next((line for line in reversed(lines) if line.startswith("error")), "")
    return f"uv could not install the packages; uv said: {said or ' '.join(lines[-2:])}"


def run_uv(command: list[str]) -> tuple[int, str]:
    """Runs uv, passes its progress on, and returns its exit code with all that it said."""
    code, said = _run_uv(command, {})
    if code != 0 and re.search(BAD_CERTIFICATE, said):
        # uv trusts its own list at first; an organisation's proxy is in the system's list.
        code, said = _run_uv(command, {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"})
    return code, said


def _run_uv(command: list[str], extra: dict[str, str]) -> tuple[int, str]:
    environment = {**os.environ, "NO_COLOR": "1", **extra}
    environment.pop("VIRTUAL_ENV", None)
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=str(ROOT)
    ) as process:
        for raw in process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            said.append(line)
            if re.match(r"\s*(Downloading \S+ \(\d{2,}\.|(Prepared|Installed|Uninstalled|Bytecode)\b)", line):
                say(f"  {line.strip()}")
    return process.returncode, "\n".join(said)


def make_venv(uv: str, venv: Path = VENV) -> None:
    """Makes an empty environment, unless a sound one with Python 3.10 exists.

    Raises:
        CommandError: When no Python 3.10 can be had, or something else is in the way.
    """
    if (python_of(venv) or "").startswith("3.10.") and probe(str(venv_python(venv))):
        return
    if venv.is_symlink() or (venv.exists() and not (venv / "pyvenv.cfg").exists()):
        raise CommandError(f"{venv.name} exists but is no Python environment; remove it and try again")
    shutil.rmtree(str(venv), ignore_errors=True)
    python = find_python(uv)
    if python is None:
        say("No Python 3.10 on this machine: fetching uv's own build ...")
    code, said = run_uv([uv, "venv", "--quiet", "--python", python or "3.10", str(venv)])
    if code != 0 and python is None:
        raise CommandError(f"there is no Python 3.10 here and uv could not fetch one; {INSTALL_PYTHON}")
    if code != 0:
        raise CommandError(explain(said))


def install(uv: str, venv: Path = VENV, lock_file: Path = LOCK_FILE) -> None:
    """Brings the environment to exactly what the lock file says, compiled to byte code.

    `sync` is `install` that also removes what the lock file no longer names.

    Raises:
        CommandError: When a package cannot be had.
    """
    command = [uv, "pip", "sync", "--python", str(venv_python(venv))]
    code, said = run_uv([*command, "--require-hashes", "--compile-bytecode", str(lock_file)])
    if code != 0:
        raise CommandError(explain(said))


def early_line(root: Path) -> str:
    """Returns the line by which plain `rasa` starts without TensorFlow, too.

    Python runs it whenever it starts in the environment, before anything of Rasa is there. The file is
    loaded under a name of its own, so that `rasa_ext` is still found where one works.
    """
    path = repr(str(root / "rasa_ext" / "without_tensorflow.py"))
    steps = (
        f"import os; import importlib.util as u; p = {path}",
        "s = u.spec_from_file_location('stria_early', p) if os.path.exists(p) else None",
        "m = s and u.module_from_spec(s)",
        "s and s.loader.exec_module(m)",
        "s and m.install()",
    )
    return "; ".join(steps) + "\n"


def leave_early_line(venv: Path = VENV, root: Path = ROOT) -> None:
    """Puts the line into the environment, unless it is there."""
    path = venv / PTH
    if not path.exists() or path.read_text(encoding="utf-8") != early_line(root):
        path.write_text(early_line(root), encoding="utf-8")


def bring_up_to_date(uv: str, venv: Path = VENV, lock_file: Path = LOCK_FILE) -> None:
    """Makes or updates an environment, and stamps it when it is whole.

    Raises:
        CommandError: When it cannot be made.
    """
    stamp = venv / STAMP
    try:
        if stamp.exists():
            stamp.unlink()  # an interrupted update must not look finished
        make_venv(uv, venv)
        install(uv, venv, lock_file)
        text = json.dumps(wanted_stamp(lock_file, venv), indent=1)
        stamp.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{error.strerror or error}: {error.filename or ROOT}") from error


def main() -> int:
    """Makes or updates the environment; returns the exit status."""
    if not LOCK_FILE.exists():
        raise CommandError(f"{LOCK_FILE.name} is missing; restore it with: git checkout {LOCK_FILE.name}")
    if is_current():
        leave_early_line()
        return 0
    check_platform(platform.system(), platform.machine(), platform.libc_ver()[0])
    if not VENV.exists() and shutil.disk_usage(str(ROOT)).free < NEEDED_BYTES:
        raise CommandError("the disk is nearly full; free about 5 GB and try again")
    started = time.monotonic()
    uv = find_uv()
    say("Installing the packages of requirements.lock (the first time takes some minutes) ...")
    bring_up_to_date(uv)
    leave_early_line()
    say(f"The environment is ready ({time.monotonic() - started:.0f} s).")
    return 0


if __name__ == "__main__":
    run_command(main)
