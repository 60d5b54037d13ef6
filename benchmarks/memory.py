"""How much memory grows over 20,000 messages, after a warm-up.

Patients talk ten messages each and never come back: what remains of them is what grows.
"""

from __future__ import annotations

from benchmarks.bots import running
from benchmarks.common import Bar, Found, Models, scaled
from benchmarks.talk import TURNS, at_once, questions

BOTS = ("stria",)
MESSAGES, WARM_UP, USERS, SAMPLES = 20_000, 2_000, 4, 10


def measure(models: Models, size: float = 1.0) -> Found:
    """Returns the kilobytes of each process, after the warm-up and after each tenth."""
    with running("stria", models) as bot:
        samples = []
        steps = [scaled(WARM_UP, size, 40), *[scaled(MESSAGES // SAMPLES, size, 40)] * SAMPLES]
        for number, count in enumerate(steps):
            each = count // USERS // TURNS
            talks = questions(USERS * each, seed=number)
            lines = [
                [
                    (f"{number}-{user}-{talk}", text)
                    for talk in range(each)
                    for text in talks[user * each + talk]
                ]
                for user in range(USERS)
            ]
            at_once(bot, lines)
            samples.append(bot.memory())
        return {"messages": sum(steps[1:]), "memory_kb": samples}


def bars(found: Found) -> list[Bar]:
    """Growth of all processes together, in percent."""
    first, last = (sum(found["memory_kb"][at].values()) for at in (0, -1))
    return [Bar(f"growth over {found['messages']} messages, %", 100 * (last - first) / first, 2)]
