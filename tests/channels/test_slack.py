"""What only Slack has: its signature, challenges, events, presses, threads, channels, blocks and errors."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.reading import at
from rasa_ext.channels.messengers.slack import SlackClient, SlackInput
from rasa_ext.channels.messengers.slack_text import typed
from rasa_ext.channels.replies import Button, Reply
from scripts._env import ROOT, child_environment
from tests import golden
from tests.fakes.platform import Failure, RefusedError
from tests.fakes.slack import SIGNING_SECRET, TOKEN, FakeSlack, buttons, sections, shown
from tests.messenger_server import Messenger, messenger
from tests.transports.base import Webhook
from tests.transports.slack import (
    FORM,
    PATH,
    SlackTransport,
    callback,
    interaction,
    message,
    press,
    request,
    signature,
)

EVENT = Event("D1", "1.1", to={"channel": "D1", "thread": ""})
#: "Verifying requests from Slack": the example of a slash command, its secret, and its signature.
EXAMPLE_TIME = "1531420618"
EXAMPLE_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture(scope="module")
def transport() -> Iterator[SlackTransport]:
    """Slack, started once."""
    found = SlackTransport()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def bot(transport: SlackTransport) -> Iterator[Messenger]:
    """An app that has heard nothing yet."""
    transport.fake.clear()
    with messenger(transport) as running:
        yield running


@pytest.fixture
def channel() -> SlackInput:
    """The channel alone."""
    return SlackInput(TOKEN, SIGNING_SECRET, "http://127.0.0.1:1")


def post(bot: Messenger, webhook: Webhook) -> None:
    """Delivers a request and waits until nothing is under way."""
    bot.post(webhook)
    bot.settled()


def answer(bot: Messenger, webhook: Webhook) -> tuple[int, str, bytes]:
    """Returns status, content type and body of the answer to a request."""
    place = urllib.parse.urlsplit(bot.transport.client.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
    try:
        connection.request("POST", webhook.path, webhook.body, dict(webhook.headers))
        found = connection.getresponse()
        return found.status, found.getheader("Content-Type", ""), found.read()
    finally:
        connection.close()


class _Request:
    """As much of a request as a signature needs."""

    def __init__(self, body: bytes, headers: dict[str, str]):
        self.body, self.headers = body, {name.lower(): value for name, value in headers.items()}


class TestSignature:
    def verify(self, channel: SlackInput, at: str, given: str, body: bytes = EXAMPLE_BODY) -> bool:
        """Tells whether a request with these headers is taken."""
        headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": given}
        try:
            channel.verify(_Request(body, headers))
        except ChannelError as error:
            return error.status != 403
        return True

    @pytest.mark.parametrize(
        ("later", "taken"), [(0, True), (299, True), (301, False), (-299, True), (-301, False)]
    )
    def test_the_published_example(
        self, channel: SlackInput, monkeypatch: pytest.MonkeyPatch, later: int, taken: bool
    ) -> None:
        """It is right for five minutes after (and before) its own time."""
        monkeypatch.setattr(time, "time", lambda: float(EXAMPLE_TIME) + later)
        assert signature(EXAMPLE_BODY, EXAMPLE_TIME) == EXAMPLE_SIGNATURE
        assert self.verify(channel, EXAMPLE_TIME, EXAMPLE_SIGNATURE) is taken
        assert not self.verify(channel, EXAMPLE_TIME, EXAMPLE_SIGNATURE, EXAMPLE_BODY + b"x")

    def test_a_captured_request(self, bot: Messenger) -> None:
        """Sent again with its own signature an hour later, it causes nothing, not even for a new server."""
        old = callback(message("4242", "start over"), at=str(int(time.time()) - 3600))
        assert bot.transport.status(old) == 403
        bot.settled()
        assert (bot.heard, bot.fake.calls) == ([], [])


class TestChallenge:
    def challenge(self, value: Any) -> Webhook:
        """Returns the request by which Slack verifies the address."""
        body = {"token": "one-long-verification-token", "challenge": value, "type": "url_verification"}
        return request(json.dumps(body).encode())

    def test_it_is_sent_back(self, bot: Messenger) -> None:
        """As plain text, and nothing else happens."""
        value = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        status, kind, body = answer(bot, self.challenge(value))
        assert (status, kind.partition(";")[0], body) == (200, "text/plain", value.encode())
        assert (bot.fake.calls, bot.heard) == ([], [])

    @pytest.mark.parametrize("value", [None, 7, "", "<script>", "a b", "x" * 257, "\ud800", {"a": 1}])
    def test_odd_ones(self, bot: Messenger, value: Any) -> None:
        """Are not sent back."""
        assert answer(bot, self.challenge(value))[::2] == (200, b"")

    def test_unsigned(self, bot: Messenger) -> None:
        """Nobody else learns that something is here that answers."""
        real = self.challenge("abc")
        assert {answer(bot, forged)[0] for forged in bot.transport.forged(real)} == {403}

    def test_of_a_message(self, bot: Messenger) -> None:
        """A message that has such a field gets an empty answer."""
        event = callback({**message("4242", "hello"), "challenge": "abc"})
        assert answer(bot, event)[::2] == (200, b"")
        bot.settled()


class TestEvents:
    def test_retries(self, bot: Messenger) -> None:
        """Delivered again with X-Slack-Retry-Num and a new signature, a message counts once."""
        first = callback(message("4242", "hello"))
        post(bot, first)
        for number in ("1", "2", "3"):
            again = request(
                first.body, X_Slack_Retry_Num=number, X_Slack_Retry_Reason="http_timeout", message_id=first.id
            )
            post(bot, again)
        assert (bot.heard, len(bot.fake.calls)) == (["hello"], 2)

    def test_a_retry_that_comes_first(self, bot: Messenger) -> None:
        """What did not reach us before is taken, though it is a retry."""
        post(
            bot, callback(message("4242", "hello"), X_Slack_Retry_Num="1", X_Slack_Retry_Reason="http_error")
        )
        assert bot.heard == ["hello"]

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
    )
    def test_content_types(self, bot: Messenger, kind: str) -> None:
        """With and without a charset."""
        event = callback(message("4242", "héllo"))
        post(bot, request(event.body, kind))
        assert bot.heard == ["héllo"]

    @pytest.mark.parametrize(
        "more",
        [
            {"bot_id": "B1"},
            {"bot_profile": {"id": "B1"}},
            {"subtype": "bot_message", "bot_id": "B1"},
            {"subtype": "message_changed", "hidden": True, "message": {"text": "changed", "user": "U4242"}},
            {"subtype": "message_changed", "message": {"text": "changed", "user": "U4242"}},
            {"subtype": "message_deleted", "hidden": True, "deleted_ts": "1.1"},
            {"subtype": "message_replied"},
            {"subtype": "channel_join"},
            {"subtype": "assistant_app_thread"},
            {"hidden": True},
            {"channel_type": "mpim", "channel": "G1"},
            {"channel_type": "channel", "channel": "C1"},
            {"channel_type": "group", "channel": "G1"},
            {"user": None},
            {"ts": None},
            {"type": "reaction_added"},
            {"type": "app_home_opened", "tab": "messages"},
        ],
        ids=lambda more: (
            " ".join(f"{k}={v}" for k, v in more.items() if isinstance(v, str)) or next(iter(more))
        ),
    )
    def test_what_does_not_concern_us(self, bot: Messenger, more: dict[str, Any]) -> None:
        """Bots, edits, deletions, news and what is said in channels: 200, no call, no turn."""
        post(bot, callback({**message("4242", "I have herpes"), **more}))
        assert (bot.fake.calls, bot.fake.refused, bot.heard) == ([], [], [])

    @pytest.mark.parametrize("subtype", ["me_message", "thread_broadcast"])
    def test_other_ways_to_write(self, bot: Messenger, subtype: str) -> None:
        """They hold words of a person, too."""
        post(bot, callback(message("4242", "hello", subtype=subtype)))
        assert bot.heard == ["hello"]

    @pytest.mark.parametrize(
        "body",
        [
            {"type": "app_rate_limited", "minute_rate_limited": 1518467820},
            {"type": "event_callback"},
            {"type": "event_callback", "event": "x"},
            {"type": "view_submission", "view": {}},
            {},
            [],
        ],
        ids=str,
    )
    def test_other_requests(self, bot: Messenger, body: Any) -> None:
        """Taken, and nothing happens."""
        post(bot, request(json.dumps(body).encode()))
        assert (bot.fake.calls, bot.heard) == ([], [])

    def test_a_file_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the file is not."""
        post(bot, callback(message("4242", "is this a rash?", subtype="file_share", files=[{"id": "F1"}])))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    def test_a_forwarded_message(self, bot: Messenger) -> None:
        """It has no words of the person."""
        post(bot, callback(message("4242", attachments=[{"text": "of somebody else"}], blocks=[])))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])

    def test_threads(self, bot: Messenger) -> None:
        """Who writes in a thread is answered there; it is the same conversation."""
        post(bot, callback(message("4242", "hello", thread_ts="1700000000.000001")))
        bot.say("and here")
        threads = [body.get("thread_ts") for body in bot.fake.of("chat.postMessage")]
        assert threads == ["1700000000.000001"] * 2 + [None] * 2
        assert {m.sender_id for m in bot.agent.messages} == {"slack:D4242"}


