"""Questions without an answer, put into groups: those of a known topic, and others by what they mean."""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from assistant.nlu.encoder import Vectors, unit
from clinic.insights import store
from clinic.insights.scrub import GAP
from clinic.insights.store import Question
from clinic.insights.vectors import vectors

#: Smaller groups are only counted: what one or two people asked could point at them, however well it
#: is scrubbed. Three is the least at which nobody of a group knows who the others are.
SMALLEST = 3
#: Two groups become one while their questions are on average liker than chance: by so many standard
#: deviations of the likeness of any two questions, times the logarithm of how many times `_FEW` there are
#: (among more questions more are alike by chance). A fixed distance would not do: questions about one
#: subject ("my card ...") are nearer to each other than questions about everything. Chosen by
#: `python -m tests.grouping` on topics that it is not measured on (0.3 to 0.4 are within a point there; with
#: 0.4 groups are purer); figures: docs/insights.md.
NEAR = 0.4
_FEW, _LEAST = 3.5, 20
#: What few questions have in common is believed by halves at so many of them: their mean is taken out of
#: all, and their spread is drawn to a usual one.
_MEAN_OF, _SPREAD_OF, _USUAL_SPREAD = 50, 100, 0.12
#: A known topic of so many questions that no sub-group holds half of is told in parts: "practical matters"
#: asked fifty times tells nobody anything, "gift vouchers" and "waiting list" do.
_MIXED = 10
#: Days after which a question counts half: what was asked last week comes before what was asked in spring.
HALF_LIFE = 28
#: Different questions that are put into groups; the newest ones. The work grows with their square; what
#: so many cost: docs/insights.md.
MOST = 5000
#: Different questions of a group that are handed on.
SHOWN = 40
OTHER = "other"


@dataclass(frozen=True)
class Group:
    """Questions that ask the same.

    Attributes:
        number: place in the ranking, from 1.
        label: its most central question.
        size: how many questions.
        score: size, in which older questions count less.
        first, last: days (ISO) of the oldest and the newest one.
        topic: the silent topic that the questions have already; empty for a new group.
        kinds: how the questions were answered, with their numbers.
        questions: different ones, the most central first.
        part: these are a part of that topic, which may become a topic of its own.
    """

    number: int
    label: str
    size: int
    score: float
    first: str
    last: str
    topic: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    part: bool = False


@dataclass(frozen=True)
class Ranked:
    """All groups, the foremost first.

    Attributes:
        groups: of `SMALLEST` questions or more.
        few: how many questions are in smaller groups, which are not shown.
        total: how many questions there are.
        left_out: how many older ones were not looked at (see `MOST`).
    """

    groups: tuple[Group, ...]
    few: int
    total: int
    left_out: int = 0


def ranked(weeks: int = 8, today: datetime.date | None = None) -> Ranked:
    """Return the groups of the last weeks.

    Args:
        weeks: how many, with the one that `today` is in.
        today: UTC; now when None.

    Raises:
        ClinicDatabaseError: the questions can't be read.
        DataFileError: a content file can't be read.
    """
    now = today or datetime.datetime.now(datetime.timezone.utc).date()
    first = monday(now) - datetime.timedelta(weeks=weeks - 1)
    return grouped(store.read_questions(first.isoformat(), now.isoformat()), now)


def monday(day: datetime.date) -> datetime.date:
    """Return the first day of the week."""
    return day - datetime.timedelta(days=day.weekday())


def grouped(
    questions: Sequence[Question], today: datetime.date, encode: Callable[[Sequence[str]], Vectors] = vectors
) -> Ranked:
    """Put questions into groups; the same questions give the same groups, in whatever order they come.

    Args:
        questions: in any order.
        today: recency is counted from here.
        encode: texts -> vectors of length 1.
    """
    known: dict[str, list[Question]] = defaultdict(list)
    new: list[Question] = []
    for question in sorted(questions, key=lambda q: (q.text, q.day, q.kind, q.topic)):
        if question.topic and question.topic != OTHER:
            known[question.topic].append(question)
        else:
            new.append(question)
    for topic, found in sorted(known.items()):
        if _is_mixed(found, encode):
            # Beside the new ones: a subject may stand in both.
            new += known.pop(topic)
    looked_at = _newest(new)
    apart = _clusters(looked_at, encode)
    groups = [_group(found, t, today, encode) for t, found in known.items() if len(found) >= SMALLEST]
    groups += [
        _group(found, _topic(found), today, encode, part=True) for found in apart if len(found) >= SMALLEST
    ]
    groups.sort(key=lambda g: (-g.score, -g.size, g.label))
    shown = tuple(Group(**{**vars(g), "number": number}) for number, g in enumerate(groups, 1))
    few = sum(len(found) for found in (*known.values(), *apart) if len(found) < SMALLEST)
    return Ranked(shown, few, len(questions), len(new) - len(looked_at))


