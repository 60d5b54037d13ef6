"""Runs the checks of the content: `python -m assistant.check [--quick] [--warnings-ok]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence

from assistant.check import loading, unfinished
from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import ROOT, DataFileError, project_dir

Check = Callable[[Project], Iterable[Finding]]


def _checks() -> tuple[Check, ...]:
    # Imported only when needed: the quick check runs before each start.
    from assistant.check import (
        claims,
        clinic,
        closing,
        coverage,
        document,
        domain_use,
        examples,
        forbidden,
        locales,
        questionnaire,
        readability,
        references,
        wordings,
    )

    modules = (
        wordings,
        coverage,
        forbidden,
        closing,
        readability,
        domain_use,
        examples,
        questionnaire,
        references,
        claims,
        document,
        clinic,
        locales,
    )
    return tuple(module.check for module in modules)


def run(project: Project, *, quick: bool = False) -> list[Finding]:
    """Return all findings, in the order of files and lines.

    The other checks need files that load: when some do not, only that is reported.
    """
    # What is not written must not be said to patients, so this is looked at before each start as well.
    found = set(_caught(unfinished.check, project))
    loads = set(_caught(loading.check_runtime, project))
    if not quick:
        loads |= set(_caught(loading.check_rest, project))
        if not loads:
            for check in _checks():
                found |= set(_caught(check, project))
    return sorted(found | loads)


def _caught(check: Check, project: Project) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(project))
    except DataFileError as e:
        found.append(project.from_error(e))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings, one a line; return 1 when there are errors (or warnings), else 0."""
    parser = argparse.ArgumentParser(prog="python -m assistant.check", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only whether the data files load")
    parser.add_argument("--warnings-ok", action="store_true", help="warnings do not fail")
    options = parser.parse_args(arguments)
    place = project_dir()
    found = run(Project(place=None if place == ROOT else place), quick=options.quick)
    for finding in found:
        print(finding)
    errors = sum(f.level == "error" for f in found)
    warnings = sum(f.level == "warning" for f in found)
    if not options.quick:
        print(f"Content: {errors} errors, {warnings} warnings.")
    return 1 if errors or (warnings and not options.warnings_ok) else 0


if __name__ == "__main__":
    sys.exit(main())
