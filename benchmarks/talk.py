"""Patients who talk to a bot over REST, one after the other or many at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import aiohttp
import yaml

from benchmarks.bots import Bot
from scripts._env import CommandError
from scripts.eval_devset import QUESTIONS, START_CHECK

PATIENCE = 60.0
#: Messages of a conversation outside the check.
TURNS = 10
#: Answers of a check, and so its length.
ANSWERS = ("no", "no", "no", "no", "no", "no")
Message = tuple[str, str]


@dataclass(frozen=True)
class Talk:
    """What came of a series of messages: seconds of each, and the whole time."""

    seconds: list[float]
    wall: float


def questions(conversations: int, seed: int = 0) -> list[list[str]]:
    """Returns so many conversations of `TURNS` questions of the development set."""
    rows = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    texts = [row["text"] for row in rows]
    chosen = random.Random(seed)
    return [chosen.choices(texts, k=TURNS) for _ in range(conversations)]


def question_messages(conversations: int, name: str) -> list[Message]:
    """Returns senders and their questions, one conversation after the other."""
    talks = enumerate(questions(conversations))
    return [(f"{name}-{number}", text) for number, texts in talks for text in texts]


def check_messages(conversations: int, name: str) -> tuple[list[Message], list[Message]]:
    """Returns what starts so many checks, and then the six answers of each."""
    senders = [f"{name}-{number}" for number in range(conversations)]
    answers = [(sender, text) for sender in senders for text in ANSWERS]
    return [(sender, START_CHECK) for sender in senders], answers


def one_by_one(bot: Bot, messages: Iterable[Message]) -> Talk:
    """Sends messages one after the other."""
    return asyncio.run(_talk(bot, [list(messages)]))


def at_once(bot: Bot, lines: Sequence[Sequence[Message]]) -> Talk:
    """Lets several users send their messages at the same time."""
    return asyncio.run(_talk(bot, lines))


async def _talk(bot: Bot, lines: Sequence[Sequence[Message]]) -> Talk:
    seconds: list[float] = []
    url = f"{bot.url}/webhooks/rest/webhook"
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=patience) as session:

        async def user(messages: Sequence[Message]) -> None:
            for sender, text in messages:
                begun = time.perf_counter()
                async with session.post(url, json={"sender": sender, "message": text}) as answer:
                    replies = await answer.json()
                if answer.status != 200 or not replies:
                    raise CommandError(f"{bot.name} did not answer {text!r}: HTTP {answer.status}")
                seconds.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(user(line) for line in lines))
        return Talk(seconds, time.perf_counter() - begun)
