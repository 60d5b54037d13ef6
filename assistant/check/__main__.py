"""Runs the checks of the content: `python -m assistant.check [--quick] [--document-read] [--warnings-ok]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from assistant.check import loading, own, shapes, unfinished
from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import ROOT, DataFileError, project_dir

Check = Callable[[Project], Iterable[Finding]]


def _stages() -> tuple[tuple[Check, ...], ...]:
    """Return the checks in stages; each needs what the one before it looks at.

    What is said is composed of wordings and facts, so it is looked at when those are in order.
    """
    # Imported only when needed: the quick check runs before each start.
    from assistant.check import (
        claims,
        clinic,
        closing,
        contact_forms,
        coverage,
        domain_use,
        examples,
        files,
        forbidden,
        lent,
        lists,
        locales,
        questionnaire,
        readability,
        references,
        wordings,
    )

    fitting = (
        wordings,
        coverage,
        domain_use,
        examples,
        questionnaire,
        references,
        claims,
        files,
        lent,
        lists,
        clinic,
        contact_forms,
    )
    said = (forbidden, closing, readability)
    # Other languages are compared with English when English is in order.
    stages = (fitting, said, (locales,))
    return (loading.check_rest,), *(tuple(m.check for m in stage) for stage in stages)


def run(project: Project, *, quick: bool = False) -> list[Finding]:
    """Return all findings, in the order of files and lines; what is still to be written comes in the guide's order.

    The other checks need files that load: when some do not, only that is reported.
    """
    unwritten = _caught(own.check, project)
    if unwritten:
        return unwritten
    # What is not written must not be said to patients, so this is looked at before each start as well.
    todo = set(_caught(unfinished.check, project))
    found = set(_caught(loading.check_runtime, project))
    if quick:
        return sorted(found | todo)
    found |= set(_caught(shapes.check_rest, project))
    stages = () if found else _stages()
    # A changed document keeps old quotes from loading: both are said at once. By itself it stops nothing.
    changed = set(_caught(_document, project))
    for stage in stages:
        for check in stage:
            found |= set(_caught(check, project))
        if any(f.level == "error" for f in found):
            break
    return sorted(found | changed | todo)


def _document(project: Project) -> Iterator[Finding]:
    from assistant.check import document

    if not any(shapes.check_runtime(project)):
        yield from document.check(project)


def _caught(check: Check, project: Project) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(project))
    except DataFileError as e:
        found.append(project.from_error(e))
    except Exception as e:  # nobody who edits content shall see a stack trace
        where = f"{check.__module__} can't use the content ({type(e).__name__}: {e})"
        found.append(project.finding(project.data, 1, where, "Take back your last change, and report this"))
    return found


def _read(project: Project, found: list[Finding]) -> list[Finding]:
    """Write the document's sums; return the findings that are left. With other errors nothing is written."""
    from assistant.check import document

    own = set(_caught(document.check, project))
    left = [f for f in found if f not in own]
    if any(f.level == "error" for f in left):
        print("Nothing was written: mend the errors first, then read the facts again.")
        return found
    print(f"Written: {project.show(document.write_sums())}")
    return left


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings, one a line; return 1 when there are errors (or warnings), else 0."""
    parser = argparse.ArgumentParser(prog="python -m assistant.check", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only whether the data files load")
    parser.add_argument(
        "--document-read",
        action="store_true",
        help="write the sums of the document: its facts were read against it",
    )
    parser.add_argument("--warnings-ok", action="store_true", help="warnings do not fail")
    options = parser.parse_args(arguments)
    place = project_dir()
    project = Project(place=None if place == ROOT else place)
    found = run(project, quick=options.quick)
    if options.document_read:
        found = _read(project, found)
    for finding in found:
        print(finding)
    errors = sum(f.level == "error" for f in found)
    warnings = sum(f.level == "warning" for f in found)
    if not options.quick:
        print(f"Content: {errors} errors, {warnings} warnings.")
    return 1 if errors or (warnings and not options.warnings_ok) else 0


if __name__ == "__main__":
    sys.exit(main())
