"""What Messenger and Instagram are sent, and their limits, as their fake enforces them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.messenger import FacebookInput
from rasa_ext.channels.replies import Button, Reply
from tests import golden
from tests.fakes.messenger import PROOF, TOKEN, FakeMessenger
from tests.fakes.platform import RefusedError

EVENTS = {
    "messenger": Event("1", "1", to={"platform": "messenger"}),
    "instagram": Event("1", "1", to={"platform": "instagram"}),
}


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
