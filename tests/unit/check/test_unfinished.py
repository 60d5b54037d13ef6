"""What people still have to write is named with its place, before each start as well."""

from collections.abc import Callable

from assistant.check import unfinished
from assistant.check.__main__ import run
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]


def test_real_content_is_finished(real: Project) -> None:
    """Nothing is marked."""
    assert list(unfinished.check(real)) == []


def test_each_mark_is_named(copy: Project, edit: Edit) -> None:
    """With file, line and what is to be done; also inside a list of examples."""
    edit("data/document/not_in_document.yml", 'silence: "pain"', 'silence: "TODO: Write what it is"')
    edit("data/nlu/not_in_document.yml", "    - price?", "    - TODO\n    - price?")
    found = [str(f) for f in unfinished.check(copy)]
    text = (copy.root / "data/nlu/not_in_document.yml").read_text(encoding="utf-8").splitlines()
    assert found == [
        "data/document/not_in_document.yml:16: still to be written. Write what it is",
        f"data/nlu/not_in_document.yml:{text.index('    - TODO') + 1}: still to be written. Write it",
    ]


def test_comments_and_other_words_do_not_count(copy: Project, edit: Edit) -> None:
    """People may note for themselves what they like."""
    edit("data/document/not_in_document.yml", 'silence: "pain"', 'silence: "pain TODOS"  # TODO: ask')
    assert list(unfinished.check(copy)) == []


def test_it_stops_the_start(copy: Project, edit: Edit) -> None:
    """A mark must not be said to a patient."""
    edit("data/document/not_in_document.yml", 'silence: "pain"', 'silence: "TODO"')
    assert [f.problem for f in run(copy, quick=True)] == ["still to be written"]


def test_a_topic_without_facts(copy: Project, edit: Edit) -> None:
    """Is named, and no crash."""
    edit(
        "data/document/topics.yml",
        "- name: what_is\n  parts: [F01, F02, F06]",
        "- name: what_is\n  parts: []",
    )
    (found,) = run(copy, quick=True)
    assert (found.problem, found.remedy) == (
        "what_is gives no fact",
        "Write ids of document/facts.yml into its parts",
    )
