"""Check 10: the document is still the one that the facts were read against."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import DataFileError, read_text
from assistant.knowledge.content import DOCUMENT, FACTS

#: As sha256sum writes it.
FILE = "document/document.sha256"


def check(project: Project) -> Iterator[Finding]:
    """Yield a document that changed since its sum was written, and a sum that is missing."""
    found = hashlib.sha256(read_text(DOCUMENT).encode("utf-8")).hexdigest()
    remedy = f"Read {FACTS} against it, then write into {FILE}: {found}  document.txt"
    try:
        words = read_text(FILE).split()
    except DataFileError as e:
        yield project.finding(e.path, 1, "the document has no sum", remedy)
        return
    if words[:1] != [found]:
        yield project.finding(
            project.file(DOCUMENT), 1, "the document changed since its facts were read", remedy
        )
