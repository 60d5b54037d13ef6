"""The weekly figures: what the database holds, added up for people. `weekly` is for every surface."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assistant.screening.items import ITEMS
from clinic.insights import store
from clinic.insights.groups import monday
from clinic.insights.store import Key

#: Weeks that are told when nobody says how many, and at most.
WEEKS, MOST_WEEKS = 8, 520
KEPT_KINDS = ("answered", "not_in_document", "out_of_scope", "unclear")


@dataclass
class Figures:
    """Figures of some days. Each mapping is label -> number; labels that were never counted are left out.

    Attributes:
        conversations: that began, by channel.
        messages: that were answered, by channel.
        answers: by answer kind; `none` is an action that failed.
        refusals: questions that the document does not answer, by topic.
        emergencies: messages that told of one, by `emergency` and `self_harm`.
        begun: checks that were begun, by channel.
        finished: checks with a result, by outcome.
        left: checks that were left, by "item/reason"; item `none` is before the first question.
        asked: questions of the check that were put, by item.
        answered: questions of the check that were answered, by item.
        hand_overs: requests to be contacted, by channel.
    """

    conversations: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    emergencies: Counter[str] = field(default_factory=Counter)
    begun: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    hand_overs: Counter[str] = field(default_factory=Counter)

    def drop_offs(self) -> list[DropOff]:
        """Return where the check was left, question by question, in the order of the check."""
        rows = []
        for item in ("none", *ITEMS):
            left = {k.partition("/")[2]: n for k, n in self.left.items() if k.partition("/")[0] == item}
            silent = self.asked[item] - self.answered[item] - sum(left.values())
            rows.append(DropOff(item, self.asked[item], self.answered[item], left, max(0, silent)))
        return [r for r in rows if r.asked or r.left]


@dataclass(frozen=True)
class DropOff:
    """One question of the check.

    Attributes:
        item: its item; `none` before the first question.
        asked, answered: how often it was put and answered.
        left: how often the check was left there, by reason (stopped, emergency, restarted, other).
        silent: put, not answered and not left: still open, or the patient went away without a word.
    """

    item: str
    asked: int
    answered: int
    left: Mapping[str, int]
    silent: int


@dataclass(frozen=True)
class Week:
    """The figures of a week, from `monday` (ISO, UTC)."""

    monday: str
    figures: Figures


@dataclass(frozen=True)
class Weekly:
    """The weeks, oldest first, without gaps, and all of them together."""

    weeks: tuple[Week, ...]
    total: Figures

    @property
    def first(self) -> str:
        """The first day (ISO)."""
        return self.weeks[0].monday


_FIELDS = {
    store.CONVERSATIONS: "conversations",
    store.MESSAGES: "messages",
    store.ANSWERS: "answers",
    store.REFUSALS: "refusals",
    store.EMERGENCIES: "emergencies",
    store.BEGUN: "begun",
    store.FINISHED: "finished",
    store.LEFT: "left",
    store.ASKED: "asked",
    store.ANSWERED: "answered",
    store.HAND_OVERS: "hand_overs",
}


def weekly(weeks: int = WEEKS, today: datetime.date | None = None) -> Weekly:
    """Return the figures of the last weeks.

    Args:
        weeks: how many, 1 to `MOST_WEEKS`, with the one that `today` is in.
        today: UTC; now when None.

    Raises:
        ValueError: that many weeks can't be told.
        ClinicDatabaseError: the database can't be read.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(f"weeks have to be 1 to {MOST_WEEKS}")
    now = today or datetime.datetime.now(datetime.timezone.utc).date()
    first = monday(now) - datetime.timedelta(weeks=weeks - 1)
    days = first.isoformat(), now.isoformat()
    counts = store.read_counts(*days)
    for (day, channel), number in store.read_hand_overs(*days).items():
        key = (day, store.HAND_OVERS, channel)
        # Some of those that were counted may be erased; some that are stored may not be counted yet.
        counts[key] = max(number, counts.get(key, 0))
    starts = [(first + datetime.timedelta(weeks=number)).isoformat() for number in range(weeks)]
    return added(starts, counts)


def added(mondays: Iterable[str], counts: Mapping[Key, int]) -> Weekly:
    """Add counts up by weeks; days outside of them, and names that nothing is known of, are left out.

    Args:
        mondays: first days of the weeks, in order.
        counts: (day, name, label) -> number.
    """
    of_week, total = {start: Figures() for start in mondays}, Figures()
    for (day, name, label), number in counts.items():
        try:
            start = monday(datetime.date.fromisoformat(day)).isoformat()
        except ValueError:
            continue
        if name in _FIELDS and start in of_week:
            for figures in (of_week[start], total):
                getattr(figures, _FIELDS[name])[label] += number
    return Weekly(tuple(Week(start, figures) for start, figures in of_week.items()), total)
