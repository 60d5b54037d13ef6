"""What only Telegram has: updates, presses, groups, markup, keyboards, its 429, and its webhook."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.telegram import TelegramInput, retry_after
from rasa_ext.channels.replies import Button, Reply
from tests import golden
from tests.fakes.platform import Failure, RefusedError
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram, keyboard, shown
from tests.messenger_server import Messenger
from tests.transports.base import started
from tests.transports.telegram import TelegramTransport, message, press

EVENT = Event("1", "1", to={"chat": 1, "press": ""})


@pytest.fixture(scope="module")
def transport() -> Iterator[TelegramTransport]:
    """Telegram, started once."""
    with started(TelegramTransport()) as found:
        yield found


@pytest.fixture
def channel() -> TelegramInput:
    """The channel alone."""
    return TelegramInput(TOKEN, SECRET, "http://127.0.0.1:1")


def post(bot: Messenger, update: dict[str, Any]) -> None:
    """Delivers an update and waits until nothing is under way."""
    assert isinstance(bot.transport, TelegramTransport)
    bot.deliver(bot.transport.update(update))


class TestUpdates:
    @pytest.mark.parametrize(
        ("typed", "heard"),
        [
            ("/start", "Hello"),
            ("/start ad_7", "Hello"),
            ("/help@stria_bot", "Help"),
            ("/starting", "/starting"),
        ],
    )
    def test_commands_of_the_app(self, bot: Messenger, typed: str, heard: str) -> None:
        """The start button greets; other commands are text."""
        bot.say(typed)
        assert bot.heard == [heard]

    @pytest.mark.parametrize("language", ["es", "pt-br", "", None, 5, ["es"]])
    def test_language_reaches_the_assistant(self, bot: Messenger, language: Any) -> None:
        """It goes beside the message into the conversation."""
        update = message(4242, "hola")
        update["message"]["from"]["language_code"] = language
        post(bot, update)
        told = bot.agent.messages[0].metadata
        assert told == ({"language": language} if isinstance(language, str) and language else None)

    @pytest.mark.parametrize("language", ["es", "pt-br", "", None, 5, ["es"]])
    def test_language_of_the_app(self, channel: TelegramInput, language: Any) -> None:
        """A message tells the language of the user's app; what is no text is left out."""
        update = message(4242, "hola")
        update["message"]["from"]["language_code"] = language
        request = SimpleNamespace(body=json.dumps(update).encode(), json=update, headers={})
        (event,) = channel.parse(request)
        assert event.language == (language if isinstance(language, str) else "")

    @pytest.mark.parametrize(
        "part",
        [
            {"voice": {"file_id": "x", "duration": 3}},
            {"sticker": {"file_id": "x", "emoji": "👍"}},
            {"location": {"latitude": 1.5, "longitude": 2.5}},
            {"document": {"file_id": "x"}},
            {"video_note": {"file_id": "x"}},
        ],
        ids=lambda part: next(iter(part)),
    )
    def test_what_is_not_text(self, bot: Messenger, part: dict[str, Any]) -> None:
        """Each kind gets the kind text."""
        post(bot, message(4242, **part))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])

    def test_a_picture_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the picture is not."""
        post(bot, message(4242, photo=[{"file_id": "x"}], caption="is this a rash?"))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    def test_an_album(self, bot: Messenger) -> None:
        """Its pictures come one by one; one answer is enough."""
        for _ in range(4):
            post(bot, message(4242, photo=[{"file_id": "x"}], media_group_id="13"))
        assert bot.texts() == [texts.NOT_TEXT]

    @pytest.mark.parametrize(
        "update",
        [
            {"edited_message": message(4242, "changed")["message"]},
            {"channel_post": message(4242, "news")["message"]},
            {
                "my_chat_member": {
                    "chat": {"id": 4242, "type": "private"},
                    "new_chat_member": {"status": "kicked"},
                }
            },
            {"poll": {"id": "1"}},
            {"message": message(4242, pinned_message={"message_id": 1})["message"]},
            {"message": {**message(4242, "hi")["message"], "chat": {"id": -100, "type": "channel"}}},
            {"message": {**message(4242, "hi")["message"], "from": {"id": 7, "is_bot": True}}},
            {"inline_query": {"id": "1", "query": "hi"}},
            {},
        ],
        ids=lambda update: next(iter(update), "nothing"),
    )
    def test_what_does_not_concern_us(self, bot: Messenger, update: dict[str, Any]) -> None:
        """200, no call, no turn."""
        post(bot, {"update_id": message(1)["update_id"], **update})
        assert (bot.fake.calls, bot.fake.refused, bot.heard) == ([], [], [])

    @pytest.mark.parametrize("kind", ["group", "supergroup"])
    def test_groups(self, bot: Messenger, kind: str) -> None:
        """Refused once, whoever writes; nobody's words are taken; presses are ended all the same."""
        chat = {"id": -1001, "title": "Friends", "type": kind}
        for user in (1, 2, 3):
            post(bot, message(user, "I have herpes", chat=chat))
        update = press(2, "Yes", chat=chat)
        bot.fake.pressed.add(update["callback_query"]["id"])  # type: ignore[attr-defined]
        post(bot, update)
        assert [m["text"] for m in bot.shown("-1001")] == [texts.PRIVATE_ONLY]
        assert len(bot.fake.of("answerCallbackQuery")) == 1
        assert bot.heard == []


