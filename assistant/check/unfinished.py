"""Check 12: nothing is marked TODO, as `make topic` marks what only people can write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.check.finding import Finding
from assistant.check.project import Project, scalars

TODO = "TODO"
_MARK = re.compile(r"\bTODO\b:?\s*")


def check(project: Project) -> Iterator[Finding]:
    """Yield each text of the project's own content that is still to be written, with what is to be done."""
    for path in sorted(project.data.rglob("*.yml")):
        # Most files hold no mark, and need not be parsed.
        if TODO not in path.read_text(encoding="utf-8", errors="replace"):
            continue
        for scalar in scalars(path):
            for number, line in enumerate(scalar.text.splitlines()):
                if found := _MARK.search(line):
                    what = line[found.end() :].strip() or "Write it"
                    yield project.finding(path, scalar.line + number, "still to be written", what)
