"""Sessions of the web channel: who may speak in a conversation, and from where."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from rasa_ext.channels.sessions import Session, Sessions
from tests.channel_server import ChannelServer
from tests.web_agent import WebAgent, web_server
from tests.web_client import CONSENT, Visitor, WebAnswer, arrived

KEY = "s" * 40
DAYS = 86_400
API = [("GET", "session"), ("POST", "webhook"), ("GET", "messages"), ("GET", "summary")]
API += [("POST", "restart"), ("DELETE", "session")]


def claims(**more: Any) -> dict[str, Any]:
    """Returns the claims of a good token."""
    now = int(time.time())
    good = {"aud": "stria-web", "sid": "x" * 43, "iat": now, "exp": now + 60}
    return {**good, "consent": CONSENT, "consented": now, **more}


def without(name: str) -> str:
    """Returns a token without one claim."""
    return jwt.encode({k: v for k, v in claims().items() if k != name}, KEY, algorithm="HS256")


def tampered(token: str) -> str:
    """Returns a token with another body and the old signature."""
    head, body, signature = token.split(".")
    return ".".join((head, jwt.encode(claims(sid="y" * 43), KEY).split(".")[1] or body, signature))


def test_a_session_in_a_cookie(server: ChannelServer) -> None:
    """Scripts never see the token; over plain http the cookie is of the lax kind."""
    visitor = Visitor(server.port)
    answer = visitor.open()
    assert (answer.status, answer.json) == (201, {"session": {"expires_in": 30 * DAYS}})
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["Path=/webhooks/web", f"Max-Age={30 * DAYS}", "HttpOnly", "SameSite=Lax"]
    answer = visitor.get("session")
    assert answer.status == 200
    assert 30 * DAYS - 5 <= answer.json["session"]["expires_in"] <= 30 * DAYS
    assert answer.headers["set-cookie"] is None


def test_a_session_in_storage(server: ChannelServer) -> None:
    """Where cookies are blocked the page keeps the token and sends it back itself."""
    visitor = Visitor(server.port)
    answer = visitor.open(storage=True)
    assert answer.headers["set-cookie"] is None
    assert visitor.token == answer.json["session"]["token"] != ""
    assert "token" not in visitor.get("session").json["session"]
    visitor.say("hello")
    assert visitor.said() == ["hello"]
    assert visitor.delete().status == 200
    assert visitor.get("messages").error == (401, "no_session")


@pytest.mark.parametrize("storage", [False, True])
def test_a_second_consent_keeps_the_conversation(server: ChannelServer, storage: bool) -> None:
    """Two tabs that start at the same time end up in one conversation."""
    visitor = Visitor(server.port)
    visitor.open(storage=storage)
    visitor.say("hello")
    assert visitor.open(storage=storage, consent="2026-12-24").status == 201
    assert visitor.said() == ["hello"]


def test_a_cookie_is_not_handed_to_scripts(visitor: Visitor) -> None:
    """Asking for a token with a cookie at hand gives a new conversation."""
    visitor.say("hello")
    visitor.open(storage=True)
    visitor.cookie = ""
    assert visitor.messages() == []


@pytest.mark.parametrize(
    "body",
    [{}, {"consent": ""}, {"consent": 1}, {"consent": "a b"}, {"consent": "x" * 41}, {"consent": None}]
    + [{"consent": CONSENT, "storage": s} for s in ("yes", 1, None)],
)
def test_without_consent_no_session(server: ChannelServer, body: dict[str, Any]) -> None:
    """The version that was agreed to has to be there; `storage` is true or false."""
    answer = Visitor(server.port).request("POST", "session", body)
    assert answer.error == (400, "malformed")
    assert answer.headers["set-cookie"] is None


NO_TOKENS = {
    "none": "",
    "nonsense": "abc",
    "dots": "a.b.c",
    "forged": jwt.encode(claims(), "another key that is long enough!"),
    "unsigned": jwt.encode(claims(), "", algorithm="none"),
    "other algorithm": jwt.encode(claims(), KEY * 2, algorithm="HS512"),
    "tampered": tampered(jwt.encode(claims(), KEY)),
    "expired": jwt.encode(claims(iat=1, exp=2), KEY),
    "for somebody else": jwt.encode(claims(aud="other"), KEY),
    **{f"without {name}": without(name) for name in ("aud", "sid", "iat", "exp", "consent", "consented")},
    "long": "x" * 5000,
    "quoted": '"\\"',
}


@pytest.mark.parametrize("token", NO_TOKENS.values(), ids=NO_TOKENS)
def test_no_valid_token_no_entry(server: ChannelServer, agent: WebAgent, token: str) -> None:
    """Neither as a cookie nor as a bearer; the answer does not tell why."""
    for visitor in (Visitor(server.port, cookie=token), Visitor(server.port, token=token)):
        for method, path in API:
            body = {"message": "hi", "id": "message-1"} if method == "POST" else None
            assert visitor.request(method, path, body).error == (401, "no_session")
    assert not agent.messages


@pytest.mark.parametrize("seconds", [-3600, -5, 5, 3600])
def test_clocks_that_differ(server: ChannelServer, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two servers, or of one whose clock was set: the session goes on."""
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + seconds)
    visitor = arrived(server.port)
    monkeypatch.setattr(time, "time", clock)
    assert visitor.get("session").status == 200


