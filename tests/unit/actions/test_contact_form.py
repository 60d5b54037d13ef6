"""The form of a request to the clinic: what is stored, said and kept, and what when something fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from actions import contact_form
from actions.contact_form import ValidateContactRequest
from assistant.handover.record import SLOTS
from clinic import database, requests, tables
from clinic.database import ClinicDatabaseError
from clinic.letter import letter
from tests.action_turn import Patient, Turn

pytestmark = pytest.mark.usefixtures("clinic_db")

FORM = ValidateContactRequest()
WAY = "+49 171 2345678"


def say(patient: Patient, *texts: str) -> Turn:
    """Sends messages; returns the last turn."""
    for text in texts:
        turn = patient.run(FORM, text, {"yes": "affirm", "no": "deny"}.get(text, ""))
    return turn


def asked(patient: Patient) -> Any:
    """Returns the question that is open."""
    return patient.slots["requested_slot"]


def ready(patient: Patient | None = None) -> Patient:
    """Returns a patient whose request was read back."""
    patient = patient or Patient()
    say(patient, "a person", "yes", "Maria Gomez", WAY, "please call after 5")
    assert asked(patient) == "contact_send"
    return patient


def stored() -> list[dict[str, Any]]:
    """Returns all requests."""
    with database.transaction() as connection:
        return [dict(row) for row in connection.execute(sa.select(tables.requests)).mappings()]


def is_empty(patient: Patient) -> bool:
    """Tells whether nothing of a request is left in the slots."""
    return all(patient.slots[name] is None for name in SLOTS)


def test_activation_asks_for_the_consent() -> None:
    """Nothing is said here: the form puts the question."""
    patient = Patient()
    turn = say(patient, "a person please")
    assert (turn.messages, asked(patient)) == ([], "contact_consent")
    assert not turn.ends_loop


def test_the_whole_way() -> None:
    """Stored before it is said, with the consent; then nothing is left in the slots."""
    patient = ready()
    number = patient.slots["contact_send"]
    turn = say(patient, "yes")
    (row,) = stored()
    assert (row["id"], row["conversation"], row["name"], row["phone"]) == (
        number,
        "patient",
        "Maria Gomez",
        WAY,
    )
    assert (row["wish"], row["slots"]) == ("please call after 5", "{}")
    assert row["consent_version"].startswith("2026-11 en ")
    assert number[:8].upper() in turn.text
    assert turn.ends_loop
    assert is_empty(patient)


def test_the_check_goes_with_it() -> None:
    """With its result; its own slots stay as they were, whatever is typed here."""
    patient = Patient.with_answers("done", herpes="yes")
    before = {k: v for k, v in patient.slots.items() if not k.startswith(("contact_", "answer", "requested"))}
    ready(patient)
    say(patient, "yes")
    (row,) = stored()
    assert row["outcome"] == "contraindicated"
    assert json.loads(row["slots"])["herpes"] == "yes"
    after = {k: patient.slots[k] for k in before}
    assert {**after, "check_record": None} == {**before, "check_record": None}
    assert after["check_record"]["status"] == "done"


def test_a_stopped_check_is_offered_again() -> None:
    """After the request was sent, and after it was given up."""
    for texts in (("a person", "yes", "skip", WAY, "skip", "yes"), ("a person", "no")):
        patient = Patient.with_answers("stopped", to=2)
        turn = say(patient, *texts)
        assert turn.buttons == ["Go on with the check"]
        assert patient.slots["pending_offer"] == "resume"


@pytest.mark.parametrize("text", ["stop", "Don't send it"])
def test_given_up(text: str) -> None:
    """Nothing is stored, and nothing left."""
    patient = ready()
    turn = say(patient, text)
    assert turn.ends_loop
    assert "I have sent nothing" in turn.text
    assert (stored(), is_empty(patient)) == ([], True)


def test_declined() -> None:
    """Without a word of what was never given."""
    patient = Patient()
    turn = say(patient, "a person", "No, thanks")
    assert "I send nothing" in turn.text
    assert "dropped" not in turn.text
    assert is_empty(patient)


def test_too_many() -> None:
    """Said, and not stored."""
    patient = Patient()
    for _ in range(requests.LIMIT):
        assert "is now kept" in say(ready(patient), "yes").text
    turn = say(ready(patient), "yes")
    assert "I did not send this one" in turn.text
    assert turn.ends_loop
    assert len(stored()) == requests.LIMIT
    assert is_empty(patient)


class TestDatabase:
    def test_it_fails_and_comes_back(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The patient is told, nothing is lost, and "send" works again; the log has the kind alone."""
        patient = ready()
        before = {name: patient.slots[name] for name in SLOTS}
        with monkeypatch.context() as broken:
            broken.setenv(database.URL, "sqlite:////nowhere/clinic.db")
            broken.setattr(database, "_made", lambda _: (_ for _ in ()).throw(OSError("Maria")))
            turn = say(patient, "yes")
        assert "it is not sent" in turn.text
        assert not turn.ends_loop
        assert asked(patient) == "contact_send"
        assert {name: patient.slots[name] for name in SLOTS} == before
        assert "a request could not be stored: OSError" in caplog.text
        assert "Maria" not in caplog.text
        say(patient, "send")
        assert [row["id"] for row in stored()] == [before["contact_send"]]

    def test_stored_but_the_turn_was_lost(self) -> None:
        """As when a process dies in between: a second yes is the same request."""
        patient = ready()
        before = dict(patient.slots)
        say(patient, "yes")
        patient.slots = before
        turn = say(patient, "yes")
        assert "is now kept" in turn.text
        assert len(stored()) == 1

    def test_stored_but_lost_and_then_given_up(self) -> None:
        """The truth: it had arrived."""
        patient = ready()
        before = dict(patient.slots)
        say(patient, "yes")
        patient.slots = before
        say(patient, "my name is Ana")
        turn = say(patient, "stop")
        assert "one of your requests had reached the clinic" in turn.text
        assert is_empty(patient)

    def test_given_up_while_it_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It can't be looked up, and that is said."""

        def away(_number: str) -> None:
            raise ClinicDatabaseError("OperationalError")

        patient = ready()
        monkeypatch.setattr(requests, "get", away)
        turn = say(patient, "stop")
        assert "can't look right now" in turn.text
        assert is_empty(patient)


