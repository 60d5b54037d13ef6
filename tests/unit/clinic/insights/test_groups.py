"""Questions that ask the same are put together, the same way each time, and small groups are not shown."""

from __future__ import annotations

import datetime
import random

import numpy as np
import pytest

from assistant.nlu import encoder
from clinic.insights import groups, store, vectors
from clinic.insights.groups import MOST, SMALLEST, Ranked, grouped, monday, ranked
from clinic.insights.store import Question
from clinic.insights.vectors import Space
from tests import grouping

TODAY = datetime.date(2026, 11, 29)
PARKING = [
    "is there parking near the clinic?",
    "where can i park my car",
    "do you have a car park",
    "can i park in front of the clinic",
]
PETS = ["can i bring my dog", "may i bring a dog", "are dogs allowed"]


def day(ago: int = 0) -> str:
    """Returns the day so many days ago."""
    return (TODAY - datetime.timedelta(days=ago)).isoformat()


def asked(text: str, ago: int = 0, topic: str = "other", kind: str = "not_in_document") -> Question:
    """Returns a question."""
    return Question(day(ago), kind, topic, text)


def found(*questions: Question) -> Ranked:
    """Groups questions."""
    return grouped(questions, TODAY)


def test_what_asks_the_same_is_one_group() -> None:
    """With its most central question, its days, and how it was answered."""
    questions = [asked(t, ago) for ago, t in enumerate(PARKING)] + [asked(t, 3) for t in PETS]
    questions.append(Question(day(10), "unclear", "", PARKING[0]))
    first, second = found(*questions).groups
    assert set(first.questions) == set(PARKING)
    assert set(second.questions) == set(PETS)
    assert (first.number, first.size, first.first, first.last, first.topic) == (1, 5, day(10), day(), "")
    assert first.kinds == {"not_in_document": 4, "unclear": 1}
    assert first.label == first.questions[0]


def test_the_order_does_not_matter() -> None:
    """The same questions give the same groups."""
    questions = [asked(t, ago) for ago, t in enumerate([*PARKING, *PETS, "blorp", "what is a lens made of"])]
    expected = grouped(questions, TODAY)
    for seed in range(3):
        random.Random(seed).shuffle(questions)
        assert grouped(questions, TODAY) == expected


def test_a_known_topic_is_a_group() -> None:
    """However differently it was asked; and it is not mixed with others."""
    texts = ["how much is it", "is klarna okay", "two for one offers for students", "where do i park"]
    (group,) = found(*(asked(t, topic="price") for t in texts)).groups
    assert (group.topic, group.size) == ("price", 4)


def test_a_mixed_topic_is_told_in_parts() -> None:
    """When many ask and nothing holds half of them; and what was not recognised stands with its like."""
    gifts = ["is there a gift card", "do you sell gift cards", "can i buy a gift card for my wife"]
    visit = [asked(t, topic="visit") for t in (*PARKING, *PETS, *gifts)]
    groups = found(*visit, asked("how long is a gift card valid")).groups
    assert {frozenset(g.questions): (g.topic, g.part) for g in groups} == {
        frozenset(PARKING): ("visit", True),
        frozenset(PETS): ("visit", True),
        frozenset([*gifts, "how long is a gift card valid"]): ("visit", True),
    }


def test_a_topic_is_told_as_one() -> None:
    """When few ask, and when most ask the same."""
    visit = [asked(t, topic="visit") for t in (*PARKING, *PETS)]
    assert [(g.size, g.part) for g in found(*visit).groups] == [(7, False)]
    assert [(g.size, g.part) for g in found(*visit, *visit[:4], *visit[:4]).groups] == [(15, False)]


def test_small_groups_are_only_counted() -> None:
    """What one or two people asked could point at them."""
    few = found(*(asked(t) for t in PETS[: SMALLEST - 1]), asked("how much is it", topic="price"))
    assert few == Ranked((), SMALLEST, SMALLEST)
    same = found(*[asked(PETS[0])] * SMALLEST)
    assert [g.size for g in same.groups] == [SMALLEST]


