"""All of the document can be said, all that can be said can be asked, and nothing else."""

from collections.abc import Callable

import pytest

from assistant.check import coverage
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
NEW_CLASS = "- intent: {}\n  examples: |\n    - one two three\n"


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in coverage.check(project))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("skin renewal.\n", "skin renewal. It is blue.\n", "no fact covers “It is blue.”"),
        ("  • rashes of herpes.", "  • rashes of herpes.\n  • warts.", "no fact covers “warts.”"),
        ("Classical laser grinding.", "The laser is red.\n\nClassical laser grinding.", "red.”"),
    ],
)
def test_sentence_without_a_fact(copy: Project, edit: Edit, old: str, new: str, expected: str) -> None:
    """A sentence or bullet that no fact quotes is reported with its line."""
    edit("data/document/document.txt", old, new)
    assert expected in problems(copy)


def test_fact_without_a_topic(copy: Project, edit: Edit) -> None:
    """A fact that no topic gives can't be asked for."""
    edit("data/document/topics.yml", "parts: [F14]", "parts: [F15]")
    assert "no topic gives F14" in problems(copy)


def test_pair_without_a_topic(copy: Project, edit: Edit) -> None:
    """A pair that no topic gives is left over."""
    edit("data/document/topics.yml", "parts: [K6]", "parts: [F39, F05]")
    assert "no topic gives K6" in problems(copy)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  other_laser: classical", "  other_lazer: classical", "nothing reads 'other_lazer'"),
        ("  offer: check", "  offer: chek", "no such offer 'chek'"),
        ("{silent: ", "{silence: ", "is no {silent: text}"),
    ],
)
def test_slip_in_a_topic(copy: Project, edit: Edit, old: str, new: str, expected: str) -> None:
    """A key that nothing reads would be lost in silence."""
    edit("data/document/topics.yml", old, new)
    assert expected in problems(copy)


@pytest.mark.parametrize("name", ["faq/crust", "not_in_document/price", "smalltalk/joke"])
def test_topic_without_examples(copy: Project, name: str) -> None:
    """A topic or small talk that the classifier does not know is reported."""
    for path in (copy.data / "nlu").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"- intent: {name}\n", f"- intent: {name}x\n"), encoding="utf-8")
    assert f"{name.split('/')[1]} has no examples" in problems(copy)
    assert f"nothing answers the class {name}x" in problems(copy)


def test_follow_up_of_unknown_kind(copy: Project, append: Callable[[str, str], None]) -> None:
    """A class of follow-ups that the composer does not know is reported."""
    append("data/nlu/dialogue.yml", NEW_CLASS.format("follow_up/where"))
    assert "nothing answers the class follow_up/where" in problems(copy)


def test_response_without_a_topic(copy: Project, append: Callable[[str, str], None]) -> None:
    """A question of a topic that does not exist is left over."""
    append("data/responses/questions.yml", '  utter_faq/gone:\n    - text: "What?"\n')
    assert "utter_faq/gone has no topic" in problems(copy)


def test_class_without_a_response(copy: Project, edit: Edit) -> None:
    """Rasa wants a response for each class of a retrieval intent."""
    edit("data/responses/classes.yml", "utter_follow_up/more:", "utter_other/more:")
    assert "follow_up/more has no response" in problems(copy)
