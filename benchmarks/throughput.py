"""Messages a second with ten users at once, against stock Rasa on the same training data.

Bot after bot, in turns, each alone on the machine; conversations of ten questions.
"""

from __future__ import annotations

from benchmarks.bots import Bot, running
from benchmarks.common import Bar, Found, Models, scaled
from benchmarks.talk import TURNS, at_once, questions
from scripts._eval_machine import percentile

BOTS = ("stria", "stock")
USERS, TALKS, ROUNDS = 10, 4, 2


def measure(models: Models, size: float = 1.0) -> Found:
    """Returns for each bot: messages a second of each round, CPU a message and p95."""
    found: Found = {}
    talks = scaled(TALKS, size)
    for name in BOTS:
        with running(name, models) as bot:
            _load(bot, "warm", 1)
            found[name] = [_load(bot, f"round-{number}", talks) for number in range(ROUNDS)]
    return found


def _load(bot: Bot, label: str, talks: int) -> Found:
    texts = questions(USERS * talks)
    lines = [
        [
            (f"{label}-{user}-{talk}", texts[user * talks + talk][turn])
            for talk in range(talks)
            for turn in range(TURNS)
        ]
        for user in range(USERS)
    ]
    before = bot.usage().cpu
    done = at_once(bot, lines)
    count = len(done.seconds)
    return {
        "per_second": count / done.wall,
        "cpu_ms": 1000 * (bot.usage().cpu - before) / count,
        "p95_ms": 1000 * percentile(done.seconds, 0.95),
        "messages": count,
    }


def bars(found: Found) -> list[Bar]:
    """The best round of each counts: what else the machine does only takes away."""
    best = {name: max(one["per_second"] for one in found[name]) for name in BOTS}
    return [Bar("messages a second, times stock Rasa's", best["stria"] / best["stock"], 3, at_least=True)]
