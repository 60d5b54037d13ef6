"""Requests are found, looked at and changed, on SQLite and PostgreSQL alike, and the audit tells it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic import database, listing, outbox, tables
from clinic import requests as stored
from clinic.listing import OPEN, ChangedMeanwhileError, Query
from clinic.outbox import NEVER
from clinic.requests import DONE, IN_PROGRESS, NEW
from tests.clinic_rows import add, audited, counts, deliver, row
from tests.databases import Postgres, start_postgres
from tests.unit.screening.records import full


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A new PostgreSQL."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs a test with both databases, each empty."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = f"postgresql://stria@127.0.0.1:{server.port}/{server.new_database()}"
        monkeypatch.setenv(database.URL, url)
        database.close()
    yield
    database.close()


def found(search: str = "", state: str = "", *, failed: bool = False, **how: int) -> list[str]:
    """Returns the names of the requests that are found."""
    return [one.name for one in listing.find(Query(search, state, failed), "anna", **how).requests]


@pytest.mark.usefixtures("both")
class TestFind:
    def test_the_latest_first(self) -> None:
        """Pages follow each other, and tell how many there are in all."""
        for number in range(1, 8):
            add(number)
        assert found(most=3) == ["Ann Example 1", "Ann Example 2", "Ann Example 3"]
        assert found(start=6, most=3) == ["Ann Example 7"]
        assert listing.find(Query(), "anna", most=3).total == 7

    def test_states(self) -> None:
        """Each by itself, and the open ones; the numbers of all are told."""
        for number, state in enumerate([NEW, NEW, IN_PROGRESS, DONE], start=1):
            add(number, state=state)
        assert [len(found(state=s)) for s in (NEW, IN_PROGRESS, DONE, OPEN, "")] == [2, 1, 1, 3, 4]
        told = listing.find(Query(state=DONE), "anna")
        assert told.by_state == {OPEN: 3, NEW: 2, IN_PROGRESS: 1, DONE: 1}
        with pytest.raises(ValueError, match="a state is one of"):
            found(state="lost")

    def test_words(self) -> None:
        """All words have to be there, in any of the four fields, in small or capital letters."""
        add(1, name="Łucja ÖZDEMIR", email="l@clinic.example", wish="about SCARS")
        add(2, name="Bo", email="bo@mail.example", wish="")
        for search in ("özdemir", "ÖZDEMIR", "Özdemir scars", "łucja", "L@CLINIC", "  about  "):
            assert found(search) == ["Łucja ÖZDEMIR"], search
        assert found("özdemir nobody") == []
        assert found("o\u0308zdemir") == ["Łucja ÖZDEMIR"]

    @pytest.mark.parametrize(
        "typed", ["+44 20 7946 0000", "020 7946", "(020) 7946-0000", "94600", "+442079460000"]
    )
    @pytest.mark.parametrize("stored", ["+442079460000", "+44 20 7946 0000", "+44 (20) 7946-0000"])
    def test_phone(self, typed: str, stored: str) -> None:
        """However a number is written, here or there."""
        add(1, phone=stored)
        add(2, phone="+4930123456", name="Bo")
        assert found(typed) == ["Ann Example 1"]

    def test_number(self) -> None:
        """What patients and staff read to each other is the beginning of the id."""
        add(1, id="0b6f6a52-6a9c-4f53-9be5-8e0d5a7d1c11", name="Found")
        add(2, phone="")
        assert found("0B6F6A52") == ["Found"]
        assert found("0b6f") == ["Found"]
        assert found("6a9c") == []
        (one,) = listing.find(Query("0B6F6A52"), "anna").requests
        assert one.number == "0B6F6A52"
        assert listing.id_of("0b6F6A52 ") == listing.id_of(one.id) == one.id
        add(3, id="0b6f6a52-ffff-4f53-9be5-8e0d5a7d1c11")
        for unclear in ("0B6F6A52", "0B6F", "", "%%%%%%%%", "x" * 999):
            assert listing.id_of(unclear) is None
        assert listing.id_of("0b6f6a52-6") == one.id

    @pytest.mark.parametrize("sign", ["%", "_", "/", "'", '"', "\\", "--"])
    def test_signs_are_only_signs(self, sign: str) -> None:
        """What has a meaning in SQL has none in a search."""
        add(1, name="Plain")
        add(2, name=f"With {sign} sign")
        assert found(sign) == [f"With {sign} sign"]

    def test_deliveries(self) -> None:
        """Failed ones are counted and can be asked for; a request carries its own."""
        add(1)
        deliver(add(2), error="ConnectionRefusedError", attempts=3)
        deliver(add(3), delivered=1.0)
        deliver(add(4), attempts=0, error="")
        deliver(add(5, name="Given Up"), due=NEVER)
        deliver(add(6, name="Dealt With", state=DONE), due=NEVER)
        assert found(failed=True) == ["Ann Example 2", "Given Up", "Dealt With"]
        told = listing.find(Query(), "anna")
        assert told.failed == 2
        assert [one.late for one in told.requests] == [False, True, False, False, True, True]
        assert [[d.state for d in one.deliveries] for one in told.requests] == [
            [],
            ["failed"],
            ["delivered"],
            ["waiting"],
            ["given_up"],
            ["given_up"],
        ]

    def test_audit(self) -> None:
        """That somebody looked is kept, without what was looked for."""
        found()
        found("Ann")
        assert audited() == [("anna", "list", ""), ("anna", "search", "")]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(st.characters(), max_size=130))
    def test_any_search(self, search: str) -> None:
        """Nothing that can be typed breaks it."""
        assert listing.find(Query(search), "anna").total >= 0


@pytest.mark.usefixtures("both")
class TestOne:
    def test_all_of_it(self) -> None:
        """With the slots of the check; looking is kept in the audit."""
        record = full()
        known = add(1, record)
        one = listing.one(known, "anna")
        assert one is not None
        assert one.slots == record.to_slots()
        assert (one.name, one.outcome) == ("Ann Example 1", "contraindicated")
        assert audited() == [("anna", "view", known)]

    @pytest.mark.parametrize("wrong", ["", "x", "a\0b", "half \ud83d", "x" * 10_000])
    def test_none(self, wrong: str) -> None:
        """An id that is not there is no error, whatever it is, and leaves no trace."""
        add(1)
        assert listing.one(wrong, "anna") is None
        assert not listing.set_state(wrong, DONE, "anna")
        assert not listing.set_note(wrong, "x", "anna")
        assert audited() == []

    @pytest.mark.parametrize("stored", ["", "{", "[]", "3"])
    def test_slots_that_can_not_be_read(self, stored: str) -> None:
        """The contact is shown all the same."""
        one = listing.one(add(1, slots=stored), "anna")
        assert one is not None
        assert (one.slots, one.name) == (None, "Ann Example 1")


@pytest.mark.usefixtures("both")
class TestChanges:
    def test_state(self) -> None:
        """It is stored with the time, and once more changes nothing."""
        known = add(5)
        before = row(known).changed
        assert listing.set_state(known, IN_PROGRESS, "anna")
        assert (row(known).state, row(known).changed > before) == (IN_PROGRESS, True)
        assert listing.set_state(known, IN_PROGRESS, "ben")
        assert audited() == [("anna", IN_PROGRESS, known)]
        with pytest.raises(ValueError, match="a state is one of new, in_progress, done"):
            listing.set_state(known, "lost", "anna")

    def test_note(self) -> None:
        """It is stored as typed, but for what databases can't hold."""
        known = add(1)
        assert listing.set_note(known, " called\r\ntwice \0 \ud83d 😀 ", "anna", seen="")
        assert row(known).note == "called\ntwice   😀"
        assert audited() == [("anna", "note", known)]
        with pytest.raises(ValueError, match="at most 4000"):
            listing.set_note(known, "x" * 4001, "anna")

    def test_two_at_the_same_note(self) -> None:
        """Who has not seen the other's note does not overwrite it."""
        known = add(1)
        listing.set_note(known, "from anna", "anna", seen="")
        with pytest.raises(ChangedMeanwhileError):
            listing.set_note(known, "from ben", "ben", seen="")
        assert row(known).note == "from anna"
        # The same again, as when a button is pressed twice.
        assert listing.set_note(known, "from anna", "anna", seen="")

    def test_one_of_many_writers_wins(self) -> None:
        """Of eight who saw the same note, one stores a new one, and seven are told."""
        known = add(1)
        told: list[str] = []

        def write(number: int) -> None:
            try:
                listing.set_note(known, f"note {number}", "anna", seen="")
                told.append("stored")
            except ChangedMeanwhileError:
                told.append("told")

        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["stored"] + ["told"] * 7
        assert len(audited()) == 1

    def test_exports(self) -> None:
        """For each request it is kept that it left, and how."""
        add(1), add(2)
        requests = listing.find(Query(), "anna").requests
        listing.exported(requests, "anna", "csv")
        assert audited()[1:] == [("anna", "export_csv", one.id) for one in requests]


