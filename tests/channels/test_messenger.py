"""What only Messenger and Instagram have: batches, events, verification, marks, limits and errors of Meta's."""

from __future__ import annotations

import http.client
import json
import logging
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import graph, texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.messenger import FacebookInput
from rasa_ext.channels.replies import Button, Reply
from scripts._env import ROOT, child_environment
from tests import golden
from tests.fakes.messenger import APP_SECRET, PROOF, TOKEN, VERIFY_TOKEN, FakeMessenger, error_body
from tests.fakes.platform import Failure, RefusedError
from tests.messenger_server import Messenger, messenger
from tests.transports.instagram import InstagramTransport
from tests.transports.messenger import PAGE, PATH, MessengerAppTransport, entry, item, message, mid

EVENTS = {
    "messenger": Event("1", "1", to={"platform": "messenger"}),
    "instagram": Event("1", "1", to={"platform": "instagram"}),
}
USER = "4242"


@pytest.fixture(scope="module", params=[MessengerAppTransport, InstagramTransport], ids=lambda t: str(t.name))
def transport(request: pytest.FixtureRequest) -> Iterator[MessengerAppTransport]:
    """One of both platforms, started once."""
    found: MessengerAppTransport = request.param()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def bot(transport: MessengerAppTransport) -> Iterator[Messenger]:
    """A bot that has heard nothing yet."""
    transport.fake.clear()
    with messenger(transport) as running:
        yield running


@pytest.fixture
def channel() -> FacebookInput:
    """The channel alone."""
    return FacebookInput(TOKEN, APP_SECRET, VERIFY_TOKEN, "http://127.0.0.1:1")


def deliver(bot: Messenger, *items: dict[str, Any]) -> None:
    """Delivers events in one entry and waits until nothing is under way."""
    deliver_entries(bot, entry(*items))


def deliver_entries(bot: Messenger, *entries: dict[str, Any]) -> None:
    """Delivers a batch and waits until nothing is under way."""
    assert isinstance(bot.transport, MessengerAppTransport)
    bot.post(bot.transport.batch(*entries))
    bot.settled()


def get(bot: Messenger, **query: str) -> tuple[int, str]:
    """Asks for the webhook's address with GET; the names are without their `hub.`."""
    place = urllib.parse.urlsplit(bot.transport.client.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    try:
        query = {f"hub.{name}": value for name, value in query.items()}
        connection.request("GET", f"{PATH}?{urllib.parse.urlencode(query)}")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class TestVerification:
    def test_the_challenge(self, bot: Messenger) -> None:
        """With the right token it is given back as it came."""
        right = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444"}
        assert get(bot, **right) == (200, "1158201444")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"verify_token": "another"},
            {"verify_token": ""},
            {"verify_token": VERIFY_TOKEN + "x"},
            {"verify_token": "ümläut"},
            {"mode": "unsubscribe"},
            {"mode": ""},
            {"challenge": ""},
            {"challenge": "<script>"},
        ],
        ids=str,
    )
    def test_a_wrong_one(self, bot: Messenger, wrong: dict[str, str]) -> None:
        """403, and the challenge is not shown."""
        query = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444", **wrong}
        status, body = get(bot, **query)
        assert status == 403
        assert "1158201444" not in body
        assert VERIFY_TOKEN not in body

    def test_a_published_signature(self) -> None:
        """The scheme is that of all X-Hub-Signature-256; GitHub publishes a vector of it."""
        secret, body = b"It's a Secret to Everybody", b"Hello, World!"
        right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        request = SimpleNamespace(headers={"x-hub-signature-256": right}, body=body)
        graph.verify_signature(cast(Any, request), secret)
        request.body += b"!"
        with pytest.raises(ChannelError):
            graph.verify_signature(cast(Any, request), secret)

    def test_a_published_proof(self) -> None:
        """appsecret_proof is an HMAC-SHA256 of the token: RFC 4231, case 2."""
        expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        assert graph.secret_proof("what do ya want for nothing?", b"Jefe") == expected

    def test_the_bytes_are_signed(self, bot: Messenger) -> None:
        """Escaped, as Meta sends them, and as UTF-8."""
        assert isinstance(bot.transport, MessengerAppTransport)
        for escaped, word in ((True, "äöå 👍"), (False, "éèê 👍")):
            batch = {"object": bot.transport.object, "entry": [entry(message(USER, word))]}
            body = json.dumps(batch, ensure_ascii=escaped).encode()
            bot.post(bot.transport.signed(body))
            bot.settled()
        assert bot.heard == ["äöå 👍", "éèê 👍"]


