"""Slack's events: messages and retries, threads, mentions in channels, and what was typed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.slack_text import typed
from tests.fakes.slack import sections
from tests.messenger_server import Messenger
from tests.transports.base import Webhook
from tests.transports.slack import (
    callback,
    message,
    request,
)


class TestEvents:
    def test_retries(self, bot: Messenger) -> None:
        """Delivered again with X-Slack-Retry-Num and a new signature, a message counts once."""
        first = callback(message("4242", "hello"))
        bot.deliver(first)
        for number in ("1", "2", "3"):
            again = request(
                first.body, X_Slack_Retry_Num=number, X_Slack_Retry_Reason="http_timeout", message_id=first.id
            )
            bot.deliver(again)
        assert (bot.heard, len(bot.fake.calls)) == (["hello"], 2)

    def test_a_retry_that_comes_first(self, bot: Messenger) -> None:
        """What did not reach us before is taken, though it is a retry."""
        bot.deliver(
            callback(message("4242", "hello"), X_Slack_Retry_Num="1", X_Slack_Retry_Reason="http_error")
        )
        assert bot.heard == ["hello"]

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
    )
    def test_content_types(self, bot: Messenger, kind: str) -> None:
        """With and without a charset."""
        event = callback(message("4242", "héllo"))
        bot.deliver(request(event.body, kind))
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
        bot.deliver(callback({**message("4242", "I have herpes"), **more}))
        assert (bot.fake.calls, bot.fake.refused, bot.heard) == ([], [], [])

    @pytest.mark.parametrize("subtype", ["me_message", "thread_broadcast"])
    def test_other_ways_to_write(self, bot: Messenger, subtype: str) -> None:
        """They hold words of a person, too."""
        bot.deliver(callback(message("4242", "hello", subtype=subtype)))
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
        bot.deliver(request(json.dumps(body).encode()))
        assert (bot.fake.calls, bot.heard) == ([], [])

    def test_a_file_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the file is not."""
        bot.deliver(callback(message("4242", "is this a rash?", subtype="file_share", files=[{"id": "F1"}])))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    def test_a_forwarded_message(self, bot: Messenger) -> None:
        """It has no words of the person."""
        bot.deliver(callback(message("4242", attachments=[{"text": "of somebody else"}], blocks=[])))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])

    def test_threads(self, bot: Messenger) -> None:
        """Who writes in a thread is answered there; it is the same conversation."""
        bot.deliver(callback(message("4242", "hello", thread_ts="1700000000.000001")))
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
            bot.deliver(self.mention(user))
        (body,) = bot.fake.of("chat.postMessage")
        assert (body["channel"], sections(body)) == ("C123ABC456", texts.PRIVATE_ONLY)
        assert body["thread_ts"].startswith("1800000000.")
        assert bot.heard == []

    def test_of_bots_and_in_private(self, bot: Messenger) -> None:
        """Say nothing: the one for peace, the other because the message itself comes, too."""
        bot.deliver(self.mention("1", bot_id="B1"))
        event = message("4242", "hello", type="app_mention")
        bot.deliver(callback(event))
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
        bot.deliver(callback(message("4242", **words)))
        assert bot.heard == ["hello", "No"]
