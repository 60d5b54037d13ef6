"""Check 12: every file below data/ is one that somebody reads."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from assistant.check import document, shapes
from assistant.check.finding import Finding
from assistant.check.literals import strings
from assistant.check.project import Project

_KINDS = (".yml", ".txt", ".json", ".sha256")


def check(project: Project) -> Iterator[Finding]:
    """Yield files of the project's own data/ whose content would be lost in silence."""
    said = {text for source in project.code() for text, _ in strings(source.tree)}
    known = {document.FILE, *shapes.RUNTIME, *shapes.REST, *(text for text in said if text.endswith(_KINDS))}
    ours = {PurePosixPath(text).parts[0] for text in (*shapes.RUNTIME, *shapes.REST)}
    for path in sorted(p for p in project.data.rglob("*") if p.is_file()):
        name = PurePosixPath(path.relative_to(project.data))
        # Editors and systems keep hidden files of their own.
        if (
            any(part.startswith((".", "~")) for part in name.parts)
            or str(name) in known
            or name.name in known
        ):
            continue
        if name.parts[0] in shapes.FOLDERS and len(name.parts) > 1:
            if name.suffix != ".yml":
                yield project.finding(
                    path, 1, "nothing reads this file", "Let its name end with .yml, or move it away"
                )
            continue
        if len(name.parts) > 1 and name.parts[0] not in ours and name.parts[0] in said:
            continue  # a folder that other code looks through
        same = sorted(other for other in known if PurePosixPath(other).name == name.name)
        like = same or get_close_matches(str(name), known, 1)
        remedy = f"Did you mean {like[0]}? " if like else ""
        yield project.finding(
            path, 1, "nothing reads this file", f"{remedy}Rename it, or move it out of data/"
        )
