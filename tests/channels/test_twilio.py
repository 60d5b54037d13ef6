"""What only Twilio has: forms and their signature, TwiML, keywords, numbers as choices, lengths, errors."""

from __future__ import annotations

import http.client
import logging
import urllib.parse
from collections.abc import Iterator

import pytest
from twilio.request_validator import RequestValidator

from rasa_ext.channels.messengers import texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.twilio import TwilioInput
from rasa_ext.channels.replies import Button, Reply
from tests import golden
from tests.fakes.platform import Failure, RefusedError
from tests.fakes.twilio import ACCOUNT, SMS_NUMBER, TOKEN, WHATSAPP_NUMBER, FakeTwilio, basic, error_body
from tests.messenger_server import Messenger, messenger
from tests.transports.base import Webhook, started
from tests.transports.twilio import PATH, PUBLIC_URL, TwilioTransport, form, headers, signature

PERSON, IN_WHATSAPP = "+15558675310", "whatsapp:+15558675310"
SMS = Event("15558675310", "1", to={"To": PERSON, "From": SMS_NUMBER})
WHATSAPP = Event("whatsapp:15558675310", "1", to={"To": IN_WHATSAPP, "From": WHATSAPP_NUMBER})
SEND = {"Authorization": basic(ACCOUNT, TOKEN), "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def transport() -> Iterator[TwilioTransport]:
    """Twilio, started once."""
    with started(TwilioTransport()) as found:
        yield found


@pytest.fixture
def channel() -> TwilioInput:
    """The channel alone."""
    return TwilioInput(ACCOUNT, TOKEN, PUBLIC_URL, "http://127.0.0.1:1")


def post(bot: Messenger, fields: dict[str, str]) -> None:
    """Delivers a form and waits until nothing is under way."""
    assert isinstance(bot.transport, TwilioTransport)
    bot.deliver(bot.transport.form(fields))


class TestSignature:
    def test_the_published_example(self) -> None:
        """The one of Twilio's documents, by the validator that we use."""
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        fields = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
        right = RequestValidator("12345").compute_signature(url, fields)
        assert right == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
        body = urllib.parse.urlencode(fields).encode()
        assert signature(body, url, "12345") == right

    @pytest.mark.parametrize("port", ["", ":443"])
    def test_with_and_without_the_port(self, bot: Messenger, port: str) -> None:
        """Twilio signs one or the other."""
        body = urllib.parse.urlencode(form("+4242", "hello")).encode()
        url = f"https://bot.clinic.example{port}{PATH}"
        assert _post(bot, body, signature(body, url))[0] == 200
        bot.settled()
        assert bot.heard == ["hello"]

    @pytest.mark.parametrize("port", ["", ":8443"])
    def test_with_a_port_of_ours(self, transport: TwilioTransport, port: str) -> None:
        """The same when the public address has a port itself."""
        transport.fake.clear()
        with messenger(transport, public_url="https://bot.clinic.example:8443") as bot:
            body = urllib.parse.urlencode(form("+4242", "hello")).encode()
            url = f"https://bot.clinic.example{port}{PATH}"
            assert _post(bot, body, signature(body, url))[0] == 200
            assert _post(bot, body, signature(body, f"https://bot.clinic.example:444{PATH}"))[0] == 403
            bot.settled()
            assert bot.heard == ["hello"]

    def test_not_the_address_of_the_request(self, bot: Messenger) -> None:
        """Who signs for another host, and calls by its name, is not Twilio."""
        body = urllib.parse.urlencode(form("+4242", "hello")).encode()
        host = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        assert _post(bot, body, signature(body, f"https://evil.example{PATH}"), host)[0] == 403

    def test_all_fields_are_signed(self, bot: Messenger) -> None:
        """Also the empty ones, new ones, several of one name, and signs beyond ASCII."""
        fields = [
            *form("+4242", "naïve 😀 + & =").items(),
            ("Empty", ""),
            ("New", "b"),
            ("New", "a"),
            ("New", "b"),
        ]
        body = urllib.parse.urlencode(fields).encode()
        assert _post(bot, body, signature(body))[0] == 200
        bot.settled()
        assert bot.heard == ["naïve 😀 + & ="]


class TestWebhooks:
    def test_the_answer_is_twiml(self, bot: Messenger) -> None:
        """It says nothing; all is sent by the API."""
        body = urllib.parse.urlencode(form("+4242", "hello")).encode()
        status, kind, answer = _post(bot, body, signature(body))
        bot.settled()
        assert (status, kind) == (200, "text/xml")
        assert answer == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
        assert len(bot.fake.of("send")) == 2

    def test_by_get(self, bot: Messenger) -> None:
        """A number that was set to HTTP GET is told so in Twilio's log."""
        place = urllib.parse.urlsplit(bot.transport.client.url)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
        connection.request("GET", f"{PATH}?Body=hello&From=%2B4242")
        assert connection.getresponse().status == 405
        connection.close()

    def test_from_which_number(self, bot: Messenger) -> None:
        """The answer comes from the number to which the patient wrote, as the same kind of message."""
        bot.say("hello")
        post(bot, form("whatsapp:+4242", "hello", WHATSAPP_NUMBER))
        ways = [(sent["From"], sent["To"]) for sent in bot.fake.of("send")]
        assert ways == [(SMS_NUMBER, "+4242")] * 2 + [(WHATSAPP_NUMBER, "whatsapp:+4242")] * 2
        assert [m.sender_id for m in bot.agent.messages] == ["twilio:4242", "twilio:whatsapp:4242"]

    def test_what_is_sent(self, bot: Messenger) -> None:
        """The three fields of the documents, with the account's own login."""
        bot.say("hello")
        call = bot.fake.calls[0]
        assert call.body == {"To": "+4242", "From": SMS_NUMBER, "Body": "You said hello"}
        assert call.headers["Authorization"] == basic(ACCOUNT, TOKEN)

    def test_a_picture_with_words(self, bot: Messenger) -> None:
        """The words are read, and it is said that the picture is not."""
        media = {"NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://api.twilio.com/x"}
        post(bot, form("+4242", "is this a rash?", **media))
        assert bot.texts()[:2] == [texts.ONLY_CAPTION, "You said is this a rash?"]

    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"NumMedia": "1", "MediaContentType0": "audio/ogg"},
            {"Latitude": "38.9", "Longitude": "-77.0", "MessageType": "location"},
            {"NumMedia": "many"},
        ],
    )
    def test_without_words(self, bot: Messenger, more: dict[str, str]) -> None:
        """An empty message, a voice message, a place: the kind text."""
        post(bot, form("+4242", "", **more))
        assert (bot.texts(), bot.heard) == ([texts.NOT_TEXT], [])

    @pytest.mark.parametrize(
        "fields",
        [
            {"AccountSid": "AC" + "9" * 32},
            {"From": "72345"},
            {"From": "CLINIC"},
            {"From": ""},
            {"From": "messenger:12345"},
            {"To": ""},
            {"MessageSid": "", "SmsSid": ""},
            {"MessageStatus": "delivered", "SmsStatus": "delivered"},
            {"SmsStatus": "sent"},
        ],
        ids=lambda fields: "-".join(f"{k}={v}"[:24] for k, v in fields.items()),
    )
    def test_what_does_not_concern_us(self, bot: Messenger, fields: dict[str, str]) -> None:
        """Another account, machines with short numbers or names, and receipts: no call, no turn."""
        post(bot, {**form("+4242", "hello"), **fields})
        assert (bot.fake.calls, bot.fake.refused, bot.heard) == ([], [], [])

    def test_old_fields(self, bot: Messenger) -> None:
        """SmsSid alone, as Twilio once sent it, is an id, too."""
        fields = form("+4242", "hello")
        del fields["MessageSid"]
        for _ in range(2):
            post(bot, fields)
        assert bot.heard == ["hello"]

    def test_a_message_that_did_not_arrive(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """A receipt tells later; the log has Twilio's number and nothing else of it."""
        receipt = {"MessageStatus": "undelivered", "SmsStatus": "undelivered", "Body": "my secret sore"}
        for code in ("30003", "", "x", "²"):
            post(bot, {**form(SMS_NUMBER, "", to=PERSON), **receipt, "ErrorCode": code})
        assert caplog.messages == ["twilio: a message was not delivered: error 30003"]


class TestKeywords:
    @pytest.mark.parametrize(
        "word", ["STOP", "stop", " Stop ", "UNSUBSCRIBE", "cancel", "START", "UNSTOP", "HELP", "info"]
    )
    def test_of_sms_are_twilio_s(self, bot: Messenger, word: str) -> None:
        """Twilio answers them itself: no word of ours, and no turn."""
        bot.say("hello")
        assert bot.say(word) == []
        assert bot.heard == ["hello"]

    @pytest.mark.parametrize("text", ["stop the check", "please help", "Yes", "no", "end?", "Stop."])
    def test_other_words_are_not(self, bot: Messenger, text: str) -> None:
        """Only the word alone; "yes" answers a question of the check, though Twilio knows it, too."""
        bot.say(text)
        assert bot.heard == [text]

    def test_in_whatsapp_they_are_words(self, bot: Messenger) -> None:
        """There, Twilio does not answer them."""
        post(bot, form("whatsapp:+4242", "stop", WHATSAPP_NUMBER))
        assert bot.heard == ["stop"]

    @pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
    @pytest.mark.parametrize("sender", ["+4242", "whatsapp:+4242"])
    def test_advanced_opt_out(self, bot: Messenger, kind: str, sender: str) -> None:
        """What Twilio answered by the clinic's own list is marked, whatever the word."""
        to = WHATSAPP_NUMBER if sender.startswith("whatsapp:") else SMS_NUMBER
        post(bot, form(sender, "basta", to, OptOutType=kind))
        assert (bot.heard, bot.fake.calls) == ([], [])
        post(bot, form(sender, "Yes", to, OptOutType=kind))
        assert bot.heard == ["Yes"]


class TestChoices:
    def test_two_is_the_second(self, bot: Messenger) -> None:
        """Choices are numbered; nobody sees what they send."""
        bot.say("hello")
        sent = bot.fake.of("send")[-1]["Body"]
        assert sent.endswith("\n\n1. Yes\n2. No\n3. Not sure\nReply with a number, or in your own words.")
        bot.say("2")
        bot.say("not sure")
        assert bot.heard == ["hello", "No", "Not sure"]

    def test_buttons_of_a_template(self, bot: Messenger) -> None:
        """The clinic's own templates have buttons: their words count, else what they carry."""
        bot.say("hello")
        post(bot, form("+4242", "YES", ButtonPayload="opt_1", ButtonText="YES"))
        post(bot, form("+4242", "", ButtonPayload="Start the check"))
        assert bot.heard == ["hello", "Yes", "Start the check"]


class TestMessages:
    @pytest.mark.parametrize(("name", "event"), [("twilio", SMS), ("twilio_whatsapp", WHATSAPP)])
    def test_golden(self, channel: TwilioInput, name: str, event: Event) -> None:
        """What Twilio is sent is what was read and approved, and its rules allow it."""
        golden.check(name, channel, event)
        for messages in golden.rendered(channel, event).values():
            for one in messages:
                FakeTwilio().serve("send", {**event.to, **one}, SEND)

    def test_choices_stay_together(self, channel: TwilioInput) -> None:
        """The numbered lines of a long answer stand in one message."""
        buttons = tuple(Button(f"A question with some words, number {n}", "x") for n in range(8))
        *_, last = channel.render(Reply("A short one. " * 120, buttons, "1.1"), SMS)
        assert last["Body"].startswith("1. A question")

    def test_signs_of_two_units(self, channel: TwilioInput) -> None:
        """Emoji count as two, as they do in an SMS."""
        parts = channel.render(Reply("😀" * 1000), SMS)
        assert [len(part["Body"]) for part in parts] == [800, 200]


class TestErrors:
    def test_too_long(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """Should Twilio count otherwise, that one message is lost, the log has the number, and all goes on."""
        told = error_body(400, 21617, "my secret sore")
        bot.fake.fail("send", Failure(400, told))
        with caplog.at_level(logging.ERROR):
            assert len(bot.say("hello")) == 1
        assert "could not send: DeliveryError (HTTP 400, error 21617)" in caplog.text
        assert "my secret sore" not in caplog.text

    def test_who_has_said_stop(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """Twilio sends them nothing; the turn counts all the same."""
        bot.fake.stopped.add("+4242")  # type: ignore[attr-defined]
        assert bot.say("hello") == []
        assert bot.heard == ["hello"]
        assert "error 21610" in caplog.text

    def test_too_many_requests(self, bot: Messenger) -> None:
        """A 429 is waited for; nothing is lost or said twice."""
        bot.fake.fail("send", *[Failure(429, error_body(429, 20429), {"Retry-After": "0"})] * 3)
        assert len(bot.say("hello")) == 2

    def test_a_wrong_token(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """It is not tried again, and the log does not have it."""
        bot.fake.fail("send", *[Failure(401, error_body(401, 20003))] * 2)
        assert bot.say("hello") == []
        assert "HTTP 401, error 20003" in caplog.text
        assert TOKEN not in caplog.text

    def test_an_answer_without_a_number(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """Then the status is all there is to tell."""
        bot.fake.fail("send", Failure(404, "<html>"), Failure(400, {"code": "my secret"}))
        assert bot.say("hello") == []
        assert ["(HTTP 404)" in line or "(HTTP 400)" in line for line in caplog.messages] == [True, True]


class TestTheFake:
    """The rules that the tests rest on."""

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"Body": "x" * 1601}, 21617),
            ({"Body": "😀" * 801}, 21617),
            ({"Body": " "}, 21602),
            ({"To": "+0123"}, 21211),
            ({"To": IN_WHATSAPP}, 21910),
            ({"From": PERSON}, 21606),
            ({"Body": "x", "PersistentAction": "y"}, 21602),
        ],
    )
    def test_it_refuses(self, fields: dict[str, str], code: int) -> None:
        """As Twilio does."""
        with pytest.raises(RefusedError) as refused:
            FakeTwilio().serve("send", {"To": PERSON, "From": SMS_NUMBER, "Body": "x", **fields}, SEND)
        assert refused.value.body["code"] == code

    def test_it_asks_who_calls(self) -> None:
        """Without the login, nothing is taken."""
        with pytest.raises(RefusedError) as refused:
            FakeTwilio().serve("send", {"To": PERSON, "From": SMS_NUMBER, "Body": "x"}, {})
        assert refused.value.status == 401


def _post(
    bot: Messenger, body: bytes, signed: str, more: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    """Posts a body; returns status, content type and body of the answer."""
    return bot.transport.answer(Webhook(PATH, body, {**headers(signed), **(more or {})}))