def clusters(
    texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors], near: float = NEAR
) -> list[int]:
    """Return the number of the cluster of each text: average linkage, cut where likeness may be chance.

    Args:
        texts: different ones, sorted, so that the same ones give the same clusters.
        encode: texts -> vectors of length 1.
        near: see `NEAR`.
    """
    count = len(texts)
    if count < 2:
        return [1] * count
    rows = encode(texts)
    believed = count / (count + _MEAN_OF)
    rows = unit(rows - np.float32(believed) * rows.mean(axis=0))
    likeness = _pairs(rows)
    spread = (count * likeness.var() + _SPREAD_OF * _USUAL_SPREAD**2) / (count + _SPREAD_OF)
    chance = near * math.log(max(count, _LEAST) / _FEW) * math.sqrt(spread)
    least = believed * float(likeness.mean()) + chance
    tree = linkage(np.maximum(0.0, 1.0 - likeness), method="average")
    return [int(number) for number in fcluster(tree, 1.0 - least, "distance")]


def _pairs(rows: Vectors) -> npt.NDArray[np.float64]:
    """Return the products of all pairs of rows, shape [n * (n - 1) / 2], in the order of SciPy."""
    products = rows @ rows.T
    above = [products[at, at + 1 :] for at in range(len(rows))]
    # Rounded: the last digits of sums differ from machine to machine.
    pairs: npt.NDArray[np.float64] = np.round(np.concatenate(above).astype(np.float64), 5)
    return pairs


def _newest(questions: list[Question]) -> list[Question]:
    """Return the questions with the `MOST` texts that were asked last."""
    last: dict[str, str] = {}
    for question in questions:
        last[question.text] = max(question.day, last.get(question.text, ""))
    if len(last) <= MOST:
        return questions
    kept = set(sorted(last, key=lambda text: (last[text], text))[-MOST:])
    return [q for q in questions if q.text in kept]


def _clusters(questions: list[Question], encode: Callable[[Sequence[str]], Vectors]) -> list[list[Question]]:
    texts = sorted({q.text for q in questions})
    number_of = dict(zip(texts, clusters(texts, encode), strict=True))
    found: dict[int, list[Question]] = defaultdict(list)
    for question in questions:
        found[number_of[question.text]].append(question)
    return list(found.values())


def _is_mixed(questions: list[Question], encode: Callable[[Sequence[str]], Vectors]) -> bool:
    """Tell whether the questions of a known topic ask different things (see `_MIXED`)."""
    if len(questions) < _MIXED:
        return False
    sizes = [len(part) for part in _clusters(_newest(questions), encode)]
    return max(sizes) >= SMALLEST and 2 * max(sizes) < len(questions)


def _topic(questions: list[Question]) -> str:
    """Return the known topic that more than half of the questions have, if any."""
    topic, count = Counter(q.topic for q in questions).most_common(1)[0]
    return topic if topic != OTHER and 2 * count > len(questions) else ""


def _group(
    questions: list[Question],
    topic: str,
    today: datetime.date,
    encode: Callable[[Sequence[str]], Vectors],
    part: bool = False,
) -> Group:
    counts = Counter(q.text for q in questions)
    texts = sorted(counts)
    rows = encode(texts)
    middle = (rows * np.array([[counts[text]] for text in texts], np.float32)).sum(axis=0)
    nearness = rows @ middle
    # Rounded: the last digits of sums differ from machine to machine. A whole question tells more than
    # one with gaps.
    central = sorted(
        range(len(texts)), key=lambda i: (GAP in texts[i], -round(float(nearness[i]), 4), texts[i])
    )
    days = [q.day for q in questions]
    score = sum(0.5 ** (_age(day, today) / HALF_LIFE) for day in days)
    return Group(
        0, texts[central[0]], len(questions), round(score, 3), min(days), max(days), topic,
        dict(sorted(Counter(q.kind for q in questions).items())), tuple(texts[i] for i in central[:SHOWN]),
        part and bool(topic),
    )  # fmt: skip


def _age(day: str, today: datetime.date) -> int:
    """Return how many days ago a day was; what has no date is as old as can be."""
    try:
        return max(0, (today - datetime.date.fromisoformat(day)).days)
    except ValueError:
        return 365
