"""Nothing can be reached without a login: every route, by every method, is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from clinic import takeovers
from clinic.inbox.guard import PUBLIC
from clinic.requests import NEW
from tests.clinic_rows import add, audited, row
from tests.inbox import Visitor, make_app
from tests.unit.screening.records import full

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
#: What a patient or the clinic has said, and what only pages behind the login hold.
SECRETS = ("Ann Example", "+442079460000", "ann@mail.example", "afternoon", "Clinic inbox</p>\n<nav", "web:1")


def addresses(app: Flask, request: str) -> Iterator[tuple[Rule, str]]:
    """Yields every rule of the application with an address that it leads to."""
    for rule in app.url_map.iter_rules():
        filled = rule.rule.replace("<request_id>", request).replace("<path:filename>", "inbox.css")
        assert "<" not in filled, f"the test does not know how to fill {rule.rule}"
        yield rule, filled


@pytest.mark.parametrize("sso", [False, True], ids=["password", "sso"])
def test_every_route(sso: bool) -> None:
    """It leads to the login, or is refused; nothing is told and nothing is changed."""
    extra = {"STRIA_INBOX_SSO_HEADER": "X-User", "STRIA_INBOX_PROXIES": "10.0.0.7"} if sso else {}
    app = make_app(**extra)
    known = add(1, full())
    takeovers.take("web:2", "ben")
    before, tried = audited(), 0
    visitor = Visitor(app)
    # A name in the header of a proxy counts for nothing when somebody else sends it.
    headers = {"X-User": "anna", "X-Forwarded-For": "10.0.0.7"}
    for rule, address in addresses(app, known):
        for method in METHODS:
            if rule.endpoint in PUBLIC and method in (rule.methods or ()):
                continue
            response = visitor.ask(
                address, method, headers=dict(headers), data={"state": "done", "form": "csv"}
            )
            assert response.status_code in (303, 401, 403, 404, 405), (method, address)
            if response.status_code == 303:
                assert response.headers["Location"].startswith("/login"), address
            assert not [secret for secret in SECRETS if secret in response.text], (method, address)
            tried += 1
    assert tried > 100
    assert audited() == before
    assert (row(known).state, row(known).note) == (NEW, "")
    assert list(takeovers.taken()) == ["web:2"]


def test_what_is_public(app: Flask, stranger: Visitor) -> None:
    """The login, two files without anything in them, and whether it is alive: no more."""
    public = [rule for rule in app.url_map.iter_rules() if rule.endpoint in PUBLIC]
    assert {rule.rule for rule in public} == {"/login", "/static/<path:filename>", "/health", "/ready"}
    add(1, full())
    for path in ("/login", "/static/inbox.css", "/static/icon.svg", "/health", "/ready"):
        response = stranger.ask(path)
        assert response.status_code == 200
        assert not [secret for secret in SECRETS if secret in response.text]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/requests",
        "/requests/", "//", "/%00", "/requests/x/../..", "/login/", "/LOGIN", "/health/x", "/static/inbox.css/x",
    ],
)  # fmt: skip
def test_no_other_address(stranger: Visitor, path: str) -> None:
    """An address that is not there leads to the login too, so that nobody learns which ones are."""
    response = stranger.ask(path)
    assert response.status_code in (303, 308, 404)
    assert "Clinic inbox</p>\n<nav" not in response.text
    if response.status_code != 404:
        assert response.headers["Location"].replace("http://localhost:5070", "").startswith(("/login", "/"))


def test_logged_in_they_are_there(app: Flask, anna: Visitor) -> None:
    """The same addresses answer somebody who has logged in, so the walk has tried real ones."""
    known = add(1, full())
    for rule, address in addresses(app, known):
        if "GET" in (rule.methods or ()) and rule.endpoint not in PUBLIC:
            assert anna.ask(address).status_code == 200, address
