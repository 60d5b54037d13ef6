"""Requests are stored once, as a whole, for one conversation."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

from assistant.handover.record import ContactRecord
from assistant.screening.record import CheckRecord
from clinic import requests
from clinic.database import ClinicDatabaseError, transaction
from clinic.tables import outbox
from tests.unit.clinic.made import contact, finished, request


def rows() -> list[tuple[str, str]]:
    """Returns (request, way) of the outbox."""
    with transaction() as connection:
        return [tuple(r) for r in connection.execute(sa.select(outbox.c.request, outbox.c.way))]


def test_stored_and_found() -> None:
    """With all that the patient gave, and times."""
    made = request(check=finished(), email="m@example.org")
    before = time.time()
    assert requests.add(made, ("email", "webhook"))
    found = requests.get(made.id)
    assert found is not None
    assert before <= found.created == found.changed <= time.time()
    assert found == type(made)(**{**vars(made), "created": found.created, "changed": found.changed})
    assert (found.name, found.phone, found.email) == ("Maria Gomez", "+49 171 2345678", "m@example.org")
    assert (found.wish, found.outcome, found.state) == ("please call after 5", "contraindicated", "new")
    assert sorted(rows()) == [(made.id, "email"), (made.id, "webhook")]


def test_the_check_goes_with_it() -> None:
    """Its slots, of which text, page and FHIR resource are made."""
    made = request(check=finished())
    assert made.check == finished() or made.check is not None
    assert made.check.values == finished().values
    assert made.slots is not None
    assert made.slots["herpes"] == "yes"
    assert made.about.patient is not None
    assert made.about.patient.phone == "+49 171 2345678"
    assert made.about.consent is not None
    assert made.about.consent.version == "2026-11"


def test_without_a_check() -> None:
    """Nothing is made up."""
    made = request()
    assert (made.check, made.outcome, made.slots) == (None, None, {})


def test_an_unfinished_check_has_no_outcome() -> None:
    """A result needs all six answers."""
    assert request(check=CheckRecord(status="stopped")).outcome is None


def test_twice() -> None:
    """The second time nothing is stored and nothing delivered again."""
    made = request()
    assert requests.add(made, ("email",))
    assert not requests.add(made, ("email", "webhook"))
    assert rows() == [(made.id, "email")]


def test_at_once() -> None:
    """Many processes with the same yes are one request."""
    made, stored = request(), []
    threads = [
        threading.Thread(target=lambda: stored.append(requests.add(made, ("email",)))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [False] * 11 + [True]
    assert len(rows()) == 1


def test_an_id_of_another_conversation() -> None:
    """It is refused, and the other's stays as it was."""
    made = request("web:1")
    requests.add(made)
    other = type(made)(**{**vars(made), "conversation": "web:2", "name": "Eve"})
    with pytest.raises(ClinicDatabaseError, match="OtherConversation"):
        requests.add(other)
    found = requests.get(made.id)
    assert found is not None
    assert (found.conversation, found.name) == ("web:1", "Maria Gomez")


def test_nothing_is_stored_when_the_outbox_fails() -> None:
    """One transaction: a request that would never be delivered is not there."""
    made = request()
    with pytest.raises(ClinicDatabaseError):
        requests.add(made, ("x" * 10, None))  # type: ignore[arg-type]
    assert requests.get(made.id) is None
    assert rows() == []


@pytest.mark.parametrize("missing", ["consent", "id", "phone"])
def test_what_a_request_needs(missing: str) -> None:
    """A consent, an id, and a way to reach the patient."""
    record: ContactRecord = contact()
    setattr(record, missing, None if missing == "consent" else "")
    with pytest.raises(ValueError, match="needs a consent"):
        requests.Request.of(record, None, conversation="web:1", channel="web", locale="en")


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one conversation in a day; another one's are taken, and a repeated one is no new one."""
    made = [request("web:1") for _ in range(requests.LIMIT + 1)]
    for each in made[:-1]:
        assert requests.add(each)
    with pytest.raises(requests.TooManyError):
        requests.add(made[-1])
    assert not requests.add(made[0])
    assert requests.add(request("web:2"))
    later = time.time() + requests.DAY + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert requests.add(made[-1])


def test_unknown() -> None:
    """There is none of that id."""
    assert requests.get("nothing") is None