class TestBatches:
    def test_all_are_handled(self, bot: Messenger) -> None:
        """Several entries with several events of several people; each person's in order."""
        first = entry(
            message("1", "a"), message("2", "b"), item("1", read={"watermark": 1}), message("1", "c")
        )
        second = {**entry(message("2", "d"), message("3", "e")), "id": "999"}
        deliver_entries(bot, first, {"id": PAGE, "time": 1, "standby": [message("1", "no")]}, second)
        heard = [(m.sender_id, m.text) for m in bot.agent.messages]
        name = bot.transport.name
        assert sorted(heard) == [
            (f"{name}:1", "a"),
            (f"{name}:1", "c"),
            (f"{name}:2", "b"),
            (f"{name}:2", "d"),
            (f"{name}:3", "e"),
        ]
        assert [t for s, t in heard if s == f"{name}:1"] == ["a", "c"]
        assert len(bot.shown("1")) == 4

    def test_one_event_twice(self, bot: Messenger) -> None:
        """Within a batch it counts once, too."""
        event = message(USER, "hello")
        deliver(bot, event, event)
        deliver(bot, event)
        assert bot.heard == ["hello"]

    def test_rubbish_beside_a_message(self, bot: Messenger) -> None:
        """What can't be read does not keep the rest from being read."""
        rubbish: list[Any] = [None, 7, "x", [], {}, {"sender": {"id": USER}}, {"message": {"text": "x"}}]
        rubbish += [
            item(USER, message={"text": "no id"}),
            item(USER, postback=None),
            item("", message={"mid": "1"}),
        ]
        deliver_entries(
            bot, cast(Any, {"id": PAGE}), {"id": PAGE, "messaging": [*rubbish, message(USER, "hello")]}
        )
        assert bot.heard == ["hello"]

    def test_ids_longer_than_the_tracker_takes(self, bot: Messenger) -> None:
        """Those of Instagram are; they are hashed, and told apart."""
        long = mid()
        assert len(long) > 128
        for last in ("a", "b", "b"):
            deliver(bot, item(USER, message={"mid": long + last, "text": last}))
        assert bot.heard == ["a", "b"]

    def test_both_platforms_on_one_webhook(self, bot: Messenger) -> None:
        """The same ids on Messenger and Instagram are two conversations, and each gets its own form."""
        event = message(USER, "hello")
        for one in (MessengerAppTransport, InstagramTransport):
            bot.post(one().event(event))
        bot.settled()
        assert {m.sender_id for m in bot.agent.messages} == {"messenger:4242", "instagram:4242"}
        questions = [b["message"]["text"] for b in bot.fake.of("messages") if "quick_replies" in b["message"]]
        assert sorted("1. Yes" in text for text in questions) == [False, True]

    @pytest.mark.parametrize("kind", ["user", "whatsapp_business_account", "", None, 7])
    def test_webhooks_of_others(self, bot: Messenger, kind: Any) -> None:
        """Other objects are taken and mean nothing."""
        body = json.dumps({"object": kind, "entry": [entry(message(USER, "hello"))]}).encode()
        assert bot.transport.status(bot.transport.signed(body)) == 200
        bot.settled()
        assert (bot.fake.calls, bot.heard) == ([], [])


