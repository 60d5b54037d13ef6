"""Ten thousand malformed requests over all public surfaces: no error of ours, no hang, no exit, no word in a log."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings

from rasa_ext.hardening import request_time
from tests import malformed, transports
from tests.malformed import SECRET, Sound, Wrong, get, post
from tests.own_stack import MANY, OwnStack, start_own
from tests.raw_http import Request, abandon, connected, exchange
from tests.transports.base import MessengerTransport
from tests.web_client import CONSENT, Visitor

pytestmark = pytest.mark.stack
TOKEN = "a-token-for-the-tests"
WORD = SECRET.decode()
MESSENGERS = transports.messengers()
#: How many requests each surface gets.
NUMBERS = {
    "web": 2500,
    **dict.fromkeys(MESSENGERS, 500),
    "rest": 1000,
    "api": 2000,
    "api without token": 500,
    "pages": 500,
}


@dataclass
class Target:
    """The running assistant, with all platforms, and what it answered."""

    own: OwnStack
    messengers: dict[str, MessengerTransport]
    statuses: Counter[int] = field(default_factory=Counter)

    def send(self, wrong: Wrong) -> list[int]:
        """Sends something wrong; returns the statuses of the answers."""
        if wrong.gone:
            abandon(self.own.port, wrong.parts[0])
            return []
        pause = 0.001 if len(wrong.parts) > 1 else 0.0
        found = exchange(self.own.port, *wrong.parts, pause=pause, quiet=wrong.quiet)
        self.statuses.update(found)
        return found


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """The assistant with every channel on and Rasa's API behind a token, which logs all it can."""
    messengers: dict[str, MessengerTransport] = {}
    environment = {
        "STRIA_WEB_SECRET": "a secret for the tests of malformed requests",
        **{f"STRIA_WEB_RATE_{name}": MANY for name in ("IP", "NEW", "SESSION", "READS")},
        "RASA_TOKEN": TOKEN,
        "LOG_LEVEL": "DEBUG",
        "LOG_LEVEL_LIBRARIES": "DEBUG",
    }
    for name in MESSENGERS:
        transport = transports.transport(name)
        assert isinstance(transport, MessengerTransport)
        environment.update(transport.start())
        messengers[name] = transport
    # The address that Twilio signs; the website's callers are checked against it as well.
    own = start_own({**environment, "STRIA_WEB_URL": "https://bot.clinic.example"})
    for transport in messengers.values():
        transport.connect(own.client)
    yield Target(own, messengers)
    own.stop()
    for transport in messengers.values():
        transport.stop()


def web(target: Target) -> list[Sound]:
    """The website's channel, with a session and without."""
    frame = ("X-Stria", "1")
    opened = Visitor(target.own.port)
    assert opened.open(storage=True, headers={"Host": "bot.clinic.example"}).status == 201
    known = ("Authorization", f"Bearer {opened.token}")
    message = {"message": f"does it hurt? {WORD}", "id": "message-1"}
    at = "/webhooks/web/"
    return [
        post(f"{at}webhook", message, frame, known),
        post(f"{at}webhook", message, frame),
        post(f"{at}session", {"consent": CONSENT, "storage": True}, frame),
        post(f"{at}restart", {}, frame, known),
        get(f"{at}session", frame, known),
        get(f"{at}messages", frame, known),
        get(f"{at}summary", frame, known),
        get(f"{at}session", frame, method="DELETE"),
        get(at),
        get(f"{at}chat"),
        get(f"{at}loader.js", ("Accept-Encoding", "br, gzip")),
    ]


def messenger(name: str) -> Callable[[Target], list[Sound]]:
    """The webhook of a messenger."""

    def sounds(target: Target) -> list[Sound]:
        transport = target.messengers[name]

        def sign(body: bytes) -> Request:
            webhook = transport.signed(body)
            headers = [("Host", "127.0.0.1"), *webhook.headers.items()]
            encoded = tuple((n.encode(), v.encode()) for n, v in headers)
            return Request(b"POST", webhook.path.encode(), encoded, webhook.body)

        real = [
            transport.text("4242", f"hello {WORD}"),
            transport.pressed("4242", "Yes"),
            transport.photo("4242"),
        ]
        return [Sound(sign(webhook.body), sign) for webhook in real] + [get(real[0].path)]

    return sounds


def rest(target: Target) -> list[Sound]:
    """The channel of development."""
    return [
        post("/webhooks/rest/webhook", {"sender": "me", "message": f"hello {WORD}"}),
        post("/webhooks/rest/webhook", {"sender": "me", "message": "start the check"}),
        get("/webhooks/rest/"),
    ]


