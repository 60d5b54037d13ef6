"""The command prints findings, one a line, and its exit status says whether to go on."""

from collections.abc import Callable

import pytest

from assistant.check import __main__ as command
from assistant.check.finding import Finding
from assistant.check.project import Project

WARNING = Finding("data/x.yml", 3, "something is odd", "Mend it", "warning")


def test_quick_check_passes_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """Before a start nothing is printed when all is well."""
    assert command.main(["--quick"]) == 0
    assert capsys.readouterr().out == ""


def test_quick_check_fails_with_place_and_remedy(
    copy: Project,
    edit: Callable[[str, str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A broken file stops the start with one line."""
    edit("data/document/pairs.yml", "facts: [F03,", "facts: [F99,")
    assert command.main(["--quick"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "pairs.yml:" in line
    assert line.endswith("Mend the name")


def test_files_that_do_not_load_are_reported_alone(
    copy: Project, edit: Callable[[str, str, str], None]
) -> None:
    """The other checks need the content, so they wait until it loads."""
    edit("data/document/facts.yml", "- id: F02", "- id: [F02")
    found = command.run(copy)
    assert found
    assert {f.level for f in found} == {"error"}
    assert all("facts.yml" in f.file for f in found)


def test_code_that_does_not_parse_is_a_finding(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """The checks read the code, and say where they can't."""
    edit("actions/base.py", "import logging", "import")
    (found,) = command.run(copy)
    assert "actions/base.py:" in str(found)
    assert "no valid Python" in str(found)


@pytest.mark.parametrize(("arguments", "status"), [([], 1), (["--warnings-ok"], 0)])
def test_warnings_fail_unless_allowed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
) -> None:
    """Warnings are printed and fail, unless the caller says otherwise."""
    monkeypatch.setattr(command, "run", lambda project, quick: [WARNING])
    assert command.main(arguments) == status
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "data/x.yml:3: warning: something is odd. Mend it"
    assert printed[1] == "Content: 0 errors, 1 warnings."


def test_notes_never_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is only worth knowing does not stop anybody."""
    note = Finding("tests/devset", 1, "37 of 370 share words", "", "note")
    monkeypatch.setattr(command, "run", lambda project, quick: [note])
    assert command.main([]) == 0
