"""WhatsApp's webhooks: signature, batches, receipts, kinds of messages, presses, and marks."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.whatsapp import WhatsAppInput
from tests.fakes.platform import Failure
from tests.fakes.whatsapp import NUMBER, TOKEN
from tests.messenger_server import Messenger
from tests.meta import VERIFY_TOKEN, signature
from tests.transports.whatsapp import WhatsAppTransport, body, chosen, message, value


def post(bot: Messenger, *messages: dict[str, Any]) -> None:
    """Delivers messages in one change and waits until nothing is under way."""
    request(bot, body(value(*messages)))


def request(bot: Messenger, content: dict[str, Any]) -> None:
    """Delivers any content and waits until nothing is under way."""
    assert isinstance(bot.transport, WhatsAppTransport)
    bot.deliver(bot.transport.request(content))


class TestSignature:
    def test_the_published_example(self) -> None:
        """The vector of GitHub's page on X-Hub-Signature-256, which is made the same way; Meta has none."""
        secret, payload = "It's a Secret to Everybody", b"Hello, World!"
        expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        assert signature(payload, secret) == expected
        channel = WhatsAppInput(TOKEN, secret, VERIFY_TOKEN, NUMBER, "http://127.0.0.1:1")
        channel.verify(SimpleNamespace(body=payload, headers={"x-hub-signature-256": expected}))
        with pytest.raises(ChannelError):
            channel.verify(
                SimpleNamespace(body=payload, headers={"x-hub-signature-256": expected[:-1] + "8"})
            )

    def test_escaped_as_meta_does_it(self, bot: Messenger) -> None:
        """What is signed is the body as it was sent: with escapes, and without."""
        content = body(value(message(bot.user, "text", {"body": "naïve 😀"})))
        for ascii_only in (True, False):
            raw = json.dumps(content, ensure_ascii=ascii_only).encode()
            bot.post(bot.transport.signed(raw))
        bot.settled()
        assert bot.heard == ["naïve 😀"]

    def test_the_address_is_verified(self, bot: Messenger) -> None:
        """The GET with our token gets its challenge back; any other 403."""
        right = {"mode": "subscribe", "challenge": "1158201444", "verify_token": VERIFY_TOKEN}
        assert bot.get(**right) == (200, "1158201444")
        for wrong in (
            {"verify_token": "another"},
            {"verify_token": ""},
            {"mode": "unsubscribe"},
            {"challenge": ""},
            {"challenge": "<script>"},
        ):
            status, answer = bot.get(**{**right, **wrong})
            assert (status, "1158201444" in answer) == (403, False)
        assert bot.get()[0] == 403
        assert bot.fake.calls == []


