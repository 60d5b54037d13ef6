"""Events of Messenger and Instagram: batches, messages, postbacks, and what does not concern us."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from rasa_ext.channels.messengers import texts
from tests.fakes.platform import Failure
from tests.messenger_server import Messenger
from tests.transports.instagram import InstagramTransport
from tests.transports.messenger import PAGE, MessengerAppTransport, entry, item, message, mid

USER = "4242"


def deliver(bot: Messenger, *items: dict[str, Any]) -> None:
    """Delivers events in one entry and waits until nothing is under way."""
    deliver_entries(bot, entry(*items))


def deliver_entries(bot: Messenger, *entries: dict[str, Any]) -> None:
    """Delivers a batch and waits until nothing is under way."""
    assert isinstance(bot.transport, MessengerAppTransport)
    bot.deliver(bot.transport.batch(*entries))


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