def api(token: str) -> Callable[[Target], list[Sound]]:
    """Rasa's own API; not what trains, tests, loads or unloads a model, which its owner may do."""

    def sounds(target: Target) -> list[Sound]:
        # Of its own: who may use the API may also pause a conversation.
        who = f"of-{token}"
        target.own.client.send(who, "hello")
        ask = f"?token={token}"
        events = [{"event": "user", "text": WORD, "timestamp": 1.5, "metadata": {}}, {"event": "restart"}]
        slot = {"event": "slot", "name": "herpes", "value": "yes"}
        return [
            get(f"/conversations/{who}/tracker{ask}"),
            get(f"/conversations/{WORD}/tracker{ask}&include_events=ALL&until=2000000000"),
            get(f"/conversations/{who}/story{ask}&all_sessions=true"),
            get(f"/status{ask}"),
            get("/version"),
            get(f"/domain{ask}"),
            post(f"/conversations/{who}/messages{ask}", {"text": f"hello {WORD}", "sender": "user"}),
            post(f"/conversations/{who}/trigger_intent{ask}", {"name": "greet", "entities": {"a": "b"}}),
            post(f"/conversations/{who}/execute{ask}", {"name": "utter_ask_herpes", "policy": None}),
            post(f"/conversations/{who}/predict{ask}", {}),
            post(f"/conversations/{who}/tracker/events{ask}", [slot]),
            Sound(
                post(f"/conversations/you/tracker/events{ask}", events).request.__class__(
                    b"PUT",
                    f"/conversations/you/tracker/events{ask}".encode(),
                    post("/", {}).request.headers,
                    post("/", events).request.body,
                )
            ),
            post(f"/model/parse{ask}", {"text": f"hello {WORD}"}),
            post(f"/model/predict{ask}", events),
        ]

    return sounds


def pages(target: Target) -> list[Sound]:
    """The demo, and addresses where nothing is."""
    return [
        get("/"),
        get("/about"),
        get("/nowhere"),
        post("/", {"text": WORD}),
        post("/nowhere", {"text": WORD}),
    ]


SURFACES: dict[str, Callable[[Target], Sequence[Sound]]] = {
    "web": web,
    **{name: messenger(name) for name in MESSENGERS},
    "rest": rest,
    "api": api(TOKEN),
    "api without token": api("wrong"),
    "pages": pages,
}


def test_the_number() -> None:
    """It is what the name of this file promises."""
    assert sum(NUMBERS.values()) == 10_000


@pytest.mark.parametrize("surface", SURFACES)
def test_malformed_requests(target: Target, surface: str) -> None:
    """Each is refused or taken; what is complete gets an answer, and nothing takes for ever."""

    @settings(
        max_examples=NUMBERS[surface],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(malformed.wrong(SURFACES[surface](target)))
    def attack(wrong: Wrong) -> None:
        found = target.send(wrong)
        assert all(status < 500 for status in found), found
        assert found or not wrong.complete or wrong.gone

    attack()
    assert [s.name for s in target.own.services if s.process.poll() is not None] == []


def test_slow_callers(target: Target) -> None:
    """Sixty that send a byte now and then: others are served meanwhile, and all sixty are hung up on in time."""
    heads = (b"GET /" + b"a" * 500, b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Length: 500\r\n\r\n")
    begun = time.monotonic()
    slow = [(connected(target.own.port), iter(heads[n % 2] + b"a" * 500)) for n in range(60)]
    waits = []
    while slow:
        assert time.monotonic() - begun < 2 * request_time.SECONDS, f"{len(slow)} are still connected"
        slow = [(wire, rest) for wire, rest in slow if _still_there(wire, bytes([next(rest)]))]
        asked = time.monotonic()
        assert target.own.client.send("meanwhile", "hello").text
        waits.append(time.monotonic() - asked)
        time.sleep(0.3)
    print(
        f"\nhung up after {time.monotonic() - begun:.0f} s; meanwhile an answer took {max(waits):.2f} s at most"
    )
    assert max(waits) < 5


def _still_there(wire: socket.socket, byte: bytes) -> bool:
    """Sends a byte; tells whether the server still waits for more."""
    try:
        wire.sendall(byte)
        wire.setblocking(False)
        while wire.recv(4096):
            pass
    except BlockingIOError:
        wire.settimeout(5)
        return True
    except ConnectionError:
        pass
    wire.close()
    return False


def test_afterwards(target: Target) -> None:
    """The same processes still serve a patient, and no log has the word."""
    answers = [target.own.client.send("afterwards", text).text for text in ("start the check", "no", "no")]
    assert "Question 3 of 6" in answers[-1]
    assert target.own.ready()[0] == 200
    found = [line for line in target.own.all_logs().splitlines() if WORD in line]
    assert found == []
    print(f"\n{dict(sorted(target.statuses.items()))}")