class TestInterrupted:
    def test_by_an_emergency(self) -> None:
        """Its message first; the sign goes into the summary, and the request can go on."""
        patient = Patient.with_answers("stopped", to=2)
        say(patient, "a person", "yes", "Maria")
        turn = say(patient, "I have chest pain and can't breathe")
        assert turn.responses == ["utter_emergency", "utter_emergency_contact_stopped"]
        assert turn.ends_loop
        assert patient.slots["check_record"]["status"] == "emergency"
        assert patient.slots["check_record"]["red_flags"]
        assert patient.slots["contact_name"] == "Maria"
        say(patient, "a person")
        assert asked(patient) == "contact_way"

    def test_by_the_check(self) -> None:
        """The request waits."""
        patient = Patient()
        say(patient, "a person", "yes", "Maria")
        turn = patient.run(FORM, "start the check", "start_check")
        assert turn.ends_loop
        assert turn.next_action == "action_resume_check"
        assert "I have not sent your request" in turn.text
        assert patient.slots["contact_name"] == "Maria"

    def test_by_the_check_after_an_emergency(self) -> None:
        """Only "I'm fine" takes it up again; nothing follows in this turn."""
        patient = Patient.with_answers("emergency", to=2)
        say(patient, "a person", "yes")
        turn = patient.run(FORM, "start the check", "start_check")
        assert "utter_still_emergency" in turn.responses
        assert turn.next_action is None

    def test_by_a_wish_to_delete(self) -> None:
        """Nothing goes before the yes: "No, keep it" keeps the request as well."""
        patient = ready()
        turn = patient.run(FORM, "delete my data", "delete_data")
        assert turn.responses == ["utter_delete_confirm"]
        assert turn.ends_loop
        assert patient.slots["contact_name"] == "Maria Gomez"
        assert patient.slots["pending_offer"] == "delete"


