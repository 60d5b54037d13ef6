"""The public web channel over the real Rasa, action server and database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts import _http
from tests.own_stack import MANY, OwnStack, start_own
from tests.stack import Service
from tests.web_agent import eventually, make_assets
from tests.web_client import CONSENT, PREFIX, Visitor, arrived, new_id

pytestmark = pytest.mark.stack
SECRET = "Zorvolex since my divorce"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnStack]:
    """The real assistant with rates that no test reaches by accident."""
    settings = {
        "STRIA_WEB_SECRET": "a secret for the tests of the web channel",
        "STRIA_WEB_ASSETS": str(make_assets(tmp_path_factory.mktemp("dist"))),
        "STRIA_WEB_DEMO": "on",
        "STRIA_WEB_RATE_IP": MANY,
        "STRIA_WEB_RATE_NEW": MANY,
        "LOG_LEVEL": "INFO",
    }
    own = start_own(settings)
    yield own
    own.stop()


@pytest.fixture
def visitor(own: OwnStack) -> Visitor:
    """Somebody with a new session."""
    return arrived(own.port)


def sender_of(own: OwnStack, visitor: Visitor, text: str) -> str:
    """Says something and returns the name of the conversation in the database."""
    before = own.senders()
    visitor.say(text)
    (found,) = set(own.senders()) - set(before)
    return str(found)


def test_all_is_well(own: OwnStack) -> None:
    """Model, action server and stores answer; demo and frame are served."""
    checks = dict.fromkeys(("model", "actions", "tracker_store", "lock_store"), True)
    assert own.ready() == (200, {"status": "ok", "checks": checks})
    visitor = Visitor(own.port)
    assert visitor.get("/").body.endswith(b"demo.html")
    assert visitor.get("/about").body.endswith(b"demo-2.html")
    assert visitor.get("chat").status == 200
    assert visitor.get("loader.js").headers["access-control-allow-origin"] == "*"
    assert visitor.get("nothing").error == (404, "not_found")


def test_the_whole_check(own: OwnStack, visitor: Visitor) -> None:
    """By its buttons, to the result and the summary."""
    visitor.say("start the check")
    for _ in range(6):
        last = visitor.messages()[-1]
        (no,) = [b["payload"] for b in last["buttons"] if b["title"] == "No"]
        replies = visitor.say(no).replies
    assert replies[0]["text"].startswith("You did not report any of the reasons in our document.")
    assert [b["title"] for b in replies[-1]["buttons"]] == ["Show my summary", "Talk to a person"]
    summary = visitor.get("summary").json["text"]
    assert visitor.say("Show my summary").texts == [summary]


def test_consent_and_ids_are_in_the_tracker(own: OwnStack, visitor: Visitor) -> None:
    """The consent with the first message, the id with each, the channel's name."""
    sender = sender_of(own, visitor, "hello")
    visitor.say("is it painful?", "message-2")
    first, second = [e for e in own.events(sender) if e["event"] == "user"]
    assert first["metadata"]["consent"]["version"] == CONSENT
    assert "consent" not in second["metadata"]
    assert (second["message_id"], second["input_channel"]) == ("message-2", "web")


def test_the_same_id_twice(own: OwnStack, visitor: Visitor) -> None:
    """The same replies, one user turn; also when both come at the same time."""
    sender = sender_of(own, visitor, "start the check")
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: visitor.say("no", "message-1").lines, range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert "Question 2 of 6" in str(answers[0])
    assert own.user_turns(sender) == ["start the check", "no"]


def test_messages_at_the_same_time_keep_their_order(own: OwnStack, visitor: Visitor) -> None:
    """Six are answered in the order of arrival; others are not held up."""
    sender = sender_of(own, visitor, "hello")
    connections = []
    texts = [f"does it hurt, question number {n}?" for n in range(6)]
    for text in texts:
        connections.append(visitor.start(text))
        time.sleep(0.01)
    assert arrived(own.port).say("hello").replies
    for connection in connections:
        seen = b""
        while b'"done"' not in seen:
            part = connection.recv(65536)
            assert part, seen
            seen += part
        connection.close()
    assert own.user_turns(sender) == ["hello", *texts]


def test_a_visitor_who_goes_away(own: OwnStack, visitor: Visitor) -> None:
    """The turn is finished and stored; the transcript has it, a retry repeats it."""
    sender = sender_of(own, visitor, "start the check")
    visitor.start("no", "message-1").close()
    eventually(lambda: own.user_turns(sender) == ["start the check", "no"])
    assert "Question 2 of 6" in visitor.messages()[-1]["text"]
    assert "Question 2 of 6" in visitor.say("no", "message-1").texts[0]
    assert own.user_turns(sender) == ["start the check", "no"]


