"""A changed document is noticed until its facts were read against it."""

from collections.abc import Callable

from assistant.check import document
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in document.check(project))


def test_changed_document(copy: Project, edit: Edit) -> None:
    """Any change is reported with the sum to write, and no more once it is written."""
    edit("data/document/document.txt", "two or three days", "two or four days")
    found = problems(copy)
    assert "document.txt:1: the document changed since its facts were read. Read" in found
    sum_line = found.rsplit(": ", 1)[1]
    (copy.data / "document/document.sha256").write_text(sum_line + "\n", encoding="utf-8")
    assert problems(copy) == ""


def test_missing_sum(copy: Project) -> None:
    """A document without a sum is reported."""
    (copy.data / "document/document.sha256").unlink()
    assert "document.sha256:1: the document has no sum" in problems(copy)
