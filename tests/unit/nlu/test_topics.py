"""Deciding between one question and several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.topics import MAX_HITS, Scored, Segment, TopicHit, plan_topics, read_clauses

WHOLE = Segment("a? b? c? d?", 0, 11)


def clauses(*scored: Scored, asks: bool = True) -> list[tuple[Segment, Scored]]:
    """Clauses of three characters each, with their best class."""
    return [
        (Segment(WHOLE.text[3 * i : 3 * i + 2], 3 * i, 3 * i + 2, asks), one) for i, one in enumerate(scored)
    ]


def topics(hits: list[TopicHit]) -> list[str]:
    """The topics of the hits."""
    return [hit.topic for hit in hits]


def test_one_clause_is_one_question() -> None:
    """The whole message's best class, over the whole text."""
    assert plan_topics(WHOLE, [("faq/heat", 0.4)], []) == [TopicHit("faq/heat", 0.4, WHOLE.text, 0, 11)]


def test_two_clear_clauses_are_two_questions() -> None:
    """In the order of the message, with their own words."""
    found = plan_topics(
        WHOLE, [("faq/heat", 0.5)], clauses(("not_in_document/price", 0.9), ("faq/heat", 0.95))
    )
    assert found == [
        TopicHit("not_in_document/price", 0.9, "a?", 0, 2),
        TopicHit("faq/heat", 0.95, "b?", 3, 5),
    ]


def test_the_same_topic_twice_is_one_question() -> None:
    """Saying it again asks nothing new."""
    assert topics(plan_topics(WHOLE, [("faq/heat", 0.5)], clauses(("faq/heat", 0.9), ("faq/heat", 0.9)))) == [
        "faq/heat"
    ]


def test_a_story_is_no_question() -> None:
    """Clauses without a question's form beside a clear whole stay part of it."""
    story = clauses(("not_in_document/lifestyle", 0.8), ("faq/recovery_time", 0.8), asks=False)
    assert topics(plan_topics(WHOLE, [("faq/recovery_time", 0.95)], story)) == ["faq/recovery_time"]


def test_unclear_clauses_are_no_questions() -> None:
    """A clause must be more likely right than wrong."""
    assert len(plan_topics(WHOLE, [("faq/heat", 0.2)], clauses(("faq/depth", 0.49), ("faq/heat", 0.99)))) == 1


def test_greetings_are_ignored() -> None:
    """A greeting beside one question leaves one question."""
    found = plan_topics(WHOLE, [("faq/heat", 0.6)], clauses(("smalltalk/greet", 0.99), ("faq/heat", 0.9)))
    assert topics(found) == ["faq/heat"]


def test_a_greeting_of_the_whole_yields_to_questions() -> None:
    """ "Hi! price? pain?" is not just a greeting."""
    parts = clauses(("smalltalk/greet", 0.99), ("faq/heat", 0.95), ("faq/depth", 0.95))
    assert topics(plan_topics(WHOLE, [("smalltalk/greet", 0.6)], parts)) == ["faq/heat", "faq/depth"]


def test_a_command_wins_unless_it_is_weak() -> None:
    """Starting the check is not talked away by clauses, as long as it is likely."""
    parts = clauses(("faq/heat", 0.95), ("faq/depth", 0.95))
    assert topics(plan_topics(WHOLE, [("start_check", 0.6)], parts)) == ["start_check"]
    assert topics(plan_topics(WHOLE, [("start_check", 0.3)], parts)) == ["faq/heat", "faq/depth"]


def test_three_at_most() -> None:
    """The clearest three of four."""
    parts = clauses(("faq/a", 0.9), ("faq/b", 0.6), ("faq/c", 0.9), ("faq/d", 0.9))
    found = topics(plan_topics(WHOLE, [("faq/a", 0.3)], parts))
    assert len(found) == MAX_HITS
    assert found == ["faq/a", "faq/c", "faq/d"]


@pytest.mark.parametrize(
    ("found", "read"),
    [
        # The shortest comes first; one that is no question leaves one clause, which can't be two.
        ({"long clause": ("faq/a", 0.9), "short": ("smalltalk/greet", 0.9)}, ["short"]),
        ({"long clause": ("faq/a", 0.9), "short": ("faq/b", 0.4)}, ["short"]),
        ({"long clause": ("faq/a", 0.9), "short": ("faq/b", 0.9)}, ["long clause", "short"]),
        (
            {"one": ("affirm", 0.9), "three": ("faq/a", 0.9), "seventeen": ("faq/b", 0.9)},
            ["one", "three", "seventeen"],
        ),
        ({"seventeen": ("faq/b", 0.9), "three": ("deny", 0.9), "one": ("affirm", 0.9)}, ["three", "one"]),
    ],
)
def test_no_more_clauses_are_read_than_can_count(found: dict[str, Scored], read: list[str]) -> None:
    """Each costs as much as a message; in the order of the message they are given."""
    text, parts = " ".join(found), []
    for clause in found:
        start = text.index(clause)
        parts.append(Segment(clause, start, start + len(clause)))
    asked: list[str] = []

    def best(clause: str) -> Scored:
        asked.append(clause)
        return found[clause]

    assert [part.text for part, _ in read_clauses(parts, best)] == read
    assert asked == sorted(read, key=len)


CLASSES = st.sampled_from(["faq/a", "faq/b", "not_in_document/c", "smalltalk/d", "affirm", "start_check"])
SCORED = st.tuples(CLASSES, st.sampled_from([0.0, 0.3, 0.5, 0.6, 0.9, 0.99, 1.0]))


@given(SCORED, st.lists(st.tuples(SCORED, st.integers(1, 9), st.booleans()), max_size=6))
def test_what_is_not_read_changes_nothing(whole: Scored, rows: list[tuple[Scored, int, bool]]) -> None:
    """The same is answered as if all clauses had been read."""
    everything, start = [], 0
    for number, (found, length, asks) in enumerate(rows):
        everything.append((Segment(f"{number}" * length, start, start + length, asks), found))
        start += length
    known = {part.text: found for part, found in everything}
    message = Segment("".join(known), 0, start)
    some = read_clauses([part for part, _ in everything], known.__getitem__)
    assert plan_topics(message, [whole], some) == plan_topics(message, [whole], everything)