class TestEvents:
    @pytest.mark.parametrize(
        "parts",
        [
            {"read": {"watermark": 1458668856253}},
            {"read": {"mid": "m_1"}},
            {"delivery": {"mids": ["m_1"], "watermark": 1458668856253}},
            {"reaction": {"reaction": "love", "emoji": "❤️", "action": "react", "mid": "m_1"}},
            {"message_edit": {"mid": "m_1", "text": "changed", "num_edit": 1}},
            {"message": {"mid": "m_1", "text": "an echo", "is_echo": True, "app_id": 1}},
            {"message": {"mid": "m_1", "is_echo": True, "attachments": [{"type": "audio"}]}},
            {"message": {"mid": "m_1", "text": "to myself", "is_self": True, "is_echo": True}},
            {"message": {"mid": "m_1", "is_deleted": True}},
            {"message": {"mid": "m_1", "attachments": [{"type": "story_mention", "payload": {"url": "x"}}]}},
            {"message": {"mid": "m_1"}},
            {"optin": {"ref": "x"}},
            {"referral": {"ref": "x", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
            {"account_linking": {"status": "linked"}},
            {"pass_thread_control": {"new_owner_app_id": "1"}},
            {"policy_enforcement": {"action": "warning"}},
        ],
        ids=lambda parts: json.dumps(parts)[:45],
    )
    def test_what_does_not_concern_us(self, bot: Messenger, parts: dict[str, Any]) -> None:
        """200, no call, no turn."""
        deliver(bot, item(USER, **parts))
        assert (bot.fake.calls, bot.fake.refused, bot.heard) == ([], [], [])

    def test_what_we_said_ourselves(self, bot: Messenger) -> None:
        """A message of the Page's is none of a patient's, though nothing marks it as an echo."""
        deliver(bot, item(PAGE, message={"mid": "m_1", "text": "You said hello"}))
        assert (bot.fake.calls, bot.heard) == ([], [])

    @pytest.mark.parametrize(
        "parts",
        [
            {"attachments": [{"type": "audio", "payload": {"url": "x"}}]},
            {"attachments": [{"type": "image", "payload": {"url": "x", "sticker_id": 369239263222822}}]},
            {"attachments": [{"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2}}}]},
            {"attachments": [{"type": "ig_reel", "payload": {"reel_video_id": 1}}]},
            {"attachments": [{"type": "fallback", "payload": {"url": "x"}}]},
            {"attachments": [{"type": "image"}, {"type": "image"}]},
            {"attachments": [{}]},
            {"is_unsupported": True},
        ],
        ids=lambda parts: json.dumps(parts)[:40],
    )
    def test_what_is_not_text(self, bot: Messenger, parts: dict[str, Any]) -> None:
        """Each kind gets the kind text, once, and is marked as seen; nobody types."""
        deliver(bot, message(USER, **parts))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])
        assert [b["sender_action"] for b in bot.fake.of("sender_action")] == ["mark_seen"]

    def test_a_picture_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the picture is not."""
        deliver(bot, message(USER, "is this a rash?", attachments=[{"type": "image"}]))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    @pytest.mark.parametrize(
        "more",
        [
            {
                "attachments": [
                    {"type": "fallback", "title": "A page", "payload": {"url": "https://a.example"}}
                ]
            },
            {"reply_to": {"mid": "m_0"}},
            {"reply_to": {"story": {"id": "1", "url": "https://a.example"}}},
            {"nlp": {"entities": {}}},
            {"quick_reply": {"payload": ""}},
            {"quick_reply": "x", "attachments": "x", "is_echo": "no"},
        ],
        ids=lambda more: str(next(iter(more))),
    )
    def test_words_with_other_parts(self, bot: Messenger, more: dict[str, Any]) -> None:
        """A preview of a link, and what is replied to, change nothing."""
        deliver(bot, message(USER, "hello", **more))
        assert bot.heard == ["hello"]
        assert bot.texts()[0] == "You said hello"

    @pytest.mark.parametrize(
        ("parts", "heard"),
        [
            ({"title": "Get Started", "payload": "Hello"}, "Hello"),
            ({"title": "Get Started", "payload": "GET_STARTED"}, "Hello"),
            ({"title": "Get Started", "payload": "GET_STARTED_PAYLOAD"}, "Hello"),
            ({"title": "Start the check", "payload": "MENU_START_CHECK"}, "Start the check"),
            (
                {"title": "Start the check", "payload": "What is laser resurfacing?"},
                "What is laser resurfacing?",
            ),
            ({"title": "Start the check"}, "Start the check"),
        ],
    )
    def test_postbacks(self, bot: Messenger, parts: dict[str, str], heard: str) -> None:
        """The start button, the menu and ice breakers send what a person would say; each press counts once."""
        for number in ({"mid": mid()}, {}):
            event = item(USER, postback={**parts, **number})
            deliver(bot, event)
            deliver(bot, event)
        assert bot.heard == [heard, heard]

    def test_a_postback_with_nothing(self, bot: Messenger) -> None:
        """As `standby` has them: nothing."""
        deliver(bot, item(USER, postback={"mid": "m_1"}))
        assert bot.heard == []

    def test_marks(self, bot: Messenger) -> None:
        """A message is marked as seen; when that fails, it is not tried again."""
        bot.say("hello")
        assert [b["sender_action"] for b in bot.fake.of("sender_action")] == ["mark_seen"]
        bot.fake.clear()
        bot.fake.fail("sender_action", Failure(500))
        assert len(bot.say("hello")) == 2
        assert [c.method for c in bot.fake.failed] == ["sender_action"]
        assert bot.fake.of("sender_action") == []


class TestCalls:
    def test_the_token(self, bot: Messenger) -> None:
        """In a header, never in an address; with the proof of the app secret."""
        bot.say("hello")
        for call in bot.fake.calls:
            assert call.headers["Authorization"] == f"Bearer {TOKEN}"
            assert call.body["appsecret_proof"] == PROOF
            assert TOKEN not in json.dumps(call.body)

    def test_without_a_proof(self, transport: MessengerAppTransport) -> None:
        """It can be switched off, for a token of another app."""
        transport.fake.clear()
        transport.fake.needs_proof = False
        try:
            with messenger(transport, appsecret_proof="off", version="v24.0") as bot:
                assert len(bot.say("hello")) == 2
            assert not any("appsecret_proof" in call.body for call in transport.fake.calls)
        finally:
            transport.fake.needs_proof = True

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("version", "25"),
            ("app_secret", "short"),
            ("token", "x"),
            ("verify_token", "x"),
            ("appsecret_proof", "so"),
        ],
    )
    def test_wrong_settings(
        self, transport: MessengerAppTransport, caplog: pytest.LogCaptureFixture, setting: str, value: str
    ) -> None:
        """One line names the setting; no secret is shown."""
        FacebookInput.from_credentials({**transport.credentials(), setting: value})
        (line,) = caplog.messages
        assert f"'{setting}'" in line
        assert not any(secret in line for secret in (TOKEN, APP_SECRET, VERIFY_TOKEN))

    @pytest.mark.parametrize(("status", "code"), [(400, 4), (403, 4), (400, 613), (400, 80006), (400, 1200)])
    def test_too_often(self, bot: Messenger, status: int, code: int) -> None:
        """Limits come as 400 or 403 with a code; they are tried again, and the order is kept."""
        limited = Failure(status, error_body(code, "(#613) Calls to this API have exceeded the rate limit."))
        bot.fake.fail("messages", limited, limited)
        assert bot.say("hello")[0] == "You said hello"
        assert (len(bot.shown()), len(bot.fake.failed)) == (2, 2)

    def test_retry_after(self, bot: Messenger) -> None:
        """A limit is waited for as long as the header says."""
        bot.fake.fail("messages", Failure(400, error_body(613, "too often"), {"Retry-After": "1"}))
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 1 <= time.monotonic() - started < 3

    @pytest.mark.parametrize(
        ("code", "subcode", "meaning"),
        [
            (10, 2018278, "24 hours"),
            (10, 2534022, "24 hours"),
            (551, 1545041, "can't be reached"),
            (190, 460, "access token"),
            (100, 2018001, "no such person"),
            (200, 0, "permission"),
            (9999, 0, "error 9999"),
        ],
    )
    def test_final_errors(
        self, bot: Messenger, caplog: pytest.LogCaptureFixture, code: int, subcode: int, meaning: str
    ) -> None:
        """Asked once; the log has the code and what it means, and nothing that was said."""
        body = error_body(code, "You said my secret sore", subcode)
        bot.fake.fail("messages", Failure(400, body), Failure(400, body))
        with caplog.at_level(logging.DEBUG, "rasa_ext"):
            assert bot.say("my secret sore") == []
        assert len(bot.fake.failed) == 2
        assert bot.heard == ["my secret sore"]
        assert meaning in caplog.text
        assert "secret sore" not in caplog.text
        assert TOKEN not in caplog.text

    def test_a_passing_error_is_named_by_meta(self, bot: Messenger) -> None:
        """`is_transient` is tried again, whatever the code."""
        body = error_body(1, "An unknown error occurred")
        body["error"]["is_transient"] = True
        bot.fake.fail("messages", Failure(400, body))
        assert len(bot.say("hello")) == 2

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(400, error_body(613, ""), {"Retry-After": "7"}), 7),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 1}]}'}), 60),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 0}]}'}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [7], "2": 8, "3": [{}]}'}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: "<"}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: "[]"}), None),
            (Answer(500, None, {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 5}]}'}), None),
            (Answer(429, "x", None), None),
        ],
    )  # fmt: skip
    def test_where_it_says_how_long(self, answer: Answer, seconds: float | None) -> None:
        """In the header of HTTP, else in Meta's own, which counts minutes."""
        assert graph.retry_after(answer) == seconds


class TestMessages:
    @pytest.mark.parametrize("name", EVENTS)
    def test_golden(self, channel: FacebookInput, name: str) -> None:
        """What Meta is sent is what was read and approved, and its rules allow it."""
        golden.check(name, channel, EVENTS[name])
        fake = FakeMessenger(instagram=name == "instagram")
        for messages in golden.rendered(channel, EVENTS[name]).values():
            for one in messages:
                fake._message(one)

    @pytest.mark.parametrize("name", EVENTS)
    @pytest.mark.parametrize("sign", ["word ", "слово ", "😀", "👩‍⚕️ ", "é"])
    @pytest.mark.parametrize("count", [300, 1000, 2600])
    def test_any_text_fits(self, channel: FacebookInput, name: str, sign: str, count: int) -> None:
        """Whatever it is counted in, no message is too long, and no word is lost."""
        reply = Reply(sign * count, (Button("Yes", "Yes"), Button("A label of more than 20", "x")), "1.1")
        messages = channel.render(reply, EVENTS[name])
        for one in messages:
            FakeMessenger(instagram=name == "instagram")._message(one)
        said = "".join(m["text"] for m in messages)
        assert said.replace(" ", "").count(sign.strip()) == count
        assert "quick_replies" in messages[-1]
        assert messages[-1]["text"].endswith("1. Yes\n2. A label of more than 20")

    def test_the_choices_stay_together(self, channel: FacebookInput) -> None:
        """When they don't fit below the text, they are a message of their own."""
        buttons = tuple(Button(f"A choice that has number {n}", str(n)) for n in range(4))
        reply = Reply("word " * 390, buttons, "1.1")
        first, second = channel.render(reply, EVENTS["messenger"])
        assert first == {"text": ("word " * 390).strip()}
        assert second["text"].startswith("1. A choice")
        assert second["quick_replies"][0]["title"] == "1. A choice that…"


class TestTheFake:
    """The rules that the tests rest on."""

    @pytest.mark.parametrize(
        "change",
        [
            {"message": {"text": "x" * 2001}},
            {"message": {"text": "😀" * 1001}},
            {"message": {"text": " "}},
            {"message": {"text": "x", "buttons": []}},
            {"message": {"text": "x", "quick_replies": []}},
            {
                "message": {
                    "text": "x",
                    "quick_replies": [{"content_type": "text", "title": "x" * 21, "payload": "x"}],
                }
            },
            {
                "message": {
                    "text": "x",
                    "quick_replies": [{"content_type": "text", "title": "x", "payload": ""}],
                }
            },
            {
                "message": {
                    "text": "x",
                    "quick_replies": [{"content_type": "text", "title": "", "payload": "x"}],
                }
            },
            {
                "message": {
                    "text": "x",
                    "quick_replies": [{"content_type": "text", "title": "x", "payload": "x"}] * 14,
                }
            },
            {"recipient": {}},
            {"messaging_type": None},
            {"sender_action": "typing_on"},
            {"appsecret_proof": "x"},
        ],
        ids=lambda change: json.dumps(change)[:60],
    )
    def test_it_refuses(self, change: dict[str, Any]) -> None:
        """As Meta does."""
        right = {"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "x"}}
        body = {**right, "appsecret_proof": PROOF}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        FakeMessenger().serve("messages", body, headers)
        with pytest.raises(RefusedError):
            FakeMessenger().serve("messages", {**body, **change}, headers)

    def test_instagram_counts_bytes(self) -> None:
        """A thousand of them, and fewer characters."""
        fake = FakeMessenger(instagram=True)
        for right, wrong in (("é" * 500, "é" * 501), ("x" * 999, "x" * 1000)):
            fake._message({"text": right})
            with pytest.raises(RefusedError):
                fake._message({"text": wrong})


class TestConnect:
    def connect(self, fake: FakeMessenger, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs the command against the fake."""
        env = {
            "STRIA_MESSENGER_TOKEN": TOKEN,
            "STRIA_MESSENGER_APP_SECRET": APP_SECRET,
            "STRIA_MESSENGER_VERIFY_TOKEN": VERIFY_TOKEN,
            "STRIA_MESSENGER_API_BASE": fake.url,
            "STRIA_WEB_URL": "https://bot.clinic.example",
            **more,
        }
        command = [sys.executable, "-m", "scripts.connect", "messenger"]
        return subprocess.run(
            command, cwd=ROOT, env=child_environment(env), capture_output=True, text=True, check=False
        )

    @pytest.fixture
    def fake(self) -> Iterator[FakeMessenger]:
        """A Page."""
        found = FakeMessenger()
        found.start()
        yield found
        found.stop()

    def test_it_connects_the_page(self, fake: FakeMessenger) -> None:
        """The Page is subscribed, the start button set, and it is told what to set by hand; no secret is shown."""
        done = self.connect(fake)
        assert done.returncode == 0, done.stderr
        assert "https://bot.clinic.example/webhooks/messenger/webhook" in done.stdout
        assert not any(secret in done.stdout for secret in (TOKEN, APP_SECRET, VERIFY_TOKEN))
        (page,) = fake.of("subscribed_apps")
        assert page["subscribed_fields"] == "messages,messaging_postbacks"
        (profile,) = fake.of("messenger_profile")
        assert profile["get_started"] == {"payload": "Hello"}

    def test_a_wrong_token(self, fake: FakeMessenger) -> None:
        """One line says so, without the token."""
        done = self.connect(fake, STRIA_MESSENGER_TOKEN=TOKEN + "x")
        assert done.returncode == 1
        (told,) = done.stderr.strip().splitlines()
        assert "error 190: the access token is wrong" in told
        assert TOKEN not in done.stderr + done.stdout
