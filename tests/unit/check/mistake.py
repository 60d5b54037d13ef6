"""One mistake of somebody who edits content, and what the check has to say about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.check.finding import Finding
from assistant.datafiles import ROOT

#: The patterns of emergencies are compiled for each mistake; Python forgets those beyond 512.
re._MAXCACHE = 4000  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Said:
    """A finding that has to come.

    Attributes:
        problem: a part of the problem.
        remedy: a part of the remedy.
        at: a part of the line that is named; "" stands for line 1.
        file: the file that is named; None for the one with the mistake.
        level: as in `Finding`.
    """

    problem: str
    remedy: str
    at: str = ""
    file: str | None = None
    level: str = "error"


def warned(problem: str, remedy: str, at: str = "", file: str | None = None) -> Said:
    """Return a warning that has to come."""
    return Said(problem, remedy, at, file, "warning")


@dataclass(frozen=True)
class Mistake:
    """A change of one file: `old` becomes `new`, or the whole file is changed, or gone (None).

    Attributes:
        name: what happened.
        file: the file, from the project's folder on.
        change: returns the new bytes from the old ones; None for a file that is deleted.
        said: all findings that have to come, and no other one.
        stage: what the check does with it: `loads` (the file can't be used, and nothing else is looked at), `fits`
            (it can, but does not fit the others), `said` (all fits, but must not be said so).
    """

    name: str
    file: str
    change: Callable[[bytes], bytes | None]
    said: tuple[Said, ...]
    stage: str = "loads"

    @property
    def files(self) -> set[str]:
        """The files that it is about."""
        return {self.file, *(s.file for s in self.said if s.file)}


def slip(name: str, file: str, old: str, new: str, *said: Said, stage: str = "loads") -> Mistake:
    """Return the mistake that writes `new` where `old` stood, the first time; the file can't be used any more."""

    def change(before: bytes) -> bytes:
        assert old.encode() in before, f"{old!r} does not stand in {file} any more"
        return before.replace(old.encode(), new.encode(), 1)

    return Mistake(name, file, change, said, stage)


def misfit(name: str, file: str, old: str, new: str, *said: Said) -> Mistake:
    """Return a slip after which something does not fit something else."""
    return slip(name, file, old, new, *said, stage="fits")


def misword(name: str, file: str, old: str, new: str, *said: Said) -> Mistake:
    """Return a slip after which the assistant says what it must not, or not so."""
    return slip(name, file, old, new, *said, stage="said")


def batches(mistakes: Iterable[Mistake]) -> list[list[Mistake]]:
    """Return the mistakes in groups that one run of the check can find: of a stage, and about other files each."""
    found: list[list[Mistake]] = []
    for mistake in mistakes:
        free = (b for b in found if b[0].stage == mistake.stage != "loads")
        batch = next((b for b in free if all(m.files.isdisjoint(mistake.files) for m in b)), None)
        if batch is None:
            found.append([mistake])
        else:
            batch.append(mistake)
    return found


def make(folder: Path, *mistakes: Mistake) -> None:
    """Make a project in `folder` that is the real one but for the mistakes. All other files are links."""
    names = [str(p.relative_to(ROOT)) for p in (ROOT / "data").rglob("*") if p.is_file()]
    for name in (*names, "domain.yml", "config.yml"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(ROOT / name)
    for mistake in mistakes:
        path = folder / mistake.file
        before = path.read_bytes() if path.exists() else b""
        path.unlink(missing_ok=True)
        after = mistake.change(before)
        if after is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(after)


def fits(finding: Finding, said: Said, mistake: Mistake, folder: Path) -> bool:
    """Tell whether a finding is the one that has to come, at the line where it has to."""
    path = folder / (said.file or mistake.file)
    if finding.file != str(path) or finding.level != said.level:
        return False
    if said.problem not in finding.problem or said.remedy not in finding.remedy or not finding.remedy:
        return False
    if not said.at:
        return finding.line == 1
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    return finding.line <= len(lines) and said.at in lines[finding.line - 1]