class TestPresses:
    def test_each_is_answered(self, bot: Messenger) -> None:
        """Also of an old button, and of one that nobody knows."""
        bot.say("hello")
        data = bot.shown()[-1]["buttons"][0]["payload"]
        for one in (data, data, "abcdefgh#1", "abcdefgh:No"):
            bot.press(one)
        assert len(bot.fake.of("answerCallbackQuery")) == 4
        assert bot.fake.pressed == set()  # type: ignore[attr-defined]

    def test_without_a_message(self, bot: Messenger) -> None:
        """A press below a message that Telegram does not show us goes to who pressed."""
        update = press(4242, "Start the check")
        del update["callback_query"]["message"]
        bot.fake.pressed.add(update["callback_query"]["id"])  # type: ignore[attr-defined]
        post(bot, update)
        assert bot.heard == ["Start the check"]

    def test_of_a_game(self, bot: Messenger) -> None:
        """It has no data; it is answered and means nothing."""
        update = press(4242, "x")
        del update["callback_query"]["data"]
        bot.fake.pressed.add(update["callback_query"]["id"])  # type: ignore[attr-defined]
        post(bot, update)
        assert (bot.heard, bot.texts()) == ([], [texts.LOST_BUTTON])
        assert bot.fake.pressed == set()  # type: ignore[attr-defined]

    def test_an_answer_that_comes_too_late(self, bot: Messenger) -> None:
        """Telegram refuses it; the press counts all the same."""
        update = press(4242, "Start the check")
        post(bot, update)
        assert bot.heard == ["Start the check"]
        assert [c.method for c in bot.fake.refused] == ["answerCallbackQuery"]


class TestMessages:
    def test_golden(self, channel: TelegramInput) -> None:
        """What Telegram is sent is what was read and approved, and its rules allow it."""
        golden.check("telegram", channel, EVENT)
        fake = FakeTelegram()
        for bodies in golden.rendered(channel, EVENT).values():
            for body in bodies:
                fake.serve("sendMessage", {"chat_id": 1, **body}, {})

    def test_markup_that_telegram_cannot_read(self, bot: Messenger) -> None:
        """The same words are sent without it, with their buttons and links."""
        refusal = {"ok": False, "description": "Bad Request: can't parse entities: whatever"}
        bot.fake.fail("sendMessage", Failure(400, refusal))
        bot.channel.render = lambda reply, event: TelegramInput.render(bot.channel, _LINKED, event)[:1]  # type: ignore
        bot.say("hello")
        (first, *_) = bot.fake.of("sendMessage")
        assert "parse_mode" not in first
        assert first["text"] == "5 < 6 & bold: our page (https://a.example/?b=1&c=2)"
        assert [b["text"] for b in keyboard(first)] == ["Yes"]

    def test_other_refusals_are_final(self, bot: Messenger) -> None:
        """A bot that was blocked does not insist."""
        blocked = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        bot.fake.fail("sendMessage", Failure(403, blocked), Failure(403, blocked))
        assert bot.say("hello") == []
        assert len(bot.fake.failed) == 2

    def test_retry_after(self, bot: Messenger) -> None:
        """A 429 is waited for as long as its own field says."""
        bot.fake.fail("sendMessage", Failure(429, {"ok": False, "parameters": {"retry_after": 1}}))
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 1 <= time.monotonic() - started < 3

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(429, {"parameters": {"retry_after": 7}}, {"Retry-After": "9"}), 7),
            (Answer(429, {"parameters": {"retry_after": True}}, {"Retry-After": "9"}), 9),
            (Answer(429, {"parameters": []}, {}), None),
            (Answer(500, None, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), None),
            (Answer(429, {"parameters": {"retry_after": -1}}, None), None),
        ],
    )
    def test_where_it_says_how_long(self, answer: Answer, seconds: float | None) -> None:
        """In Telegram's field, else in the header."""
        assert retry_after(answer) == seconds


_LINKED = Reply("5 < 6 & **bold**: [our page](https://a.example/?b=1&c=2)", (Button("Yes", "Yes"),), "1.1")


class TestTheFake:
    """The rules that the tests rest on."""

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"text": "5 < 6", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "<p>x</p>", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "x" * 4097}, "too long"),
            ({"text": "😀" * 2049}, "too long"),
            ({"text": " "}, "empty"),
            (
                {
                    "text": "x",
                    "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]},
                },
                "DATA",
            ),
            (
                {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}},
                "DATA",
            ),
        ],
    )
    def test_it_refuses(self, body: dict[str, Any], problem: str) -> None:
        """As Telegram does."""
        with pytest.raises(RefusedError) as refused:
            FakeTelegram().serve("sendMessage", {"chat_id": 1, **body}, {})
        assert problem in refused.value.body["description"]

    def test_it_reads(self) -> None:
        """Words as the app shows them; 4096 of them after the markup is taken out."""
        body = {"text": f"<b>{'&lt;' * 4096}</b>", "parse_mode": "HTML", "chat_id": 1}
        FakeTelegram().serve("sendMessage", body, {})
        assert shown(body) == "<" * 4096
