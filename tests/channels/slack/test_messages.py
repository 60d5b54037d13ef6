"""What Slack is sent: blocks, buttons and their limits, as its fake enforces them."""

from __future__ import annotations

from typing import Any

import pytest

from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.slack import SlackInput
from rasa_ext.channels.replies import Button, Reply
from tests import golden
from tests.fakes.platform import RefusedError
from tests.fakes.slack import TOKEN, FakeSlack, buttons, sections, shown
from tests.messenger_server import Messenger

EVENT = Event("D1", "1.1", to={"channel": "D1", "thread": ""})


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


def _serve(body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json; charset=utf-8"}
    return FakeSlack().serve("chat.postMessage", body, headers)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
