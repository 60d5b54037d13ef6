"""A failed action is said honestly, ends the turn and changes nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected

from assistant.screening.items import ITEMS
from tests.engine import Engine

pytestmark = pytest.mark.usefixtures("mended")
HONEST = "Sorry, something went wrong on my side"
SECRET = "I take Zorvolex since my divorce"  # a text that may not be logged


@pytest.fixture
def engine() -> Engine:
    """A new conversation."""
    return Engine()


async def in_check(engine: Engine, answers: int = 2) -> dict[str, Any]:
    """Starts the check, answers `answers` questions with no, and returns the slots."""
    await engine.say("start the check", "start_check")
    for _ in range(answers):
        await engine.say("no", "deny")
    return engine.slots


def test_stock_rasa_completes_the_form_with_nothing_asked(stock: dict[str, Any]) -> None:
    """Without the mend the result is called for at once: research/peers.md, fact 1."""
    assert stock["dead"]["called"][-1] == "action_check_result"
    assert stock["dead"]["said"] == []


def test_stock_rasa_says_nothing_in_the_middle(stock: dict[str, Any]) -> None:
    """Without the mend a failed turn is silent, even after an emergency."""
    assert stock["middle"] == {"said": [], "emergency": []}


async def test_a_failed_start_asks_and_concludes_nothing(engine: Engine) -> None:
    """One honest message; neither the form nor the result is tried."""
    engine.server.down()
    said = await engine.say("start the check", "start_check")
    assert len(said) == 1
    assert said[0].startswith(HONEST)
    assert engine.server.called == ["action_start_check"]
    assert engine.loop is None


async def test_a_failure_between_intro_and_first_question(engine: Engine) -> None:
    """The form that can't be entered is not entered, and a new start works."""
    engine.server.down("validate_contraindication_check")
    said = await engine.say("start the check", "start_check")
    assert said[-1].startswith(HONEST)
    assert engine.loop is None
    assert "action_check_result" not in engine.server.called
    engine.server.up()
    assert "Question 1 of 6" in (await engine.say("start the check", "start_check"))[-1]


@pytest.mark.parametrize("text", ["no", "yes", "is it painful?", "stop", SECRET])
async def test_a_failure_in_the_check_keeps_everything(engine: Engine, text: str) -> None:
    """The open question stays open, the answers stay as they were."""
    before = await in_check(engine)
    engine.server.down()
    said = await engine.say(text, "nlu_fallback")
    assert [t[: len(HONEST)] for t in said] == [HONEST]
    assert engine.slots == before
    assert engine.loop == "contraindication_check"
    engine.server.up()
    await engine.say("no", "deny")
    assert engine.slots["temperature"] == "no"


async def test_a_failure_at_the_last_question_gives_no_result(engine: Engine) -> None:
    """The result needs the sixth answer; without it none is spoken, with it one is."""
    await in_check(engine, answers=5)
    engine.server.down()
    said = await engine.say("no", "deny")
    assert len(said) == 1
    assert engine.slots["check_outcome"] is None
    assert engine.slots["medicines"] is None
    engine.server.up()
    await engine.say("no", "deny")
    assert engine.slots["check_outcome"] == "no_listed_contraindication"


async def test_a_failed_result_is_no_result(engine: Engine) -> None:
    """When only the last action fails, the answers are kept and no result is spoken."""
    await in_check(engine, answers=5)
    engine.server.down("action_check_result")
    said = await engine.say("no", "deny")
    assert said[-1].startswith(HONEST)
    assert engine.slots["check_outcome"] is None
    assert all(engine.slots[i] == "no" for i in ITEMS)


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can't breathe", "call your local emergency number now"),
        ("I want to kill myself", "crisis line"),
    ],
)
async def test_an_emergency_is_answered_even_then(
    engine: Engine, active: bool, text: str, expected: str
) -> None:
    """The text with the numbers needs no action server."""
    if active:
        await in_check(engine)
    engine.server.down()
    said = await engine.say(text, "deny")
    assert expected in " ".join(said)
    assert not any(t.startswith(HONEST) for t in said)


async def test_each_message_gets_its_answer_while_it_lasts(engine: Engine) -> None:
    """Several failed turns after one another are all answered, and all in the tracker."""
    engine.server.down()
    for intent in ("faq", "smalltalk", "start_check", "affirm", "deny"):
        assert (await engine.say("anything", intent))[0].startswith(HONEST)
    last = [e for e in engine.tracker.events if isinstance(e, ActionExecuted)][-1]
    assert last.action_name == "action_listen"


@pytest.mark.parametrize(
    "failure", [asyncio.TimeoutError(), ValueError(SECRET), RuntimeError(SECRET), OSError(SECRET)]
)
async def test_the_log_names_the_kind_of_error_only(
    engine: Engine, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the error's own text nor the patient's is logged."""
    engine.server.down(failure=failure)
    with caplog.at_level(logging.DEBUG):
        said = await engine.say(SECRET, "inform_health")
    assert said[0].startswith(HONEST)
    ours = [r for r in caplog.records if r.name.startswith("rasa_ext")]
    assert [r.getMessage() for r in ours] == [f"action action_answer failed: {type(failure).__name__}"]
    assert "Zorvolex" not in caplog.text


@pytest.mark.parametrize("answer", [None, [], {"events": "x"}, {"events": [{"event": "nonsense"}]}])
async def test_a_strange_answer_is_a_failure(engine: Engine, answer: Any) -> None:
    """An answer in another format is not half used."""
    engine.server.answers["action_answer"] = answer
    said = await engine.say("how long is recovery?", "faq")
    assert said[0].startswith(HONEST) or answer is None


async def test_a_rejection_still_works(engine: Engine) -> None:
    """An action may refuse to run; Rasa then asks its policies again, as without the mend."""

    class Refuses:
        def name(self) -> str:
            return "action_answer"

        async def run(self, *args: Any) -> Any:
            raise ActionExecutionRejection("action_answer")

    prediction = engine._predict_next_with_tracker(engine.tracker)
    go_on = await engine._run_action(Refuses(), engine.tracker, None, engine.nlg, prediction)  # type: ignore[arg-type]
    assert go_on
    assert isinstance(engine.tracker.events[-1], ActionExecutionRejected)
