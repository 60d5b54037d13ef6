"""The parts that channels share: lines, rates, replies, transcripts, settings and callers."""

from __future__ import annotations

import asyncio
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.events import BotUttered, Restarted, SlotSet, UserUttered
from sanic.compat import Header

from rasa_ext.channels.base import ChannelError, finish
from rasa_ext.channels.callers import Callers
from rasa_ext.channels.order import Order
from rasa_ext.channels.rates import Rates
from rasa_ext.channels.replies import Button, Reply, SafeOutput
from rasa_ext.channels.settings import SettingError, Settings
from rasa_ext.channels.transcript import replies_to, transcript
from rasa_ext.channels.web_settings import WebSettings


class TestOrder:
    async def test_first_come_first_served(self) -> None:
        """Whoever joined first is served first, one at a time, and nothing is left behind."""
        order, served, active = Order(5), [], []

        async def serve(number: int, place: Any) -> None:
            async with place:
                active.append(number)
                await asyncio.sleep(0.001)
                assert active == [number]
                active.clear()
                served.append(number)

        await asyncio.gather(*[serve(n, order.join("a")) for n in range(6)])
        assert served == list(range(6))
        assert len(order) == 0

    async def test_too_many(self) -> None:
        """Those beyond the limit are refused at once; readers and others are not."""
        order = Order(2)
        places = [order.join("a") for _ in range(3)]
        with pytest.raises(ChannelError) as refused:
            order.join("a")
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "5")
        order.join("b")
        reader = order.join("a", limited=False)
        assert order.standing("a") == 3
        for place in places:
            async with place:
                pass
        assert order.standing("a") == 0
        async with reader:
            order.join("a")

    async def test_who_goes_away_leaves_the_line(self) -> None:
        """A cancelled one holds up nobody."""
        order = Order(1)
        first = order.join("a")

        async def wait(place: Any) -> str:
            async with place:
                return "served"

        async with first:
            second = asyncio.ensure_future(wait(order.join("a")))
            await asyncio.sleep(0)
            second.cancel()
            third = asyncio.ensure_future(wait(order.join("a", limited=False)))
            await asyncio.sleep(0)
        assert await third == "served"
        assert len(order) == 0

    async def test_an_error_leaves_the_line(self) -> None:
        """The next one is served."""
        order = Order(1)
        with pytest.raises(ValueError, match="wrong"):
            async with order.join("a"):
                raise ValueError("wrong")
        assert len(order) == 0


