"""Each result ends with the exam, and a medicine is never stopped because of a chat."""

from collections.abc import Callable

import pytest

from assistant.check import closing, texts
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
WORDING = "data/wording.yml"
ENDS = {
    "check.contraindicated": "for the specialist. The final decision comes only after a full exam.",
    "check.no_listed_contraindication": "The document says the final decision is made only after",
}


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in closing.check(project))


@pytest.mark.parametrize("name", ENDS)
def test_result_without_the_exam(copy: Project, edit: Edit, name: str) -> None:
    """A result that does not name the exam is reported once."""
    edit(WORDING, ENDS[name], "Please ask again after")
    assert problems(copy).count(f"{name} does not say that the decision comes after an exam") == 1


def test_reply_without_the_exam(copy: Project, edit: Edit) -> None:
    """So is the line that closes replies about the patient's health."""
    edit(WORDING, 'closing: "The final decision comes', 'closing: "It comes')
    assert "condition.closing does not say" in problems(copy)


def test_result_without_the_warning(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that leaves out check.stop_med with a medicine is reported."""
    result = next(r for r in texts.results() if r.record.values["medicines"] == "yes")
    cut = texts.Result(result.record, result.outcome, result.text.split("Please do not stop")[0])
    monkeypatch.setattr(closing, "results", lambda: (cut,))
    assert "lacks check.stop_med" in problems(real)


def test_brace_in_an_answer(copy: Project, edit: Edit) -> None:
    """An answer that shows a template brace is reported."""
    edit("data/document/facts.yml", "A crust can be seen", "A {crust} can be seen")
    assert "facts.yml:76: F15.say shows a template brace" in problems(copy)
