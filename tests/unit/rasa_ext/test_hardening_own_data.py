"""Before a patient reads that all was deleted, all is; what is known is told; failures are told as such."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered

from assistant import locales
from assistant.domains import with_languages
from clinic import database, tables
from rasa_ext.hardening import own_data
from rasa_ext.stores import erasure, retention
from tests.engine import Engine
from tests.sql_stores import on_sqlite, say, texts
from tests.unit.clinic.test_privacy import add_request

pytestmark = pytest.mark.usefixtures("mended", "clinic_db")
SECRET = "Zorvolex since my divorce"
WISH = "please call\n after  {five}"


class Stored(Engine):
    """A conversation whose turns are stored."""

    def __init__(self, store: Any) -> None:
        super().__init__()
        self.domain = Domain.from_dict(with_languages(self.domain.as_dict()))
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self.tracker_store = store

    async def turn(self, text: str, intent: str) -> list[str]:
        """Takes a whole turn, as Rasa does: reads, works, stores."""
        self.tracker = await self.tracker_store.get_or_create_tracker("patient")
        said = await self.say(text, intent)
        await self.save_tracker(self.tracker)
        return said


@pytest.fixture(params=["sqlite", "memory", "fail-safe"])
async def bot(request: pytest.FixtureRequest, tmp_path: Path) -> Stored:
    """A conversation in each kind of store, with a request to the clinic."""
    domain = Engine().domain
    store: Any = InMemoryTrackerStore(domain)
    if request.param != "memory":
        store = on_sqlite(tmp_path / "events.db")
        store.domain = domain
    if request.param == "fail-safe":
        store = FailSafeTrackerStore(store)
    add_request("patient", wish=WISH)
    return Stored(store)


def clinic_rows() -> list[Any]:
    """Returns the requests and flags in the clinic's database."""
    with database.transaction() as connection:
        found = [connection.execute(sa.select(t)).all() for t in (tables.requests, tables.takeovers)]
    return [row for rows in found for row in rows]


async def test_forget_me(bot: Stored) -> None:
    """After a yes nothing is left, the reply is there, and the next message begins anew."""
    await bot.turn(f"I take {SECRET}", "inform_health")
    assert "delete all that is stored" in (await bot.turn("forget me", "delete_data"))[0]
    assert await bot.tracker_store.retrieve_full_tracker("patient") is not None
    said = await bot.turn("yes", "affirm")
    assert len(said) == 1
    assert said[0].startswith("I have deleted all that was stored about this chat")
    assert await bot.tracker_store.retrieve_full_tracker("patient") is None
    assert clinic_rows() == []
    await bot.turn("hello", "smalltalk/greet")
    tracker = await bot.tracker_store.retrieve_full_tracker("patient")
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == ["hello"]


async def test_nothing_is_erased_without_a_yes(bot: Stored) -> None:
    """No, and something else."""
    await bot.turn("forget me", "delete_data")
    await bot.turn("no", "deny")
    await bot.turn("yes", "affirm")
    assert len(clinic_rows()) == 2
    assert len((await bot.tracker_store.retrieve_full_tracker("patient")).events) > 10


async def test_in_the_check(bot: Stored) -> None:
    """With an open question, whose answers go as well."""
    await bot.turn("start the check", "start_check")
    await bot.turn(f"yes, {SECRET}", "affirm")
    await bot.turn("delete my data", "delete_data")
    said = await bot.turn("yes", "affirm")
    assert said[0].startswith("I have deleted all")
    assert await bot.tracker_store.retrieve_full_tracker("patient") is None
    assert bot.loop is None