def test_an_erasure_is_told_by_the_next_server(own: OwnStack, visitor: Visitor) -> None:
    """The server is killed as soon as all is gone; the same yes, sent again, is answered and begins nothing."""
    sender = sender_of(own, visitor, "hello")
    assert "delete all that is stored" in visitor.say("delete my data").texts[0]
    waits = visitor.start("yes", "message-9")
    eventually(lambda: sender not in own.senders())
    own.kill("rasa")
    waits.close()
    own.start("rasa")
    assert visitor.say("yes", "message-9").texts[0].startswith("I have deleted all that was stored")
    assert sender not in own.senders()


@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", "/deny", '/inform{"herpes":"no"}', "/EXTERNAL_done"]
)
def test_slash_payloads_are_text(own: OwnStack, visitor: Visitor, text: str) -> None:
    """In the middle of the check they change nothing."""
    sender = sender_of(own, visitor, "start the check")
    visitor.say("yes")
    before = own.client.slots(sender)
    assert before["cardiovascular"] == "yes"
    assert visitor.say(text).texts
    after = own.client.slots(sender)
    for name in ("cardiovascular", "herpes", "requested_slot", "check_outcome"):
        assert after[name] == before[name]
    assert visitor.said()[-1] == text


def test_two_sessions_do_not_mix(own: OwnStack) -> None:
    """Neither sees nor drives the other."""
    one, two = arrived(own.port), arrived(own.port)
    sender = sender_of(own, one, "start the check")
    one.say("I have afib", "message-1")
    two.say("start the check")
    two.request("POST", "webhook", {"message": "no", "id": "message-1", "sender": sender})
    assert "afib" not in str(two.messages())
    assert Visitor(own.port, cookie=sender, token=sender).get("messages").error == (401, "no_session")
    assert own.client.slots(sender)["cardiovascular"] == "yes"
    assert own.user_turns(sender) == ["start the check", "I have afib"]


def test_other_origins_are_refused(own: OwnStack, visitor: Visitor) -> None:
    """With the visitor's cookie; a preflight gets no permission."""
    for headers in ({"Origin": "https://evil.example"}, {"X-Stria": None}):
        assert visitor.say("no", headers=dict(headers)).error == (403, "bad_origin")
    preflight = visitor.request(
        "OPTIONS",
        "webhook",
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-stria",
        },
    )
    assert not [n for n in preflight.headers if n.lower().startswith("access-control-allow-")]
    assert visitor.say("hello", headers={"Origin": own.url}).replies


def test_wrong_requests(own: OwnStack, visitor: Visitor) -> None:
    """Each kind once: the unit tests have them all."""
    assert visitor.request("POST", "webhook", raw=b"{").error == (400, "malformed")
    assert visitor.say(42).error == (400, "no_message")
    assert visitor.say("hi", "short").error == (400, "bad_id")
    assert visitor.say("x" * 1001).error == (413, "too_long")
    assert visitor.say("hi", headers={"Content-Type": "text/plain"}).error == (415, "not_json")
    assert visitor.get("webhook").error == (405, "not_allowed")
    assert Visitor(own.port, cookie="forged").say().error == (401, "no_session")


def test_too_many_messages(own: OwnStack, visitor: Visitor) -> None:
    """The default: 20 a minute, then a friendly 429 with the time to wait."""
    answers = [visitor.say("hello", "message-1") for _ in range(21)]
    assert [a.status for a in answers] == [200] * 20 + [429]
    assert answers[-1].error == (429, "too_many")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


def test_start_over(own: OwnStack, visitor: Visitor) -> None:
    """Slots are empty, the transcript is, and the check begins with its first question."""
    sender = sender_of(own, visitor, "start the check")
    visitor.say("yes")
    assert own.client.slots(sender)["cardiovascular"] == "yes"
    assert visitor.restart().status == 200
    slots = own.client.slots(sender)
    assert [slots[n] for n in ("cardiovascular", "check_record", "requested_slot")] == [None] * 3
    assert visitor.messages() == []
    assert visitor.get("summary").error == (404, "no_summary")
    assert "Question 1 of 6" in visitor.say("start the check").texts[-1]
    assert visitor.said() == ["start the check"]


