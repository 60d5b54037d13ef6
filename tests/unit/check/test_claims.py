"""A strong claim is marked, and no topic gives it alone."""

from collections.abc import Callable

import pytest

from assistant.check import claims
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
FACTS, TOPICS = "data/document/facts.yml", "data/document/topics.yml"
#: F30, "absolutely safe", which K2 sets beside the dangers.
SAFE = 'since it works only in the layers of the skin."\n  claim: true\n'


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in claims.check(project))


def test_claim_that_nobody_marked(copy: Project, edit: Edit) -> None:
    """A quote with the words of a strong claim has to be marked as one."""
    edit(FACTS, SAFE, SAFE.replace("  claim: true\n", ""))
    assert "F30 makes the strong claim “absolutely safe”. Add `claim: true`" in problems(copy)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("parts: [K2]", "parts: [F30]", "safety gives the strong claim F30 without the facts that stand"),
        ("parts: [K2]", "parts: [F30]", "Put K2 in its parts"),
        ("parts: [K7]", "parts: [F40, F23]", "permanence gives the strong claim F40 without"),
        ("  after: [F22]\n", "", "advantages gives the strong claim F40 without"),
        ('  note: "That is about reviews; it is not a success rate."\n', "", "reviews gives the strong claim F31, and nothing"),
    ],
)  # fmt: skip
def test_claim_alone(copy: Project, edit: Edit, old: str, new: str, expected: str) -> None:
    """A claim is given with the facts of its pair, or with a note when it has no pair."""
    edit(TOPICS, old, new)
    assert expected in problems(copy)


def test_claim_with_its_pair(copy: Project, edit: Edit) -> None:
    """The facts of the pair may also stand in the topic by themselves."""
    edit(TOPICS, "parts: [K7]", "parts: [F40, F22]")
    assert problems(copy) == ""
