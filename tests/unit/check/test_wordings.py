"""What the code asks of wording.yml and what stands there must agree."""

from collections.abc import Callable

import pytest

from assistant.check import wordings
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
FILE = "data/wording.yml"


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in wordings.check(project))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  own_body:", "  own_bodies:", "no wording 'answer.own_body' in wording.yml"),
        ("  noted:", "  notd:", "no wording 'answer.noted'"),
        ("  herpes:\n    name:", "  herpes:\n    title:", "no wording 'items.herpes.name'"),
        ("anything about {silence}.", "anything about {topic}.", "{topic}"),
        ("mention {silence}.", "mention {silence.", "wrong {placeholder}"),
        ("  reopened: \"Let's look", "  reopened: \"{what} Let's look", "does not pass it"),
        ("glossary:\n", "glosary:\n", "no section 'glossary'"),
        ("  noted:", '  never_said: "Text."\n  noted:', "nothing uses the wording"),
        ("  noted:", '  never_said: ""\n  noted:', "'answer.never_said' is empty"),
        ("I noted {reading}.", "I noted it.", "lacks {reading}, which"),
    ],
)
def test_mismatch_is_reported(copy: Project, edit: Edit, old: str, new: str, expected: str) -> None:
    """A wording that is missing, misfilled, empty or unused is named."""
    edit(FILE, old, new)
    assert expected in problems(copy)


def test_call_that_names_no_wording(copy: Project) -> None:
    """A path that can't be told from the code is reported: nothing may hide behind it."""
    code = "def f(path):\n    return wording(path)\n"
    (copy.root / "actions" / "new.py").write_text(code, encoding="utf-8")
    assert "actions/new.py:2: warning: can't tell which wording is meant" in problems(copy)


def test_variable_is_followed(copy: Project) -> None:
    """A path that a variable holds is checked with all its values."""
    code = 'def f(x):\n    path = "check.kept" if x else "check.gone"\n    return wording(path)\n'
    (copy.root / "actions" / "new.py").write_text(code, encoding="utf-8")
    assert "no wording 'check.gone' in wording.yml; actions/new.py:3 says it" in problems(copy)