class TestMentions:
    def mention(self, user: str, **more: Any) -> Webhook:
        """Returns the event of a message in a channel that names the app."""
        event = message(user, channel="C123ABC456", text="<@U0B0T> I have herpes", type="app_mention", **more)
        del event["channel_type"]
        return callback(event)

    def test_refused_once(self, bot: Messenger) -> None:
        """In a thread below the first one; nobody's words are taken, whoever writes."""
        for user in ("1", "2", "3"):
            post(bot, self.mention(user))
        (body,) = bot.fake.of("chat.postMessage")
        assert (body["channel"], sections(body)) == ("C123ABC456", texts.PRIVATE_ONLY)
        assert body["thread_ts"].startswith("1800000000.")
        assert bot.heard == []

    def test_of_bots_and_in_private(self, bot: Messenger) -> None:
        """Say nothing: the one for peace, the other because the message itself comes, too."""
        post(bot, self.mention("1", bot_id="B1"))
        event = message("4242", "hello", type="app_mention")
        post(bot, callback(event))
        assert (bot.fake.calls, bot.heard) == ([], [])


class TestWords:
    @pytest.mark.parametrize(
        ("text", "means"),
        [
            ("5 &lt; 6 &amp;&amp; 7 &gt; 2", "5 < 6 && 7 > 2"),
            ("&amp;lt;", "&lt;"),
            ("see <https://a.example/?b=1&amp;c=2>", "see https://a.example/?b=1&c=2"),
            ("see <https://a.example|our page>", "see our page"),
            ("<mailto:ann@a.example|ann@a.example>", "ann@a.example"),
            ("<tel:+4912>", "+4912"),
            ("<@U0B0T> hello", "hello"),
            ("ask <@U1|ann> in <#C1|general>", "ask @ann in #general"),
            ("<!here> hi", "hi"),
            ("on <!date^1392734382^{date}|18 February>", "on 18 February"),
            ("at 8:30:00", "at 8:30:00"),
        ],
    )
    def test_as_they_were_typed(self, text: str, means: str) -> None:
        """Escapes, links, mentions and dates."""
        assert typed({"text": text}) == means

    def emoji(self, text: str, *emoji: dict[str, str]) -> dict[str, Any]:
        """Returns a message whose blocks know these emoji."""
        elements = [{"type": "emoji", **one} for one in emoji]
        section = {"type": "rich_text_section", "elements": elements}
        return {"text": text, "blocks": [{"type": "rich_text", "elements": [section]}]}

    @pytest.mark.parametrize(
        ("text", "emoji", "means"),
        [
            (":two:", {"name": "two", "unicode": "0032-fe0f-20e3"}, "2️⃣"),
            ("ok :+1::skin-tone-3:", {"name": "+1", "unicode": "1f44d-1f3fc"}, "ok 👍🏼"),
            ("ok :+1::skin-tone-3:", {"name": "+1::skin-tone-3", "unicode": "1f44d-1f3fc"}, "ok 👍🏼"),
            ("thanks :heart:", {"name": "heart", "unicode": "2764-fe0f"}, "thanks ❤️"),
            ("hi :clinic-logo:", {"name": "clinic-logo"}, "hi"),
            ("hi :x:", {"name": "x", "unicode": "ffffff"}, "hi"),
            ("hi :x:", {"name": "x", "unicode": "no"}, "hi"),
            (":one: :two:", {"name": "two", "unicode": "0032-20e3"}, ":one: 2⃣"),
        ],
    )
    def test_emoji(self, text: str, emoji: dict[str, str], means: str) -> None:
        """Names become signs, so that the name of a heart is no word about the heart."""
        assert typed(self.emoji(text, emoji)) == means

    def test_a_number_as_emoji(self, bot: Messenger) -> None:
        """Slack's app writes 2️⃣ as a name; it picks the second choice."""
        bot.say("hello")
        words = self.emoji(":two:", {"name": "two", "unicode": "0032-fe0f-20e3"})
        post(bot, callback(message("4242", **words)))
        assert bot.heard == ["hello", "No"]