@pytest.mark.parametrize("fails", ["clinic", "tracker"])
async def test_a_failure_is_told_and_can_be_repeated(
    bot: Stored, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    """Whatever fails: other words, the conversation as it was, and the next yes does it."""
    await bot.turn("hello", "smalltalk/greet")
    await bot.turn("forget me", "delete_data")

    async def fail(*_: Any) -> None:
        raise OSError(SECRET)

    def fail_at_once(*_: Any) -> None:
        raise database.ClinicDatabaseError(SECRET)

    with monkeypatch.context() as patch, caplog.at_level(logging.DEBUG):
        if fails == "clinic":
            patch.setattr(erasure.privacy, "erase", fail_at_once)
        else:
            patch.setattr(erasure, "_erase", fail)
        said = await bot.turn("yes", "affirm")
    assert [text[:31] for text in said] == ["Sorry, I could not delete it al"]
    assert "Zorvolex" not in caplog.text
    assert (len(clinic_rows()) == 2) == (fails == "clinic")
    tracker = await bot.tracker_store.retrieve_full_tracker("patient")
    assert tracker.get_slot("pending_offer") == "delete"
    assert (await bot.turn("yes", "affirm"))[0].startswith("I have deleted all")
    assert await bot.tracker_store.retrieve_full_tracker("patient") is None
    assert clinic_rows() == []


async def test_what_has_left_is_told(bot: Stored) -> None:
    """A message that was sent can't be taken back."""
    with database.transaction() as connection:
        connection.execute(sa.update(tables.outbox).values(delivered=1.0))
    await bot.turn("forget me", "delete_data")
    said = await bot.turn("yes", "affirm")
    assert len(said) == 2
    assert "clinic's staff to delete it, too" in said[1]


async def test_what_has_left_is_told_though_the_first_try_has_erased_its_trace(
    bot: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clinic's tables were erased, and with them what tells of the delivery; then the tracker failed."""
    with database.transaction() as connection:
        connection.execute(sa.update(tables.outbox).values(delivered=1.0))

    async def fail(*_: Any) -> None:
        raise OSError

    await bot.turn("forget me", "delete_data")
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_erase", fail)
        await bot.turn("yes", "affirm")
    assert clinic_rows() == []
    said = await bot.turn("yes", "affirm")
    assert len(said) == 2
    assert "clinic's staff to delete it, too" in said[1]
    # Of the next conversation nothing has left.
    await bot.turn("forget me", "delete_data")
    assert len(await bot.turn("yes", "affirm")) == 1


async def test_the_event_broker_hears_nothing(tmp_path: Path) -> None:
    """Of the turn in which everything is erased."""
    told: list[Any] = []
    store = on_sqlite(tmp_path / "events.db")
    bot = Stored(store)
    store.domain = bot.domain

    async def publish(_broker: Any, events: list[Any], _sender: str) -> None:
        told.extend(events)

    store.event_broker, store._stream_new_events = object(), publish
    await bot.turn("forget me", "delete_data")
    before = len(told)
    assert before
    await bot.turn("yes", "affirm")
    assert len(told) == before


async def test_another_server_that_is_in_the_middle_stores_nothing(tmp_path: Path) -> None:
    """Its turn was read before the erasure, and fails instead of bringing all back."""
    store, other = on_sqlite(tmp_path / "events.db"), on_sqlite(tmp_path / "events.db")
    await say(store, SECRET)
    stale = await other.get_or_create_tracker("web:a")
    await erasure.erase(store, "web:a")
    stale.update(UserUttered("meanwhile"))
    with pytest.raises(Exception, match="changed by another server"):
        await other.save(stale)
    assert await texts(store) == []
    await say(store, "anew")
    assert await texts(store) == ["anew"]


async def test_what_is_known(bot: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since when, how many messages, answers by name, the request, how long, how to erase; no contents but the wish."""
    monkeypatch.setattr(retention, "_promised", {"conversations": 30})
    await bot.turn("start the check", "start_check")
    await bot.turn("no", "deny")
    await bot.turn(f"no, but I take {SECRET} and have psoriasis", "inform_health")
    (text, *_) = await bot.turn("what do you know about me", "ask_own_data")
    assert text.startswith("This is what is stored about you here:\n- The chat, since 20")
    for part in (
        ": 4 of your messages",
        "Heart rhythm or blood pressure",
        "Your request to the clinic of 1970-01-01: new. You gave: a name.",
        "(version 3 of the text). You wrote to them: “please call after {five}”. The staff have added a note.",
        "erased 30 days after your last message",
        "kept for 90 days once it is done, and for 365 days if not",
        "“delete my data”",
    ):
        assert part in text
    assert "Zorvolex" not in text
    tracker = await bot.tracker_store.retrieve_full_tracker("patient")
    assert text in [getattr(e, "text", "") for e in tracker.events]


async def test_what_is_known_is_told_in_the_language_of_the_conversation(bot: Stored) -> None:
    """No action says it, so nothing else sets the language; afterwards it is as before."""
    await bot.turn("hello", "smalltalk/greet")
    bot.tracker.update(SlotSet("language", "es"))
    await bot.tracker_store.save(bot.tracker)
    await bot.turn("empezar", "start_check")
    await bot.turn("no", "deny")
    (text, *_) = await bot.turn("qué sabe de mí", "ask_own_data")
    for part in (
        ": 4 mensajes suyos",
        "Respuestas del cuestionario: 1 (Ritmo del corazón o presión arterial)",
        "Su solicitud a la clínica del 1970-01-01: nueva. Usted dio: un nombre.",
        "Usted les escribió: «please call after {five}».",
        "Escriba «borrar mis datos»",
    ):
        assert part in text
    assert not re.search(r"\b(your|messages|request|days)\b", text)
    assert locales.current() == "en"


async def test_what_is_known_of_a_new_chat(tmp_path: Path) -> None:
    """The first message asks."""
    bot = Stored(InMemoryTrackerStore(Engine().domain))
    (text,) = await bot.turn("what do you know about me", "ask_own_data")
    assert "This is your first message" in text
    assert "No request to the clinic" in text
    assert "No answers of the check" in text


async def test_what_can_not_be_looked_up_is_told_so(bot: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half of an answer."""

    def fail(*_: Any) -> None:
        raise database.ClinicDatabaseError

    monkeypatch.setattr(erasure.privacy, "known", fail)
    said = await bot.turn("what do you know about me", "ask_own_data")
    assert [text[:38] for text in said] == ["Sorry, I can't look up right now what "]


def test_installed_once() -> None:
    """A second time changes nothing."""
    before = Engine._run_action, Engine.save_tracker
    own_data.install()
    assert (Engine._run_action, Engine.save_tracker) == before


async def test_a_request_that_is_taken_down(bot: Stored) -> None:
    """What was given for it is told in the middle of it, by name; a wish to delete ends it, and erases it with the rest."""
    for text, intent in (("a person please", "human_handoff"), ("yes", "affirm"), (SECRET.split()[0], "")):
        await bot.turn(text, intent)
    text = "\n".join(await bot.turn("what do you know about me", "ask_own_data"))
    assert "A request to the clinic that is not sent yet. You gave: a name." in text
    assert SECRET.split()[0] not in text
    assert "How can they reach you?" in text
    (asked,) = await bot.turn("delete my data", "delete_data")
    assert "delete all that is stored" in asked
    (said,) = await bot.turn("yes", "affirm")
    assert said.startswith("I have deleted all that was stored about this chat")
    assert await bot.tracker_store.retrieve_full_tracker("patient") is None
    assert clinic_rows() == []
