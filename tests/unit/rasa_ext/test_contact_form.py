"""A request to the clinic in Rasa's own dialogue engine: forms that follow each other, and failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.handover.record import SLOTS
from clinic import database
from tests.engine import Engine

pytestmark = pytest.mark.usefixtures("mended", "clinic_db")
CONSENT = "Do you agree?"
HONEST = "Sorry, something went wrong on my side"


@pytest.fixture
def engine() -> Engine:
    """A new conversation."""
    return Engine()


async def begun(engine: Engine) -> None:
    """Agrees and gives a name."""
    await engine.say("a person please", "human_handoff")
    await engine.say("yes", "affirm")
    await engine.say("Maria Gomez", "inform_health")
    assert engine.slots["requested_slot"] == "contact_way"


async def test_it_begins_in_one_turn(engine: Engine) -> None:
    """How the clinic is reached, and the question for the consent."""
    said = await engine.say("a person please", "human_handoff")
    assert len(said) == 2
    assert CONSENT in said[1]
    assert (engine.loop, engine.slots["requested_slot"]) == ("contact_request", "contact_consent")


async def test_in_the_middle_of_the_check(engine: Engine) -> None:
    """One form ends and the other begins, in the same turn; and back again."""
    await engine.say("start the check", "start_check")
    await engine.say("no", "deny")
    said = await engine.say("a person please", "human_handoff")
    assert CONSENT in said[-1]
    assert engine.loop == "contact_request"
    await engine.say("no", "deny")
    assert engine.loop is None
    said = await engine.say("go on with the check", "resume_check")
    assert "Question 2 of 6" in said[-1]
    assert engine.loop == "contraindication_check"
    await begun(engine)
    said = await engine.say("go on with the check", "resume_check")
    assert "Question 2 of 6" in said[-1]
    assert engine.slots["contact_name"] == "Maria Gomez"


@pytest.mark.parametrize(("text", "intent"), [("I have chest pain and can't breathe", "affirm"), ("stop", "stop_check"),
                                              ("delete my data", "delete_data")])  # fmt: skip
async def test_what_ends_it(engine: Engine, text: str, intent: str) -> None:
    """The engine then waits for the patient: nothing else is said or done."""
    await begun(engine)
    said = await engine.say(text, intent)
    assert 1 <= len(said) <= 2
    assert engine.loop is None
    assert engine.slots["requested_slot"] is None
    assert "Thank" in " ".join(await engine.say("thanks", "smalltalk/wishes"))


async def test_the_action_server_is_down(engine: Engine) -> None:
    """Said honestly; what was given stays, and an emergency is answered."""
    await begun(engine)
    before = {name: engine.slots[name] for name in SLOTS}
    engine.server.down()
    for text in ("+49 171 2345678", "yes", "stop"):
        (said,) = await engine.say(text, "affirm")
        assert said.startswith(HONEST)
    assert "emergency number" in (await engine.say("I can't breathe", "affirm"))[0]
    engine.server.up()
    assert {name: engine.slots[name] for name in SLOTS} == before
    assert engine.loop == "contact_request"
    await engine.say("+49 171 2345678", "")
    assert engine.slots["requested_slot"] == "contact_wish"


async def test_it_can_not_begin(engine: Engine) -> None:
    """The form is not entered, and a new wish works."""
    engine.server.down("validate_contact_request")
    said = await engine.say("a person please", "human_handoff")
    assert "call or write" in said[0]
    assert said[1].startswith(HONEST)
    engine.server.up()
    assert CONSENT in (await engine.say("a person please", "human_handoff"))[-1]


async def test_nothing_can_be_stored(engine: Engine, clinic_db: Path) -> None:
    """It is said before anything is asked."""
    clinic_db.mkdir()
    database.close()
    said = await engine.say("a person please", "human_handoff")
    assert "can't pass anything on to the clinic right now" in said[1]
    assert len(said) == 2
    assert (engine.loop, engine.slots["requested_slot"]) == (None, None)
    clinic_db.rmdir()
    database.close()
    assert CONSENT in (await engine.say("a person please", "human_handoff"))[-1]
