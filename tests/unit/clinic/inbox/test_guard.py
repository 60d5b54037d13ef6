"""What stands in front of every page: forms of our own, our own name, headers, limits, kind errors."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import pytest
from flask import Flask

from assistant import logs
from assistant.datafiles import DataFileError
from clinic import database, listing
from clinic.inbox import guard, words
from clinic.inbox.guard import POLICY
from tests.clinic_rows import add, row
from tests.inbox import Visitor, make_app
from tests.unit.screening.records import full

SECRET = "Zebrastreifen 4711"


def forms(app: Flask) -> list[str]:
    """Returns the addresses that take a form from somebody who has logged in."""
    known = "00000000-0000-0000-0000-000000000001"
    return [
        rule.rule.replace("<request_id>", known)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint != guard.LOGIN
    ]


class TestForms:
    @pytest.mark.parametrize("token", ["", "x", "stolen"])
    def test_every_form_needs_its_token(self, app: Flask, anna: Visitor, token: str) -> None:
        """Without it, or with that of another session, nothing is done."""
        known = add(1, full())
        if token == "stolen":
            token = Visitor(app).token()
        assert len(forms(app)) >= 8
        for address in forms(app):
            data = {"state": "done", "note": "x", "form": "csv", "csrf_token": token}
            response = anna.ask(address, "POST", data=data)
            assert response.status_code == 400, address
            assert words.STALE[0] in response.text
        assert row(known).state == "new"

    def test_login(self, stranger: Visitor) -> None:
        """The form of the login as well: nobody is logged in as somebody else by another site."""
        assert stranger.ask("/login", "POST", data={"name": "anna", "password": "x"}).status_code == 400

    def test_from_another_site(self) -> None:
        """By https, the page that sent the form has to be ours, token or not."""
        visitor = Visitor(
            make_app(STRIA_INBOX_URL="https://inbox.clinic.example"), base="https://inbox.clinic.example"
        )
        visitor.log_in()
        data = {"csrf_token": visitor.token("/")}
        headers = {"Referer": "https://evil.example/"}
        answer = visitor.client.post(
            "/logout", base_url="https://inbox.clinic.example", data=data, headers=headers
        )
        assert answer.status_code == 400
        assert visitor.ask("/").status_code == 200

    def test_reading_changes_nothing(self, app: Flask) -> None:
        """What changes something takes no GET."""
        both = [r.rule for r in app.url_map.iter_rules() if {"GET", "POST"} <= (r.methods or set())]
        assert both == ["/login"]


class TestName:
    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "evil.example:5070", "", "127.0.0.1.x"]
    )
    @pytest.mark.parametrize("path", ["/", "/login", "/static/inbox.css", "/audit"])
    def test_another_one(self, app: Flask, host: str, path: str) -> None:
        """A page of others whose name was made to lead here gets nothing."""
        answer = Visitor(app).ask(path, headers={"Host": host})
        assert answer.status_code in (400, 421)
        assert "csrf_token" not in answer.text

    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:5070", "127.0.0.1:9", "[::1]:5070", "LOCALHOST"]
    )
    def test_ours_by_default(self, app: Flask, host: str) -> None:
        """Whatever leads to this machine."""
        assert Visitor(app).ask("/login", headers={"Host": host}).status_code == 200

    def test_ours_by_setting(self) -> None:
        """The one of the address alone; probes may call it by any."""
        app = make_app(STRIA_INBOX_URL="https://inbox.clinic.example:8443")
        for host, status in (
            ("inbox.clinic.example:8443", 200),
            ("inbox.clinic.example", 421),
            ("localhost", 421),
        ):
            assert Visitor(app).ask("/login", headers={"Host": host}).status_code == status
        assert Visitor(app).ask("/health", headers={"Host": "10.1.2.3:5070"}).status_code == 200


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/login", "/nothing", "/audit", "/taken", "/requests/x", "/health"]
    )
    def test_every_page(self, anna: Visitor, path: str) -> None:
        """Nothing is kept by browsers, framed by others, or run."""
        headers = anna.ask(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers

    def test_policy(self) -> None:
        """No scripts at all, nothing from elsewhere, no frames."""
        rules = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["frame-ancestors"] == "'none'"
        assert not {"script-src", "connect-src"} & rules.keys()
        assert "unsafe" not in POLICY

    def test_https(self) -> None:
        """Browsers are told to come by https from then on."""
        app = make_app(STRIA_INBOX_URL="https://inbox.clinic.example")
        headers = Visitor(app, base="https://inbox.clinic.example").ask("/login").headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000"

    def test_page_to_print(self, anna: Visitor) -> None:
        """It has a style inside, and a policy that allows this one alone."""
        answer = anna.ask(f"/requests/{add(1, full())}/summary")
        policy = answer.headers["Content-Security-Policy"]
        inside = re.search(r'Content-Security-Policy" content="([^"]+)"', answer.text)
        assert inside
        assert policy == inside[1].replace("&#39;", "'") + "; frame-ancestors 'none'"
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"

    def test_no_script_and_no_style_inside(self, anna: Visitor) -> None:
        """The policy would stop them."""
        known = add(1, full())
        for path in ("/", f"/requests/{known}", "/audit", "/taken", "/nothing"):
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", anna.ask(path).text)


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "method", "status"),
        [("/nothing", "GET", 404), ("/", "DELETE", 405), ("/export", "POST", 400)],
    )
    def test_kind(self, anna: Visitor, path: str, method: str, status: int) -> None:
        """A page of ours, in words."""
        answer = anna.ask(path, method)
        assert answer.status_code == status
        assert "<h1>" in answer.text
        assert "Werkzeug" not in answer.text

    def test_wrong_method(self, anna: Visitor) -> None:
        """What is allowed is told, as HTTP asks for."""
        answer = anna.post("/audit")
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]

    def test_too_long(self, anna: Visitor) -> None:
        """A form is refused before it is read."""
        known = add(1)
        answer = anna.ask(f"/requests/{known}/note", "POST", data={"note": "x" * 100_000})
        assert answer.status_code == 413
        assert words.ERRORS[413][0] in answer.text
        assert (
            Visitor(anna.client.application).ask("/login", "POST", data={"name": "x" * 100_000}).status_code
            == 413
        )

    def test_database_down(self, anna: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
        """All pages say so, for those who have logged in and for others; it is not ready, but alive."""
        token = anna.token("/")
        monkeypatch.setenv(database.URL, "postgresql://stria:geheim@127.0.0.1:1/none")
        database.close()
        for visitor, path in ((anna, "/"), (anna, "/audit"), (anna, "/requests/x")):
            answer = visitor.ask(path)
            assert answer.status_code == 503
            assert words.ERRORS[503][0] in html.unescape(answer.text)
            assert answer.headers["Retry-After"] == "10"
        stranger = Visitor(anna.client.application)
        assert stranger.ask("/login").status_code == 200
        assert stranger.try_login().status_code == 503
        assert anna.ask("/logout", "POST", data={"csrf_token": token}).status_code == 503
        assert anna.ask("/health").status_code == 200
        assert anna.ask("/ready").status_code == 503
        assert "geheim" not in caplog.text
        assert "OperationalError" in caplog.text

    @pytest.mark.parametrize("error", [RuntimeError, KeyError, DataFileError])
    def test_a_mistake_of_ours(
        self, anna: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: Any, error: type[Exception]
    ) -> None:
        """Neither the page nor the log holds anything that a patient wrote; the log tells where it was."""

        def fail(*_: Any, **__: Any) -> None:
            raise error(SECRET, SECRET, SECRET) if error is DataFileError else error(SECRET)

        monkeypatch.setattr(listing, "find", fail)
        answer = anna.ask("/")
        assert answer.status_code == 500
        assert words.ERRORS[500][0] in answer.text
        for text in (answer.text, caplog.text):
            assert SECRET not in text
            assert "Traceback" not in text
        if error is not DataFileError:
            assert "clinic/inbox/requests.py" in caplog.text

    def test_ready(self, stranger: Visitor) -> None:
        """Alive and ready say so in a word."""
        assert stranger.ask("/health").text == "ok\n"
        assert stranger.ask("/ready").text == "ok\n"


class TestLimits:
    def test_an_address(self, app: Flask) -> None:
        """Whoever asks without end is told to wait; others are not; files and probes are not counted."""
        greedy = Visitor(app, "127.0.3.1")
        answers = [greedy.ask("/login").status_code for _ in range(301)]
        assert answers == [200] * 300 + [429]
        assert greedy.ask("/static/inbox.css").status_code == 200
        assert greedy.ask("/health").status_code == 200
        assert Visitor(app, "127.0.3.2").ask("/login").status_code == 200

    def test_a_store_that_fails(self) -> None:
        """Without its Redis, tries are counted by the process itself."""
        app = make_app(STRIA_INBOX_RATE_STORE="redis://127.0.0.1:1/3")
        visitor = Visitor(app, "127.0.3.3")
        answers = [visitor.try_login("ben", "wrong").status_code for _ in range(6)]
        assert answers == [401] * 5 + [429]


def test_logs_at_any_level(app: Flask, caplog: Any) -> None:
    """At DEBUG, a day in the inbox leaves nothing of a patient in the log."""
    logs.install()
    logs.arm()
    try:
        with caplog.at_level(logging.DEBUG):
            visitor = Visitor(app).log_in()
            known = add(1, full(), name=SECRET, wish=SECRET, email=f"{SECRET[:5]}@x.example", note=SECRET)
            visitor.ask(f"/?search={SECRET}")
            visitor.ask(f"/requests/{known}")
            visitor.post(f"/requests/{known}/note", note=SECRET + "!", seen=SECRET)
            visitor.post(f"/requests/{known}/export", form="fhir")
            visitor.ask(f"/{SECRET}")
        assert SECRET.split()[0] not in caplog.text
    finally:
        logs.arm(False)
