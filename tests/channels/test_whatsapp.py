"""What only WhatsApp's Cloud API has: batches, receipts, kinds of messages, buttons and lists, limits, errors."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import texts, whatsapp
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.whatsapp import WhatsAppInput
from rasa_ext.channels.replies import Button, Reply
from scripts import _http
from tests import golden
from tests.fakes.platform import Failure, RefusedError
from tests.fakes.whatsapp import APP_SECRET, NUMBER, TOKEN, VERIFY_TOKEN, FakeWhatsApp, error_body
from tests.messenger_server import Messenger, messenger
from tests.transports.whatsapp import WhatsAppTransport, body, chosen, message, signature, value

ADDRESS = {"recipient_type": "individual", "to": "16505551234"}
EVENT = Event("16505551234", "1", to={"address": ADDRESS, "message": "wamid.1"})
SEND = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def transport() -> Iterator[WhatsAppTransport]:
    """WhatsApp, started once."""
    found = WhatsAppTransport()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def bot(transport: WhatsAppTransport) -> Iterator[Messenger]:
    """A number that has heard nothing yet."""
    transport.fake.clear()
    transport.fake.silent.clear()
    with messenger(transport) as running:
        yield running


@pytest.fixture
def channel() -> WhatsAppInput:
    """The channel alone."""
    return WhatsAppInput(TOKEN, APP_SECRET, VERIFY_TOKEN, NUMBER, "http://127.0.0.1:1/v25.0")


def post(bot: Messenger, *messages: dict[str, Any]) -> None:
    """Delivers messages in one change and waits until nothing is under way."""
    request(bot, body(value(*messages)))


def request(bot: Messenger, content: dict[str, Any]) -> None:
    """Delivers any content and waits until nothing is under way."""
    assert isinstance(bot.transport, WhatsAppTransport)
    bot.post(bot.transport.request(content))
    bot.settled()


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
        right = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
        assert _get(bot, right) == (200, "1158201444")
        for wrong in (
            {"hub.verify_token": "another"},
            {"hub.verify_token": ""},
            {"hub.mode": "unsubscribe"},
            {"hub.challenge": ""},
            {"hub.challenge": "<script>"},
        ):
            status, answer = _get(bot, {**right, **wrong})
            assert (status, "1158201444" in answer) == (403, False)
        assert _get(bot, {})[0] == 403
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
        bot.post(webhook)
        bot.settled()
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


class TestErrors:
    def test_the_24_hours(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """An answer that comes too late is given up at once, and the log says why."""
        bot.fake.silent.add(bot.user)  # type: ignore[attr-defined]
        with caplog.at_level(logging.ERROR):
            assert bot.say("hello") == []
        assert [c.status for c in bot.fake.refused] == [400, 400]
        assert "HTTP 400, error 131047: the 24 hours after" in caplog.text
        assert bot.agent.stored(bot.transport.conversation_of(bot.user))

    @pytest.mark.parametrize(("status", "code"), [(429, 130429), (400, 80007), (400, 4), (400, 130429)])
    def test_rate_limits(self, bot: Messenger, status: int, code: int) -> None:
        """They are waited for, though some come with HTTP 400."""
        bot.fake.fail("send", *[Failure(status, error_body(code))] * 2)
        assert len(bot.say("hello")) == 2

    @pytest.mark.parametrize("status", [400, 429])
    def test_too_many_to_one_person(
        self, bot: Messenger, status: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """WhatsApp allows one message in six seconds after a burst: so long is waited."""
        monkeypatch.setattr(whatsapp, "PAIR_WAIT", 0.3)
        bot.fake.fail("send", Failure(status, error_body(131056)))
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 0.3 <= time.monotonic() - started < 3

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(400, error_body(131056), {}), 6),
            (Answer(429, error_body(131056), {"Retry-After": "9"}), 9),
            (Answer(429, error_body(130429), {}), None),
            (Answer(500, None, None), None),
        ],
    )
    def test_how_long_is_waited(self, answer: Answer, seconds: float | None) -> None:
        """As long as is asked; the limit for one person has a time of its own."""
        assert whatsapp.retry_after(answer) == seconds

    def test_a_wrong_token(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """It is not tried again, and the log has the meaning, not the token."""
        bot.fake.fail("send", *[Failure(401, error_body(190))] * 2)
        with caplog.at_level(logging.ERROR):
            bot.say("hello")
        assert "error 190: the access token is wrong" in caplog.text
        assert TOKEN not in caplog.text


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


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("token", "short"),
            ("app_secret", "not hexadecimal"),
            ("verify_token", "short"),
            ("phone_number_id", "+1 555 078 3881"),
            ("version", "25"),
        ],
    )
    def test_what_is_wrong(self, name: str, wrong: str, caplog: pytest.LogCaptureFixture) -> None:
        """One line names the setting; secrets are not shown."""
        settings = {**WhatsAppTransport().credentials(), "api_base": "", name: wrong}
        WhatsAppInput.from_credentials(settings)
        (line,) = caplog.messages
        assert f"'{name}'" in line
        assert name in ("phone_number_id", "version") or wrong not in line

    def test_what_has_to_be_set_by_hand(self) -> None:
        """The command for it prints the address."""
        settings = {**WhatsAppTransport().credentials(), "api_base": ""}
        found = WhatsAppInput.read(settings)
        assert found is not None
        told = found.PASTE.format(url=found.webhook_url("https://bot.clinic.example"))
        assert "https://bot.clinic.example/webhooks/whatsapp/webhook" in told


def _get(bot: Messenger, query: dict[str, str]) -> tuple[int, str]:
    """Gets the webhook's address, as Meta does to verify it."""
    status, answer = _http.get(f"{bot.transport.client.url}/webhooks/whatsapp/webhook?{urlencode(query)}")
    return status, str(answer)


def _asked(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    interactive = {"type": kind, "body": {"text": text}, "action": action}
    return {"type": "interactive", "interactive": interactive}


def _refused(message: dict[str, Any], problem: str) -> None:
    with pytest.raises(RefusedError) as refused:
        FakeWhatsApp().serve("send", {"messaging_product": "whatsapp", **ADDRESS, **message}, SEND)
    assert problem in refused.value.body["error"]["message"]