async def test_finish(caplog: pytest.LogCaptureFixture) -> None:
    """Work goes on when its caller is cancelled; an error that nobody hears is not logged with its text."""
    done = []

    async def work(fails: bool) -> str:
        await asyncio.sleep(0.01)
        done.append(fails)
        if fails:
            raise ValueError("Zorvolex")
        return "done"

    assert await finish(work(False)) == "done"
    with caplog.at_level(logging.DEBUG):
        for fails in (False, True):
            caller = asyncio.ensure_future(finish(work(fails)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            caller.cancel()
        await asyncio.sleep(0.05)
    assert done == [False, False, True]
    assert "Zorvolex" not in caplog.text


class TestRates:
    def test_a_window(self) -> None:
        """Each key has its own; all or none count."""
        rates = Rates({"ip": "3/minute", "session": "2/hour"})
        rates.hit(ip="1", session="a")
        rates.hit(ip="1", session="a")
        with pytest.raises(ChannelError) as refused:
            rates.hit(ip="1", session="a")
        assert int(refused.value.headers["Retry-After"]) > 3000
        rates.hit(ip="1", session="b")
        with pytest.raises(ChannelError) as refused:
            rates.hit(ip="1", session="c")
        assert 50 < int(refused.value.headers["Retry-After"]) <= 60
        rates.hit(ip="2", session="c")

    @pytest.mark.parametrize("wrong", ["", "20", "many/minute", "20/moment"])
    def test_a_wrong_rate(self, wrong: str) -> None:
        """It is named."""
        with pytest.raises(ValueError, match=f"'{wrong}' is no rate; write it like 20/minute"):
            Rates({"ip": wrong})

    @pytest.mark.parametrize("wrong", ["nothing://x", "x"])
    def test_a_wrong_store(self, wrong: str) -> None:
        """It is refused at the start."""
        with pytest.raises(ValueError, match="store of rates"):
            Rates({"ip": "1/minute"}, wrong)

    def test_a_store_that_is_down(self, caplog: pytest.LogCaptureFixture) -> None:
        """Counted here then, and told; the address with its password is not."""
        rates = Rates({"ip": "1/minute"}, "redis://:hunter2@127.0.0.1:1")
        rates.hit(ip="1")
        with pytest.raises(ChannelError):
            rates.hit(ip="1")
        assert "the shared store failed (ConnectionError)" in caplog.text
        assert "hunter2" not in caplog.text

    def test_a_clock_that_was_set_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was counted while it was ahead locks nobody out until it is as late again."""
        rates, clock = Rates({"ip": "3/minute"}), time.time
        monkeypatch.setattr(time, "time", lambda: clock() + 7200)
        for _ in range(3):
            rates.hit(ip="1.2.3.4")
        monkeypatch.setattr(time, "time", clock)
        for _ in range(3):
            rates.hit(ip="1.2.3.4")
        with pytest.raises(ChannelError) as refused:
            rates.hit(ip="1.2.3.4")
        assert int(refused.value.headers["Retry-After"]) <= 60


class TestReplies:
    @pytest.mark.parametrize(
        ("message", "reply"),
        [
            ({"text": " hi\n"}, Reply("hi")),
            ({"text": "a\n\nb"}, Reply("a\n\nb")),
            ({"text": "?", "buttons": [{"title": "A", "payload": "b"}]}, Reply("?", (Button("A", "b"),))),
            ({"text": "?", "quick_replies": [{"title": "A"}]}, Reply("?", (Button("A", "A"),))),
            ({"text": "?", "buttons": [{"title": ""}]}, Reply("?")),
            ({"text": None, "buttons": None, "custom": {"a": 1}}, None),
            ({"text": " ", "image": "x.png"}, None),
            ({}, None),
        ],
    )
    def test_messages(self, message: dict[str, Any], reply: Reply | None) -> None:
        """Text and choices; what a channel could not show is no reply."""
        assert Reply.from_message(message) == reply

    async def test_delivery_never_raises(self, caplog: pytest.LogCaptureFixture) -> None:
        """The next reply is delivered all the same; no word gets into the log."""
        delivered: list[Reply] = []

        class Output(SafeOutput):
            async def deliver(self, reply: Reply) -> None:
                if "Zorvolex" in reply.text:
                    raise ConnectionError(reply.text)
                delivered.append(reply)

        output = Output("web", "turn")
        with caplog.at_level(logging.DEBUG):
            await output.send_response("me", {"text": "Zorvolex"})
            await output.send_response("me", {"custom": {}})
            await output.send_response("me", {"text": "b"})
            await output.send_text_message("me", "c")
        assert [(r.id, r.text) for r in delivered] == [("turn.2", "b"), ("turn.3", "c")]
        assert output.count == 3
        assert output.name() == "web"
        assert "could not deliver: ConnectionError" in caplog.text
        assert "Zorvolex" not in caplog.text


class TestTranscript:
    EVENTS = (
        SlotSet("a", 1),
        UserUttered("one", message_id="m1", timestamp=1.0),
        BotUttered("r1", timestamp=2.0),
        BotUttered(None, {"custom": {}}, timestamp=2.5),
        SlotSet("a", 2),
        BotUttered("r2", {"buttons": [{"title": "A", "payload": "b"}]}, timestamp=3.0),
        UserUttered("EXTERNAL: reminder", message_id="m2", metadata={"is_external": True}),
        BotUttered("r3", timestamp=4.0),
        UserUttered("two", message_id="m3", timestamp=5.5),
        BotUttered("r4", timestamp=6.0),
    )

    def test_both_agree(self) -> None:
        """What is repeated has the ids that the transcript has."""
        said = transcript(self.EVENTS)
        assert [m["text"] for m in said] == ["one", "r1", "r2", "r3", "two", "r4"]
        assert [m["id"] for m in said] == ["m1", "m1.1", "m1.2", "m1.3", "m3", "m3.1"]
        assert said[0]["time"] == "1970-01-01T00:00:01.000+00:00"
        again = replies_to(self.EVENTS, "m1")
        assert again is not None
        assert [(r.id, r.text) for r in again] == [("m1.1", "r1"), ("m1.2", "r2"), ("m1.3", "r3")]
        assert again[1].buttons == (Button("A", "b"),)

    def test_unknown_and_unanswered(self) -> None:
        """Not taken yet is not the same as taken without a reply."""
        assert replies_to(self.EVENTS, "m9") is None
        assert replies_to([UserUttered("x", message_id="m1")], "m1") == []

    def test_start_over(self) -> None:
        """Only what came after."""
        events = [*self.EVENTS, Restarted(), UserUttered("new", message_id="m5", timestamp=9.0)]
        assert [m["text"] for m in transcript(events)] == ["new"]
        assert replies_to(events, "m3") == [Reply("r4", (), "m3.1")]
        assert transcript([*self.EVENTS, Restarted()]) == []


def request(ip: str = "192.0.2.1", scheme: str = "http", **headers: str) -> Any:
    """Returns a request with these headers."""
    found = Header([(k.replace("_", "-").lower(), v) for k, v in headers.items()])
    return SimpleNamespace(ip=ip, scheme=scheme, headers=found)


class TestCallers:
    @pytest.mark.parametrize(
        ("proxies", "chain", "address"),
        [
            (0, "198.51.100.7", "192.0.2.1"),
            (1, "198.51.100.7", "198.51.100.7"),
            (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
            (2, "1.1.1.1, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
            (2, "198.51.100.7", "192.0.2.1"),
            (1, "nonsense", "192.0.2.1"),
            (1, "", "192.0.2.1"),
            (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            (1, "::ffff:198.51.100.7", "198.51.100.7"),
        ],
    )
    def test_address(self, proxies: int, chain: str, address: str) -> None:
        """Only entries that our own proxies wrote count."""
        assert Callers("", proxies).address(request(x_forwarded_for=chain)) == address

    def test_a_socket_file_has_no_address(self) -> None:
        """All callers count as one then."""
        assert Callers("", 0).address(request(ip="")) == ""

    def test_origin(self) -> None:
        """The public address, else that of the request."""
        assert Callers("", 0).own_origin(request(scheme="https", host="Bot.example:5005")) == (
            "https://bot.example:5005"
        )
        assert Callers("https://a.example", 0).own_origin(request(host="b")) == "https://a.example"
        assert Callers("https://a.example", 0).is_https(request(host="b"))
        assert not Callers("", 0).is_https(request(host="b"))


class TestSettings:
    def test_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a default, which also stands for an empty variable."""
        monkeypatch.setenv("A_NAME", "from outside")
        monkeypatch.setenv("AN_EMPTY_ONE", "")
        values = {
            "a": "${A_NAME:-x}",
            "b": "${AN_EMPTY_ONE:-x y}",
            "c": "${NO_SUCH_ONE:-}",
            "d": "${NO_SUCH_ONE}",
        }
        s = Settings("channel", values)
        assert (s.text("a"), s.text("b"), s.text("c", "default")) == ("from outside", "x y", "default")
        with pytest.raises(
            SettingError, match=r"credentials\.yml, channel, 'd': the variable NO_SUCH_ONE is not set"
        ):
            s.text("d")

    def test_none_at_all(self, tmp_path: Any) -> None:
        """Everything has a default; the secret is made once, for its owner only."""
        path = tmp_path / "var" / "secret"
        first = WebSettings.read({"secret_file": str(path)})
        assert WebSettings.read({"secret_file": str(path)}).secret == first.secret
        assert len(first.secret) >= 32
        assert path.stat().st_mode & 0o777 == 0o600
        assert [p.name for p in path.parent.iterdir()] == ["secret"]
        assert (first.public_url, first.sites, first.demo, first.most_waiting) == ("", (), False, 5)
        assert first.session_seconds == 30 * 86_400

    def test_a_secret_that_is_no_good(self, tmp_path: Any) -> None:
        """An empty file is not taken for a secret."""
        (tmp_path / "secret").write_text("short")
        with pytest.raises(SettingError, match=r"'secret_file': .*secret can't be used"):
            WebSettings.read({"secret_file": str(tmp_path / "secret")})
        with pytest.raises(SettingError, match="'secret_file'"):
            WebSettings.read({"secret_file": str(tmp_path / "secret" / "below")})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("public_url", "bot.clinic.example"),
            ("public_url", "https://bot.clinic.example/"),
            ("public_url", "https://bot.clinic.example/path"),
            ("public_url", "https://Bot.clinic.example"),
            ("sites", "*"),
            ("sites", "https://a.example; script-src *"),
            ("sites", ["https://a.example/path"]),
            ("demo", "maybe"),
            ("trusted_proxies", "-1"),
            ("trusted_proxies", 1),
            ("session_days", "0"),
            ("session_days", "many"),
            ("session_days", 1.5),
            ("most_waiting", "²"),
            ("secret", "too short"),
            ("rate_ip", "often"),
            ("rate_store", "nothing://x"),
            ("publicurl", "https://bot.clinic.example"),
        ],
    )
    def test_wrong_ones(self, name: str, value: Any) -> None:
        """One line that names the setting and says how to write it."""
        with pytest.raises(SettingError) as error:
            WebSettings.read({"secret": "s" * 40, name: value})
        text = str(error.value)
        assert text.startswith("credentials.yml, rasa_ext.channels.web.WebInput, '")
        assert "\n" not in text
        # Proxies are refused for what they need and is not there.
        assert f"'{name if value != 1 else 'public_url'}'" in text

    def test_sites(self) -> None:
        """As a list or as a text."""
        expected = ("https://a.example", "http://localhost:8080")
        for value in (list(expected), " https://a.example,http://localhost:8080 ", "\n".join(expected)):
            assert WebSettings.read({"secret": "s" * 40, "sites": value}).sites == expected