class TestFailure:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets the course of the request fail."""
        self.real = contact_form.advance
        monkeypatch.setattr(contact_form, "advance", lambda _turn: 1 / 0)

    def test_the_question_stays_open(self) -> None:
        """The honest line, nothing sent, nothing lost."""
        patient = Patient()
        patient.slots.update(
            {"requested_slot": "contact_send", "contact_send": "id", "contact_name": "Maria"}
        )
        turn = say(patient, "yes")
        assert turn.responses == ["utter_action_failed"]
        assert not turn.ends_loop
        assert asked(patient) == "contact_send"
        assert patient.slots["contact_name"] == "Maria"
        assert stored() == []

    def test_an_emergency_even_then(self) -> None:
        """Its text alone, and no question after it."""
        patient = Patient()
        patient.slots["requested_slot"] = "contact_way"
        turn = say(patient, "I can't breathe")
        assert turn.responses == ["utter_emergency"]
        assert turn.ends_loop


@pytest.mark.parametrize("value", ["x", 5, ["a"], {"version": 1}, {"phone": None}])
def test_nonsense_in_the_slots(value: Any) -> None:
    """It counts as empty, and never sends anything."""
    for name in SLOTS:
        patient = Patient()
        patient.slots.update({"requested_slot": "contact_send", name: value})
        say(patient, "yes")
        assert stored() == []


class TestSpanish:
    """In a conversation in Spanish."""

    TEXTS = ("hablar con alguien", "sí", "Inés", "+34 612 345 678", "Llámenme el lunes")

    def test_the_whole_way(self) -> None:
        """Read back and told in Spanish; the clinic learns the language, and its letter stays English."""
        patient = Patient()
        patient.slots["language"] = "es"
        turn = say(patient, *self.TEXTS)
        assert "Esto es lo que recibiría el personal de la clínica:\n- Nombre: Inés" in turn.text
        turn = say(patient, "Sí, enviarlo")
        assert "está guardada para el personal de la clínica" in turn.text
        (row,) = stored()
        assert (row["name"], row["locale"]) == ("Inés", "es")
        found = requests.get(row["id"])
        assert found
        assert "Wish: Llámenme el lunes" in letter(found)
        assert is_empty(patient)

    def test_it_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Said in Spanish with the word that tries again."""
        patient = Patient()
        patient.slots["language"] = "es"
        say(patient, *self.TEXTS)
        with monkeypatch.context() as broken:
            broken.setattr(requests, "add", lambda *_: (_ for _ in ()).throw(ClinicDatabaseError("OSError")))
            turn = say(patient, "sí")
        assert "no está enviada" in turn.text
        assert "«enviar»" in turn.text
        say(patient, "enviar")
        assert len(stored()) == 1

    @pytest.mark.parametrize(("asks", "language"), [("español", "es"), ("In English", "en")])
    def test_the_language_changes(self, asks: str, language: str) -> None:
        """Nothing is lost or sent, the question stays open, and what would be sent is read back in the new one."""
        patient = ready()
        patient.slots["language"] = "es" if language == "en" else "en"
        before = {name: patient.slots[name] for name in SLOTS}
        turn = patient.run(FORM, asks, f"language/{language}", confidence=1.0)
        assert turn.slots["language"] == language
        assert ("Nombre: Maria Gomez" if language == "es" else "Name: Maria Gomez") in turn.text
        assert asked(patient) == "contact_send"
        assert not turn.ends_loop
        assert ({name: patient.slots[name] for name in SLOTS}, stored()) == (before, [])
