"""A person of the clinic takes conversations over while the real servers run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic import database
from clinic.takeovers import give_back, take
from tests.own_stack import MANY, OwnStack, start_own
from tests.take_over import AGAIN, NOTICE, SEEN, clinic_of, given_back, rest, taken_over
from tests.transports.telegram import TelegramTransport
from tests.waiting import eventually
from tests.web_client import arrived, new_id

pytestmark = pytest.mark.stack
SECRET = "Zorvolex since my divorce"


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramTransport]:
    """Telegram, as a fake."""
    transport = TelegramTransport()
    transport.start()
    yield transport
    transport.stop()


@pytest.fixture(scope="module")
def own(telegram: TelegramTransport) -> Iterator[OwnStack]:
    """The real assistant, and this process as the clinic's inbox."""
    rates = dict.fromkeys(("STRIA_WEB_RATE_IP", "STRIA_WEB_RATE_NEW", "STRIA_WEB_RATE_SESSION"), MANY)
    secret = {"STRIA_WEB_SECRET": "a secret for the tests of take-overs", "LOG_LEVEL": "INFO"}
    own = start_own({**telegram.variables(), **rates, **secret})
    telegram.connect(own.client)
    with clinic_of(own):
        yield own
    own.stop()


@pytest.fixture
def patient(own: OwnStack) -> str:
    """A new conversation on REST."""
    return uuid.uuid4().hex


def test_on_rest(own: OwnStack, patient: str) -> None:
    """Answered, told once, silence, an emergency answered, silence, told once, answered."""
    other = uuid.uuid4().hex
    assert "recovery takes only two or three days" in rest(own, patient, "how long is recovery?")[0]
    taken_over(own, patient)
    (told,) = rest(own, patient, SECRET)
    assert NOTICE in told
    assert "112" in told
    assert rest(own, patient, "is it painful?") == []
    assert "emergency number" in rest(own, patient, "I can't breathe")[0]
    assert rest(own, patient, "hello?") == []
    # Another conversation is none of it.
    assert "recovery takes only two or three days" in rest(own, other, "how long is recovery?")[0]
    given_back(own, patient)
    first, second, *_ = rest(own, patient, "how long is recovery?")
    assert AGAIN in first
    assert "recovery takes only two or three days" in second
    assert "recovery takes only two or three days" in rest(own, patient, "how long is recovery?")[0]
    assert SECRET not in own.all_logs()


def test_a_check_waits(own: OwnStack, patient: str) -> None:
    """What the patient tells the person is no answer; afterwards the open question is put again."""
    rest(own, patient, "start the check")
    rest(own, patient, "no")
    before = own.client.slots(patient)
    taken_over(own, patient)
    for text in ("no", "no", "I have a cold sore", "stop"):
        rest(own, patient, text)
    slots = own.client.slots(patient)
    changed = {name for name in slots if slots[name] != before[name]}
    assert changed <= {"person_answers", "answer_kind", "answered_facts"}
    given_back(own, patient)
    first, second = rest(own, patient, "no")
    assert AGAIN in first
    assert "Question 2 of 6" in second
    assert "Question 3 of 6" in rest(own, patient, "no")[0]


def test_an_emergency_in_a_check(own: OwnStack, patient: str) -> None:
    """It ends the questions as ever, also as the first message after a person took over."""
    rest(own, patient, "start the check")
    taken_over(own, patient)
    said = rest(own, patient, "I can't breathe")
    assert "emergency number" in said[0]
    assert not any(NOTICE in text for text in said)
    assert own.client.tracker(patient)["active_loop"] == {}
    assert NOTICE in rest(own, patient, "hello")[0]


def test_on_the_website(own: OwnStack) -> None:
    """Silence is the stream's last line alone, also for a message that comes again; no error."""
    visitor, other = arrived(own.port), arrived(own.port)
    visitor.say("how long is recovery?")
    taken_over(own, own.newest_sender("web:"))
    first, second, third = new_id(), new_id(), new_id()
    (told,) = visitor.say("hello", first).texts
    assert NOTICE in told
    for _ in range(2):
        assert visitor.say("hello", first).texts == [told]
        assert visitor.say("are you there?", second).lines == [{"type": "done"}]
    assert other.say("how long is recovery?").replies
    assert "emergency number" in visitor.say("I can't breathe", third).texts[0]
    assert visitor.said() == ["how long is recovery?", "hello", "are you there?", "I can't breathe"]


