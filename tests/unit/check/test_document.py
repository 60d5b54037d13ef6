"""A changed document is noticed until its facts were read against it."""

from collections.abc import Callable

import pytest

from assistant.check import __main__ as command
from assistant.check import document
from assistant.check.project import Project
from assistant.datafiles import clear_caches

Edit = Callable[[str, str, str], None]


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in document.check(project))


def test_changed_section(copy: Project, edit: Edit) -> None:
    """A change is reported at its heading with all that rests on the section, until the sums are written."""
    edit(
        "data/document/document.txt",
        "after a comprehensive examination",
        "only after a comprehensive examination",
    )
    edit(
        "data/document/facts.yml",
        "after a comprehensive examination",
        "only after a comprehensive examination",
    )
    found = problems(copy)
    assert (
        "document.txt:27: “Advantages and disadvantages of striation removal by laser” changed since" in found
    )
    assert "Read facts F30, F31," in found
    assert "pairs K2, K2b," in found
    assert "the notes of the topics renewal_start, sessions, danger_if_condition, safety," in found
    assert (
        "the questions medicines with their quotes and the version of screening/questionnaire.r4.json against"
        in found
    )
    assert found.count("\n") == 0
    document.write_sums()
    assert problems(copy) == ""


def test_section_of_the_check(copy: Project, edit: Edit) -> None:
    """A change of the list of contraindications names the questions that rest on it, though a quote is lost."""
    edit("data/document/document.txt", "rashes of herpes.", "rashes of herpes simplex.")
    found = problems(copy)
    assert (
        "the questions cardiovascular, local_infection, temperature, systemic_skin, herpes with their quotes"
        in found
    )


@pytest.mark.parametrize("old", ["Laser Resurfacing of Stretch Marks\n", "What is laser resurfacing?"])
def test_change_around_the_sections(copy: Project, edit: Edit, old: str) -> None:
    """Another title is a change; blank lines are one of no section."""
    edit("data/document/document.txt", old, f"Our clinic\n\n{old}")
    assert "changed since its facts were read" in problems(copy)


def test_sum_without_sections(copy: Project, edit: Edit) -> None:
    """A sum as sha256sum writes it is enough to notice a change."""
    path = copy.data / "document/document.sha256"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert "document.txt:1: the document changed since its facts were read. Read document/facts" in problems(
        copy
    )


def test_sums_are_written_by_the_command(
    copy: Project, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody who read the facts says so with a command, which refuses while anything else is wrong."""
    edit("data/document/document.txt", "Stretch Marks\n", "Stretch  Marks\n")
    before = (copy.data / document.FILE).read_bytes()
    edit("data/document/facts.yml", "- id: F15", "- id: F14")
    assert command.main(["--document-read"]) == 1
    assert "Nothing was written: mend the errors first" in capsys.readouterr().out
    assert before == (copy.data / document.FILE).read_bytes()
    edit(
        "data/document/facts.yml",
        '- id: F14\n  section: "How does the laser remove stretch marks?"\n  verbatim: "On',
        '- id: F15\n  section: "How does the laser remove stretch marks?"\n  verbatim: "On',
    )
    clear_caches()
    assert command.main(["--document-read"]) == 0
    assert "document.sha256" in capsys.readouterr().out
    assert command.main([]) == 0


def test_missing_sum(copy: Project) -> None:
    """A document without a sum is reported."""
    (copy.data / "document/document.sha256").unlink()
    assert "document.sha256:1: the document has no sum" in problems(copy)