@pytest.mark.usefixtures("both")
def test_what_the_assistant_stores_is_what_staff_see() -> None:
    """A request and its deliveries, from the patient's yes to the last try."""
    check = full()
    made = stored.Request(
        id="0b6f6a52-6a9c-4f53-9be5-8e0d5a7d1c11", conversation="web:1", channel="web", locale="en",
        consent_version="2026-11", consent_at=1.79e9, name="Ann", phone="+442079460000", wish="Call me",
        outcome=check.outcome(), slots=check.to_slots(),
    )  # fmt: skip
    assert stored.add(made, ["email", "webhook"])
    (one,) = listing.find(Query("call", NEW), "anna").requests
    assert one.number == made.number
    assert [d.state for d in one.deliveries] == ["waiting", "waiting"]
    assert one.slots == check.to_slots()
    mail = outbox.claim(["email"])
    assert mail
    assert outbox.failed(mail, "Timeout", now=mail.request.created + 60)
    (one,) = listing.find(Query(failed=True), "anna").requests
    assert [d.state for d in one.deliveries] == ["failed", "waiting"]
    hook = outbox.claim(["webhook"])
    assert hook
    outbox.delivered(hook)
    for attempt in range(outbox.ATTEMPTS):
        now = 2e9 + attempt * outbox.LONGEST
        late = outbox.claim(["email"], now)
        assert late
        if not outbox.failed(late, "Timeout", now):
            break
    (one,) = listing.find(Query(failed=True), "anna").requests
    assert [d.state for d in one.deliveries] == ["given_up", "delivered"]
    assert counts() == {"delivered": 1, "waiting": 0, "failed": 1}


def test_a_database_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of error, whatever is asked for."""
    monkeypatch.setenv(database.URL, "postgresql://stria@127.0.0.1:1/none")
    database.close()
    for ask in (
        lambda: listing.find(Query(), "anna"),
        lambda: listing.one("1", "anna"),
        lambda: listing.set_state("1", DONE, "anna"),
        lambda: listing.set_note("1", "x", "anna"),
    ):
        with pytest.raises(database.ClinicDatabaseError):
            ask()


def test_columns() -> None:
    """A column that is added to the table has to be thought of here."""
    known = {name for name in listing.Listed.__dataclass_fields__ if name not in ("deliveries", "by")}
    assert known == set(tables.requests.c.keys())
