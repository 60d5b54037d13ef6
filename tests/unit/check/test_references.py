"""The names in items.yml and procedure.yml exist, and the form asks what items.yml lists."""

from collections.abc import Callable

import pytest

from assistant.check import references
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
ITEMS, PROCEDURE = "data/screening/items.yml", "data/document/procedure.yml"


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in references.check(project))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (ITEMS, "fact: F29", "fact: F99", "herpes: there is no fact F99"),
        (ITEMS, "[faq/heart]", "[faq/hart]", "cardiovascular: there is no class faq/hart"),
        (ITEMS, "vague: not_in_document/which", "vague: not_in_document/what", "there is no class not_in_document/what_medicines"),
        ("data/screening/lexicon.yml", "  herpes:", "  zoster:", "nothing asks about zoster"),
        ("data/wording.yml", "  herpes:\n    name", "  zoster:\n    name", "no wording items.herpes.name"),
        ("data/wording.yml", "  herpes:\n    name", "  zoster:\n    name", "nothing asks about zoster"),
        (PROCEDURE, "danger: F23", "danger: F99", "there is no fact F99"),
        (PROCEDURE, "what_is: what_is", "what_is: what", "there is no topic what"),
        (PROCEDURE, "faq/depth", "faq/deepness", "there is no class faq/deepness"),
        ("domain.yml", "      - herpes\n      - medicines", "      - medicines\n      - herpes", "does not ask the items"),
        ("domain.yml", "  herpes:\n    type: categorical", "  herpes:\n    type: text", "herpes is no categorical slot"),
    ],
)  # fmt: skip
def test_wrong_name_is_reported(
    copy: Project, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """Whatever is named and does not exist is found."""
    edit(name, old, new)
    assert expected in problems(copy)


def test_real_names(real: Project) -> None:
    """The names of the project itself exist."""
    assert problems(real) == ""
