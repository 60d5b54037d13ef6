"""CPU of a message in a conversation of 1,000 events, against one of 20."""

from __future__ import annotations

from benchmarks.bots import Bot, running
from benchmarks.common import Bar, Found, Models, scaled
from benchmarks.talk import Message, one_by_one, questions
from tests.client import Client

BOTS = ("stria",)
SHORT, LONG = 20, 1000
#: Conversations of each length, and messages that are measured in a long one.
SHORT_ONES, LONG_ONES, MEASURED = 60, 3, 30


def measure(models: Models, size: float = 1.0) -> Found:
    """Returns milliseconds of CPU a message at both lengths, and the events there were."""
    with running("stria", models) as bot:
        texts = [text for talk in questions(40) for text in talk]
        short = [f"short-{number}" for number in range(scaled(SHORT_ONES, size, 10))]
        long = [f"long-{number}" for number in range(scaled(LONG_ONES, size))]
        for sender in short:
            grow(bot, sender, SHORT, texts)
        for sender in long:
            grow(bot, sender, LONG, texts)
        client = Client(bot.url, token="")
        events = [len(client.tracker(sender)["events"]) for sender in (short[0], long[0])]
        asked = [(sender, texts[n % len(texts)]) for n, sender in enumerate(short)]
        more = [(sender, texts[n]) for sender in long for n in range(MEASURED)]
        return {"events": events, "short_cpu_ms": cpu(bot, asked), "long_cpu_ms": cpu(bot, more)}


def grow(bot: Bot, sender: str, length: int, texts: list[str]) -> None:
    """Talks until a conversation has about so many events; a message makes nine or ten."""
    one_by_one(bot, [(sender, texts[number % len(texts)]) for number in range(length // 10)])


def cpu(bot: Bot, messages: list[Message]) -> float:
    """Returns the milliseconds of CPU that each of the messages takes."""
    before = bot.usage().cpu
    one_by_one(bot, messages)
    return 1000 * (bot.usage().cpu - before) / len(messages)


def bars(found: Found) -> list[Bar]:
    """How much more a message costs in the long one."""
    ratio = found["long_cpu_ms"] / found["short_cpu_ms"]
    return [Bar("CPU of a message at 1,000 events, times that at 20", ratio, 2)]
