"""What pip-audit found, against what security/accepted.yml accepts."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts._env import CommandError

FIELDS = {"id", "package", "version", "why", "until"}


@dataclass(frozen=True)
class Finding:
    """An advisory about a pinned package; the first of its names is the database's own."""

    package: str
    version: str
    names: tuple[str, ...]
    fixed: tuple[str, ...] = ()

    def __str__(self) -> str:
        fixed = f"; fixed in {', '.join(self.fixed)}" if self.fixed else ""
        return f"{self.package} {self.version}: {', '.join(self.names)}{fixed}"


@dataclass(frozen=True)
class Accepted:
    """A finding that does not reach us, and the day from which on that has to be looked at again."""

    id: str
    package: str
    version: str
    why: str
    until: datetime.date

    def covers(self, finding: Finding) -> bool:
        """Tells whether this is about a finding."""
        return self.package == finding.package and self.id in finding.names


def canonical(name: str) -> str:
    """Returns the name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_accepted(file: Path) -> list[Accepted]:
    """Returns the accepted findings.

    Raises:
        CommandError: When the file is not as it has to be; names the entry.
    """
    loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    found = []
    for number, entry in enumerate(loaded, 1):
        if (
            not isinstance(entry, dict)
            or set(entry) != FIELDS
            or not isinstance(entry["until"], datetime.date)
        ):
            raise CommandError(
                f"{file.name}, entry {number}: needs {', '.join(sorted(FIELDS))} (a date), only"
            )
        texts = {name: str(entry[name]).strip() for name in FIELDS - {"until"}}
        if not all(texts.values()):
            raise CommandError(f"{file.name}, entry {number}: nothing may be empty")
        found.append(Accepted(**{**texts, "package": canonical(texts["package"])}, until=entry["until"]))
    return found


def pinned(lock: str) -> dict[str, str]:
    """Returns the version of each package in the text of a lock file."""
    return {canonical(n): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock, re.MULTILINE)}


def read_report(report: dict[str, Any]) -> tuple[list[Finding], list[str]]:
    """Returns the findings of pip-audit's JSON, and the packages that it could not look up."""
    findings, skipped = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            skipped.append(str(package["name"]))
        for one in package.get("vulns", ()):
            names = tuple(dict.fromkeys([one["id"], *one.get("aliases", ())]))
            fixed = tuple(one.get("fix_versions", ()))
            findings.append(Finding(canonical(package["name"]), package["version"], names, fixed))
    return findings, skipped


def out_of_date(accepted: Iterable[Accepted], versions: dict[str, str]) -> list[str]:
    """Returns what is wrong with the list by itself: it has to be about the pinned packages."""
    problems = []
    for entry in accepted:
        now = versions.get(entry.package, "not there")
        if now != entry.version:
            problems.append(
                f"{entry.id} was accepted for {entry.package} {entry.version}, which is now {now}"
            )
    return problems


def compare(findings: Sequence[Finding], accepted: Sequence[Accepted], today: datetime.date) -> list[str]:
    """Returns what has to be done: findings that nobody accepted (any more), and entries without one."""
    valid = [entry for entry in accepted if today < entry.until]
    problems = []
    for finding in findings:
        if not any(entry.covers(finding) for entry in valid):
            past = any(entry.covers(finding) for entry in accepted)
            problems.append(f"{'look again' if past else 'not accepted'}: {finding}")
    for entry in accepted:
        if not any(entry.covers(finding) for finding in findings):
            problems.append(f"gone, take it out: {entry.id} of {entry.package} {entry.version}")
    return problems
