"""What WhatsApp is sent: texts, buttons and lists, and their limits, as its fake enforces them."""

from __future__ import annotations

from typing import Any

import pytest

from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.whatsapp import WhatsAppInput
from rasa_ext.channels.replies import Button, Reply
from tests import golden
from tests.fakes.platform import RefusedError
from tests.fakes.whatsapp import TOKEN, FakeWhatsApp

ADDRESS = {"recipient_type": "individual", "to": "16505551234"}
EVENT = Event("16505551234", "1", to={"address": ADDRESS, "message": "wamid.1"})
SEND = {"Authorization": f"Bearer {TOKEN}"}


class TestMessages:
    def test_golden(self, channel: WhatsAppInput) -> None:
        """What WhatsApp is sent is what was read and approved, and its rules allow it."""
        golden.check("whatsapp", channel, EVENT)
        for messages in golden.rendered(channel, EVENT).values():
            for one in messages:
                FakeWhatsApp().serve("send", {"messaging_product": "whatsapp", **ADDRESS, **one}, SEND)

    def test_a_long_answer_with_choices(self, channel: WhatsAppInput) -> None:
        """The long part is a text of its own; the last paragraphs, with the question, stand by the choices."""
        reply = Reply(
            "\n\n".join(["A sentence. " * 70, "Another. " * 39 + "Another.", "Shall I?"]),
            golden.YES_NO,
            "1.1",
        )
        text, question = channel.render(reply, EVENT)
        assert text["text"]["body"] == ("A sentence. " * 70).strip()
        assert question["interactive"]["body"]["text"] == f"{'Another. ' * 39}Another.\n\nShall I?"

    def test_a_paragraph_that_is_too_long(self, channel: WhatsAppInput) -> None:
        """It is cut at the end of a sentence."""
        *above, last = channel.render(Reply("A short one. " * 200, golden.YES_NO, "1.1"), EVENT)
        assert all(one["type"] == "text" for one in above)
        assert last["interactive"]["body"]["text"].endswith("A short one.")

    @pytest.mark.parametrize("count", [2, 5])
    def test_labels_that_are_alike(self, channel: WhatsAppInput, count: int) -> None:
        """WhatsApp takes no label twice: they are numbered, and in a list the whole words stand below."""
        alike = [f"Does the classical laser treat {n} of the areas?" for n in range(count)]
        (one,) = channel.render(Reply("Which?", tuple(Button(t, t) for t in alike), "1.1"), EVENT)
        FakeWhatsApp().serve("send", {"messaging_product": "whatsapp", **ADDRESS, **one}, SEND)
        rows = one["interactive"]["action"]["sections"][0]["rows"]
        assert [row["description"] for row in rows] == alike
        assert rows[1]["title"].startswith("2. Does")

    def test_two_of_the_same(self, channel: WhatsAppInput) -> None:
        """Even the same choice twice is sent."""
        same = (Button("Yes", "Yes"), Button("Yes", "Yes, really"))
        (one,) = channel.render(Reply("Sure?", same, "1.1"), EVENT)
        titles = [b["reply"]["title"] for b in one["interactive"]["action"]["buttons"]]
        assert titles == ["1. Yes", "2. Yes"]


class TestTheFake:
    """The rules that the tests rest on."""

    @pytest.mark.parametrize(
        ("message", "problem"),
        [
            ({"type": "text", "text": {"body": "x" * 4097}}, "too long"),
            ({"type": "text", "text": {"body": " "}}, "missing"),
            ({"type": "text"}, "missing"),
            ({"type": "template", "template": {}}, "missing"),
        ],
    )
    def test_it_refuses_texts(self, message: dict[str, Any], problem: str) -> None:
        """As WhatsApp does."""
        _refused(message, problem)

    @pytest.mark.parametrize(
        ("titles", "text", "problem"),
        [
            (["a"] * 4, "x", "max 3"),
            (["a" * 21], "x", "too long"),
            (["a", "a"], "x", "unique"),
            (["a"], "x" * 1025, "too long"),
            (["a"], "", "missing"),
            ([" "], "x", "missing"),
        ],
    )
    def test_it_refuses_buttons(self, titles: list[str], text: str, problem: str) -> None:
        """As WhatsApp does."""
        replies = [{"type": "reply", "reply": {"id": str(n), "title": t}} for n, t in enumerate(titles)]
        _refused(_asked("button", text, {"buttons": replies}), problem)

    @pytest.mark.parametrize(
        ("rows", "button", "problem"),
        [
            ([{"title": f"a{n}", "id": str(n)} for n in range(11)], "x", "max allowed"),
            ([{"title": "a" * 25, "id": "1"}], "x", "too long"),
            ([{"title": "a", "id": "1" * 201}], "x", "too long"),
            ([{"title": "a", "id": "1", "description": "a" * 73}], "x", "too long"),
            ([{"title": "a", "id": "1"}, {"title": "b", "id": "1"}], "x", "unique"),
            ([{"title": "a", "id": "1"}], "x" * 21, "too long"),
            ([], "x", "max allowed"),
        ],
    )
    def test_it_refuses_lists(self, rows: list[dict[str, str]], button: str, problem: str) -> None:
        """As WhatsApp does."""
        _refused(_asked("list", "x", {"button": button, "sections": [{"title": "x", "rows": rows}]}), problem)


def _asked(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    interactive = {"type": kind, "body": {"text": text}, "action": action}
    return {"type": "interactive", "interactive": interactive}


def _refused(message: dict[str, Any], problem: str) -> None:
    with pytest.raises(RefusedError) as refused:
        FakeWhatsApp().serve("send", {"messaging_product": "whatsapp", **ADDRESS, **message}, SEND)
    assert problem in refused.value.body["error"]["message"]
