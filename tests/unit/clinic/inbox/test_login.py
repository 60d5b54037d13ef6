"""Logging in and out: names, passwords, limits, sessions that end, and a proxy that says who it is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask

from clinic import staff
from clinic.inbox import visitors, words
from tests.clinic_rows import audited
from tests.inbox import NAME, PASSWORD, Visitor, make_app

HTTPS = {"STRIA_INBOX_URL": "https://inbox.clinic.example"}
SSO = {"STRIA_INBOX_SSO_HEADER": "X-Forwarded-User", "STRIA_INBOX_PROXIES": "10.0.0.7 192.0.2.0/28"}

#: The hashes of the real inbox.
REAL = {name: getattr(staff, name) for name in ("_METHOD", "_NOBODY")}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test can set forward or back by seconds."""
    real, shift = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])

    def turn(seconds: float) -> None:
        shift[0] += seconds

    return turn


class TestPassword:
    def test_in_and_out(self, app: Flask) -> None:
        """The audit tells both, with the address."""
        visitor = Visitor(app).log_in()
        assert visitor.ask("/").status_code == 200
        assert visitor.post("/logout").headers["Location"] == "/login"
        assert visitor.ask("/").status_code == 303
        told = [entry for entry in audited() if entry[1].startswith("log_")]
        assert told == [(NAME, "log_in", "127.0.0.1"), (NAME, "log_out", "")]

    @pytest.mark.parametrize(
        ("name", "password", "who"),
        [
            (NAME, "wrong horse battery", NAME),
            ("nobody", PASSWORD, "unknown"),
            (PASSWORD, "", "unknown"),
            ("", "", "unknown"),
            ("an\0na", PASSWORD, "unknown"),
            (NAME, "", NAME),
            (NAME, PASSWORD.upper(), NAME),
            (NAME, "x" * 100_00, NAME),
        ],
    )
    def test_wrong(self, stranger: Visitor, name: str, password: str, who: str) -> None:
        """One message for whatever is wrong; what was tried as a name is kept only when it is one."""
        staff.set_password(NAME, PASSWORD, "a test")
        response = stranger.try_login(name, password)
        assert response.status_code == 401
        assert words.WRONG_LOGIN in response.text
        assert password not in response.text or not password
        assert audited()[1:] == [(who, "log_in_failed", "127.0.0.1")]
        assert stranger.ask("/").status_code == 303

    def test_the_name_in_any_letters(self, stranger: Visitor) -> None:
        """As phones write it, with a blank behind it."""
        staff.set_password(NAME, PASSWORD, "a test")
        assert stranger.try_login(" Anna ").status_code == 303

    def test_an_unknown_name_takes_as_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who measures learns nothing: the hash of a password is made in either case, at its full price."""
        for name, value in REAL.items():
            monkeypatch.setattr(staff, name, value)
        staff.set_password(NAME, PASSWORD, "a test")

        def seconds(name: str) -> float:
            start = time.process_time()
            staff.checked(name, "wrong horse battery")
            return time.process_time() - start

        taken = {name: min(seconds(name) for _ in range(5)) for name in (NAME, "nobody", "no name!")}
        for name in ("nobody", "no name!"):
            # The time of the processor: other work of the machine does not count.
            assert taken[name] == pytest.approx(taken[NAME], rel=0.3)
        assert "scrypt:32768:8:1" in REAL["_NOBODY"]

    def test_limit_of_a_name(self, app: Flask) -> None:
        """Five tries a minute from wherever they come; then even the right password has to wait."""
        staff.set_password(NAME, PASSWORD, "a test")
        for number in range(5):
            assert Visitor(app, f"127.0.1.{number}").try_login(NAME, "wrong").status_code == 401
        late = Visitor(app, "127.0.1.9").try_login(" ANNA")
        assert late.status_code == 429
        assert 1 <= int(late.headers["Retry-After"]) <= 60
        assert words.ERRORS[429][0] in late.text
        assert Visitor(app, "127.0.1.9").try_login("ben", "wrong").status_code == 401

    def test_limit_of_an_address(self, app: Flask) -> None:
        """Ten tries a minute, with whatever names."""
        visitor = Visitor(app, "127.0.2.1")
        answers = [visitor.try_login(f"name{n}", "wrong").status_code for n in range(11)]
        assert answers == [401] * 10 + [429]
        assert Visitor(app, "127.0.2.2").try_login("name", "wrong").status_code == 401

    @pytest.mark.parametrize(
        ("target", "leads_to"),
        [
            ("/audit?who=ben", "/audit?who=ben"),
            ("//evil.example", "/"),
            ("https://evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/\nevil", "/"),
            ("", "/"),
        ],
    )
    def test_where_it_leads(self, stranger: Visitor, target: str, leads_to: str) -> None:
        """Back to the page that was asked for, never to another site."""
        staff.set_password(NAME, PASSWORD, "a test")
        assert stranger.try_login(target=target).headers["Location"] == leads_to

    def test_the_way_back_is_remembered(self, stranger: Visitor) -> None:
        """A page that needs a login leads to it and names itself."""
        assert stranger.ask("/audit?who=ben").headers["Location"] == "/login?next=/audit?who%3Dben"
        assert stranger.ask("/").headers["Location"] == "/login"


class TestSession:
    @pytest.mark.parametrize(
        ("steps", "status"), [([29 * 60] * 5, 200), ([31 * 60], 303), ([25 * 60] * 25, 303)]
    )
    def test_limits(self, app: Flask, clock: Any, steps: list[int], status: int) -> None:
        """Half an hour without use, ten hours in any case."""
        visitor = Visitor(app).log_in()
        answers = []
        for seconds in steps:
            clock(seconds)
            answers.append(visitor.ask("/taken").status_code)
        assert answers[-1] == status

    def test_the_end_is_told(self, app: Flask, clock: Any) -> None:
        """The login says why it is there."""
        visitor = Visitor(app).log_in()
        clock(3600)
        assert words.SESSION_ENDED in visitor.ask(visitor.ask("/").headers["Location"]).text

    def test_logging_out_ends_stolen_sessions(self, app: Flask) -> None:
        """A copy of the cookie is worth nothing afterwards."""
        visitor, thief = Visitor(app).log_in(), Visitor(app)
        cookie = visitor.client.get_cookie("stria_inbox", domain="localhost")
        assert cookie
        thief.client.set_cookie("stria_inbox", cookie.value, domain="localhost")
        assert thief.ask("/").status_code == 200
        visitor.post("/logout")
        assert thief.ask("/").status_code == 303

    @pytest.mark.parametrize(
        "end", [lambda: staff.set_password(NAME, PASSWORD + "!", "x"), lambda: staff.remove(NAME, "x")]
    )
    def test_what_ends_it(self, anna: Visitor, end: Any) -> None:
        """A new password, and somebody who works there no more."""
        end()
        assert anna.ask("/").status_code == 303

    def test_a_clock_that_is_set_back(self, app: Flask, clock: Any) -> None:
        """Nobody is locked out, and what has ended stays ended."""
        visitor = Visitor(app).log_in()
        old = visitor.client.get_cookie("stria_inbox", domain="localhost")
        visitor.post("/logout")
        clock(-7200)
        visitor.log_in()
        assert visitor.ask("/").status_code == 200
        visitor.post("/logout")
        visitor.log_in()
        assert visitor.ask("/").status_code == 200
        thief = Visitor(app)
        assert old
        thief.client.set_cookie("stria_inbox", old.value, domain="localhost")
        assert thief.ask("/").status_code == 303
        clock(7200)
        assert thief.ask("/").status_code == 303

    def test_another_secret(self, anna: Visitor) -> None:
        """Nobody can sign a session but the inbox."""
        cookie = anna.client.get_cookie("stria_inbox", domain="localhost")
        other = Visitor(make_app(STRIA_INBOX_SECRET="another secret of thirty-two signs"))
        assert cookie
        other.client.set_cookie("stria_inbox", cookie.value, domain="localhost")
        assert other.ask("/").status_code == 303

    def test_cookie(self) -> None:
        """Scripts can't read it, other sites can't send it with a form, and by https it needs https."""
        app = make_app(**HTTPS)
        staff.set_password(NAME, PASSWORD, "a test")
        visitor = Visitor(app, base="https://inbox.clinic.example")
        cookie = visitor.try_login().headers["Set-Cookie"]
        assert cookie.startswith("__Host-stria_inbox=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {
            part.strip() for part in cookie.split(";")
        }
        plain = Visitor(make_app()).try_login().headers["Set-Cookie"]
        assert "HttpOnly" in plain
        assert "Secure" not in plain


class TestSso:
    def ask(self, address: str, **headers: str) -> tuple[int, str]:
        """Returns status and page for somebody at an address who sends headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = Visitor(make_app(**SSO), address).ask("/", headers=named)
        return response.status_code, response.text

    def test_the_proxy(self) -> None:
        """Whom it names is in, without a password; there is nothing to log out of here."""
        status, page = self.ask("10.0.0.7", X_Forwarded_User="Dr.Anna@clinic.example")
        assert status == 200
        assert "<strong>dr.anna@clinic.example</strong>" in page
        assert "Log out" not in page
        assert audited() == [("dr.anna@clinic.example", "list", "")]

    @pytest.mark.parametrize("address", ["10.0.0.8", "127.0.0.1", "192.0.2.16", "::1", "::ffff:10.0.0.8"])
    def test_anybody_else(self, address: str) -> None:
        """What others say about themselves is ignored, also that a proxy has sent them."""
        assert self.ask(address, X_Forwarded_User="anna", X_Forwarded_For="10.0.0.7")[0] == 403

    @pytest.mark.parametrize(
        "name", ["", "  ", "anna,ben", "an na", "anna\tx", "x" * 65, "<b>", "ünna", "-anna"]
    )
    def test_no_name(self, name: str) -> None:
        """A proxy that names nobody, or two at once, lets nobody in."""
        assert self.ask("10.0.0.7", X_Forwarded_User=name)[0] == 403

    def test_no_passwords(self) -> None:
        """The page for passwords is not there, and a session by password counts for nothing."""
        visitor = Visitor(make_app()).log_in()
        cookie = visitor.client.get_cookie("stria_inbox", domain="localhost")
        other = Visitor(make_app(**SSO), "10.0.0.7")
        assert cookie
        other.client.set_cookie("stria_inbox", cookie.value, domain="localhost")
        assert other.ask("/login").status_code == 404
        assert other.ask("/").status_code == 403

    def test_forms(self) -> None:
        """They need their token here as well."""
        visitor = Visitor(make_app(**SSO), "192.0.2.3")
        headers = {"X-Forwarded-User": "anna"}
        assert visitor.ask("/export", "POST", headers=headers, data={"form": "csv"}).status_code == 400

    def test_off_by_default(self, stranger: Visitor) -> None:
        """Nobody's header counts."""
        for name in ("X-Forwarded-User", "Remote-User", "X-Remote-User", "X-User"):
            assert stranger.ask("/", headers={name: NAME}).status_code == 303


class TestAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "found"),
        [
            ("203.0.113.5", "", "203.0.113.5"),
            ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
            ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.7", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.7", "198.51.100.1, 192.0.2.1", "198.51.100.1"),
            ("10.0.0.7", "198.51.100.1, nonsense", "10.0.0.7"),
            ("10.0.0.7", "", "10.0.0.7"),
            ("::ffff:10.0.0.7", "2001:db8::1", "2001:db8::1"),
            ("10.0.0.7", "10.0.0.7, 10.0.0.7", "10.0.0.7"),
        ],
    )
    def test_of_the_client(self, peer: str, forwarded: str, found: str) -> None:
        """Nobody can choose the address by which tries are counted, and no proxy stands for all."""
        app = make_app(STRIA_INBOX_PROXIES=SSO["STRIA_INBOX_PROXIES"])
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": peer}, headers=headers):
            assert visitors.client_address() == found
