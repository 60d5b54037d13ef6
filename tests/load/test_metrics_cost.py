"""What measuring costs: all that a turn of the website's chat counts, and its line of the log."""

from __future__ import annotations

import io
import logging
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

import rasa_ext.channels  # measures
from assistant.observability import metrics
from assistant.observability.json_logs import JsonFormatter
from clinic.insights.recorder import Noted, Recorder
from rasa_ext.metrics import turns
from rasa_ext.metrics.asked import counts_of, read_beside
from rasa_ext.metrics.reading import read_turn
from rasa_ext.metrics.timing import action_call, lock_wait, store_work
from tests.engine import Engine

assert rasa_ext.channels
TURNS = 3000
HIT = {"topic": "not_in_document/price", "confidence": 0.9, "text": "what does it cost in Zorvolex for 2?"}
#: Seconds of CPU a message; a whole one takes about 13 ms (research/ops.md 1.3).
MOST = 0.0005
#: Of these, for the clinic's figures.
MOST_INSIGHTS = 0.0001


class Nothing(InMemoryTrackerStore):
    """A store that does nothing, so that only the measuring is measured."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores nothing."""

    async def retrieve(self, sender_id: str) -> None:
        """Finds nothing."""


@store_work("look_up")
async def looked_up() -> None:
    """Looks nothing up."""


@pytest.fixture
async def tracker() -> DialogueStateTracker:
    """A conversation in the middle of the check, as long as they get before they are cut."""
    engine = Engine()
    await engine.say("start the check", "start_check")
    while len(engine.tracker.events) < 80:
        await engine.say("hello", "smalltalk/greet")
        await engine.say("no", "deny")
    return engine.tracker


@pytest.fixture
def access(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets each turn have its line, as JSON, when the test asks for it."""
    logger, handler = logging.getLogger("rasa_ext.access"), logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO if request.param else logging.WARNING)
    yield
    logger.removeHandler(handler)
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


async def turn(store: FailSafeTrackerStore, tracker: DialogueStateTracker) -> None:
    """Does what is done for a message, but for the work itself."""
    with turns.measured("web", "web:0123456789"):
        with lock_wait("line"):
            pass
        await looked_up()
        with lock_wait("memory"):
            pass
        await store.retrieve("web:0123456789")
        with action_call("action_answer"):
            # In the action server.
            metrics.RUN_ERRORS.labels("action_answer")
            with metrics.RUN_SECONDS.labels("action_answer").time():
                metrics.refused_topics(["price"])
        await store.save(tracker)


@pytest.mark.parametrize("access", [False, True], indirect=True, ids=["without", "with"])
async def test_the_cost_of_a_turn(
    access: None, tracker: DialogueStateTracker, request: pytest.FixtureRequest
) -> None:
    """Far below a millisecond, with the line of the log and without."""
    store = FailSafeTrackerStore(Nothing(Domain.empty()))
    await turn(store, tracker)
    started = time.process_time()
    for _ in range(TURNS):
        await turn(store, tracker)
    cost = (time.process_time() - started) / TURNS
    print(f"\n{cost * 1e6:.0f} us a message, {request.node.callspec.id} the line of the log")
    assert cost < MOST


def test_the_cost_of_insights(tracker: DialogueStateTracker) -> None:
    """What a turn does for the clinic's figures, and what its thread does later for a question that is kept."""
    topics = {"whole": [["not_in_document/price", 0.9]], "hits": [HIT]}
    data: Any = {"topics": topics, "entities": []}
    refused = [UserUttered(HIT["text"], parse_data=data), SlotSet("answer_kind", "not_in_document")]
    noted: list[Noted] = []
    for name, new in (("a question", refused), ("another message", [])):
        events = deque([*tracker.events, *new])
        happened = read_turn(events)
        started = time.process_time()
        for _ in range(TURNS):
            beside = read_beside(events, happened)
            noted.append(Noted(time.time(), counts_of("web", happened, beside), beside.asked))
        cost = (time.process_time() - started) / TURNS
        print(f"\n{cost * 1e6:.0f} us for {name}")
        assert cost < MOST_INSIGHTS
    recorder = Recorder(lambda *_: None, step=3600)
    recorder._queue.extend(noted[:1])
    recorder.flush()
    recorder._queue.extend(noted[:TURNS])
    started = time.process_time()
    recorder.flush()
    print(f"{(time.process_time() - started) / TURNS * 1e6:.0f} us for its thread")