def test_recent_questions_come_first() -> None:
    """Of two groups of one size; many old ones come before a few new ones."""
    old, new = [asked(t, 40) for t in PARKING[:3]], [asked(t, 1) for t in PETS]
    assert [g.label in PETS for g in found(*old, *new).groups] == [True, False]
    assert [g.label in PETS for g in found(*(old * 4), *new).groups] == [False, True]


def test_a_whole_question_is_the_label() -> None:
    """One with gaps tells less."""
    (group,) = found(*(asked(t) for t in ("where can i park my …", *PARKING))).groups
    assert "…" not in group.label


def test_days_that_are_none() -> None:
    """Something that somebody wrote into the table is old, and no error."""
    (group,) = found(*[Question("yesterday", "unclear", "", PARKING[0])] * 3).groups
    assert group.score < 0.01


def test_without_questions() -> None:
    """Nothing is grouped."""
    assert found() == Ranked((), 0, 0)


def test_too_many_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest ones are looked at, and it is told how many are not."""
    monkeypatch.setattr(groups, "MOST", 4)
    new, old = [asked(t, 1) for t in PARKING], [asked(t, 30) for t in PETS]
    cut = found(*new, *old)
    assert (cut.left_out, cut.total) == (3, 7)
    assert [set(g.questions) for g in cut.groups] == [set(PARKING)]
    assert MOST > 1000


def test_the_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole weeks, from Monday, with the one that is under way."""
    asked_for: list[tuple[str, str]] = []

    def read(first: str, last: str) -> list[Question]:
        asked_for.append((first, last))
        return []

    monkeypatch.setattr(store, "read_questions", read)
    ranked(2, TODAY)
    assert asked_for == [("2026-11-16", "2026-11-29")]
    assert monday(TODAY) == datetime.date(2026, 11, 23) == monday(datetime.date(2026, 11, 23))


def test_questions_of_the_database() -> None:
    """They are read, grouped and counted."""
    store.add({}, [asked(t) for t in PARKING])
    assert [g.size for g in ranked(1, TODAY).groups] == [4]
    assert ranked(1, TODAY - datetime.timedelta(weeks=1)).total == 0


def test_without_sentence_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words alone still put like questions together."""
    monkeypatch.setattr(vectors, "encoder_or_none", lambda: None)
    space = Space([])
    rows = space.vectors([PETS[0], PETS[1], "how much is it"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert grouped([asked(t) for t in PETS], TODAY, space.vectors).total == 3


def test_vectors_without_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was learnt, and nothing fails; what was turned before comes from memory."""
    space = Space([])
    first = space.vectors(PETS)
    monkeypatch.setattr(encoder.Encoder, "encode", None)
    assert np.array_equal(space.vectors(PETS), first)


def test_quality_on_new_topics() -> None:
    """No worse than the figures of docs/insights.md, on topics that were neither learnt nor chosen by."""
    _, held_out = grouping.halves()
    encode = grouping.space_without(held_out).vectors
    figures = grouping.measure(grouping.of_topics(held_out), encode)
    assert figures.purity >= 0.67
    assert figures.shown >= 0.68
    assert figures.rand >= 0.19
    first_week = grouping.measure(grouping.few(grouping.of_topics(held_out)), encode)
    assert first_week.purity >= 0.78
    assert first_week.shown >= 0.54


@pytest.mark.parametrize(("name", "rand", "purity"), [("clinc150", 0.76, 0.86), ("banking77", 0.64, 0.8)])
def test_quality_on_other_subjects(name: str, rand: float, purity: float) -> None:
    """Questions of one subject do not become one group, nor those about everything groups of one."""
    drawn = grouping.public(name, grouping.SEEDS[1:])
    figures = grouping.measure(drawn, vectors.project_space().vectors)
    assert figures.rand >= rand
    assert figures.purity >= purity
    assert figures.shown >= 0.9