def test_deletion(own: OwnStack, visitor: Visitor) -> None:
    """Nothing of the conversation is left in the database file; others keep theirs."""
    other = arrived(own.port)
    kept = sender_of(own, other, "hello")
    sender = sender_of(own, visitor, "start the check")
    visitor.say(f"I take {SECRET}")
    visitor.restart()
    visitor.say(f"I take {SECRET}")
    assert b"Zorvolex" in own.database_bytes()
    pending = visitor.start(f"and more {SECRET}")
    time.sleep(0.02)
    cookie = visitor.cookie
    assert visitor.delete().json == {"deleted": True}
    pending.close()
    assert sender not in own.senders()
    assert kept in own.senders()
    assert b"Zorvolex" not in own.database_bytes()
    visitor.cookie = cookie
    assert visitor.say("no").error == (401, "no_session")
    time.sleep(1)
    assert sender not in own.senders()


def test_no_word_gets_into_the_logs(own: OwnStack, visitor: Visitor) -> None:
    """At the level of INFO, whatever happens to the message."""
    visitor.say(f"I take {SECRET}")
    visitor.say(f"I take {SECRET}", "message-1")
    visitor.say(f"I take {SECRET}", "message-1")
    visitor.say(SECRET * 100)
    visitor.start(f"I take {SECRET}").close()
    visitor.request("POST", "webhook", raw=b'{"message": "Zorvolex')
    visitor.messages()
    visitor.get("summary")
    visitor.restart()
    visitor.delete()
    assert "INFO" in own.all_logs()
    assert "Zorvolex" not in own.all_logs()


def test_the_action_server_is_down(own: OwnStack, visitor: Visitor) -> None:
    """Readiness says which part is missing; the visitor gets an honest reply, and the check goes on."""
    visitor.say("start the check")
    own.kill("actions")
    try:
        eventually(lambda: own.ready()[0] == 503)
        checks = {"model": True, "actions": False, "tracker_store": True, "lock_store": True}
        assert own.ready()[1] == {"status": "unavailable", "checks": checks}
        assert visitor.say("no", "message-1").texts[0].startswith("Sorry, something went wrong on my side")
    finally:
        own.start("actions")
    assert "Question 2 of 6" in visitor.say("no").texts[0]


def test_rasa_is_killed_and_started_again(own: OwnStack, visitor: Visitor) -> None:
    """The session holds, the transcript is there, a retry repeats its replies, the check goes on."""
    sender = sender_of(own, visitor, "start the check")
    first = visitor.say("no", "message-1").lines
    before = visitor.messages()
    own.kill("rasa")
    assert _http.get(f"{own.url}{PREFIX}")[0] == 0
    own.start("rasa")
    assert visitor.get("session").status == 200
    assert visitor.messages() == before
    assert visitor.say("no", "message-1").lines == first
    assert own.user_turns(sender) == ["start the check", "no"]
    assert "Question 3 of 6" in visitor.say("no", new_id()).texts[0]


def test_wrong_settings_stop_the_start(own: OwnStack) -> None:
    """One clear line."""
    assert own.folder is not None
    log = own.folder / "wrong.log"
    service = Service.start(
        "wrong", own.command("rasa"), log, {**own.settings, "STRIA_WEB_URL": "bot.clinic.example"}
    )
    assert service.process.wait(60) != 0
    assert "'public_url' (variable STRIA_WEB_URL): 'bot.clinic.example' can't be used" in service.tail()
    assert "Traceback" not in service.tail()


def talk(visitor: Visitor, text: str, language: object) -> str:
    """What is replied to a message from a page in a language."""
    body = {"message": text, "id": new_id(), "language": language}
    answer = visitor.request("POST", "webhook", body)
    assert answer.status == 200
    return " ".join(str(line.get("text", "")) for line in answer.lines)


def test_language_of_the_page(own: OwnStack) -> None:
    """The talk begins in the page's language; the patient's wish counts more, until a start over."""
    visitor = arrived(own.port)
    assert "Pregunta 1 de 6" in talk(visitor, "empezar el cuestionario", "es")
    assert "Pregunta 2 de 6" in talk(visitor, "No lo sé", "es")
    summary = visitor.get("summary").json["text"]
    assert "Heart rhythm or blood pressure: not sure" in summary
    assert "Language: es (español)" in summary
    assert "Question 2 of 6" in talk(visitor, "English", "es")
    assert "Question 3 of 6" in talk(visitor, "no", "es")
    assert visitor.restart().status == 200
    assert "español" in talk(visitor, "hola", "es")


@pytest.mark.parametrize("language", ["fr", "", "../es", 5, None, ["es"], "e" * 500])
def test_a_language_that_is_not_there(own: OwnStack, language: object) -> None:
    """Nonsense, and a language that the assistant does not have, is English."""
    assert "I'm Stria" in talk(arrived(own.port), "hello there", language)
