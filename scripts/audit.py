"""Looks the pinned packages up in a database of known vulnerabilities.

Fails on a finding that security/accepted.yml does not list, and on one that it lists and that is
gone. Where no database can be reached, it says so and succeeds: who is offline can still build.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts._env import LOCK_FILE, ROOT, CommandError, run_command, say
from scripts._findings import Finding, compare, out_of_date, pinned, read_accepted, read_report
from scripts._security_tools import tool

ACCEPTED = ROOT / "security" / "accepted.yml"
#: The databases that pip-audit can ask, the one of the package index first.
DATABASES = ("pypi", "osv")
#: Known to be vulnerable for years. A mirror of the index answers, and knows of no vulnerability
#: at all; pip-audit then says that all is well.
KNOWN = "jinja2==2.10"
SECONDS = 600


def ask(database: str, requirements: Path) -> dict[str, Any] | None:
    """Returns pip-audit's report about pinned packages, or None when there is none."""
    command = [str(tool("pip-audit")), "--requirement", str(requirements), "--no-deps", "--disable-pip"]
    command += ["--vulnerability-service", database, "--format", "json", "--aliases", "on"]
    command += ["--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, cwd=ROOT)
        report = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return report if isinstance(report, dict) and "dependencies" in report else None


def knows(database: str) -> bool:
    """Tells whether a database can be reached and knows what everybody knows."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{KNOWN}\n", encoding="utf-8")
        report = ask(database, requirements)
    return report is not None and bool(read_report(report)[0])


def look_up(database: str) -> list[Finding]:
    """Returns all that a database knows about our packages.

    Raises:
        CommandError: When it did not answer about each of them.
    """
    report = ask(database, LOCK_FILE)
    if report is None:
        raise CommandError(f"the database '{database}' answers, but the audit came to no end; try again")
    findings, skipped = read_report(report)
    if skipped:
        raise CommandError(f"the database '{database}' does not know: {', '.join(skipped)}")
    return findings


def main() -> int:
    """Compares the findings with the accepted ones; returns the exit status."""
    accepted = read_accepted(ACCEPTED)
    problems = out_of_date(accepted, pinned(LOCK_FILE.read_text(encoding="utf-8")))
    database = next((name for name in DATABASES if knows(name)), None)
    if database:
        problems += compare(look_up(database), accepted, datetime.date.today())
    for problem in problems:
        say(f"  {problem}")
    if problems:
        raise CommandError(
            "the packages and security/accepted.yml do not fit: docs/security.md says what to do"
        )
    if database:
        say(
            f"Audit: every known vulnerability is accepted with a reason ({len(accepted)} in security/accepted.yml)."
        )
    else:
        say("Audit: left out, no database of vulnerabilities can be reached from here (tried: PyPI, OSV).")
    return 0


if __name__ == "__main__":
    run_command(main)