class TestPresses:
    def test_in_a_thread(self, bot: Messenger) -> None:
        """The answer goes there."""
        below = press("4242", "Start the check")
        below["message"]["thread_ts"] = "1700000000.000009"
        post(bot, interaction(below))
        assert bot.heard == ["Start the check"]
        assert {body["thread_ts"] for body in bot.fake.of("chat.postMessage")} == {"1700000000.000009"}

    def test_in_a_channel(self, bot: Messenger) -> None:
        """Refused like a mention."""
        post(bot, interaction(press("4242", "Yes", channel={"id": "C1", "name": "general"})))
        (body,) = bot.fake.of("chat.postMessage")
        assert (body["channel"], sections(body), bot.heard) == ("C1", texts.PRIVATE_ONLY, [])

    def test_without_a_channel(self, bot: Messenger) -> None:
        """The container says where it was."""
        payload = press("4242", "Start the check")
        del payload["channel"]
        post(bot, interaction(payload))
        assert bot.heard == ["Start the check"]

    def test_twice(self, bot: Messenger) -> None:
        """One press counts once; pressing again is another press."""
        one = interaction(press("4242", "hello"))
        post(bot, one)
        post(bot, one)
        post(bot, interaction(press("4242", "hello")))
        assert bot.heard == ["hello", "hello"]

    @pytest.mark.parametrize("value", [None, ""])
    def test_without_a_value(self, bot: Messenger, value: Any) -> None:
        """It means nothing any more."""
        post(bot, interaction(press("4242", value)))
        assert (bot.heard, bot.texts()) == ([], [texts.LOST_BUTTON])

    def test_what_is_no_button(self, bot: Messenger) -> None:
        """Menus and the like are not ours."""
        payload = press("4242", "Yes")
        payload["actions"][0]["type"] = "static_select"
        post(bot, interaction(payload))
        assert (bot.heard, bot.fake.calls) == ([], [])

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"payload=%7B", 400),
            (b"payload=" + b"%5B" * 100_000, 400),
            (b"payload=[]", 200),
            (b"payload=%ff", 400),
            (b"&".join(b"a=1" for _ in range(30)), 400),
            (EXAMPLE_BODY, 200),
            (b"ssl_check=1&token=x", 200),
            (b"", 200),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_odd_forms(self, bot: Messenger, body: bytes, status: int) -> None:
        """Cause nothing."""
        assert bot.transport.status(request(body, FORM)) == status
        bot.settled()
        assert (bot.heard, bot.fake.calls) == ([], [])