def test_a_good_token_enters(server: ChannelServer) -> None:
    """So the tokens above are refused for what is wrong with them."""
    assert Visitor(server.port, cookie=jwt.encode(claims(), KEY)).get("session").status == 200
    assert Visitor(server.port, token=jwt.encode(claims(), KEY)).get("session").status == 200


def test_two_sessions_do_not_see_each_other(server: ChannelServer, agent: WebAgent) -> None:
    """Neither by naming the other's conversation, which a stolen database would tell, nor its ids."""
    one, two = arrived(server.port), arrived(server.port)
    one.say("I have a cold sore", "message-1")
    sender = agent.messages[0].sender_id
    for name in (sender, sender.removeprefix("web:")):
        thief = Visitor(server.port, cookie=name, token=name)
        assert thief.get("messages").error == (401, "no_session")
        two.request("POST", "webhook", {"message": "hi", "id": "message-1", "sender": name, "session": name})
        assert two.get(f"messages?sender={name}").json["messages"][0]["text"] == "hi"
    assert "cold sore" not in str(two.messages())
    two.restart()
    two.delete()
    assert one.said() == ["I have a cold sore"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Stria": None},
        {"X-Stria": "0"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_pages_are_refused(visitor: Visitor, agent: WebAgent, headers: dict[str, str | None]) -> None:
    """With the visitor's own cookie, on all addresses of the API."""
    for method, path in [*API, ("POST", "session")]:
        body = {"message": "hi", "id": "message-1", "consent": CONSENT} if method == "POST" else None
        answer = visitor.request(method, path, body, headers=headers)
        assert answer.error == (403, "bad_origin")
        assert answer.headers["set-cookie"] is None
        assert answer.headers["access-control-allow-origin"] is None
    assert not agent.messages


def test_our_own_page_is_let_in(visitor: Visitor) -> None:
    """With the headers that a browser sends."""
    headers = {"Origin": f"http://127.0.0.1:{visitor.port}", "Sec-Fetch-Site": "same-origin"}
    assert visitor.say(headers=headers).replies


def test_a_preflight_is_refused(visitor: Visitor) -> None:
    """So a browser never sends the request of another page."""
    headers: dict[str, str | None] = {"Origin": "https://evil.example"}
    headers |= {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-stria"}
    answer = visitor.request("OPTIONS", "webhook", headers={**headers, "X-Stria": None})
    assert answer.error == (405, "not_allowed")
    assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")]


def test_behind_a_proxy(assets: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Our origin is the public one, and the cookie works in a frame on another site."""
    with web_server(assets, public_url="https://bot.clinic.example", trusted_proxies=1) as server:
        visitor = Visitor(server.port, more={"Origin": "https://bot.clinic.example"})
        answer = visitor.open()
        attributes = answer.headers["set-cookie"].split("; ")[3:]
        assert attributes == ["HttpOnly", "Secure", "SameSite=None", "Partitioned"]
        assert visitor.say().replies
        own = {"Origin": f"http://127.0.0.1:{server.port}"}
        with caplog.at_level(logging.DEBUG):
            for _ in range(2):
                assert visitor.say(headers=dict(own)).error == (403, "bad_origin")
        assert len([m for m in caplog.messages if "public_url" in m]) == 1
        assert visitor.delete().headers["set-cookie"].endswith("Secure; SameSite=None; Partitioned")


def half_over(visitor: Visitor, server: ChannelServer, **more: Any) -> None:
    """Gives a visitor a token of which more than half is over."""
    now = int(time.time())
    old = Session("x" * 43, CONSENT, now - 16 * DAYS, now - 16 * DAYS, now + 14 * DAYS)
    token = Sessions(KEY, 30 * DAYS).token(old)
    visitor.cookie, visitor.token = (token, "") if not more.get("stored") else ("", token)


def test_sessions_are_renewed(server: ChannelServer, agent: WebAgent) -> None:
    """When half is over, by any use; the conversation and the time of consent stay."""
    visitor = Visitor(server.port)
    uses = [visitor.say, lambda: visitor.get("messages"), lambda: visitor.get("session")]
    for use in uses:
        half_over(visitor, server)
        old = visitor.cookie
        answer: WebAnswer = use()
        assert answer.status == 200
        assert f"Max-Age={30 * DAYS};" in answer.headers["set-cookie"]
        assert visitor.cookie != old
        assert visitor.said() == ["hello"]
    half_over(visitor, server, stored=True)
    about = visitor.get("session").json["session"]
    assert about["expires_in"] == 30 * DAYS
    new = jwt.decode(about["token"], KEY, algorithms=["HS256"], audience="stria-web")
    assert new["iat"] - new["consented"] == 16 * DAYS


def test_the_seconds_that_are_left_are_never_negative() -> None:
    """An expired session has none."""
    assert Session("x", CONSENT, 1, 1, 2).expires_in == 0


def test_ended_sessions_are_forgotten_when_their_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the list would grow for ever."""
    sessions = Sessions(KEY, 100)
    first, second = (sessions.new(CONSENT, stored=False) for _ in range(2))
    sessions.end(first)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 200)
    sessions.end(second)
    assert list(sessions._ended) == [second.sender]


def test_ids_are_random_and_senders_are_hashes() -> None:
    """256 bits; the sender does not lead back to the id."""
    sessions = Sessions(KEY, 100)
    found = [sessions.new(CONSENT, stored=False) for _ in range(100)]
    assert len({s.id for s in found}) == 100
    assert {len(s.id) for s in found} == {43}
    assert not [s for s in found if s.id in s.sender]


def test_rates(assets: Path) -> None:
    """Messages of a session, messages and new sessions of an address, and reading: 429 with a time."""
    limits = {"rate_session": "3/minute", "rate_ip": "5/minute", "rate_new_sessions": "3/minute"}
    with web_server(assets, **limits, rate_reads="4/minute") as server:
        one, two = arrived(server.port), arrived(server.port)
        assert [one.say().status for _ in range(4)] == [200, 200, 200, 429]
        refused = one.say()
        assert refused.error == (429, "too_many")
        wait = int(refused.headers["retry-after"])
        assert 1 <= wait <= 60
        assert f"Please wait {wait} seconds." in refused.json["error"]["message"]
        assert refused.json["error"]["message"].startswith("You are writing faster than I can read.")
        # Refused ones do not count: five of this address were taken.
        assert [two.say().status for _ in range(3)] == [200, 200, 429]
        assert Visitor(server.port).open().status == 201
        assert Visitor(server.port).open().error == (429, "too_many")
        reads = [one.get("messages").status, one.get("summary").status, one.restart().status]
        assert reads == [200, 404, 200]
        assert one.get("messages").status == 200
        assert one.delete().error == (429, "too_many")
        assert two.delete().status == 200


def test_rates_of_addresses_behind_a_proxy(assets: Path) -> None:
    """What the last proxy of ours wrote counts, not what the caller made up."""
    url = "https://bot.clinic.example"
    with web_server(assets, public_url=url, trusted_proxies=1, rate_new_sessions="1/minute") as server:

        def opened(chain: str) -> int:
            return Visitor(server.port, more={"X-Forwarded-For": chain}).open().status

        assert opened("198.51.100.7") == 201
        assert opened("10.0.0.1, 198.51.100.7") == 429
        assert opened("198.51.100.7, 203.0.113.9") == 201
