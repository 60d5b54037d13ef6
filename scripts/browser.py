"""Finds Chromium for the browser tests; installs Debian's when there is none and it may.

Looks at STRIA_CHROMIUM, then for the usual names, then for a build that Playwright has fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping

from scripts._env import CommandError, run_command, say
from scripts._python import output_of

SETTING = "STRIA_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = f"install it (Debian: apt install chromium), or name one with {SETTING}, then try again"


def version_of(browser: str) -> str | None:
    """Returns what a browser says about itself, or None when it can't be started.

    It is started, because a file called chromium-browser may only tell how to install one.
    """
    said = output_of([browser, "--version"])
    return said if said and "Chrom" in said else None


def candidates(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yields where a browser may be, the best guess first."""
    for name in NAMES:
        if found := shutil.which(name, path=environ.get("PATH")):
            yield found
    yield _of_playwright()


def _of_playwright() -> str:
    """Returns where Playwright keeps its own build; it need not have been fetched."""
    from playwright.sync_api import sync_playwright  # here: starting it takes a moment

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def find_browser(environ: Mapping[str, str] = os.environ) -> str | None:
    """Returns the path of a Chromium that starts, or None.

    Raises:
        CommandError: When STRIA_CHROMIUM names something else.
    """
    if named := environ.get(SETTING, "").strip():
        if version_of(named) is None:
            raise CommandError(f"{SETTING}={named} is no Chromium that starts; correct or unset it")
        return named
    return next((path for path in candidates(environ) if version_of(path)), None)


def need_browser() -> str:
    """Returns the path of a Chromium that starts.

    Raises:
        CommandError: When there is none.
    """
    if found := find_browser():
        return found
    raise CommandError(f"there is no Chromium on this machine; {REMEDY}")


def install(run: Callable[[list[str]], int]) -> None:
    """Installs Debian's Chromium.

    Args:
        run: Runs a command and returns its exit status.

    Raises:
        CommandError: When that is not possible here.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CommandError(f"there is no Chromium on this machine; {REMEDY}")
    say("No Chromium on this machine: installing Debian's (apt-get install chromium) ...")
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "chromium"],
    )
    for command in commands:
        if run(command) != 0:
            raise CommandError(f"'{' '.join(command)}' failed, so there is no Chromium; {REMEDY}")


def _run(command: list[str]) -> int:
    """Runs a command that must not ask; shows what it says only when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        say(done.stdout.decode(errors="replace").rstrip())
    return done.returncode


def main() -> int:
    """Makes sure that there is a browser; returns the exit status."""
    if find_browser() is None:
        install(_run)
    say(f"The browser tests use {version_of(need_browser())}.")
    return 0


if __name__ == "__main__":
    run_command(main)
