"""How cost grows with the number of topics, the length of the document and that of a conversation.

Each size of the first two is measured in a process of its own, `python -m benchmarks.growth topics|document
SIZE OUT.json`; conversations are held with the running assistant.
"""

from __future__ import annotations

import json
import random
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.knowledge.compose import answer_topic
from assistant.knowledge.content import content
from assistant.nlu.pipeline import TopicModel
from assistant.nlu.threads import one_thread
from assistant.nlu.training_data import read_examples
from benchmarks import length, pipelines, synthetic
from benchmarks.bots import running
from benchmarks.results import Figures
from benchmarks.talk import questions
from scripts._env import child_environment, module, say
from scripts.train import ensure_model
from tests.client import Client

TOPICS, DOCUMENT, CONVERSATION = "topics", "document", "conversation"
NAMES = (TOPICS, DOCUMENT, CONVERSATION)
SIZES = {TOPICS: (50, 100, 250, 500, 1000), DOCUMENT: (1, 2, 5, 10, 20, 50)}
#: Messages of a conversation before the ones that are measured, those, and conversations of each length.
LENGTHS, MEASURED, CONVERSATIONS = (1, 10, 20, 40, 80, 120), 10, 4
#: Messages that a model reads, and how often they are read and all answers composed; the fastest round
#: counts, because other work of the machine only slows down.
READ, READ_ROUNDS, COMPOSED_ROUNDS = 200, 3, 20


def measure(name: str) -> Figures:
    """Measures all sizes of one of `NAMES`.

    Raises:
        CommandError: One of them fails.
    """
    if name == CONVERSATION:
        return {"points": _conversations()}
    return {"points": [_point(name, size) for size in SIZES[name]]}


def _point(name: str, size: int) -> dict[str, Any]:
    say(f"  {name}: {size} ...")
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as place:
        folder, environment = Path(place), child_environment()
        checked = {}
        if name == DOCUMENT:
            synthetic.longer_document(folder / "data", size)
            environment["STRIA_DATA"] = str(folder / "data")
            check = [*module("assistant.check"), "--quick"]
            checked = {"check_cpu": pipelines.run(check, folder / "check.log", environment).cpu}
        command = [*module("benchmarks.growth"), name, str(size), str(folder / "out.json")]
        used = pipelines.run(command, folder / "log", environment)
        found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return {"size": size, **found, **checked, "process": asdict(used)}


def _conversations() -> list[dict[str, float]]:
    """Talks to the running assistant until conversations have each length, and measures on."""
    ensure_model()
    texts = [text for talk in questions(10) for text in talk]
    points = []
    with running("stria", {}) as bot:
        length.cpu(bot, [("warm", text) for text in texts[:10]])
        client = Client(bot.url, token="")
        for before in LENGTHS:
            say(f"  {CONVERSATION}: after {before} messages ...")
            senders = [f"{before}-{number}" for number in range(CONVERSATIONS)]
            for sender in senders:
                length.grow(bot, sender, 10 * before, texts)
            events = [len(client.tracker(senders[0])["events"])]
            asked = [(sender, texts[number]) for sender in senders for number in range(MEASURED)]
            cpu = length.cpu(bot, asked)
            events.append(len(client.tracker(senders[0])["events"]))
            # The conversation grows while it is measured.
            points.append({"messages": before, "events": sum(events) / 2, "message_cpu_ms": cpu})
    return points


def with_topics(count: int) -> dict[str, Any]:
    """Trains the classifier on so many synthetic topics, and returns what that took."""
    messages = [example.text for example in read_examples()]
    rows = synthetic.topics(count, messages)
    read = random.Random(1).sample(messages, READ)
    with one_thread():
        begun = time.process_time()
        model = TopicModel.train([text for text, _ in rows], [name for _, name in rows])
        training = time.process_time() - begun
        cpu = _cpu(model.predict, read, READ_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="stria-bench-") as place:
        model.save(Path(place) / "model")
        with tarfile.open(Path(place) / "model.tar.gz", "w:gz") as archive:
            archive.add(Path(place) / "model", "model")
        size = (Path(place) / "model.tar.gz").stat().st_size / 1e6
    return {"examples": len(rows), "training_cpu": training, "model_mb": size, "message_cpu_ms": 1000 * cpu}


def with_document() -> dict[str, Any]:
    """Reads the content under `STRIA_DATA` and composes all answers; returns what that took."""
    begun = time.process_time()
    loaded = content()
    load = time.process_time() - begun
    cpu = _cpu(answer_topic, [*loaded.topics], COMPOSED_ROUNDS)
    return {
        "characters": len(loaded.document),
        "facts": len(loaded.facts),
        "topics": len(loaded.topics),
        "load_cpu": load,
        "answer_cpu_ms": 1000 * cpu,
    }


def _cpu(work: Callable[[str], object], items: Sequence[str], rounds: int) -> float:
    """Returns the CPU seconds that each item takes in the fastest of some rounds, after one to warm up."""
    seconds = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        for item in items:
            work(item)
        seconds.append((time.process_time() - begun) / len(items))
    return min(seconds[1:])


if __name__ == "__main__":
    what, many, told = sys.argv[1:]
    point = with_topics(int(many)) if what == TOPICS else with_document()
    Path(told).write_text(json.dumps(point), encoding="utf-8")
