"""CPU and time of a message, one patient at a time: an answer, and a step of the check.

The bots are asked the same in turns, some conversations each, so that what else the machine does hits
all of them. CPU is that of all processes of a bot.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack

from benchmarks.bots import Bot, running
from benchmarks.common import Bar, Found, Models, scaled
from benchmarks.talk import Message, check_messages, one_by_one, question_messages
from scripts._eval_machine import percentile

BOTS = ("stria", "null", "null-same-store")
ROUNDS, CONVERSATIONS, CHECKS, WARM_UP = 8, 5, 6, 4
ANSWER, STEP = "answer", "step"


def measure(models: Models, size: float = 1.0) -> Found:
    """Returns for each bot and kind: milliseconds of CPU, median and p95 of the time, and how many."""
    with ExitStack() as stack:
        bots = [stack.enter_context(running(name, models)) for name in BOTS]
        for bot in bots:
            _series(bot, question_messages(WARM_UP, "warm"))
            start, answers = check_messages(WARM_UP, "warm-check")
            _series(bot, start + answers)
        cpu: dict[tuple[str, str], float] = {}
        seconds: dict[tuple[str, str], list[float]] = {}
        rounds = scaled(ROUNDS, size)
        asked = question_messages(rounds * CONVERSATIONS, "ask")
        share = len(asked) // rounds
        for number in range(rounds):
            for bot in bots:
                start, answers = check_messages(CHECKS, f"check-{number}")
                one_by_one(bot, start)
                chosen = asked[number * share : (number + 1) * share]
                for kind, messages in ((ANSWER, chosen), (STEP, answers)):
                    used, times = _series(bot, messages)
                    cpu[bot.name, kind] = cpu.get((bot.name, kind), 0.0) + used
                    seconds.setdefault((bot.name, kind), []).extend(times)
    return {
        name: {
            kind: {
                "cpu_ms": 1000 * cpu[name, kind] / len(seconds[name, kind]),
                "median_ms": 1000 * statistics.median(seconds[name, kind]),
                "p95_ms": 1000 * percentile(seconds[name, kind], 0.95),
                "messages": len(seconds[name, kind]),
            }
            for kind in (ANSWER, STEP)
        }
        for name in BOTS
    }


def _series(bot: Bot, messages: list[Message]) -> tuple[float, list[float]]:
    """Sends messages; returns the CPU seconds of the bot, and the seconds of each."""
    before = bot.usage().cpu
    talk = one_by_one(bot, messages)
    return bot.usage().cpu - before, talk.seconds


def bars(found: Found) -> list[Bar]:
    """The null bot is stock in all; the other one, which has our store, is shown beside it."""

    def ratio(kind: str, floor: str) -> float:
        return float(found["stria"][kind]["cpu_ms"] / found[floor][kind]["cpu_ms"])

    answer = found["stria"][ANSWER]
    return [
        Bar("CPU of an answer, times the null bot's", ratio(ANSWER, "null"), 1.5),
        Bar("CPU of a step of the check, times the null bot's", ratio(STEP, "null"), 1.8),
        Bar("CPU of an answer, times that of the null bot with our store", ratio(ANSWER, BOTS[2]), 1.5),
        Bar("CPU of a step, times that of the null bot with our store", ratio(STEP, BOTS[2]), 1.8),
        Bar("median of an answer, ms", answer["median_ms"], 20),
        Bar("p95 of an answer, ms", answer["p95_ms"], 40),
    ]