class TestMessages:
    def test_golden(self, channel: SlackInput) -> None:
        """What Slack is sent is what was read and approved, and its rules allow it."""
        golden.check("slack", channel, EVENT)
        for bodies in golden.rendered(channel, EVENT).values():
            for body in bodies:
                _serve({"channel": "D1", **body})

    def test_the_largest(self, channel: SlackInput) -> None:
        """The most buttons, the longest labels, signs that grow when escaped."""
        choices = tuple(Button(f"{n:02}" + "&" * 73, "ü" * 1200) for n in range(25))
        bodies = channel.render(Reply("&<>😀" * 2000, choices, "1.1"), EVENT)
        for body in bodies:
            _serve({"channel": "D1", **body})
        assert "".join(sections(body) for body in bodies) == "&<>😀" * 2000
        assert [b["text"]["text"] for b in buttons(bodies[-1])] == [b.title for b in choices]

    def test_long_labels(self, channel: SlackInput) -> None:
        """Cut on the button, whole above it."""
        titles = [f"Is it {n}, and " + "very " * 20 + "long?" for n in range(3)]
        (body,) = channel.render(Reply("Which?", tuple(Button(t, t) for t in titles), "1.1"), EVENT)
        _serve({"channel": "D1", **body})
        assert sections(body).split("\n")[2:] == [f"{n}. {t}" for n, t in enumerate(titles, 1)]
        assert all(b["text"]["text"].startswith(f"{n}. Is it") for n, b in enumerate(buttons(body), 1))

    def test_more_choices_than_buttons(self, channel: SlackInput) -> None:
        """Twenty-six are numbered in the text."""
        choices = tuple(Button(f"Choice {n}", f"Choice {n}") for n in range(26))
        (body,) = channel.render(Reply("Pick.", choices, "1.1"), EVENT)
        _serve({"channel": "D1", **body})
        assert "26. Choice 25" in sections(body)
        assert buttons(body) == []

    def test_who_posts(self, bot: Messenger) -> None:
        """The bot as itself, with its token in a header only, and JSON with a charset."""
        bot.say("hello")
        for call in bot.fake.calls:
            assert call.headers["Authorization"] == f"Bearer {TOKEN}"
            assert call.headers["Content-Type"] == "application/json; charset=utf-8"
            assert not {"as_user", "token", "username"} & set(call.body)

    def test_no_typing_sign(self, bot: Messenger) -> None:
        """Slack has none for bots: nothing else is called."""
        bot.say("hello")
        assert {call.method for call in bot.fake.calls} == {"chat.postMessage"}