def test_starting_over_while_taken_over(own: OwnStack) -> None:
    """It is still taken over, and said in the conversation that begins."""
    visitor = arrived(own.port)
    visitor.say("hello")
    taken_over(own, own.newest_sender("web:"))
    assert NOTICE in visitor.say("hello").texts[0]
    assert visitor.restart().status == 200
    assert NOTICE in visitor.say("hello").texts[0]
    assert visitor.say("hello").lines == [{"type": "done"}]


def test_on_a_messenger(own: OwnStack, telegram: TelegramTransport) -> None:
    """Nothing is shown: no error, no sign of writing. A message that comes again changes nothing."""
    patient = uuid.uuid4().hex
    telegram.send(patient, "hello")
    taken_over(own, telegram.conversation(patient))
    assert NOTICE in telegram.send(patient, "hello").text
    calls = len(telegram.fake.calls)
    webhook = telegram.text(telegram.user(patient), "are you there?")
    telegram.post(webhook)
    eventually(lambda: "are you there?" in own.user_turns(telegram.conversation(patient)))
    telegram.post(webhook)
    assert "emergency number" in telegram.send(patient, "I can't breathe").text
    assert [c.method for c in telegram.fake.calls[calls:]] == ["sendMessage"]
    assert own.user_turns(telegram.conversation(patient)) == [
        "hello",
        "hello",
        "are you there?",
        "I can't breathe",
    ]


def test_a_restart(own: OwnStack, patient: str) -> None:
    """Killed while taken over: it is silent from the first message on, and says nothing twice."""
    taken_over(own, patient)
    assert NOTICE in rest(own, patient, "hello")[0]
    other = uuid.uuid4().hex
    own.kill("rasa")
    assert take(other, "anna")
    own.start("rasa")
    assert rest(own, patient, "hello") == []
    # Taken over while the server was down.
    assert NOTICE in rest(own, other, "hello")[0]
    own.kill("rasa")
    assert give_back(patient, "anna")
    own.start("rasa")
    assert AGAIN in rest(own, patient, "hello")[0]


def test_the_line_of_the_log(own: OwnStack, patient: str) -> None:
    """A kind of its own, and no failure."""
    taken_over(own, patient)
    for _ in range(2):
        rest(own, patient, "hello")
    last = re.findall(r"turn: .*", own.all_logs())[-2:]
    assert all(line.endswith("kind=person status=ok") for line in last), last


class TestWithoutTheDatabase:
    """The file of the database is no database any more."""

    @pytest.fixture(autouse=True)
    def broken(self, own: OwnStack, patient: str) -> Iterator[None]:
        """Puts something else in its place, after the patient was taken over and told."""
        taken_over(own, patient)
        rest(own, patient, "hello")
        path = Path(str(own.folder)) / "clinic.db"
        kept = {p: p.read_bytes() for p in path.parent.glob("clinic.db*")}
        for name in kept:
            name.unlink()
        path.mkdir()
        eventually(lambda: "take-overs can't be read" in own.all_logs(), SEEN)
        yield
        path.rmdir()
        for name, data in kept.items():
            name.write_bytes(data)
        database.close()

    def test_the_last_state_holds(self, own: OwnStack, patient: str) -> None:
        """Who was taken over is, all others are answered, and both servers are well."""
        assert rest(own, patient, "hello") == []
        assert rest(own, uuid.uuid4().hex, "hello") != []
        assert own.ready()[0] == 200

    def test_after_a_restart_the_conversations_remember(self, own: OwnStack, patient: str) -> None:
        """Who was told that a person answers still waits for one."""
        own.kill("rasa")
        own.start("rasa")
        assert rest(own, patient, "hello") == []
        assert "emergency number" in rest(own, patient, "I can't breathe")[0]
        assert rest(own, uuid.uuid4().hex, "hello") != []
