"""Reads messages with a trained model: `python -m benchmarks.parse MODEL TEXTS.json OUT.json`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

#: Messages that are read first and not measured: the first one makes TensorFlow's graphs.
WARM_UP = 10


async def read(model: str, texts: list[str]) -> dict[str, Any]:
    """Returns Rasa's parse data of each text, and the CPU seconds that each took."""
    agent = Agent.load(model)
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    parsed, cpu = [], []
    for text in texts:
        begun = time.process_time()
        found = await agent.parse_message(text)
        cpu.append(time.process_time() - begun)
        kept = ("intent", "intent_ranking", "topics", "response_selector")
        parsed.append({key: found.get(key) for key in kept})
    return {"parsed": parsed, "cpu": cpu}


if __name__ == "__main__":
    # As a library, Rasa would print every message.
    configure_structlog(logging.ERROR)
    model_path, asked, told = sys.argv[1:]
    answer = asyncio.run(read(model_path, json.loads(Path(asked).read_text(encoding="utf-8"))))
    Path(told).write_text(json.dumps(answer), encoding="utf-8")