async def _in_parts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers a call in two parts, some time apart."""
    body = json.dumps({"ok": True, "message": "x" * 1000}).encode()
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    for part in (body[:100], body[100:]):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.05)
    writer.close()


def test_an_answer_in_parts() -> None:
    """Slack repeats the message, so its answers are long; they are read whole."""

    async def call() -> Answer:
        server = await asyncio.start_server(_in_parts, "127.0.0.1", 0)
        client = SlackClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return await client.post("chat.postMessage", {})
        finally:
            await client.close()
            server.close()

    assert at(asyncio.run(call()).body, "message") == "x" * 1000


class TestErrors:
    def test_final(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """`ok: false` is an error, tried once; the log has Slack's code for it and no words."""
        refusal = {"ok": False, "error": "channel_not_found", "needed": "my secret sore"}
        bot.fake.fail("chat.postMessage", Failure(200, refusal))
        assert len(bot.say("my secret sore")) == 1
        assert "slack could not send: DeliveryError (channel_not_found)" in caplog.text
        assert "sore" not in caplog.text

    @pytest.mark.parametrize(
        "body", [None, [], {"ok": False}, {"ok": False, "error": "My words!"}, {}], ids=str
    )
    def test_unknown(self, bot: Messenger, caplog: pytest.LogCaptureFixture, body: Any) -> None:
        """Whatever does not say ok is an error, and nothing of it is logged."""
        bot.fake.fail("chat.postMessage", Failure(200, body))
        assert len(bot.say("hello")) == 1
        assert "slack could not send: DeliveryError (not ok)" in caplog.text

    @pytest.mark.parametrize(
        "code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"]
    )
    def test_passing(self, bot: Messenger, code: str) -> None:
        """Tried again, though it came with 200."""
        bot.fake.fail("chat.postMessage", *[Failure(200, {"ok": False, "error": code})] * 2)
        assert len(bot.say("hello")) == 2
        assert len(bot.fake.failed) == 2

    @pytest.mark.parametrize("status", [429, 200])
    def test_ratelimited(self, bot: Messenger, status: int) -> None:
        """Waited for as long as Retry-After says."""
        limited = Failure(status, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        bot.fake.fail("chat.postMessage", limited)
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 1 <= time.monotonic() - started < 4

    def test_too_long_a_wait(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """Who is to wait for minutes is not waited for."""
        limited = Failure(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "120"})
        bot.fake.fail("chat.postMessage", limited)
        assert len(bot.say("hello")) == 1
        assert "HTTP 429" in caplog.text


class TestTheFake:
    """The rules that the tests rest on."""

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"as_user": True}, "as_user_not_supported"),
            ({"chanel": "D1"}, "invalid_arguments"),
            ({"channel": "ann"}, "channel_not_found"),
            ({"text": ""}, "no_text"),
            ({"text": "x" * 40_001}, "msg_too_long"),
            ({"thread_ts": "soon"}, "invalid_thread_ts"),
            ({"blocks": []}, "invalid_blocks"),
            ({"blocks": [{"type": "divider"}]}, "invalid_blocks"),
            ({"blocks": list(range(51))}, "invalid_blocks"),
            ({"text": "5 < 6"}, "invalid_blocks"),
            ({"text": "a & b"}, "invalid_blocks"),
            ({"text": "<!channel>"}, "invalid_blocks"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_it_refuses(self, change: dict[str, Any], error: str) -> None:
        """As Slack does, and what is not escaped."""
        with pytest.raises(RefusedError) as refused:
            _serve({"channel": "D1", "text": "x", "blocks": [_section("x")], **change})
        assert (refused.value.status, refused.value.body["error"]) == (200, error)

    @pytest.mark.parametrize(
        "block",
        [
            {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
            {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
            {"type": "section", "text": {"type": "markdown", "text": "x"}},
            {"type": "actions", "elements": []},
            {"type": "actions", "elements": [{"text": "Yes"}]},
        ],
        ids=lambda block: str(block)[:60],
    )
    def test_blocks(self, block: dict[str, Any]) -> None:
        """Within their lengths."""
        with pytest.raises(RefusedError):
            _serve({"channel": "D1", "text": "x", "blocks": [block]})

    @pytest.mark.parametrize(
        "change",
        [{"label": "x" * 76}, {"label": ""}, {"value": "x" * 2001}, {"count": 26}, {"action": "same"}],
    )
    def test_buttons(self, change: dict[str, Any]) -> None:
        """Within their number and lengths."""
        find = {"label": "x", "value": "x", "count": 2, "action": "a{n}", **change}
        elements = [
            {
                "type": "button",
                "action_id": find["action"].format(n=n),
                "text": {"type": "plain_text", "text": find["label"]},
                "value": find["value"],
            }
            for n in range(find["count"])
        ]
        with pytest.raises(RefusedError):
            _serve({"channel": "D1", "text": "x", "blocks": [{"type": "actions", "elements": elements}]})

    def test_other_tokens(self) -> None:
        """Are refused with HTTP 200."""
        with pytest.raises(RefusedError) as refused:
            FakeSlack().serve("auth.test", {}, {"Authorization": "Bearer xoxb-other"})
        assert refused.value.body == {"ok": False, "error": "invalid_auth"}

    def test_it_reads(self) -> None:
        """Words as the app shows them."""
        text = "*Bold*, 5*6*7, <https://a.example/?b=1&amp;c=2|our page> &lt;x&gt;"
        assert shown(text) == "Bold, 5*6*7, our page <x>"


class TestConnect:
    def connect(self, fake: FakeSlack, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs the command against the fake."""
        env = {
            "STRIA_SLACK_TOKEN": TOKEN,
            "STRIA_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "STRIA_SLACK_API_BASE": f"{fake.url}/api",
            "STRIA_WEB_URL": "https://bot.clinic.example",
            **more,
        }
        command = [sys.executable, "-m", "scripts.connect", "slack"]
        return subprocess.run(
            command, cwd=ROOT, env=child_environment(env), capture_output=True, text=True, check=False
        )

    def test_it_tries_the_token(self, transport: SlackTransport) -> None:
        """And says what to set where."""
        transport.fake.clear()
        done = self.connect(transport.fake)
        assert done.returncode == 0, done.stderr
        assert [call.method for call in transport.fake.calls] == ["auth.test"]
        assert "the bot stria in Clinic" in done.stdout
        assert f"https://bot.clinic.example{PATH}" in done.stdout

    @pytest.mark.parametrize(
        ("more", "line"),
        [
            ({"STRIA_SLACK_SIGNING_SECRET": ""}, "STRIA_SLACK_SIGNING_SECRET"),
            ({"STRIA_SLACK_TOKEN": "xoxp-1111111111-of-a-user"}, "STRIA_SLACK_TOKEN"),
            ({"STRIA_SLACK_TOKEN": TOKEN + "x"}, "invalid_auth"),
        ],
    )
    def test_what_is_wrong(self, transport: SlackTransport, more: dict[str, str], line: str) -> None:
        """One line names it, and no secret is shown."""
        transport.fake.clear()
        done = self.connect(transport.fake, **more)
        assert done.returncode == 1
        (told,) = done.stderr.strip().splitlines()
        assert told.startswith("error: ")
        assert line in told
        assert TOKEN not in done.stderr + done.stdout


def _serve(body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json; charset=utf-8"}
    return FakeSlack().serve("chat.postMessage", body, headers)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