class TestWebhooks:
    def test_a_batch(self, bot: Messenger) -> None:
        """All messages of all changes and entries are taken, in order, of several people."""
        one = value(message("4242", "text", {"body": "one"}), message("4343", "text", {"body": "other"}))
        two = value(message("4242", "text", {"body": "two"}), message("4242", "text", {"body": "three"}))
        request(bot, body(one, two))
        mine = [m.text for m in bot.agent.messages if m.sender_id == "whatsapp:4242"]
        assert mine == ["one", "two", "three"]
        assert bot.shown("4343")[0]["text"] == "You said other"

    def test_another_number(self, bot: Messenger) -> None:
        """Messages to another number of the account belong to somebody else."""
        request(bot, body(value(message("4242", "text", {"body": "hi"}), number="999999999999")))
        assert (bot.heard, bot.fake.calls) == ([], [])

    @pytest.mark.parametrize("status", ["sent", "delivered", "read"])
    def test_receipts(self, bot: Messenger, status: str, caplog: pytest.LogCaptureFixture) -> None:
        """They cause nothing."""
        receipt = {"id": "wamid.sent-1", "status": status, "timestamp": "1", "recipient_id": "4242"}
        request(bot, body(value(statuses=[receipt])))
        assert (bot.heard, bot.fake.calls, caplog.messages) == ([], [], [])

    def test_a_message_that_did_not_arrive(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """A receipt tells later; the log has Meta's number and what it means, and nothing of the receipt."""
        error = {"code": 131047, "title": "my secret sore", "error_data": {"details": "my secret sore"}}
        receipt = {"id": "wamid.sent-1", "status": "failed", "recipient_id": "4242", "errors": [error]}
        request(bot, body(value(statuses=[receipt, {**receipt, "errors": [{"code": "my secret"}, None]}])))
        (line,) = caplog.messages
        assert line.startswith("whatsapp: a message was not delivered: error 131047: the 24 hours")
        assert (bot.heard, bot.fake.calls) == ([], [])

    @pytest.mark.parametrize(
        "field", ["message_template_status_update", "smb_message_echoes", "history", "calls"]
    )
    def test_other_fields(self, bot: Messenger, field: str) -> None:
        """Echoes of the clinic's own app, its history and news about templates are not for us."""
        request(bot, body(value(message("4242", "text", {"body": "hi"})), field=field))
        assert (bot.heard, bot.fake.calls) == ([], [])

    def test_another_object(self, bot: Messenger) -> None:
        """A Page's webhook that was sent to the wrong address means nothing here."""
        request(bot, {**body(value(message("4242", "text", {"body": "hi"}))), "object": "page"})
        assert bot.heard == []

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("reaction", {"message_id": "wamid.1", "emoji": "👍"}),
            ("reaction", {"message_id": "wamid.1"}),
            ("system", {"body": "Ann changed from 1 to 2", "wa_id": "2", "type": "user_changed_number"}),
            ("unsupported", {"type": "edit"}),
            ("unsupported", {"type": "pin"}),
            ("unsupported", {"type": "poll_update"}),
            ("request_welcome", {}),
            ("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}"}}),
        ],
        ids=lambda part: part if isinstance(part, str) else "",
    )
    def test_what_is_no_message(self, bot: Messenger, kind: str, content: Any) -> None:
        """Reactions, changes of number, edits, pins: no call, no turn."""
        post(bot, message("4242", kind, content))
        assert (bot.fake.calls, bot.heard) == ([], [])

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("audio", {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
            ("sticker", {"id": "1", "animated": False}),
            ("video", {"id": "1"}),
            ("location", {"latitude": 38.9, "longitude": -77.0, "name": "My home"}),
            ("contacts", [{"name": {"formatted_name": "Ann"}}]),
            ("unsupported", {"type": "poll_creation"}),
            ("order", {"catalog_id": "1"}),
        ],
        ids=lambda part: part if isinstance(part, str) else "",
    )
    def test_what_is_not_text(self, bot: Messenger, kind: str, content: Any) -> None:
        """Each kind gets the kind text; it is seen, and nothing is shown as being written."""
        post(bot, message("4242", kind, content))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])
        assert all("typing_indicator" not in read for read in bot.fake.of("read"))

    def test_unsupported_without_a_type(self, bot: Messenger) -> None:
        """As it was sent until 2025: an error beside it, and no content."""
        unknown = message(
            "4242", "unsupported", {}, errors=[{"code": 131051, "title": "Message type unknown"}]
        )
        del unknown["unsupported"]
        post(bot, unknown)
        assert bot.texts() == [texts.NOT_TEXT]

    def test_a_picture_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the picture is not."""
        post(bot, message("4242", "image", {"id": "1", "caption": "is this a rash?"}))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    def test_groups(self, bot: Messenger) -> None:
        """Refused once, in the group, whoever writes; nobody's words are taken."""
        group = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
        for user in ("1650555001", "1650555002", "1650555001"):
            post(bot, message(user, "text", {"body": "I have herpes"}, group_id=group))
        (sent,) = bot.fake.of("send")
        assert (sent["recipient_type"], sent["to"]) == ("group", group)
        assert (sent["text"]["body"], bot.heard) == (texts.PRIVATE_ONLY, [])

    def test_hidden_numbers(self, bot: Messenger) -> None:
        """Who hides the number is known by an id; it stays when the number is seen again."""
        person = "US.13491208655302741918"
        hidden = message("x", "text", {"body": "hello"}, from_user_id=person)
        del hidden["from"]
        post(bot, hidden)
        post(bot, message("16505551234", "text", {"body": "again"}, from_user_id=person))
        assert {m.sender_id for m in bot.agent.messages} == {f"whatsapp:{person}"}
        assert {s.get("recipient") for s in bot.fake.of("send")[:2]} == {person}
        assert {s.get("to") for s in bot.fake.of("send")[2:]} == {"16505551234"}

    def test_long_ids(self, bot: Messenger) -> None:
        """The tracker gets a hash; the receipt needs the whole id."""
        long = {**message("4242", "text", {"body": "hello"}), "id": "wamid." + "x" * 300}
        post(bot, long)
        post(bot, long)
        assert bot.heard == ["hello"]
        assert len(str(bot.agent.messages[0].message_id)) == 64
        assert bot.fake.of("read")[0]["message_id"] == long["id"]


class TestMarks:
    def test_read(self, bot: Messenger) -> None:
        """One call for each message."""
        webhook = bot.transport.text(bot.user, "hello")
        bot.deliver(webhook)
        assert bot.fake.of("read") == [
            {
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": webhook.id,
            }
        ]

    def test_a_mark_that_fails(self, bot: Messenger) -> None:
        """It is not tried again, and the turn goes on."""
        bot.fake.fail("read", Failure(500))
        assert len(bot.say("hello")) == 2
        assert [c.method for c in bot.fake.failed] == ["read"]


class TestPresses:
    def test_a_row_of_a_list(self, bot: Messenger) -> None:
        """It counts like a button."""
        bot.say("hello")
        post(bot, chosen(bot.user, bot.shown()[-1]["buttons"][2]["payload"], "list_reply"))
        assert bot.heard == ["hello", "Not sure"]

    def test_a_button_of_a_template(self, bot: Messenger) -> None:
        """The clinic's own templates have buttons, too: their words count."""
        post(bot, message(bot.user, "button", {"payload": "START_CHECK", "text": "Start the check"}))
        post(bot, message(bot.user, "button", {"payload": "Start the check"}))
        assert bot.heard == ["Start the check", "Start the check"]
