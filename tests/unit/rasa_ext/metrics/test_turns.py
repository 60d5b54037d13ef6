"""A turn, counted by what its tracker says, wherever in its tasks the tracker is stored."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

import rasa_ext.channels  # measures
from rasa_ext.hardening.action_failures import _Guarded
from rasa_ext.metrics import turns
from tests.counted import counted

pytestmark = pytest.mark.usefixtures("mended")
assert rasa_ext.channels
DOMAIN = Domain.load("domain.yml")


def store(broken: bool = False) -> FailSafeTrackerStore:
    """Returns a store as Rasa wraps it."""
    inner = InMemoryTrackerStore(DOMAIN)
    if broken:

        async def fail(*_: Any) -> None:
            raise OSError("Zorvolex")

        inner.save = inner.retrieve = fail  # type: ignore[method-assign]
    return FailSafeTrackerStore(inner)


def tracker(*events: Any) -> DialogueStateTracker:
    """Returns a conversation with a message, and what came of it."""
    return DialogueStateTracker.from_events(
        "web:x", [UserUttered("hello", {"name": "emergency"}), *events], DOMAIN.slots
    )


async def test_what_a_turn_was_about() -> None:
    """Read when it is stored, also in a task of its own, which a channel's shield makes."""
    record = {"asked": ["herpes"], "status": "stopped"}
    told = tracker(
        SlotSet("answer_kind", "emergency"),
        ActiveLoop("contraindication_check"),
        SlotSet("check_record", {"asked": [], "status": "active"}),
        SlotSet("requested_slot", "medicines"),
    )
    with counted() as grown, turns.measured("web", "web:x"):
        await asyncio.shield(asyncio.ensure_future(store().save(told)))
    assert grown == {
        'stria_turns_total{channel="web",status="ok"}': 1,
        'stria_turn_seconds_count{channel="web"}': 1,
        'stria_answers_total{channel="web",kind="emergency"}': 1,
        'stria_emergencies_total{channel="web",kind="emergency"}': 1,
        'stria_checks_begun_total{channel="web"}': 1,
        'stria_check_questions_total{item="medicines"}': 1,
        'stria_tracker_store_seconds_count{operation="save"}': 1,
    }
    left = tracker(
        SlotSet("requested_slot", "medicines"),
        UserUttered("stop"),
        SlotSet("check_record", record),
        ActiveLoop(None),
    )
    with counted() as grown, turns.measured("web", "web:x"):
        await store().save(left)
    assert grown['stria_checks_left_total{item="medicines",reason="stopped"}'] == 1
    assert grown['stria_check_answers_total{item="herpes"}'] == 1
    done = tracker(
        SlotSet("check_record", {**record, "status": "done"}),
        SlotSet("check_outcome", "contraindicated"),
        ActiveLoop(None),
    )
    with counted() as grown, turns.measured("web", "web:x"):
        await store().save(done)
    assert grown['stria_checks_finished_total{channel="web",outcome="contraindicated"}'] == 1


async def test_two_turns_at_once() -> None:
    """Each finds its own."""

    async def turn(channel: str, kind: str, seconds: float) -> None:
        with turns.measured(channel, channel):
            await asyncio.sleep(seconds)
            await store().save(tracker(SlotSet("answer_kind", kind)))

    with counted() as grown:
        await asyncio.gather(turn("web", "answered", 0.02), turn("rest", "unclear", 0.01))
    assert grown['stria_answers_total{channel="web",kind="answered"}'] == 1
    assert grown['stria_answers_total{channel="rest",kind="unclear"}'] == 1


async def test_outside_of_a_turn() -> None:
    """Rasa's API stores as well; that is no turn of a channel."""
    with counted() as grown:
        await store().save(tracker(SlotSet("answer_kind", "answered")))
    assert grown == {'stria_tracker_store_seconds_count{operation="save"}': 1}


async def test_a_store_that_fails() -> None:
    """Counted with what it was to do; a turn that was not stored was about nothing."""
    with counted() as grown, pytest.raises(OSError), turns.measured("web", "web:x"):  # noqa: PT011
        await store(broken=True).save(tracker(SlotSet("answer_kind", "answered")))
    assert grown == {
        'stria_turns_total{channel="web",status="failed"}': 1,
        'stria_turn_seconds_count{channel="web"}': 1,
        'stria_tracker_store_seconds_count{operation="save"}': 1,
        'stria_tracker_store_errors_total{operation="save"}': 1,
    }
    with counted() as grown, pytest.raises(OSError):  # noqa: PT011
        await store(broken=True).retrieve("web:x")
    assert grown['stria_tracker_store_errors_total{operation="retrieve"}'] == 1


async def test_a_turn_that_can_not_be_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It has been stored, so nobody is told that it failed."""

    def fail(_: Any) -> None:
        raise ValueError("Zorvolex")

    monkeypatch.setattr(turns, "read_turn", fail)
    with counted() as grown, turns.measured("web", "web:x"):
        await store().save(tracker())
    assert grown['stria_turns_total{channel="web",status="ok"}'] == 1
    assert [r.getMessage() for r in caplog.records] == ["metrics: a turn could not be read: ValueError"]


class Action:
    """An action of Rasa's that works or fails."""

    def __init__(self, name: str, failure: Exception | None = None) -> None:
        self._name, self._failure = name, failure

    def name(self) -> str:
        """Return the name."""
        return self._name

    async def run(self, *_: Any) -> list[Any]:
        """Run it."""
        if self._failure:
            raise self._failure
        return [ActionExecuted("x")]


async def run(action: Action) -> None:
    """Runs an action as the processor does."""

    async def generate(*_: Any) -> None:
        return None

    output = SimpleNamespace(name=lambda: "web")
    await _Guarded(action).run(output, SimpleNamespace(generate=generate), tracker(), DOMAIN)


async def test_actions() -> None:
    """Ours with their name; those of Rasa that only listen are left out."""
    with counted() as grown:
        await run(Action("action_answer"))
        await run(Action("action_listen"))
    assert grown == {'stria_action_call_seconds_count{action="action_answer"}': 1}


async def test_actions_that_fail(caplog: pytest.LogCaptureFixture) -> None:
    """The turn ends as one that was answered with an apology."""
    with counted() as grown, turns.measured("web", "web:x"), caplog.at_level(logging.CRITICAL):
        await run(Action("action_answer", OSError()))
        await store().save(tracker())
    assert grown['stria_action_call_errors_total{action="action_answer"}'] == 1
    assert grown['stria_turns_total{channel="web",status="action_failed"}'] == 1
    assert grown['stria_answers_total{channel="web",kind="none"}'] == 1
