"""The mends that only make Rasa faster: the same outcome, with less work."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError, validate
from rasa.core import processor
from rasa.core.actions.action import ActionExtractSlots, RemoteAction, action_for_name_or_text
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.engine.exceptions import GraphRunError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from tests.unit.rasa_ext.speed import (
    Adds,
    Endpoint,
    actions_made,
    conversation,
    domains_made,
    graph,
    mappings_read,
    plans,
    replayed,
)

pytestmark = pytest.mark.usefixtures("mended")


def test_the_graph_is_planned_once(stock: dict[str, Any]) -> None:
    """Stock Rasa plans it on every run."""
    assert stock["plans"] == 3
    assert plans() == 1


def test_only_what_is_wanted_runs_and_only_once() -> None:
    """A node that two need runs once; one that nobody needs does not run."""
    Adds.done = 0
    assert graph().run({"given": 1}, ["sum"]) == {"sum": 4}
    assert Adds.done == 2
    assert graph().run({"given": 1}, ["inner", "sum"]) == {"inner": 2, "sum": 4}


def test_errors_of_a_graph_are_rasas() -> None:
    """A missing input, an input with the name of a node, and an error inside."""
    for inputs, targets in (({"given": 1}, ["other"]), ({"inner": 1}, ["sum"])):
        with pytest.raises(GraphRunError):
            graph().run(inputs, targets)
    with pytest.raises(Exception, match="Error running graph component"):
        graph().run({"given": -1}, ["sum"])


def test_a_graph_without_targets_is_dasks() -> None:
    """As in a training."""
    runner = graph()
    runner._graph_schema.nodes["sum"].is_target = True
    assert runner.run({"given": 2})["sum"] == 8


def test_a_copy_replays_nothing(stock: dict[str, Any]) -> None:
    """Stock Rasa replays the whole conversation."""
    assert stock["replayed"] == len(conversation().events)
    assert replayed() == 0


EVENTS = st.sampled_from(
    [
        ActionExecuted("action_listen"), ActionExecuted("form"), UserUttered("hello", {"name": "greet"}),
        SlotSet("topic", "a"), SlotSet("topic", None), BotUttered("hi"), ActiveLoop("form"), ActiveLoop(None),
        LoopInterrupted(True), ActionExecutionRejected("form"), AllSlotsReset(), Restarted(),
        SessionStarted(), ConversationPaused(), UserUtteranceReverted(),
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_a_copy_stands_as_a_replay_does(events: list[Event]) -> None:
    """Whatever has happened; and it changes apart from the first."""
    tracker = DialogueStateTracker("a", [AnySlot("topic", mappings=[])])
    for event in events:
        tracker.update(event)
    replay = DialogueStateTracker.from_events("a", events, [AnySlot("topic", mappings=[])])
    copy = tracker.copy()
    before = state(tracker)
    assert state(copy) == state(replay) == before
    for event in (SlotSet("topic", "b"), ActiveLoop("other"), ActionExecuted("form"), LoopInterrupted(True)):
        copy.update(event)
    assert state(tracker) == before


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """All that a tracker knows."""
    bot = tracker.latest_bot_utterance
    return {**tracker.current_state(EventVerbosity.ALL), "bot": bot and bot.text, "loop": tracker.active_loop}


def test_no_domain_is_made_to_see_that_one_is_not_empty(stock: dict[str, Any]) -> None:
    """Stock Rasa makes an empty one each time."""
    assert stock["domains_made"] == 3
    assert domains_made() == 0


def test_rasas_own_actions_are_made_once(stock: dict[str, Any]) -> None:
    """Stock Rasa makes all of them for each look-up."""
    assert stock["actions_made"] == 3
    assert actions_made() == 0


def test_rasas_own_actions_know_their_action_server() -> None:
    """Also when there are two, in turns."""
    endpoints = [Endpoint(), Endpoint(), None]
    for endpoint in endpoints * 2:
        found = action_for_name_or_text("action_extract_slots", Domain.empty(), endpoint)  # type: ignore[arg-type]
        assert isinstance(found, ActionExtractSlots)
        assert found._action_endpoint is endpoint


def test_slots_that_only_actions_fill_are_not_looked_for(stock: dict[str, Any]) -> None:
    """Stock Rasa looks for each in every message."""
    assert stock["mappings_read"] > 40
    assert mappings_read() == 0


@pytest.mark.parametrize(
    "mapping", [{"type": "from_entity", "entity": "drug"}, {"type": "custom", "action": "fill"}]
)
async def test_other_slots_are_filled_as_ever(mapping: dict[str, str]) -> None:
    """From an entity, or by an action of their own, beside slots that are only given."""
    slots = {
        "given": {"type": "any", "mappings": [{"type": "custom"}]},
        "found": {"type": "any", "mappings": [mapping]},
    }
    domain = Domain.from_dict({"entities": ["drug"], "slots": slots, "actions": ["fill"]})
    message = UserUttered("aspirin", {"name": "faq"}, entities=[{"entity": "drug", "value": "aspirin"}])
    tracker = DialogueStateTracker.from_events("a", [ActionExecuted("action_listen"), message], domain.slots)
    endpoint = Endpoint()
    nlg = TemplatedNaturalLanguageGenerator({})
    found = await ActionExtractSlots(endpoint).run(CollectingOutputChannel(), nlg, tracker, domain)  # type: ignore[arg-type]
    assert found == ([SlotSet("found", "aspirin")] if "entity" in mapping else [])
    assert [call["next_action"] for call in endpoint.asked] == ([] if "entity" in mapping else ["fill"])


async def test_what_a_project_validates_is_validated() -> None:
    """`action_validate_slot_mappings` is called on every message, whatever fills the slots."""
    slots = {"given": {"type": "any", "mappings": [{"type": "custom"}]}}
    domain = Domain.from_dict({"slots": slots, "actions": ["action_validate_slot_mappings"]})
    endpoint = Endpoint()
    nlg = TemplatedNaturalLanguageGenerator({})
    await ActionExtractSlots(endpoint).run(CollectingOutputChannel(), nlg, conversation(), domain)  # type: ignore[arg-type]
    assert [call["next_action"] for call in endpoint.asked] == ["action_validate_slot_mappings"]


@pytest.fixture
def debug() -> Iterator[None]:
    """Rasa writes its DEBUG lines."""
    log = logging.getLogger("rasa")
    level = log.level
    log.setLevel(logging.DEBUG)
    yield
    log.setLevel(level)


def test_nothing_is_copied_for_lines_that_are_not_written() -> None:
    """What is not read needs no copy."""
    value = [{"a": 1}]
    assert processor.copy.deepcopy(value) is value


@pytest.mark.usefixtures("debug")
def test_lines_that_are_written_get_their_copy() -> None:
    """So that what happens later does not show in them."""
    value = [{"a": 1}]
    copied = processor.copy.deepcopy(value)
    assert copied == value
    assert copied[0] is not value[0]


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(["slot", "bot", "user", "active_loop", "action", "entities", "x", None, 3]),
        "name": st.sampled_from(["herpes", None, 1]),
        "value": st.sampled_from(["no", None, [1]]),
        "timestamp": st.sampled_from([None, 1.5, "now"]),
        "entities": st.sampled_from([[], [{"entity": "a", "value": 1}], [{}], 3]),
        "hide_rule_turn": st.sampled_from([True, 1]),
        "text": st.sampled_from(["hi", None, 4]),
        "parse_data": st.sampled_from([{}, {"intent": {"name": 3}}, {"response_selector": {}}, 1]),
    },
)


@settings(deadline=None)
@given(st.lists(st.one_of(PARTS, st.sampled_from(["x", None])), max_size=3))
def test_an_answer_is_judged_as_by_the_whole_schema(events: list[Any]) -> None:
    """Event by event, the schema of its kind decides what the schema of all kinds would."""
    answer = json.loads(json.dumps({"events": events, "responses": []}))
    try:
        validate(answer, RemoteAction.action_response_format_spec())
    except ValidationError:
        with pytest.raises(ValueError, match="does not have Rasa's format"):
            RemoteAction("a", None)._validate_action_result(answer)
    else:
        assert RemoteAction("a", None)._validate_action_result(answer)
