"""How long a start takes: seconds of time and of CPU until a bot answers its first message."""

from __future__ import annotations

import time

from benchmarks.bots import start, wait
from benchmarks.common import Bar, Found, Models, scaled

BOTS = ("stria", "null", "stock")
STARTS = 3


def measure(models: Models, size: float = 1.0) -> Found:
    """Returns for each bot a list of starts: seconds, CPU seconds, and kilobytes of each process."""
    found: Found = {name: [] for name in BOTS}
    for _ in range(scaled(STARTS, size)):
        for name in BOTS:
            begun = time.monotonic()
            bot = start(name, models)
            try:
                wait(bot)
                seconds = time.monotonic() - begun
                used = bot.usage().cpu
                found[name].append({"seconds": seconds, "cpu": used, "memory_kb": bot.memory()})
            finally:
                bot.stop()
    return found


def bars(found: Found) -> list[Bar]:
    """The best start counts: what else the machine does only adds."""
    return [Bar("start to the first answer, s", min(one["seconds"] for one in found["stria"]), 7)]
